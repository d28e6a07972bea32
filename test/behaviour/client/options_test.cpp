// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Options of a request: timeouts and their errors, custom connectors, look-ups; and asynchronous
// operations with any completion token.
#include "behaviour/client/request_setup.hpp"
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <future>

namespace behaviour_client_options {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using anode::test::keeping;
using anode::test::ok;
using support::client_and_server;
using support::client_fixture;
using namespace std::chrono_literals;

http::request_options options() {
  http::request_options o;
  o.method = "POST";
  o.host = "test";
  return o;
}

std::string describe(http::request_error const& e) {
  return std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
         std::string(http::to_string(e.verdict()));
}

}  // namespace

TEST_CASE("client options: requests derived from another differ in method and path only",
          "[client]") {
  client_fixture f(keeping());
  http::request_options like = options();
  like.port = 8080;
  like.headers = {{"X-A", "1"}};
  auto first = f.watched(f.agent.request(like, "get", "/first?a=b"));
  first.end();
  f.settle();
  CHECK(first.method() == "GET");
  CHECK(first.path() == "/first?a=b");
  CHECK(f.peers.at(0).received() ==
        "GET /first?a=b HTTP/1.1\r\nX-A: 1\r\nHost: test:8080\r\nConnection: keep-alive\r\n\r\n");
  f.say(0, ok);
  auto second = f.watched(f.agent.request(like, "", ""));
  CHECK(second.method() == "GET");
  CHECK(second.path() == "/");
  CHECK(second.reused_socket());
  CHECK(like.method == "POST");
  CHECK_THROWS_AS(f.agent.request(like, "GET", "/a b"), http::exception);
  CHECK_THROWS_AS(f.agent.request(like, "G T", "/"), http::exception);
}

TEST_CASE("client options: a timeout ends a request in any phase, and its error names the phase",
          "[client]") {
  client_fixture f(keeping());
  std::string error;
  http::request_options o = options();
  o.deadline = 10s;
  auto r = f.agent.request(std::move(o));
  r.on_request_error([&](http::request_error const& e) { error = describe(e); });
  http::incoming_message response;
  r.on_response([&](http::incoming_message m) { response = std::move(m); });

  SECTION("connecting") {
    f.advance(10s);
    CHECK(error == "ETIMEDOUT connect not_sent");
  }
  SECTION("sending") {
    f.settle();
    r.write("some");
    f.settle();
    f.advance(10s);
    CHECK(error == "ETIMEDOUT send maybe_processed");
  }
  SECTION("waiting for the response") {
    r.end("body");
    f.settle();
    f.advance(9s);
    CHECK(error.empty());
    f.advance(1s);
    CHECK(error == "ETIMEDOUT head maybe_processed");
  }
  SECTION("reading the body") {
    r.end("body");
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    f.advance(10s);
    CHECK(error == "ETIMEDOUT body response_started");
    CHECK(response.aborted());
  }
  SECTION("completed in time") {
    r.end("body");
    f.settle();
    f.say(0, ok);
    f.advance(20s);
    CHECK(error.empty());
    CHECK(f.agent.totals().free_sockets == 1);
    return;
  }
  CHECK(r.destroyed());
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client options: a timeout includes the time in the queue and in the look-up",
          "[client]") {
  http::agent_options a = keeping();
  a.max_sockets = 1;
  client_fixture f(std::move(a));
  auto first = f.agent.request("GET", "http://test/");
  first.end();
  std::string error;
  http::request_options o = options();
  o.deadline = 10s;
  auto r = f.agent.request(std::move(o));
  r.on_request_error([&](http::request_error const& e) { error = describe(e); });
  f.settle();
  f.advance(10s);
  CHECK(error == "ETIMEDOUT queued not_sent");
  CHECK(f.agent.totals().requests == 0);
  CHECK(f.agent.totals().sockets == 1);

  http::request_options looked_up = options();
  looked_up.deadline = 10s;
  looked_up.one_shot = true;
  looked_up.lookup = [](std::string_view, auto) {};
  auto second = http::request(f.io.get_executor(), std::move(looked_up));
  second.on_request_error([&](http::request_error const& e) { error = describe(e); });
  f.settle();
  f.advance(10s);
  CHECK(error == "ETIMEDOUT lookup not_sent");
}

