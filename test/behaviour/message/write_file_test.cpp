// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Files in the body of a message: order, framing, the descriptor's lifetime, short files, filters.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/run.hpp"
#include "support/temp_file.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace behaviour_message_write_file {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::client_fixture;
using support::http_peer;
using support::pattern;
using support::server_fixture;
using support::temp_file;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

using respond = std::function<void(http::server_response&)>;

std::string response_to(std::string_view request, respond const& f) {
  server_fixture s;
  s.server.on_request([&](http::incoming_message&, http::server_response& res) { f(res); });
  http_peer peer = s.connect();
  s.say(peer, request);
  return peer.received();
}

/// Doubles each byte.
class doubling final : public http::body_filter {
public:
  void transform(std::string_view in, bool last, bool, std::string& out) override {
    for (char const c : in) {
      out.append(2, c);
    }
    out.append(last ? 1 : 0, '.');
  }
};

std::string doubled(std::string_view text) {
  std::string all;
  for (char const c : text) {
    all.append(2, c);
  }
  return all;
}

}  // namespace

TEST_CASE("write_file: sends a part of a file in order with other writes") {
  temp_file const file("0123456789");
  CHECK(response_to(get, [&](http::server_response& res) {
          res.write("<");
          res.write_file(file.descriptor(), 2, 5);
          res.write_file(file.descriptor(), 0, 0);
          res.write(">");
          res.write_file(file.descriptor(), 9, 1);
          res.end();
        }).ends_with("\r\n\r\n1\r\n<\r\n5\r\n23456\r\n1\r\n>\r\n1\r\n9\r\n0\r\n\r\n"));
  CHECK(response_to(get, [&](http::server_response& res) {
          res.set_header("Content-Length", 10);
          res.write_file(file.descriptor(), 0, 10);
          res.end();
        }).ends_with("\r\n\r\n0123456789"));
  CHECK(response_to("GET / HTTP/1.0\r\n\r\n", [&](http::server_response& res) {
          res.write_file(file.descriptor(), 8, 2);
          res.end("!");
        }).ends_with("\r\n\r\n89!"));
}

TEST_CASE("write_file: corked data precedes the file, and nothing leaves before uncork") {
  temp_file file("file");
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.flush_headers();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().ends_with("\r\n\r\n"));
  response->cork();
  response->write("a");
  response->write("b");
  response->write_file(file.descriptor(), 0, 4);
  response->write("c");
  f.settle();
  CHECK(peer.take() == "");
  file.close();
  response->uncork();
  response->end();
  f.settle();
  CHECK(peer.take() == "2\r\nab\r\n4\r\nfile\r\n1\r\nc\r\n0\r\n\r\n");
}

TEST_CASE("write_file: a response without a body does not send it") {
  temp_file const file("0123456789");
  std::string const head =
      response_to("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", [&](http::server_response& res) {
        res.set_header("Content-Length", 10);
        res.write_file(file.descriptor(), 0, 10);
        res.end();
      });
  CHECK(head.ends_with("Keep-Alive: timeout=5\r\n\r\n"));
  CHECK(response_to(get, [&](http::server_response& res) {
          res.write_head(304);
          res.write_file(file.descriptor(), 0, 10);
          res.end();
        }).ends_with("\r\n\r\n"));
}

TEST_CASE("write_file: a file is read while the client reads, and the caller may close it then") {
  bool const awaited = GENERATE(false, true);
  bool const chunked = GENERATE(false, true);
  std::string const contents = pattern(300'000);
  std::size_t const before = support::open_descriptors();
  {
    client_and_server f;
    bool finished = false;
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          temp_file file(contents);
          if (!chunked) {
            res.set_header("Content-Length", contents.size());
          }
          if (awaited) {
            co_await res.write_file(file.descriptor(), 0, contents.size());
            CHECK(res.writable_length() < res.writable_high_water_mark());
          } else {
            CHECK_FALSE(res.write_file(file.descriptor(), 0, contents.size()));
            CHECK(res.writable_need_drain());
          }
          file.close();
          co_await res.end();
          finished = true;
        });
    auto const got = f.get();
    CHECK(got->body == contents);
    CHECK(got->header("Transfer-Encoding") == (chunked ? "chunked" : "none"));
    CHECK(finished);
  }
  CHECK(support::open_descriptors() == before);
}

