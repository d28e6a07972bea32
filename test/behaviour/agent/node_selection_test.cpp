// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Which agent a request uses, the key of its connections, and how it opens them.

#include "support/client_and_server.hpp"

#include <anode/error.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace behaviour_agent_node_selection {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;

namespace {

using connection = std::unique_ptr<anode::byte_stream>;

void run(net::io_context& io) {
  io.restart();
  io.poll();
}

// A server that counts requests and answers them.
struct counting : client_and_server {
  counting()
      : client_and_server({}, [] {
          http::agent_options o;
          o.keep_alive = true;
          return o;
        }()) {
    server.on_request([this](http::incoming_message&, http::server_response& res) {
      ++handled;
      res.end("ok");
    });
  }
  int handled = 0;
};

// Records the outcome of a request.
struct outcome {
  explicit outcome(http::client_request& r) {
    r.on_response([this](http::incoming_message m) {
      ++responses;
      m.dump();
    });
    r.on_request_error([this](http::request_error const& e) {
      ++errors;
      code = e.code();
      what = e.what();
    });
    r.on_close([this, &r] { closed = r.destroyed(); });
  }
  int responses = 0;
  int errors = 0;
  boost::system::error_code code;
  std::string what;
  bool closed = false;
};

}  // namespace

TEST_CASE("test-http-agent-getname: the options that form the key of shared connections") {
  net::io_context io;
  http::agent const agent(io.get_executor());
  auto const name = [&](auto change) {
    http::request_options o;
    change(o);
    return agent.get_name(o);
  };
  CHECK(name([](auto& o) {
          o.port = 80;
          o.local_address = "192.168.1.1";
        }) == "localhost:80:192.168.1.1");
  CHECK(name([](auto&) {}) == "localhost::");
  CHECK(name([](auto& o) { o.default_port = 8080; }) == "localhost:8080:");
  CHECK(name([](auto& o) { o.host = "0.0.0.0"; }) == "0.0.0.0::");
  CHECK(name([](auto& o) { o.socket_path = "/tmp/a"; }) == "localhost:::/tmp/a");
  CHECK(name([](auto& o) { o.family = 0; }) == "localhost::");
  CHECK(name([](auto& o) { o.family = 5; }) == "localhost::");
  CHECK(name([](auto& o) { o.family = 4; }) == "localhost:::4");
  CHECK(name([](auto& o) { o.family = 6; }) == "localhost:::6");
}

TEST_CASE(
    "test-http-addrequest-localaddress: the key contains the local address, but not the path") {
  net::io_context io;
  http::agent_options o;
  o.max_sockets = 1;
  o.create_connection = [](http::connect_options const& to) -> net::awaitable<connection> {
    net::steady_timer never(co_await net::this_coro::executor);
    CHECK(to.local_address == "127.0.0.1");
    never.expires_at(net::steady_timer::time_point::max());
    co_await never.async_wait(net::use_awaitable);
    co_return connection();
  };
  http::agent agent(io.get_executor(), std::move(o));
  std::vector<http::client_request> requests;
  for (char const* path : {"/", "/foo"}) {
    http::request_options to;
    to.port = 8080;
    to.local_address = "127.0.0.1";
    to.path = path;
    requests.push_back(agent.request(std::move(to)));
  }
  run(io);
  auto const by_name = agent.by_name();
  REQUIRE(by_name.size() == 1);
  CHECK(by_name.begin()->first == "localhost:8080:127.0.0.1");
  CHECK(by_name.begin()->second.sockets == 1);
  CHECK(by_name.begin()->second.requests == 1);
  requests.clear();
  run(io);
  CHECK(agent.by_name().empty());
}

TEST_CASE("test-http-agent-false: without an agent and a port the port is 80") {
  net::io_context io;
  http::request_options o;
  o.one_shot = true;
  o.host = "127.0.0.1";
  std::vector<std::uint16_t> ports;
  o.create_connection = [&](http::connect_options const& to) -> net::awaitable<connection> {
    ports.push_back(to.port);
    throw boost::system::system_error(net::error::connection_refused);
    co_return connection();
  };
  auto r = http::request(io.get_executor(), std::move(o));
  outcome seen(r);
  r.end();
  run(io);
  CHECK(ports == std::vector<std::uint16_t>{80});
  CHECK(seen.responses + seen.errors == 1);
  CHECK(seen.code == net::error::connection_refused);
}

TEST_CASE("test-http-request-agent: without an agent the connection ends with the response") {
  client_and_server f;
  std::string received;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    received = req.headers().get("connection").value_or("");
    res.end("ok");
  });
  http::request_options o;
  o.one_shot = true;
  o.create_connection = f.agent.options().create_connection;
  auto r = http::request(f.io.get_executor(), std::move(o));
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->status == 200);
  CHECK(answer->body == "ok");
  CHECK(received == "close");
  CHECK(f.server.connection_count() == 0);
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-agent-null: without an agent option the global agent is used") {
  counting f;
  http::agent global = http::global_agent(f.io.get_executor());
  CHECK(global.options().keep_alive);
  CHECK(global.options().timeout == std::chrono::seconds(5));
  global.set_options(f.agent.options());
  auto r = http::request(f.io.get_executor(), "GET", "http://test/");
  CHECK(global.totals().sockets == 1);
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->body == "ok");
  CHECK(f.handled == 1);
  CHECK(global.totals().free_sockets == 1);
}

