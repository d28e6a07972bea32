// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a server and of an agent against the loss of their connections and their
// own destruction.
#include "behaviour/lifetime/scene.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/agent.hpp>
#include <anode/server.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace behaviour_lifetime_servers_agents {

namespace testing = anode::testing;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

int listening_descriptor() {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr const*>(&a), sizeof(a)) == 0);
  REQUIRE(::listen(fd, 5) == 0);
  return fd;
}

// An acceptor of the kind that `server::listen` adopts.
struct acceptor {
  int release() { return std::exchange(fd, -1); }
  int fd = listening_descriptor();
};

operations<http::server> const& server_operations() {
  using server = http::server;
  constexpr auto r = [](std::string_view name, auto f) { return row<server>(name, f); };
  constexpr auto ignore = [](auto&&...) {};
  operations<server> quiet{
      r("server::get_executor", [](server& s) { return s.get_executor(); }),
      r("server::listening", [](server& s) { return s.listening(); }),
      r("server::address", [](server& s) { return s.address().port; }),
      r("server::connection_count", [](server& s) { return s.connection_count(); }),
      r("server::connections", [](server& s) { return s.connections().size(); }),
      r("server::options", [](server& s) { return s.options().timeout.count(); }),
      r("server::on_request", [](server& s) { s.on_request([](auto&, auto&) {}); }),
      r("server::on_check_continue", [](server& s) { s.on_check_continue([](auto&, auto&) {}); }),
      r("server::on_check_expectation",
        [](server& s) { s.on_check_expectation([](auto&, auto&) {}); }),
      r("server::on_upgrade", [](server& s) { s.on_upgrade([](auto&, anode::socket) {}); }),
      r("server::on_connect", [](server& s) { s.on_connect([](auto&, anode::socket) {}); }),
      r("server::on_client_error",
        [](server& s) {
          s.on_client_error([](http::client_error const&, anode::socket c) { c.destroy(); });
        }),
      r("server::on_drop_request", [ignore](server& s) { s.on_drop_request(ignore); }),
      r("server::on_timeout",
        [](server& s) { s.on_timeout([](anode::socket c) { c.destroy(); }); }),
      r("server::on_connection", [ignore](server& s) { s.on_connection(ignore); }),
      r("server::on_listening", [ignore](server& s) { s.on_listening(ignore); }),
      r("server::on_drop", [ignore](server& s) { s.on_drop(ignore); }),
      r("server::on_handler_error",
        [](server& s) { s.on_handler_error([](auto&&...) { return false; }); }),
      r("server::on_close", [ignore](server& s) { s.on_close(ignore); }),
      r("server::on_error", [ignore](server& s) { s.on_error(ignore); }),
      r("server::set_trace", [](server& s) { s.set_trace(http::server_trace{}); }),
  };
  static operations<server> const all{
      together(std::move(quiet)),
      r("server::listen", [](server& s) { s.listen(0, "127.0.0.1"); }),
      r("server::listen (options)",
        [](server& s) {
          http::listen_options o;
          o.host = "127.0.0.1";
          s.listen(o);
        }),
      r("server::listen (acceptor)", [](server& s) { s.listen(acceptor()); }),
      r("server::listen_descriptor",
        [](server& s) { s.listen_descriptor(listening_descriptor()); }),
      r("server::emit_connection",
        [](server& s) {
          auto ends = anode::transport::make_memory_pair(s.get_executor(), 64);
          anode::socket client(std::move(ends.first));
          client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          s.emit_connection(std::move(ends.second));
        }),
      r("server::close", [](server& s) { return s.close(); }),
      r("server::close (while it listens)",
        [](server& s) {
          if (!s.listening()) {
            s.listen(0, "127.0.0.1");
          }
          return s.close();
        }),
      r("server::close_idle_connections", [](server& s) { s.close_idle_connections(); }),
      r("server::close_all_connections", [](server& s) { s.close_all_connections(); }),
      r("server::drain", [](server& s) { return s.drain(1s); }),
      r("server::set_options", [](server& s) { s.set_options(http::server_options()); }),
      r("server::set_timeout", [](server& s) { s.set_timeout(1s, [](anode::socket) {}); }),
      r("server::server (moved)",
        [](server& s) {
          server moved = std::move(s);
          s = std::move(moved);
        }),
      r("server::server (another)",
        [](server& s) { s = server(s.get_executor(), http::server_options()); }),
      r("server::server (with a handler)",
        [](server& s) { s = server(s.get_executor(), [](auto&, auto&) {}); }),
      r("server::server (with options and a handler)",
        [](server& s) {
          s = server(s.get_executor(), http::server_options(), [](auto&, auto&) {});
        }),
  };
  return all;
}

