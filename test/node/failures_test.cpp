// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Failures: of connections, of peers, and of the program's own functions.
#include "support/client_and_server.hpp"
#include "support/event_log.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

using strings = std::vector<std::string>;

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

// Does all there is to do, and counts the exceptions that leave the executor meanwhile.
int settle_throwing(net::io_context& io) {
  int thrown = 0;
  for (bool more = true; more;) {
    try {
      io.restart();
      io.poll();
      more = false;
    } catch (std::runtime_error const&) {
      ++thrown;
    }
  }
  return thrown;
}

// An agent that makes connections this way.
http::agent_options connecting(http::create_connection_function f) {
  http::agent_options o;
  o.create_connection = std::move(f);
  return o;
}

void note_errors(http::client_request& r, event_log& log) {
  r.on_error([&log](boost::system::error_code ec) {
    log.note("error " + std::string(http::code_name(ec)));
  });
  r.on_response([&log](http::incoming_message) { log.note("response"); });
  r.on_close(log.noting("close"));
}

http::client_request to_test(http::agent& a) {
  http::request_options o;
  o.host = "test";
  return a.request(std::move(o));
}

// A connection whose first read fails, and which has a response to read nevertheless.
class failing_stream final : public anode::byte_stream {
public:
  failing_stream(net::any_io_executor ex, int& reads) : executor_(std::move(ex)), reads_(&reads) {}

  net::any_io_executor get_executor() override { return executor_; }
  void async_read_some(net::mutable_buffer b, anode::io_callback done) override {
    ++*reads_;
    std::string_view const response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    std::size_t const n = net::buffer_copy(b, net::buffer(response));
    anode::error_code ec;
    if (*reads_ == 1) {
      ec = net::error::connection_aborted;
    }
    net::post(executor_, [done = std::move(done), ec, n]() mutable { done(ec, n); });
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers, anode::error_code&) override {
    std::size_t n = 0;
    for (net::const_buffer const& b : buffers) {
      n += b.size();
    }
    return n;
  }
  void async_wait_writable(anode::io_callback) override {}
  void async_shutdown(anode::io_callback) override {}
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }

private:
  net::any_io_executor executor_;
  int* reads_;
  bool open_ = true;
};

}  // namespace

TEST_CASE("test-http-catch-uncaughtexception: what a listener throws leaves the executor once") {
  client_and_server f;
  event_log log;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("bye"); });
  http::client_request r = f.request("GET");
  http::incoming_message response;
  r.on_response([&](http::incoming_message m) {
    response = std::move(m);
    response.dump();
    throw std::runtime_error("get did fail");
  });
  r.on_close(log.noting("close"));
  r.end();
  CHECK(settle_throwing(f.io) == 1);
  CHECK(log.told() == "close");
}

TEST_CASE("test-http-client-immediate-error: a connection that fails at once is told later, once") {
  net::io_context io;
  event_log log;
  http::agent agent(
      io.get_executor(),
      connecting(
          [](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
            throw boost::system::system_error(net::error::network_unreachable);
            co_return nullptr;
          }));
  http::client_request r = to_test(agent);
  note_errors(r, log);
  r.end();
  io.poll();
  CHECK(log.told() == "error ENETUNREACH, close");
}

TEST_CASE("test-http-client-read-in-error: what comes with or behind an error is no response") {
  net::io_context io;
  event_log log;
  int reads = 0;
  http::agent agent(
      io.get_executor(),
      connecting(
          [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
            co_return std::make_unique<failing_stream>(io.get_executor(), reads);
          }));
  http::client_request r = to_test(agent);
  note_errors(r, log);
  r.end();
  io.poll();
  CHECK(log.told() == "error ECONNABORTED, close");
  CHECK(reads == 1);
}

TEST_CASE("test-http-client-req-error-dont-double-fire: nor is a look-up's failure told twice") {
  net::io_context io;
  http::agent_options options;
  options.lookup = [](std::string_view, auto done) { done(net::error::host_not_found, {}); };
  http::agent agent(io.get_executor(), options);
  http::client_request r = to_test(agent);
  int told = 0;
  r.on_error([&](boost::system::error_code ec) {
    ++told;
    CHECK(http::code_name(ec) == "ENOTFOUND");
    throw std::runtime_error("mocked error");
  });
  r.end();
  CHECK(settle_throwing(io) == 1);
  CHECK(told == 1);
}

