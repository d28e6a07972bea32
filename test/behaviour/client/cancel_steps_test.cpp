// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cancels requests at each of their suspension points in every possible way. Nothing leaks or
// dangles (the sanitizers check that), and the pool's counts add up.
#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/http.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>

namespace behaviour_client_cancel_steps {

namespace {

namespace net = boost::asio;
namespace http = anode::http;

enum class act { total, terminal, timer, drop, destroy, destroy_error, agent, signal, context };
constexpr act acts[] = {act::total,         act::terminal, act::timer,  act::drop,   act::destroy,
                        act::destroy_error, act::agent,    act::signal, act::context};
constexpr char const* act_names[] = {"total",         "terminal", "timer",  "drop",   "destroy",
                                     "destroy_error", "agent",    "signal", "context"};

// A server and a client with small connection buffers, and one request.
class world {
public:
  /// @param proxied whether the server is a proxy that the agent opens tunnels through
  explicit world(bool proxied)
      : server(io.get_executor(), narrow_server()),
        agent(io.get_executor(), narrow_client(proxied)) {
    anode::runtime::clock::of(io.get_executor())
        .set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
    server.on_request(&serve);
    server.on_check_continue(&serve_continue);
    if (proxied) {
      server.on_connect(&serve_origin);
    } else {
      server.on_connect(&serve_tunnel);
    }
  }

  http::request_options options(std::string_view method, std::string_view path) {
    http::request_options o;
    o.method = method;
    o.path = path;
    o.host = "test";
    o.high_water_mark = 128;
    o.signal = signal.slot();
    return o;
  }

  void drop() {
    dropped = true;
    request = {};
    response = {};
    tunnel = {};
    first = {};
    other = {};
  }

  net::cancellation_signal signal;  // The signals outlive the coroutines that use them.
  net::cancellation_signal cancel;
  net::io_context io;
  http::server server;
  http::agent agent;
  net::steady_timer never{io, net::steady_timer::time_point::max()};
  http::client_request request;
  http::incoming_message response;
  anode::socket tunnel;
  http::client_request first;  // uses the connection that `request` waits for
  http::incoming_message other;
  bool dropped = false;
  bool done = false;
  bool succeeded = false;

private:
  static http::server_options narrow_server() {
    http::server_options o;
    o.high_water_mark = 128;
    return o;
  }