TEST_CASE("client options: connecting has its own timeout", "[client]") {
  bool const in_lookup = GENERATE(true, false);
  net::io_context io;
  anode::runtime::clock::of(io.get_executor())
      .set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  net::steady_timer never(io, net::steady_timer::time_point::max());
  http::agent_options a;
  a.connect_timeout = 3s;
  if (in_lookup) {
    a.lookup = [](std::string_view, auto) {};
  } else {
    a.create_connection =
        [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
      co_await never.async_wait(net::use_awaitable);
      co_return nullptr;
    };
  }
  http::agent agent(io.get_executor(), std::move(a));
  auto r = agent.request("GET", "http://test/");
  std::string error;
  r.on_request_error([&](http::request_error const& e) { error = describe(e); });
  r.end();
  io.poll();
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.advance(2s);
  io.restart();
  io.poll();
  CHECK(error.empty());
  clock.advance(1s);
  io.restart();
  io.poll();
  CHECK(error == (in_lookup ? "ETIMEDOUT lookup not_sent" : "ETIMEDOUT connect not_sent"));
  CHECK(agent.totals().sockets == 0);
}

TEST_CASE("client options: destroy_soon on a connecting socket has a time limit", "[client]") {
  net::io_context io;
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  net::steady_timer never(io, net::steady_timer::time_point::max());
  http::agent_options a;
  a.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    co_await never.async_wait(net::use_awaitable);
    co_return nullptr;
  };
  http::agent agent(io.get_executor(), std::move(a));
  auto r = agent.request("GET", "http://test/");
  std::string error;
  int closes = 0;
  r.on_request_error([&](http::request_error const& e) { error = describe(e); });
  r.on_close([&] { ++closes; });
  r.on_socket([](anode::socket s) {
    s.destroy_soon();
    s.set_timeout(0s);
  });
  r.end();
  io.poll();
  clock.advance(59s);
  io.restart();
  io.poll();
  CHECK(closes == 0);
  clock.advance(1s);
  io.restart();
  io.poll();
  CHECK(error == "ECONNRESET connect not_sent");
  CHECK(closes == 1);
  CHECK(agent.totals().sockets == 0);
}

TEST_CASE("client options: one_shot uses a connection of its own and closes it", "[client]") {
  net::io_context io;
  std::vector<std::string> asked;
  std::vector<std::uint16_t> ports;
  http::server server(io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        asked.emplace_back(req.headers().get("connection").value_or("none"));
                        ports.push_back(req.socket().remote_endpoint().port);
                        res.end("ok");
                      });
  server.listen(0, "127.0.0.1");
  auto const ask = [&]() -> net::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      http::request_options o;
      o.host = "127.0.0.1";
      o.port = server.address().port;
      o.one_shot = true;
      auto r = http::request(io.get_executor(), std::move(o));
      r.end();
      auto response = co_await r.response();
      std::string const text = co_await response.text();
      CHECK(text == "ok");
    }
  };
  support::run(io, ask());
  CHECK(asked == std::vector<std::string>{"close", "close"});
  CHECK(ports.at(0) != ports.at(1));
  CHECK(http::global_agent(io.get_executor()).totals().free_sockets == 0);
}

TEST_CASE("client options: the global agent keeps connections for five seconds", "[client]") {
  net::io_context io;
  std::vector<std::uint16_t> ports;
  http::server server(io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        ports.push_back(req.socket().remote_endpoint().port);
                        res.end(req.headers().get("connection").value_or("none"));
                      });
  server.listen(0, "127.0.0.1");
  std::string const url = "http://127.0.0.1:" + std::to_string(server.address().port) + "/";
  auto const ask = [&]() -> net::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      auto response = co_await http::get(io.get_executor(), url);
      std::string const text = co_await response.text();
      CHECK(text == "keep-alive");
    }
  };
  support::run(io, ask());
  CHECK(ports.at(0) == ports.at(1));
  http::agent agent = http::global_agent(io.get_executor());
  CHECK(agent.totals().free_sockets == 1);
  CHECK(agent.options().timeout == 5s);
  CHECK(agent.options().keep_alive);
  CHECK(agent.options().scheduling == http::scheduling::lifo);
  agent.destroy();
}