TEST_CASE("test-http-conn-reset: a connection that is closed before its response") {
  client_and_server f;
  f.server.on_connection([](anode::socket s) { s.destroy(); });
  auto const answer = f.get();
  CHECK(answer->error == "ECONNRESET");
  CHECK(answer->status == 0);
}

TEST_CASE("test-http-destroyed-socket-write2: what is written to a closed connection is an error") {
  client_and_server f;
  event_log log;
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        auto const first = co_await req.read();
        CHECK(first == "hello");
        res.destroy();
      });
  http::client_request r = f.request("POST");
  note_errors(r, log);
  bool accepted = false;
  net::co_spawn(f.io, r.write("hello"), [&](std::exception_ptr e) { accepted = e == nullptr; });
  f.settle();
  CHECK(accepted);
  r.write("hello");
  f.settle();
  CHECK(log.told() == "error ECONNRESET, close");
  CHECK(r.writable_length() == 0);
}

TEST_CASE("test-http-dns-error: a name that is not found is told, never thrown") {
  net::io_context io;
  event_log log;
  http::agent_options options;
  std::string asked;
  options.lookup = [&](std::string_view host, auto done) {
    asked = host;
    net::post(io, [done] { done(net::error::host_not_found, {}); });
  };
  http::agent agent(io.get_executor(), options);
  http::request_options o;
  o.host = std::string(64, '*');
  o.port = 42;
  http::client_request r = agent.request(o);
  note_errors(r, log);
  r.on_request_error([](http::request_error const& e) {
    CHECK(e.phase() == http::request_phase::lookup);
    CHECK(e.verdict() == http::verdict::not_sent);
  });
  r.end();
  CHECK(log.told() == "");
  io.poll();
  CHECK(asked == std::string(64, '*'));
  CHECK(log.told() == "error ENOTFOUND, close");
}

TEST_CASE("test-http-end-throw-socket-handling: listeners that throw hold no connection") {
  client_and_server f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("Hello World\n"); });
  std::vector<http::client_request> requests;
  std::vector<http::incoming_message> responses;
  for (int i = 0; i < 10; ++i) {
    http::client_request r = f.request("GET", "/" + std::to_string(i));
    r.on_response([&](http::incoming_message m) {
      m.on_end([] { throw std::runtime_error("gleep glorp"); });
      responses.push_back(std::move(m));
      responses.back().dump();
    });
    r.end();
    requests.push_back(std::move(r));
  }
  CHECK(settle_throwing(f.io) == 10);
  CHECK(responses.size() == 10);
  CHECK(f.agent.totals().sockets == 0);
  CHECK(f.server.connections() == 0);
}

TEST_CASE("test-http-exceptions: a handler that throws answers 500, and the server goes on") {
  client_and_server f;
  int told = 0;
  bool fails = true;
  f.server.on_error([&](std::exception_ptr) { ++told; });
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    if (fails) {
      throw std::runtime_error("foo");
    }
    res.end("served");
  });
  for (int i = 1; i <= 4; ++i) {
    CHECK(f.get()->status == 500);
    CHECK(told == i);
  }
  fails = false;
  CHECK(f.get()->body == "served");
}

TEST_CASE("test-http-header-badrequest: an error behind a head is not answered with another") {
  server_fixture f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.write("asd"); });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.say(peer, "BAD\r\n\r\n");
  CHECK(count_of(peer.received(), "HTTP/1.1") == 1);
  CHECK(peer.received().ends_with("\r\n\r\n3\r\nasd\r\n"));
  CHECK(peer.ended());
}

TEST_CASE("test-http-outgoing-message-capture-rejection: what fails in the body cuts it off") {
  client_and_server f;
  int told = 0;
  f.server.on_error([&](std::exception_ptr) { ++told; });
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        std::string const block(1024, 'x');
        bool room = true;
        while (room) {
          room = static_cast<bool>(res.write(block));
        }
        co_await res.drained();
        throw std::runtime_error("kaboom");
      });
  auto const answer = f.get();
  CHECK(answer->status == 200);
  CHECK(answer->error == "ECONNRESET");
  CHECK(told == 1);
}

TEST_CASE("test-http-request-lookup-error-catchable: a connection refused inside of the call") {
  net::io_context io;
  event_log log;
  http::agent agent(
      io.get_executor(),
      connecting(
          [](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
            throw http::exception(http::error::invalid_arg_value, "blocked");
            co_return nullptr;
          }));
  http::client_request r = to_test(agent);
  r.end();
  note_errors(r, log);
  std::string message;
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
  io.poll();
  CHECK(log.told() == "error ERR_INVALID_ARG_VALUE, close");
  CHECK(message == "blocked");
}