  http::agent_options narrow_client(bool proxied) {
    http::agent_options o;
    o.keep_alive = true;
    o.max_sockets = 1;
    if (proxied) {
      o.proxy = "http://proxy:1";
      o.proxy_tunnel = true;
    }
    o.create_connection = [this](http::connect_options const&) { return make(*this); };
    return o;
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> make(world& w) {
    for (int i = 0; i < 3; ++i) {
      co_await net::post(w.io, net::use_awaitable);
    }
    auto pair = anode::transport::make_memory_pair(w.io.get_executor(), 64);
    w.server.emit_connection(std::move(pair.second));
    co_return std::move(pair.first);
  }

  static net::awaitable<void> serve(http::incoming_message& req, http::server_response& res) {
    std::string const body = co_await req.text();
    res.add_trailers({{"X-Trailer", std::string(200, 't')}});
    for (std::size_t at = 0; at < 1024; at += 100) {
      co_await res.write(std::string(100, 'r'));
    }
    co_await res.end();
  }

  static net::awaitable<void> serve_continue(http::incoming_message& req,
                                             http::server_response& res) {
    co_await res.write_continue();
    co_await serve(req, res);
  }

  static net::awaitable<void> serve_tunnel(http::incoming_message&, anode::socket s) {
    co_await s.write("HTTP/1.1 200 OK\r\n\r\n");
    try {
      while (auto const chunk = co_await s.read()) {
        co_await s.write(*chunk);
      }
    } catch (boost::system::system_error const&) {
    }
    s.end();
  }

  // Accepts a tunnel and answers each request that arrives through it.
  static net::awaitable<void> serve_origin(http::incoming_message&, anode::socket s) {
    co_await s.write("HTTP/1.1 200 OK\r\n\r\n");
    std::string const answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'o');
    try {
      std::string received;
      while (auto const chunk = co_await s.read()) {
        received += *chunk;
        if (received.ends_with("\r\n\r\n")) {
          received.clear();
          co_await s.write(answer);
        }
      }
    } catch (boost::system::system_error const&) {
    }
    s.end();
  }
};

using scenario = net::awaitable<void> (*)(world&);

// Connects, sends a head, receives 100, sends a body against back-pressure, reads the response, its
// body and trailers.
net::awaitable<void> upload(world& w) {
  http::request_options o = w.options("POST", "/");
  o.headers = {{"Expect", "100-continue"}};
  w.request = w.agent.request(std::move(o));
  bool const wanted = co_await w.request.continued();
  if (w.dropped || !wanted) {
    co_return;
  }
  std::string const chunk(200, 'b');
  for (int i = 0; i < 4; ++i) {
    co_await w.request.write(chunk);
    if (w.dropped) {
      co_return;
    }
  }
  w.request.write(chunk);
  co_await w.request.drained();
  if (w.dropped) {
    co_return;
  }
  w.request.end(chunk);
  co_await w.request.finished();
  if (w.dropped) {
    co_return;
  }
  auto response = co_await w.request.response();
  if (w.dropped) {
    co_return;
  }
  w.response = std::move(response);
  std::size_t size = 0;
  while (auto const got = co_await w.response.read()) {
    size += got->size();
    if (w.dropped) {
      co_return;
    }
  }
  w.succeeded = !w.dropped && size > 1024 && w.response.trailers().get("x-trailer").has_value();
}

// Waits for a connection that another request uses.
net::awaitable<void> queued(world& w) {
  w.first = w.agent.request(w.options("GET", "/first"));
  w.first.end();
  http::request_options o = w.options("GET", "/second");
  w.request = w.agent.request(std::move(o));
  w.request.end();
  w.first.on_response([&w](http::incoming_message m) {
    w.other = std::move(m);
    w.other.dump();
  });
  auto response = co_await w.request.response();
  if (w.dropped) {
    co_return;
  }
  w.response = std::move(response);
  std::string const text = co_await w.response.text();
  w.succeeded = text.size() > 1024;
}

// Opens a tunnel and uses it in both directions.
net::awaitable<void> tunnelled(world& w) {
  w.request = w.agent.request(w.options("CONNECT", "host:1"));
  w.request.end();
  auto answer = co_await w.request.upgraded();
  if (w.dropped) {
    co_return;
  }
  w.tunnel = answer.socket();
  co_await w.tunnel.write(std::string(100, 'x'));
  if (w.dropped) {
    co_return;
  }
  w.tunnel.end();
  std::size_t size = 0;
  while (auto const got = co_await w.tunnel.read()) {
    size += got->size();
    if (w.dropped) {
      co_return;
    }
  }
  w.succeeded = size == 100;
}

// Runs a whole request in one coroutine that owns its handles.
net::awaitable<void> plain_get(world& w) {
  auto response = co_await w.agent.get("http://test/");
  std::string const text = co_await response.text();
  w.succeeded = text.size() > 1024;
}

net::awaitable<void> honouring_total(world& w, scenario s) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await s(w);
}

net::awaitable<void> wait(world& w) {
  boost::system::error_code ec;
  co_await w.never.async_wait(net::redirect_error(net::use_awaitable, ec));
}

net::awaitable<void> against_timer(world& w, scenario s) {
  using namespace net::experimental::awaitable_operators;
  co_await (s(w) || wait(w));
}

void start(world& w, scenario s, act a) {
  net::awaitable<void> run = a == act::timer ? against_timer(w, s) : honouring_total(w, s);
  net::co_spawn(
      w.io, std::move(run),
      net::bind_cancellation_slot(w.cancel.slot(), [&w](std::exception_ptr) { w.done = true; }));
}

void give_up(world& w, act a) {
  switch (a) {
    case act::total:
    case act::terminal:
      // Cancel only from within the context: see Asio's co_spawn.
      net::post(w.io, [&w, a] {
        if (!w.done) {
          w.cancel.emit(a == act::total ? net::cancellation_type::total
                                        : net::cancellation_type::terminal);
        }
      });
      break;
    case act::timer:
      w.never.cancel();
      break;
    case act::drop:
      w.drop();
      break;
    case act::destroy:
    case act::destroy_error:
      if (w.request) {
        w.request.destroy(a == act::destroy ? boost::system::error_code()
                                            : make_error_code(http::error::timed_out));
      }
      if (w.tunnel) {
        w.tunnel.destroy();
      }
      break;
    case act::agent:
      w.agent.destroy();
      if (w.tunnel) {
        w.tunnel.destroy();
      }
      break;
    case act::signal:
      w.signal.emit(net::cancellation_type::terminal);
      if (w.tunnel) {
        w.tunnel.destroy();
      }
      break;
    case act::context:
      break;
  }
}

// Runs all ready handlers.
void settle(world& w) {
  w.io.restart();
  w.io.poll();
}

net::awaitable<void> fetch(world& w, std::string& to) {
  auto response = co_await w.agent.get("http://test/again");
  to = co_await response.text();
}

// Runs `steps` functions of a scenario, then cancels it.
// @return whether the scenario had ended by then
bool run(scenario s, act a, std::size_t steps, bool proxied) {
  auto const owned = std::make_unique<world>(proxied);
  world& w = *owned;
  start(w, s, a);
  for (std::size_t i = 0; i < steps && !w.done; ++i) {
    REQUIRE(w.io.poll_one() == 1);
  }
  bool const ended = w.done;
  if (ended) {
    CHECK(w.succeeded);
  }
  give_up(w, a);
  if (a == act::context) {
    return ended;
  }
  settle(w);
  if (s != &plain_get || a == act::total || a == act::terminal || a == act::timer ||
      a == act::agent) {
    CHECK(w.done);
  }
  w.drop();
  settle(w);
  CHECK(w.done);
  CHECK(w.agent.totals().sockets == 0);
  CHECK(w.agent.totals().requests == 0);
  // The pool remains usable.
  if (a != act::agent) {
    std::string again;
    net::co_spawn(w.io, fetch(w, again), net::detached);
    settle(w);
    CHECK(again.size() > 1024);
  }
  w.agent.destroy();
  settle(w);
  CHECK(w.agent.totals().free_sockets == 0);
  CHECK(w.agent.by_name().empty());
  CHECK(w.server.connection_count() == 0);
  w.never.cancel();
  settle(w);
  CHECK(w.io.stopped());  // No work is left.
  return ended;
}

void run_all(scenario s, bool proxied = false) {
  for (std::size_t a = 0; a < std::size(acts); ++a) {
    std::size_t steps = 0;
    bool ended = false;
    for (; !ended; ++steps) {
      INFO(act_names[a] << " behind step " << steps);
      ended = run(s, acts[a], steps, proxied);
      REQUIRE(steps < 2000);
    }
    CHECK(steps > 10);
  }
}

}  // namespace

TEST_CASE("client cancel: an upload cancelled after each step", "[client][cancel]") {
  run_all(&upload);
}

TEST_CASE("client cancel: a queued request cancelled after each step", "[client][cancel]") {
  run_all(&queued);
}

TEST_CASE("client cancel: a tunnel cancelled after each step", "[client][cancel]") {
  run_all(&tunnelled);
}

TEST_CASE("client cancel: a simple GET cancelled after each step", "[client][cancel]") {
  run_all(&plain_get);
}

TEST_CASE("client cancel: a GET through a proxy's tunnel cancelled after each step",
          "[client][cancel]") {
  run_all(&plain_get, true);
}

TEST_CASE("client cancel: a request waiting for a tunnel cancelled after each step",
          "[client][cancel]") {
  run_all(&queued, true);
}

}  // namespace behaviour_client_cancel_steps