TEST_CASE("client options: the connector and the system's resolver receive the look-up hints",
          "[client]") {
  client_fixture f;
  http::lookup_hints seen{};
  http::request_options o = options();
  o.hints = http::lookup_hints::addrconfig | http::lookup_hints::v4mapped;
  o.create_connection =
      [&](http::connect_options const& to) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    seen = to.hints;
    throw std::runtime_error("no connection");
  };
  auto r = http::request(f.io.get_executor(), std::move(o));
  f.settle();
  CHECK(seen == (http::lookup_hints::addrconfig | http::lookup_hints::v4mapped));

  // An IPv4 server under an IPv6 name. It is found by its mapped address, and only if the hints
  // request mapped addresses.
  net::io_context io;
  http::server server(io.get_executor(),
                      [](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  server.listen(0, "127.0.0.1");
  auto const ask = [&](http::lookup_hints hints) {
    std::string got;
    auto const run = [&]() -> net::awaitable<void> {
      http::request_options by_name;
      by_name.host = "localhost";
      by_name.port = server.address().port;
      by_name.family = 6;
      by_name.hints = hints;
      by_name.one_shot = true;
      auto request = http::request(io.get_executor(), std::move(by_name));
      request.end();
      try {
        auto response = co_await request.response();
        got = co_await response.text();
      } catch (http::request_error const& e) {
        got = e.code_name();
      }
    };
    support::run(io, run());
    return got;
  };
  CHECK(ask({}) != "ok");

  // The result of the system's resolver. A machine can be without IPv6.
  using tcp = net::ip::tcp;
  boost::system::error_code ec;
  auto const found =
      tcp::resolver(io).resolve(tcp::v6(), "localhost", std::to_string(server.address().port),
                                tcp::resolver::v4_mapped | tcp::resolver::all_matching, ec);
  bool const mapped = std::any_of(found.begin(), found.end(), [&](auto const& entry) {
    boost::system::error_code failed;
    tcp::socket socket(io);
    socket.connect(entry.endpoint(), failed);
    return !failed && entry.endpoint().address().to_v6().is_v4_mapped();
  });
  std::string const answer = ask(http::lookup_hints::v4mapped | http::lookup_hints::all);
  CHECK((answer == "ok") == mapped);
}

TEST_CASE("client options: a signal can be destroyed before its request, and can outlive it",
          "[client]") {
  client_fixture f(keeping());
  net::cancellation_signal long_lived;
  {
    http::request_options o = options();
    o.signal = long_lived.slot();
    auto r = f.watched(f.agent.request(std::move(o)));
    r.end();
    f.settle();
    f.say(0, ok);
    CHECK_FALSE(long_lived.slot().has_handler());
  }
  f.response = {};
  f.settle();
  long_lived.emit(net::cancellation_type::terminal);  // no request remains to be cancelled
  f.settle();
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("client operations: accept any completion token", "[client]") {
  client_and_server f;
  auto const serve = [](http::incoming_message& req,
                        http::server_response& res) -> net::awaitable<void> {
    std::string const body = co_await req.text();
    co_await res.end(body + "!");
  };
  f.server.on_request(serve);
  f.server.on_connect([](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    s.write("HTTP/1.1 200 OK\r\n\r\n");
    try {
      while (auto const chunk = co_await s.read()) {
        s.write(*chunk);
      }
    } catch (boost::system::system_error const&) {
    }
    s.end();
  });

  // Awaitables with co_spawn and use_future.
  auto r = f.request("POST");
  std::future<void> written = net::co_spawn(f.io, r.write("a").as_awaitable(), net::use_future);
  f.settle();
  written.get();

  // A callback.
  std::size_t bytes = 0;
  boost::system::error_code ec = net::error::would_block;
  r.async_write_some(net::buffer("b", 1), [&](boost::system::error_code e, std::size_t n) {
    ec = e;
    bytes = n;
  });
  f.settle();
  CHECK_FALSE(ec);
  CHECK(bytes == 1);

  // A future.
  std::future<std::size_t> some = r.async_write_some(net::buffer("c", 1), net::use_future);
  f.settle();
  CHECK(some.get() == 1);

  // Deferred, and an awaitable.
  bytes = 0;
  r.async_write_some(net::buffer("d", 1),
                     net::deferred)([&](boost::system::error_code, std::size_t n) { bytes = n; });
  f.settle();
  CHECK(bytes == 1);
  auto const awaits = [&]() -> net::awaitable<void> {
    bytes += co_await r.async_write_some(net::buffer("e", 1), net::use_awaitable);
  };
  net::co_spawn(f.io, awaits(), net::detached);
  f.settle();
  CHECK(bytes == 2);
  std::future<void> ended = net::co_spawn(f.io, r.end().as_awaitable(), net::use_future);
  f.settle();
  ended.get();

  // The response as a future, then its body with each token.
  std::future<http::incoming_message> head = net::co_spawn(f.io, r.response(), net::use_future);
  f.settle();
  http::incoming_message response = head.get();
  CHECK(response.status_code() == 200);
  std::string body;
  char c = 0;
  response.async_read_some(net::buffer(&c, 1),
                           [&](boost::system::error_code, std::size_t n) { body.append(&c, n); });
  f.settle();
  std::future<std::size_t> one = response.async_read_some(net::buffer(&c, 1), net::use_future);
  f.settle();
  body.append(&c, one.get());
  response.async_read_some(net::buffer(&c, 1), net::deferred)(
      [&](boost::system::error_code, std::size_t n) { body.append(&c, n); });
  f.settle();
  auto const reads = [&]() -> net::awaitable<void> {
    std::size_t const n = co_await response.async_read_some(net::buffer(&c, 1), net::use_awaitable);
    body.append(&c, n);
  };
  net::co_spawn(f.io, reads(), net::detached);
  f.settle();
  std::future<std::string> rest = net::co_spawn(f.io, response.text(), net::use_future);
  f.settle();
  CHECK(body + rest.get() == "abcde!");
  bool at_end = false;
  response.async_read_some(net::buffer(&c, 1), [&](boost::system::error_code e, std::size_t n) {
    at_end = e == net::error::eof && n == 0;
  });
  f.settle();
  CHECK(at_end);

  // A socket.
  auto connect = f.request("CONNECT", "host:1");
  connect.end();
  std::future<http::upgrade_result> upgraded =
      net::co_spawn(f.io, connect.upgraded(), net::use_future);
  f.settle();
  http::upgrade_result result = upgraded.get();
  anode::socket& socket = result.socket();
  bytes = 0;
  socket.async_write_some(net::buffer("x", 1),
                          [&](boost::system::error_code, std::size_t n) { bytes = n; });
  f.settle();
  std::future<std::size_t> sent = socket.async_write_some(net::buffer("y", 1), net::use_future);
  f.settle();
  CHECK(bytes + sent.get() == 2);
  std::string echoed;
  socket.async_read_some(net::buffer(&c, 1), net::deferred)(
      [&](boost::system::error_code, std::size_t n) { echoed.append(&c, n); });
  f.settle();
  std::future<std::size_t> got = socket.async_read_some(net::buffer(&c, 1), net::use_future);
  f.settle();
  echoed.append(&c, got.get());
  CHECK(echoed == "xy");
}

TEST_CASE("client operations: a cancelled read with any token aborts the request", "[client]") {
  client_fixture f(keeping());
  auto r = f.agent.request("GET", "http://test/");
  http::incoming_message response;
  r.on_response([&](http::incoming_message m) { response = std::move(m); });
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  net::cancellation_signal cancel;
  boost::system::error_code ec;
  char c = 0;
  response.async_read_some(net::buffer(&c, 1), net::bind_cancellation_slot(
                                                   cancel.slot(), [&](boost::system::error_code e,
                                                                      std::size_t) { ec = e; }));
  f.settle();
  net::post(f.io, [&] { cancel.emit(net::cancellation_type::terminal); });
  f.settle();
  CHECK(ec == net::error::operation_aborted);
  CHECK(r.destroyed());
  CHECK(f.agent.totals().sockets == 0);
}

}  // namespace behaviour_client_options