TEST_CASE("test-http-server-capture-rejections: a coroutine that throws") {
  client_and_server f;
  std::string path;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        if (req.url() == "/head") {
          res.write_head(200, {"Content-Type", "application/json"});
        } else {
          res.set_header("Content-Type", "application/json");
        }
        if (req.url() == "/body") {
          co_await res.write("{");
        }
        throw std::runtime_error("kaboom");
      });
  SECTION("before the head is made answers 500, without what it had set") {
    auto const answer = f.get("/");
    CHECK(answer->status == 500);
    CHECK(answer->body == "Internal Server Error");
    CHECK(answer->header("Content-Type") == "none");
  }
  SECTION("before the head has left does, too") {
    auto const answer = f.get("/head");
    CHECK(answer->status == 500);
    CHECK(answer->header("Content-Type") == "none");
  }
  SECTION("in the body cuts it off") {
    auto const answer = f.get("/body");
    CHECK(answer->status == 200);
    CHECK(answer->header("Content-Type") == "application/json");
    CHECK(answer->error == "ECONNRESET");
  }
}

TEST_CASE("test-http-server-client-error: who is told of the error answers on the socket") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end(); });
  int told = 0;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    ++told;
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    CHECK(e.bytes_parsed == 1);
    CHECK(e.message == "Parse Error: Invalid method encountered");
    CHECK(e.raw_packet == "Oopsie-doopsie\r\n");
    s.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().starts_with("HTTP/1.1 200 OK\r\n"));
  f.say(peer, "Oopsie-doopsie\r\n");
  CHECK(told == 1);
  CHECK(peer.received() == "HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-destroy-socket-on-client-error: nobody told, the answer is 400") {
  server_fixture f;
  int told = 0;
  http::server_trace trace;
  trace.client_error = [&](http::client_error const& e, anode::socket const&) {
    ++told;
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    CHECK(e.bytes_parsed == 1);
    CHECK(e.message == "Parse Error: Invalid method encountered");
    CHECK(e.raw_packet == "FOO /\r\n");
  };
  f.server.set_trace(std::move(trace));
  http_peer peer = f.connect();
  f.say(peer, "FOO /\r\n");
  CHECK(told == 1);
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-multiple-client-error: bytes behind an error are no second error") {
  server_fixture f;
  strings packets;
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { ++handled; });
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    packets.emplace_back(e.raw_packet);
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "1");
  f.say(peer, "23 http://example.com HTTP/1.1\r\n\r\n");
  CHECK(packets == strings{"1"});
  CHECK(handled == 0);
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-socket-error-listeners: a bad connection that is left open ends with its client") {
  server_fixture f;
  strings packets;
  f.server.on_client_error([&](http::client_error const& e, anode::socket) {
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    packets.emplace_back(e.raw_packet);
  });
  http_peer peer = f.connect();
  for (int i = 0; i < 21; ++i) {
    f.say(peer, "*");
  }
  CHECK(packets == strings{"*"});
  CHECK(f.server.connections() == 1);
  peer.end();
  f.settle();
  CHECK(f.server.connections() == 0);
}

TEST_CASE("test-http-econnrefused: requests fail while there is no server") {
  net::io_context io;
  std::uint16_t port = 0;
  auto const listen = [&] {
    auto server = std::make_unique<http::server>(
        io.get_executor(),
        [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          std::string const body = co_await req.text();
          CHECK(body == "PING");
          http::header_list const closing("Connection", "close");
          res.write_head(200, closing);
          co_await res.end("PONG");
        });
    server->listen(port, "127.0.0.1");
    port = server->address().port;
    return server;
  };
  listen()->close_all_connections();  // finds a port
  http::agent agent(io.get_executor());
  auto const ping = [&]() -> std::string {
    std::string outcome;
    auto const run = [&]() -> net::awaitable<void> {
      http::request_options o;
      o.method = "POST";
      o.host = "127.0.0.1";
      o.port = port;
      http::client_request r = agent.request(o);
      r.end("PING");
      try {
        http::incoming_message answer = co_await r.response();
        outcome = co_await answer.text();
      } catch (http::request_error const& e) {
        outcome = e.what();
        CHECK(e.phase() == http::request_phase::connect);
      }
    };
    support::run(io, run());
    return outcome;
  };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 2; ++i) {
      CHECK(ping().find("ECONNREFUSED") != std::string::npos);
    }
    auto const server = listen();
    CHECK(ping() == "PONG");
    CHECK(ping() == "PONG");
  }
}
