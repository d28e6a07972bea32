// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests the operations of a server's messages against clients that disconnect, and connecting
// operations against servers that disconnect, over TCP. It covers fewer ways than the tests in
// memory.
#include "behaviour/lifetime/operations.hpp"
#include "support/catch.hpp"

#include <anode/agent.hpp>
#include <anode/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace behaviour_lifetime_over_tcp {

using namespace lifetime;
using namespace std::chrono_literals;

namespace {

enum class loss_kind { fin, reset, count };

constexpr std::array<std::string_view, 2> loss_names{"FIN", "reset"};

void close_descriptor(int fd, loss_kind w) {
  if (w == loss_kind::reset) {
    linger const at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  ::close(fd);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

int connect_to(std::uint16_t port, std::string_view request) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int const small = 2048;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  sockaddr_in const a = loopback(port);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr const*>(&a), sizeof(a)) == 0);
  REQUIRE(::send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  return fd;
}

// Runs the context until the condition holds.
template <class Condition>
void run_until(net::io_context& io, Condition reached) {
  auto const limit = std::chrono::steady_clock::now() + 30s;
  io.restart();
  while (!reached()) {
    REQUIRE(std::chrono::steady_clock::now() < limit);
    io.run_one_for(1s);
  }
}

template <class Handle>
using pick_function = Handle& (*)(http::incoming_message&, http::server_response&);

template <class Handle>
class cells_over_tcp {
public:
  cells_over_tcp(matrix& m, operations<Handle> const& all, pick_function<Handle> pick, loss_kind w,
                 point p)
      : matrix_(m), pick_(pick), point_(p) {
    for (auto const& o : all) {
      if (has_point(o, p)) {
        cells_.push_back(std::make_unique<cell>(cell{o}));
        m.begin(cells_.back()->out,
                std::string(o.name) + ", " + std::string(loss_names[static_cast<std::size_t>(w)]) +
                    ", " + std::string(to_string(p)),
                o.count);
      }
    }
    http::server_options options;
    options.high_water_mark = 32;
    http::server server(io_.get_executor(), options);
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return handle(*this, req, res);
    });
    server.listen(0, "127.0.0.1");
    std::vector<int> clients;
    for (std::size_t i = 0; i != cells_.size(); ++i) {
      clients.push_back(connect_to(server.address().port,
                                   "POST /" + std::to_string(i) +
                                       " HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345"));
    }
    run_until(io_, [&] { return reached_ == cells_.size(); });
    if (p == point::suspended) {
      begin_.open();
      io_.restart();
      io_.poll();
    }
    for (int const fd : clients) {
      close_descriptor(fd, w);
    }
    run_until(io_, [&] { return server.connection_count() == 0; });
    begin_.open();
    run_until(io_, [&] { return returned_ == cells_.size(); });
    for (auto const& c : cells_) {
      m.check(c->out);
      m.check(c->out, c->closes == 1, "close: " + std::to_string(c->closes) + " times");
    }
    server.close();
  }

private:
  struct cell {
    operation<Handle> const& what;
    outcome out{};
    int closes = 0;
  };

  static net::awaitable<void> handle(cells_over_tcp& self, http::incoming_message& req,
                                     http::server_response& res) {
    cell& c = *self.cells_[std::stoul(std::string(req.url().substr(1)))];
    res.on_close([&c] { ++c.closes; });
    ++self.reached_;
    co_await self.begin_.pass();
    co_await attempt(c.what, self.pick_(req, res), c.out);
    ++self.returned_;
  }

  matrix& matrix_;
  pick_function<Handle> pick_;
  point point_;
  std::size_t reached_ = 0;
  std::size_t returned_ = 0;
  std::vector<std::unique_ptr<cell>> cells_;
  net::io_context io_;
  gate begin_{io_.get_executor()};
};

template <class Handle>
void run_all(matrix& m, operations<Handle> const& all, pick_function<Handle> pick) {
  for_each<loss_kind>([&](loss_kind w) {
    for (point const p : {point::before, point::suspended}) {
      cells_over_tcp<Handle>(m, all, pick, w, p);
    }
  });
}

// A server that the test shuts down.
struct remote {
  net::any_io_executor executor;
  std::string authority;
};

net::awaitable<void> answer_of(http::client_request request) {
  request.end();
  (void)co_await request.response();
}

http::request_options to(remote const& t) {
  http::request_options o;
  o.set_url("http://" + t.authority + "/");
  o.body = text();
  return o;
}

