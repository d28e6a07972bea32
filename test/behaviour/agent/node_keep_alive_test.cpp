// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Which connections an agent keeps, for how long, and which ones it reuses.

#include "support/client_and_server.hpp"

#include <string>
#include <vector>

namespace behaviour_agent_node_keep_alive {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;

namespace {

http::agent_options keeping(std::size_t max_sockets = http::agent_options::no_limit,
                            std::size_t max_free_sockets = 256) {
  http::agent_options o;
  o.keep_alive = true;
  o.max_sockets = max_sockets;
  o.max_free_sockets = max_free_sockets;
  return o;
}

// A server that answers every request and records its connections and requests.
struct answering : client_and_server {
  explicit answering(http::agent_options o, http::server_options server_options = {})
      : client_and_server(std::move(server_options), std::move(o)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      urls.emplace_back(req.url());
      sockets.push_back(req.socket());
      counts_when_asked = agent.totals();
      if (req.url() == "/error") {
        res.destroy();
      } else {
        res.end("hello");
      }
    });
  }

  std::vector<std::string> urls;
  std::vector<anode::socket> sockets;  // the server's ends, by request
  http::agent::counts counts_when_asked;
};

// Reads a response, then sends another request.
net::awaitable<void> then_another(answering& f, http::client_request first, std::string& outcome) {
  http::incoming_message response = co_await first.response();
  std::size_t free_at_end = 1;
  response.on_end([&] { free_at_end = f.agent.totals().free_sockets; });
  co_await response.text();
  outcome = free_at_end == 0 ? "in use at the end, " : "free at the end, ";
  auto next = f.request("GET", "/next");
  outcome += next.reused_socket() ? "reused" : "fresh";
  next.end();
  co_await next.response();
}

}  // namespace

TEST_CASE("test-http-agent-keepalive: one connection, until either side ends it") {
  answering f(keeping(5, 5));
  auto first = f.request("GET", "/first");
  CHECK_FALSE(first.reused_socket());
  first.end();
  auto answer = f.fetch(std::move(first));
  f.settle();
  CHECK(answer->body == "hello");
  CHECK(f.counts_when_asked.sockets == 1);
  CHECK(f.counts_when_asked.free_sockets == 0);
  auto const by_name = f.agent.by_name();
  REQUIRE(by_name.size() == 1);
  CHECK(by_name.begin()->first == "test:80:");
  CHECK(by_name.begin()->second.sockets == 0);
  CHECK(by_name.begin()->second.free_sockets == 1);

  auto second = f.request("GET", "/second");
  CHECK(second.reused_socket());
  CHECK(f.agent.totals().free_sockets == 0);
  second.end();
  answer = f.fetch(std::move(second));
  f.settle();
  CHECK(answer->body == "hello");
  CHECK(f.connections_made == 1);

  auto remote_close = f.request("GET", "/remote_close");
  CHECK(remote_close.reused_socket());
  remote_close.end();
  answer = f.fetch(std::move(remote_close));
  f.settle();
  CHECK(answer->body == "hello");
  f.sockets.back().end();
  f.settle();
  CHECK(f.agent.by_name().empty());

  auto error = f.request("GET", "/error");
  std::string message;
  error.on_request_error([&](http::request_error const& e) { message = e.what(); });
  error.end();
  answer = f.fetch(std::move(error));
  f.settle();
  CHECK(answer->error == "ECONNRESET");
  CHECK(message.starts_with("socket hang up"));
  CHECK(f.agent.by_name().empty());
  CHECK(f.connections_made == 2);
}