TEST_CASE("write_file: a pipelined response sends it after the responses before it") {
  std::string const contents = pattern(100'000);
  server_fixture f;
  http::server_response* first = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/1") {
      first = &res;
      return;
    }
    temp_file const file(contents);
    res.set_header("Content-Length", contents.size());
    res.write_file(file.descriptor(), 0, contents.size());
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(peer.received().empty());
  first->end("first");
  f.settle();
  CHECK(support::count_of(peer.received(), "\r\n\r\nfirst") == 1);
  CHECK(peer.received().ends_with(contents));
}

TEST_CASE("write_file: a shorter file closes the connection, and the client sees an error") {
  bool const chunked = GENERATE(false, true);
  client_and_server f;
  std::string failure;
  std::string reported;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    reported = http::code_name(e.code);
    s.destroy();
  });
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        temp_file const file(pattern(1000));
        if (!chunked) {
          res.set_header("Content-Length", 1001);
        }
        try {
          co_await res.write_file(file.descriptor(), 0, 1001);
          co_await res.end();
          co_await res.finished();
        } catch (boost::system::system_error const& e) {
          failure = http::code_name(e.code());
        }
      });
  auto const got = f.get();
  CHECK(got->done);
  CHECK(got->error == "ECONNRESET");
  CHECK(failure != "");
  CHECK(reported == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
}

TEST_CASE("write_file: a descriptor that cannot be read closes the connection") {
  server_fixture f;
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  boost::system::error_code reported;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    reported = e.code;
    s.destroy();
  });
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_file(fds[0], 0, 10);
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.ended());
  CHECK(reported == boost::system::errc::invalid_seek);
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_CASE("write_file: impossible positions are refused, and a strict length is checked") {
  temp_file const file("0123456789");
  std::string failure;
  response_to(get, [&](http::server_response& res) {
    failure = support::thrown([&] { res.write_file(file.descriptor(), ~std::uint64_t{0}, 1); });
    CHECK(failure.starts_with("ERR_OUT_OF_RANGE: "));
    failure = support::thrown([&] { res.write_file(file.descriptor(), 1, ~std::uint64_t{0}); });
    CHECK(failure.starts_with("ERR_OUT_OF_RANGE: "));
    res.set_strict_content_length(true);
    res.set_header("Content-Length", 5);
    failure = support::thrown([&] { res.write_file(file.descriptor(), 0, 6); });
    res.write_file(file.descriptor(), 0, 5);
    res.end();
  });
  CHECK(failure.starts_with("ERR_HTTP_CONTENT_LENGTH_MISMATCH: "));
}

TEST_CASE("write_file: after the end and after the loss of the connection it fails") {
  temp_file const file("0123456789");
  server_fixture f;
  std::string after_end;
  std::string after_loss;
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        response = &res;
        try {
          res.end("x");
          co_await res.write_file(file.descriptor(), 0, 1);
        } catch (boost::system::system_error const& e) {
          after_end = http::code_name(e.code());
        }
        req.socket().reset();
        try {
          co_await res.write_file(file.descriptor(), 0, 1);
        } catch (boost::system::system_error const& e) {
          after_loss = http::code_name(e.code());
        }
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(after_end == "ERR_STREAM_WRITE_AFTER_END");
  CHECK(after_loss == "ERR_STREAM_WRITE_AFTER_END");
}

TEST_CASE("write_file: passes through body filters, awaited or not") {
  bool const awaited = GENERATE(false, true);
  std::string const contents = pattern(200'000);
  client_and_server f;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        temp_file file(contents);
        res.set_header("Content-Length", contents.size() + 2);
        res.set_strict_content_length(true);
        res.set_body_filter(std::make_unique<doubling>());
        res.write("<");
        if (awaited) {
          co_await res.write_file(file.descriptor(), 0, contents.size());
          CHECK(res.writable_length() < res.writable_high_water_mark());
        } else {
          res.write_file(file.descriptor(), 0, contents.size());
        }
        file.close();
        co_await res.end(">");
      });
  CHECK(f.get()->body == "<<" + doubled(contents) + ">>.");
}