operations<remote> const& remote_operations() {
  constexpr auto r = [](std::string_view name, auto f) { return row<remote>(name, f); };
  static operations<remote> const all{
      r("global_agent", [](remote& t) { return http::global_agent(t.executor).totals().sockets; }),
      r("set_global_agent", [](remote& t) { http::set_global_agent(http::agent(t.executor)); }),
      r("request (options)",
        [](remote& t) {
          http::request_options o;
          o.set_url("http://" + t.authority + "/");
          return answer_of(http::request(t.executor, o));
        }),
      r("request (URL and options)",
        [](remote& t) {
          http::request_options o;
          o.one_shot = true;
          return answer_of(http::request(t.executor, "http://" + t.authority + "/", o));
        }),
      r("request (method and URL)",
        [](remote& t) {
          return answer_of(http::request(t.executor, "GET", "http://" + t.authority + "/"));
        }),
      r("get", [](remote& t) { return http::get(t.executor, "http://" + t.authority + "/"); }),
      r("get (options)", [](remote& t) { return http::get(t.executor, to(t)); }),
      r("get (URL and options)",
        [](remote& t) {
          http::request_options o;
          o.one_shot = true;
          return http::get(t.executor, "http://" + t.authority + "/", std::move(o));
        }),
      r("send (options)", [](remote& t) { return http::send(t.executor, to(t)); }),
      r("send (URL and options)",
        [](remote& t) {
          return http::send(t.executor, "http://" + t.authority + "/", http::request_options());
        }),
      r("send",
        [](remote& t) {
          return http::send(t.executor, "PUT", "http://" + t.authority + "/", "a");
        }),
      r("connect", [](remote& t) { return anode::connect(t.executor, t.authority); }),
  };
  return all;
}

// Accepts one connection for each cell and closes it, or keeps it until the context ends.
void run_remote(matrix& m, operation<remote> const& o, std::string_view how) {
  outcome out;
  m.begin(out, std::string(o.name) + ", " + std::string(how), o.count);
  int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in a = loopback(0);
  socklen_t size = sizeof(a);
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr const*>(&a), size) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&a), &size) == 0);
  if (how != "refused") {
    REQUIRE(::listen(listener, 5) == 0);
  }
  int accepted = -1;
  {
    net::io_context io;
    remote target{io.get_executor(), "127.0.0.1:" + std::to_string(ntohs(a.sin_port))};
    net::co_spawn(io, attempt(o, target, out), net::detached);
    if (o.waits && how != "refused") {
      run_until(io, [&] {
        io.poll();
        accepted = ::accept(listener, nullptr, nullptr);
        return accepted >= 0;
      });
      io.poll();
    }
    if (how != "context destroyed") {
      if (accepted >= 0) {
        close_descriptor(accepted, how == "FIN" ? loss_kind::fin : loss_kind::reset);
        accepted = -1;
      }
      run_until(io, [&] { return out.ended == 1; });
      m.check(out);
    }
  }
  if (accepted >= 0) {
    ::close(accepted);
  }
  ::close(listener);
}

// Returns the number of requests of the last case. The environment variable ANODE_RESETS raises it.
std::size_t resets() {
  char const* const text = std::getenv("ANODE_RESETS");
  return text != nullptr ? std::strtoul(text, nullptr, 10) : 500;
}

}  // namespace

TEST_CASE(
    "lifetime over TCP: every operation of a server's messages survives the loss of its client") {
  matrix m("TCP");
  run_all<http::server_response>(
      m, response_operations(),
      [](http::incoming_message&, http::server_response& res) -> http::server_response& {
        return res;
      });
  run_all<http::outgoing_message>(
      m, outgoing_operations(),
      [](http::incoming_message&, http::server_response& res) -> http::outgoing_message& {
        return res;
      });
  run_all<http::incoming_message>(
      m, incoming_operations(),
      [](http::incoming_message& req, http::server_response&) -> http::incoming_message& {
        return req;
      });
  CHECK(m.report() == "");
}

TEST_CASE("lifetime over TCP: connecting operations survive the loss of their server") {
  matrix m("TCP client");
  for (auto const& o : remote_operations()) {
    for (std::string_view const how : {"refused", "FIN", "reset", "context destroyed"}) {
      run_remote(m, o, how);
    }
  }
  CHECK(m.report() == "");
}

TEST_CASE("lifetime over TCP: a head can be written after the client reset its connection") {
  net::io_context io;
  std::size_t reached = 0;
  std::size_t returned = 0;
  std::size_t closes = 0;
  auto go = std::make_unique<gate>(io.get_executor());
  http::server server(io.get_executor(), http::server_options());
  auto const handle = [&](http::incoming_message&,
                          http::server_response& res) -> net::awaitable<void> {
    res.on_close([&] { ++closes; });
    ++reached;
    co_await go->pass();
    res.write_head(200, http::header_list({{"Content-Type", "text/plain"}}));
    res.end("too late");
    ++returned;
  };
  server.on_request(handle);
  server.listen(0, "127.0.0.1");
  std::size_t const all = resets();
  for (std::size_t done = 0; done < all;) {
    std::size_t const some = std::min<std::size_t>(all - done, 50);
    done += some;
    std::vector<int> clients;
    for (std::size_t i = 0; i != some; ++i) {
      clients.push_back(connect_to(server.address().port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    run_until(io, [&] { return reached == done; });
    for (int const fd : clients) {
      close_descriptor(fd, loss_kind::reset);
    }
    run_until(io, [&] { return closes == done; });
    go->open();
    run_until(io, [&] { return returned == done; });
    go = std::make_unique<gate>(io.get_executor());
  }
  CHECK(returned == all);
  CHECK(closes == all);
  CHECK(server.connection_count() == 0);
  server.close();
}

}  // namespace behaviour_lifetime_over_tcp