TEST_CASE("test-http-client-override-global-agent: the global agent can be replaced") {
  counting f;
  http::set_global_agent(f.agent);
  http::request_options o;
  o.port = 8123;
  std::string const name = f.agent.get_name(o);
  auto r = http::request(f.io.get_executor(), std::move(o));
  CHECK(f.agent.by_name().at(name).sockets == 1);
  bool closed = false;
  r.on_close([&] { closed = r.destroyed(); });
  r.end();
  f.settle();
  CHECK(f.handled == 1);
  CHECK(closed);  // although the response is not read
}

TEST_CASE("test-http-agent-no-protocol: an empty protocol is http") {
  counting f;
  for (char const* protocol : {"", "http:"}) {
    http::request_options o;
    o.protocol = protocol;
    auto r = f.agent.request("http://test/", std::move(o));
    r.end();
    auto const answer = f.fetch(std::move(r));
    f.settle();
    CHECK(answer->body == "ok");
  }
  http::request_options https;
  https.protocol = "https:";
  CHECK_THROWS_AS(f.agent.request(std::move(https)), http::exception);
}

TEST_CASE("test-http-agent: batches of requests, and failing connections") {
  counting f;
  http::set_global_agent(f.agent);
  std::vector<std::shared_ptr<support::fetched>> all;
  for (int batch = 0; batch < 4; ++batch) {
    for (int i = 0; i < 4; ++i) {
      auto r = http::request(f.io.get_executor(), "GET", "http://test/");
      r.end();
      all.push_back(f.fetch(std::move(r)));
    }
    f.advance(std::chrono::milliseconds(batch));
  }
  CHECK(f.handled == 16);
  for (auto const& a : all) {
    CHECK(a->body == "ok");
  }

  f.agent.destroy();
  f.settle();
  http::agent_options failing;
  failing.create_connection = [](http::connect_options const&) -> net::awaitable<connection> {
    co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
    throw std::runtime_error("nothing");
    co_return connection();
  };
  f.agent.set_options(std::move(failing));
  std::vector<http::client_request> requests;
  std::vector<std::unique_ptr<outcome>> outcomes;
  for (int i = 0; i < 16; ++i) {
    requests.push_back(http::request(f.io.get_executor(), "GET", "http://test/"));
  }
  for (http::client_request& r : requests) {
    outcomes.push_back(std::make_unique<outcome>(r));
    r.end();
  }
  f.settle();
  for (auto const& o : outcomes) {
    CHECK(o->errors == 1);
    CHECK(o->what == "nothing");
    CHECK(o->responses == 0);
  }
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-agent-close: a connector that fails immediately") {
  net::io_context io;
  http::agent_options o;
  o.create_connection = [](http::connect_options const&) -> net::awaitable<connection> {
    throw boost::system::system_error(net::error::host_unreachable, "no way");
    co_return connection();
  };
  http::agent agent(io.get_executor(), std::move(o));
  auto r = agent.request("GET", "http://test/");
  outcome seen(r);
  r.end();
  run(io);
  CHECK(seen.errors == 1);
  CHECK(seen.code == net::error::host_unreachable);
  CHECK(seen.what.starts_with("no way"));
  CHECK(seen.closed);
}

TEST_CASE("test-http-agent-abort-controller: a signal while connecting and while waiting") {
  bool const connecting = GENERATE(true, false);
  net::io_context io;
  bool cancelled = false;
  http::agent_options o;
  o.create_connection = [&](http::connect_options const&) -> net::awaitable<connection> {
    net::steady_timer never(co_await net::this_coro::executor);
    never.expires_at(net::steady_timer::time_point::max());
    try {
      co_await never.async_wait(net::use_awaitable);
    } catch (boost::system::system_error const&) {
      cancelled = true;
      throw;
    }
    co_return connection();
  };
  http::agent agent(io.get_executor(), std::move(o));
  net::cancellation_signal signal;
  http::request_options to;
  to.signal = signal.slot();
  auto r = agent.request(std::move(to));
  outcome seen(r);
  CHECK(signal.slot().has_handler());
  r.end();
  if (connecting) {
    run(io);
  }
  signal.emit(net::cancellation_type::terminal);
  run(io);
  CHECK(seen.errors == 1);
  CHECK(seen.code == http::error::aborted);
  CHECK(http::code_name(seen.code) == "ABORT_ERR");
  CHECK(seen.closed);
  CHECK(cancelled == connecting);  // The connector is cancelled, or was never called.
  CHECK_FALSE(signal.slot().has_handler());
  CHECK(agent.by_name().empty());
  signal.emit(net::cancellation_type::terminal);
  run(io);
  CHECK(seen.errors == 1);
}

}  // namespace behaviour_agent_node_selection