TEST_CASE("test-http-agent-error-on-idle: an error of a free connection is not reported") {
  bool const noticed = GENERATE(true, false);
  answering f(keeping());
  CHECK(f.get()->body == "hello");
  REQUIRE(f.agent.totals().free_sockets == 1);
  f.advance(2ms);
  f.sockets.back().reset();
  if (noticed) {
    f.settle();
    CHECK(f.agent.totals().free_sockets == 0);
  }
  auto const answer = f.get();
  CHECK(answer->body == "hello");
  CHECK(answer->error.empty());
  CHECK(f.connections_made == 2);
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("test-http-agent-timeout: free connections time out and are not reused afterwards") {
  SECTION("a request made at the end of a response reuses its connection") {
    answering f(keeping());
    std::string outcome;
    auto first = f.request("GET");
    first.end();
    net::co_spawn(f.io, then_another(f, std::move(first), outcome), net::detached);
    f.settle();
    CHECK(outcome == "in use at the end, reused");
    CHECK(f.urls.size() == 2);
    CHECK(f.connections_made == 1);
  }
  SECTION("after the agent's timeout the connection is closed") {
    http::agent_options o = keeping();
    o.timeout = 50ms;
    answering f(std::move(o));
    f.get();
    f.advance(49ms);
    CHECK(f.agent.totals().free_sockets == 1);
    f.advance(1ms);
    CHECK(f.agent.totals().free_sockets == 0);
    CHECK(f.sockets.back().destroyed());
    CHECK(f.get()->body == "hello");
    CHECK(f.connections_made == 2);
  }
  SECTION("a connection destroyed when it becomes free is not reused") {
    http::agent_options o = keeping();
    o.keep_socket_alive = [](anode::socket s) {
      s.destroy();
      return true;
    };
    answering f(std::move(o));
    f.get();
    CHECK(f.agent.totals().free_sockets == 0);
    CHECK(f.get()->body == "hello");
    CHECK(f.connections_made == 2);
  }
  SECTION("keep_socket_alive can set another timeout") {
    http::agent_options o = keeping();
    o.timeout = 50ms;
    o.keep_socket_alive = [](anode::socket s) {
      s.set_timeout(60ms);
      return true;
    };
    answering f(std::move(o));
    f.get();
    f.advance(59ms);
    CHECK(f.agent.totals().free_sockets == 1);
    f.advance(1ms);
    CHECK(f.agent.totals().free_sockets == 0);
  }
}

TEST_CASE(
    "test-http-agent-keep-alive-timeout-buffer: retired that much earlier than the server's "
    "timeout") {
  http::server_options server;
  server.keep_alive_timeout = 3s;
  http::agent_options o = keeping();
  auto const buffer = GENERATE(1500ms, 1000ms, -100ms);
  o.keep_alive_timeout_buffer = buffer;
  answering f(std::move(o), server);
  auto const margin = buffer < 0ms ? 1000ms : buffer;  // a negative buffer means the default
  CHECK(f.agent.options().keep_alive_timeout_buffer == margin);
  CHECK(f.get()->header("Keep-Alive") == "timeout=3");
  f.advance(3000ms - margin - 1ms);
  CHECK(f.agent.totals().free_sockets == 1);
  f.advance(1ms);
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("test-http-keepalive-free: destroying a finished request leaves its connection open") {
  bool const abort = GENERATE(true, false);
  answering f(keeping());
  auto r = f.request("GET");
  bool destroyed_at_response = true;
  r.on_response([&](http::incoming_message m) {
    destroyed_at_response = r.destroyed();
    auto const response = std::make_shared<http::incoming_message>(std::move(m));
    response->on_end([&, response] {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
      if (abort) {
        r.abort();
      } else {
        r.destroy();
      }
#pragma GCC diagnostic pop
    });
    response->dump();
  });
  r.end();
  CHECK_FALSE(r.destroyed());
  f.settle();
  CHECK_FALSE(destroyed_at_response);
  CHECK(r.destroyed());
  CHECK(f.agent.totals().free_sockets == 1);
  CHECK_FALSE(f.sockets.back().destroyed());
  CHECK(f.get()->body == "hello");
  CHECK(f.connections_made == 1);
}

TEST_CASE("test-http-keepalive-override: the hooks of an agent") {
  std::vector<anode::socket> asked;
  std::vector<anode::socket> reused;
  http::agent_options o = keeping(5, 2);
  o.keep_socket_alive = [&](anode::socket s) {
    asked.push_back(s);
    return asked.size() == 2;
  };
  o.reuse_socket = [&](anode::socket s) { reused.push_back(s); };
  answering f(std::move(o));
  f.get();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].destroyed());
  f.get();
  REQUIRE(asked.size() == 2);
  CHECK_FALSE(asked[1].destroyed());
  CHECK(reused.empty());
  f.get();
  REQUIRE(asked.size() == 3);
  REQUIRE(reused.size() == 1);
  CHECK(reused[0] == asked[1]);
  CHECK(asked[2] == asked[1]);
  CHECK(asked[2].destroyed());
  CHECK(f.connections_made == 2);
}

TEST_CASE("test-http-keepalive-maxsockets: the limits of used and of free connections") {
  answering f(keeping(5, 2));
  f.server.listen(0, "127.0.0.1");
  for (std::size_t const connections : {5u, 8u}) {
    std::vector<std::shared_ptr<support::fetched>> answers;
    for (int i = 0; i < 10; ++i) {
      auto r = f.request("GET");
      r.end();
      answers.push_back(f.fetch(std::move(r)));
    }
    CHECK(f.agent.totals().sockets == 5);
    f.settle();
    for (auto const& a : answers) {
      CHECK(a->body == "hello");
    }
    CHECK(f.agent.totals().free_sockets == 2);
    CHECK(f.agent.totals().sockets == 0);
    CHECK(f.connections_made == connections);
  }
  f.agent.destroy();
  bool closed = false;
  net::co_spawn(f.io, f.server.close().as_awaitable(),
                [&](std::exception_ptr e) { closed = e == nullptr; });
  f.settle();
  CHECK(closed);
}