// A server with an idle connection, and one whose request waits for its body and its response.
struct server_scene : scene {
  server_scene() {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return handle_request(req, res);
    });
    busy.emplace(loop.connect(server, 64));
    busy->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
    idle.emplace(loop.connect(server, 64));
  }

  static net::awaitable<void> handle_in(server_scene& s, http::incoming_message& req,
                                        http::server_response& res) {
    res.on_close([&s] {
      if (++s.closes == 1) {
        s.in_close();
      }
    });
    ++s.requests;
    try {
      co_await req.text();
      co_await res.end("fine");
    } catch (boost::system::system_error const&) {
    }
  }

  net::awaitable<void> handle_request(http::incoming_message& req, http::server_response& res) {
    return handle_in(*this, req, res);
  }

  http::server& handle(http::server*) { return server; }

  void answer() {
    busy->send("67890");
    idle->close();
  }

  void finish() {
    for (http::server* s : {&server, &other}) {
      s->close_all_connections();
      s->close();
    }
    busy->close();
    idle->close();
    loop.settle();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == requests, "close: " + std::to_string(closes) + " times");
    m.check(out, server.connection_count() + other.connection_count() == 0,
            "a server counts connections");
    m.check(out, busy->ended() && idle->ended(), "a connection is still open");
  }

  int requests = 0;
  int closes = 0;
  http::server server{loop.get_executor(), http::server_options()};
  http::server other{loop.get_executor(), http::server_options()};
  std::optional<testing::peer> busy;
  std::optional<testing::peer> idle;
};

std::vector<loss<server_scene>> const server_losses = joined<server_scene>(
    {
        {"FIN", [](server_scene& s) { s.busy->close(); }},
        {"half-close", [](server_scene& s) { s.busy->end(); }},
        {"reset", [](server_scene& s) { s.busy->reset(); }},
    },
    server_losses_without_peers<server_scene>());

net::awaitable<void> wait_answer(http::client_request request) {
  (void)co_await request.response();
}

operations<http::agent> const& agent_operations() {
  using agent = http::agent;
  constexpr auto r = [](std::string_view name, auto f) { return row<agent>(name, f); };
  constexpr auto to = [](std::string_view host) {
    http::request_options o;
    o.host = host;
    return o;
  };
  operations<agent> quiet{
      r("agent::get_executor", [](agent& a) { return a.get_executor(); }),
      r("agent::options", [](agent& a) { return a.options().keep_alive; }),
      r("agent::totals", [](agent& a) { return a.totals().sockets; }),
      r("agent::by_name", [](agent& a) { return a.by_name().size(); }),
      r("agent::set_trace",
        [](agent& a) {
          http::client_trace t;
          t.failed = [](http::traced_request const& x, http::request_error const&) {
            x.request.destroy();
          };
          a.set_trace(t);
        }),
      r("agent::get_name", [](agent& a) { return a.get_name(http::request_options()); }),
  };
  static operations<agent> const all{
      together(std::move(quiet)),
      r("agent::request", [to](agent& a) { return a.request(to("busy")); }),
      r("agent::request (method)",
        [](agent& a) {
          auto request = a.request("GET", "http://free/");
          request.end();
          return wait_answer(std::move(request));
        }),
      r("agent::request (like another)",
        [to](agent& a) {
          auto request = a.request(to("new"), "GET", "/a");
          request.end();
          return wait_answer(std::move(request));
        }),
      r("agent::request (URL)",
        [](agent& a) {
          auto request = a.request("http://busy/", http::request_options());
          request.end();
          return wait_answer(std::move(request));
        }),
      r("agent::get", [](agent& a) { return a.get("http://free/"); }),
      r("agent::get (another connection)", [](agent& a) { return a.get("http://new/"); }),
      r("agent::get (waits for a connection)", [](agent& a) { return a.get("http://busy/"); }),
      r("agent::get (options)", [to](agent& a) { return a.get(to("free")); }),
      r("agent::get (URL and options)",
        [](agent& a) { return a.get("http://busy/", http::request_options()); }),
      r("agent::send (options)",
        [to](agent& a) {
          http::request_options o = to("free");
          o.body = text();
          return a.send(std::move(o));
        }),
      r("agent::send (URL and options)",
        [](agent& a) { return a.send("http://busy/", http::request_options()); }),
      r("agent::send", [](agent& a) { return a.send("PUT", "http://new/", std::string(text())); }),
      r("agent::destroy", [](agent& a) { a.destroy(); }),
      r("agent::close_free", [](agent& a) { a.close_free(); }),
      r("agent::remove", [](agent& a) { return a.remove(anode::socket()); }),
      r("agent::set_options", [](agent& a) { a.set_options(a.options()); }),
      r("agent::agent (copied)", [](agent& a) { return agent(a).totals().sockets; }),
      r("agent::agent (moved)",
        [](agent& a) {
          agent moved = std::move(a);
          a = std::move(moved);
        }),
      r("agent::agent (another)",
        [](agent& a) { a = agent(a.get_executor(), http::agent_options()); }),
  };
  return all;
}