TEST_CASE("write_file: with filters, later writes follow the file") {
  std::string const contents = pattern(200'000);
  client_and_server f;
  temp_file const file(contents);
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_body_filter(std::make_unique<doubling>());
        anode::write_operation pending = res.write_file(file.descriptor(), 0, contents.size());
        CHECK_FALSE(pending);
        res.write("-");
        anode::write_operation second = res.write_file(file.descriptor(), 5, contents.size() - 5);
        co_await std::move(pending);
        co_await std::move(second);
      });
  CHECK(f.get()->body == doubled(contents + "-" + contents.substr(5)) + ".");
}

TEST_CASE("write_file: with filters, a shorter file destroys the message") {
  temp_file const file("short");
  server_fixture f;
  std::string failure;
  std::string error;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_body_filter(std::make_unique<doubling>());
        try {
          co_await res.write_file(file.descriptor(), 0, 6);
        } catch (boost::system::system_error const& e) {
          failure = http::code_name(e.code());
          error = http::code_name(res.errored());
        }
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(failure == "ERR_STREAM_DESTROYED");
  CHECK(error == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
  CHECK(peer.ended());
}

TEST_CASE("write_file: a request sends a file, before and after its connection exists") {
  std::string const contents = pattern(150'000);
  client_fixture f;
  f.suspend_connects();
  std::optional<temp_file> file(contents);
  http::client_request r = f.request("PUT");
  r.set_header("Content-Length", contents.size() + 1);
  r.write_file(file->descriptor(), 0, contents.size());
  file.reset();
  r.end("!");
  f.settle();
  f.resume_connects();
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\n" + contents + "!"));
  CHECK(r.bytes_sent() == f.peers.at(0).received().size());
}

TEST_CASE("write_file: a request with a file moves to a fresh connection, but is not sent again") {
  http::agent_options options;
  options.keep_alive = true;
  options.retry = 1;
  client_fixture f(options);
  auto const once = [&](std::size_t connection) {
    http::client_request first = f.request("GET");
    first.end();
    f.settle();
    f.say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    f.peers.at(connection).take();
  };
  once(0);
  temp_file const file("0123456789");
  {
    // The server has closed the connection, which the client has not noticed.
    f.peers.at(0).close();
    http::client_request r = f.request("PUT");
    r.set_header("Content-Length", 10);
    r.write_file(file.descriptor(), 0, 10);
    r.end();
    f.settle();
    REQUIRE(f.peers.size() == 2);
    CHECK(f.peers.at(1).take().ends_with("\r\n\r\n0123456789"));
    f.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  }
  f.settle();
  f.pop_events();
  http::client_request r = f.request("PUT");
  r.set_header("Content-Length", 10);
  r.write_file(file.descriptor(), 0, 10);
  r.end();
  f.settle();
  f.peers.at(1).close();
  f.settle();
  CHECK(r.retries() == 0);
  CHECK(f.pop_events().find("error ECONNRESET") != std::string::npos);
}

TEST_CASE("write_file: over TCP and Unix sockets, and the client may disconnect at any time") {
  bool const lost = GENERATE(false, true);
  std::string const contents = pattern(3'000'000);
  temp_file const file(contents);
  net::io_context io;
  http::server server{io.get_executor()};
  std::string failure;
  server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_header("Content-Length", contents.size() - 10);
        try {
          co_await res.write_file(file.descriptor(), 10, contents.size() - 10);
          co_await res.end();
        } catch (boost::system::system_error const& e) {
          failure = http::code_name(e.code());
        }
      });
  server.listen(0, "127.0.0.1");
  std::string body;
  auto const run = [&]() -> net::awaitable<void> {
    http::agent agent(io.get_executor());
    std::string const url = "http://127.0.0.1:" + std::to_string(server.address().port) + "/";
    http::incoming_message response = co_await agent.get(url);
    if (lost) {
      std::optional<std::string_view> const first = co_await response.read();
      CHECK(first.has_value());
      response.socket().reset();
    } else {
      body = co_await response.text(contents.size());
    }
    agent.destroy();
  };
  support::run(io, run());
  server.close_all_connections();
  server.close();
  support::settle(io);
  if (lost) {
    CHECK(failure == "ERR_STREAM_DESTROYED");
  } else {
    CHECK(failure == "");
    CHECK(body == contents.substr(10));
  }
}

}  // namespace behaviour_message_write_file