TEST_CASE("test-http-agent-remove: a connection removed from the pool ends with its request") {
  bool const answered = GENERATE(true, false);
  client_and_server f({}, keeping());
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.flush_headers();
  });
  auto r = f.request("GET");
  http::incoming_message got;
  r.on_response([&](http::incoming_message m) {
    got = std::move(m);
    anode::socket s = got.socket();
    CHECK(f.agent.remove(s));
    CHECK_FALSE(f.agent.remove(s));  // no longer in the pool
  });
  r.end();
  f.settle();
  REQUIRE(got);
  CHECK(f.agent.by_name().empty());
  anode::socket const s = got.socket();
  CHECK(s);
  CHECK_FALSE(s.destroyed());
  CHECK_FALSE(r.destroyed());
  if (answered) {
    got.dump();
    response->end("x");
  } else {
    r.destroy();
  }
  f.settle();
  CHECK(got.complete() == answered);
  CHECK(s.destroyed());
  CHECK(f.agent.by_name().empty());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-agent-remove: a free connection removed from the pool is closed") {
  anode::socket kept;
  http::agent_options o = keeping();
  o.keep_socket_alive = [&](anode::socket s) {
    kept = std::move(s);
    return true;
  };
  answering f(std::move(o));
  f.get();
  REQUIRE(f.agent.totals().free_sockets == 1);
  CHECK(f.agent.remove(kept));
  CHECK(f.agent.totals().free_sockets == 0);
  f.settle();
  CHECK(kept.destroyed());
  CHECK_FALSE(f.agent.remove(anode::socket()));
}

TEST_CASE("test-http-agent-destroyed-socket: a waiting request gets a connection of its own") {
  http::agent_options o;
  o.max_sockets = 1;
  answering f(std::move(o));
  auto first = f.request("GET", "/1");
  auto second = f.request("GET", "/2");
  anode::socket first_socket;
  anode::socket second_socket;
  std::size_t waiting = 0;
  first.on_response([&](http::incoming_message m) {
    waiting = f.agent.totals().requests;
    auto const response = std::make_shared<http::incoming_message>(std::move(m));
    response->on_end([&, response] { first_socket.destroy(); });
    response->dump();
  });
  first.on_socket([&](anode::socket s) { first_socket = std::move(s); });
  second.on_socket([&](anode::socket s) { second_socket = std::move(s); });
  first.end();
  second.end();
  auto const answer = f.fetch(std::move(second));
  f.settle();
  CHECK(waiting == 1);
  CHECK(answer->body == "hello");
  CHECK(f.urls == std::vector<std::string>{"/1", "/2"});
  CHECK_FALSE(first_socket == second_socket);
  CHECK(first_socket.destroyed());
  CHECK(second_socket.destroyed());
  CHECK(f.connections_made == 2);
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-client-agent: without keep-alive each response ends its connection") {
  client_and_server f;
  std::vector<http::server_response*> open;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { open.push_back(&res); });
  std::vector<std::shared_ptr<support::fetched>> answers;
  for (char const* path : {"/0", "/1", "/2"}) {
    auto r = f.request("GET", path);
    r.end();
    answers.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  REQUIRE(open.size() == 3);
  for (std::size_t const last : {1u, 2u, 0u}) {
    std::size_t const before = f.agent.totals().sockets;
    open[last]->end("ok");
    f.settle();
    CHECK(answers[last]->body == "ok");
    CHECK(f.agent.totals().sockets == before - 1);
  }
  CHECK(f.agent.by_name().empty());
}

TEST_CASE(
    "test-http-agent-reuse-drained-socket-only: no reuse while the request is still being sent") {
  net::io_context io;
  http::agent_options o = keeping();
  std::vector<anode::socket> server_ends;
  o.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    auto pair = anode::transport::make_memory_pair(io.get_executor(), 1000);
    anode::socket s(std::move(pair.second));  // The peer never reads.
    s.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n");
    server_ends.push_back(std::move(s));
    co_return std::move(pair.first);
  };
  http::agent agent(io.get_executor(), std::move(o));
  auto const run = [&] {
    io.restart();
    io.poll();
  };
  std::vector<anode::socket> used;
  int answers = 0;
  auto const ask = [&](std::string_view method) {
    http::request_options options;
    options.method = method;
    auto r = agent.request(std::move(options));
    r.on_socket([&](anode::socket s) { used.push_back(std::move(s)); });
    r.on_response([&](http::incoming_message m) {
      ++answers;
      m.dump();
    });
    return r;
  };
  auto first = ask("POST");
  std::string const large(1024 * 1024, 'x');
  for (int i = 0; i < 3; ++i) {
    first.write(large);
  }
  first.end();
  run();
  CHECK(answers == 1);
  CHECK(used.at(0).writable_length() > 0);
  CHECK(agent.totals().free_sockets == 0);
  auto second = ask("GET");
  second.end();
  run();
  CHECK(answers == 2);
  CHECK_FALSE(used.at(0) == used.at(1));
  CHECK(agent.totals().free_sockets == 1);
  auto third = ask("GET");
  CHECK(third.reused_socket());
  third.end();
  run();
  CHECK(used.at(1) == used.at(2));
  CHECK(server_ends.size() == 2);
  agent.destroy();
  run();
}

}  // namespace behaviour_agent_node_keep_alive