// An agent with a free connection, and one whose request waits for the rest of its response.
struct agent_scene : scene {
  agent_scene() {
    http::agent_options options;
    options.keep_alive = true;
    options.max_sockets = 1;
    options.timeout = 2s;
    options.create_connection = [this](http::connect_options const& to) {
      return connect(*this, to.host);
    };
    agent.emplace(loop.get_executor(), options);
    kept.emplace(*agent);
    for (std::string_view const host : {"free", "busy"}) {
      http::request_options o;
      o.host = host;
      request = agent->request(o);
      request.on_response([this](http::incoming_message m) { response = std::move(m); });
      request.end();
      loop.settle();
      if (host == "free") {
        peers.back().second.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        response.dump();
        response = http::incoming_message();
        loop.settle();
      } else {
        request.on_close([this] {
          ++closes;
          in_close();
        });
      }
    }
    peers.back().second.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  }

  ~agent_scene() { peers.clear(); }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> connect(agent_scene& s,
                                                                     std::string host) {
    auto ends = anode::transport::make_memory_pair(s.loop.get_executor(), 64);
    s.peers.emplace_back(host, testing::peer(s.loop, anode::socket(std::move(ends.second))));
    co_return std::move(ends.first);
  }

  http::agent& handle(http::agent*) { return *agent; }

  void answer() {
    for (std::size_t i = 0; i != peers.size(); ++i) {
      peers[i].second.send(
          peers[i].first == "busy" ? "67890" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }

  template <class F>
  void each_peer(F f) {
    for (std::size_t i = 0; i != peers.size(); ++i) {
      f(peers[i].second);
    }
  }

  void finish() {
    response = http::incoming_message();  // A response received whole ends when it is dropped.
    loop.settle();
    if (kept) {
      kept->destroy();
    }
    for (int i = 0; i != 3; ++i) {  // A queued request makes another connection.
      loop.settle();
      each_peer([](testing::peer& p) { p.close(); });
    }
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == 1, "close: " + std::to_string(closes) + " times");
    if (kept) {
      auto const left = kept->totals();
      m.check(out, left.sockets + left.free_sockets + left.requests == 0,
              "the agent counts " + std::to_string(left.sockets) + " sockets, " +
                  std::to_string(left.free_sockets) + " free ones, " +
                  std::to_string(left.requests) + " requests");
    }
    each_peer([&](testing::peer& p) { m.check(out, p.ended(), "a connection is still open"); });
  }

  int closes = 0;
  std::deque<std::pair<std::string, testing::peer>> peers;
  std::optional<http::agent> agent;
  std::optional<http::agent> kept;
  std::optional<http::agent> moved;
  http::client_request request;
  http::incoming_message response;
};

std::vector<loss<agent_scene>> const agent_losses{
    {"FIN", [](agent_scene& s) { s.each_peer([](testing::peer& p) { p.close(); }); }},
    {"half-close", [](agent_scene& s) { s.each_peer([](testing::peer& p) { p.end(); }); }},
    {"reset", [](agent_scene& s) { s.each_peer([](testing::peer& p) { p.reset(); }); }},
    {"garbage",
     [](agent_scene& s) { s.each_peer([](testing::peer& p) { p.send("67890garbage\r\n\r\n"); }); }},
    {"destroyed", [](agent_scene& s) { s.kept->destroy(); }},
    {"moved", [](agent_scene& s) { s.moved = std::move(*s.agent); }},
    {"last handle dropped",
     [](agent_scene& s) {
       http::agent const gone = std::move(*s.agent);
       s.kept.reset();
     }},
    {"request dropped", [](agent_scene& s) { s.request = http::client_request(); }},
    {"response dropped", [](agent_scene& s) { s.response = http::incoming_message(); }},
    {"request destroyed", [](agent_scene& s) { s.request.destroy(); }},
    {"inactivity", [](agent_scene& s) { s.loop.advance(10s); }},
    {"cancelled", [](agent_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed", [](agent_scene& s) { s.context_destroyed = true; }},
};

void check(matrix const& m) { CHECK(m.report() == ""); }

}  // namespace

TEST_CASE(
    "lifetime: every operation of a server survives the loss of its clients and its own end") {
  matrix m("server");
  run_scenes<server_scene>(m, server_operations(), server_losses);
  check(m);
}

TEST_CASE(
    "lifetime: every operation of an agent survives the loss of its servers and its own end") {
  matrix m("agent");
  run_scenes<agent_scene>(m, agent_operations(), agent_losses);
  check(m);
}

}  // namespace behaviour_lifetime_servers_agents
