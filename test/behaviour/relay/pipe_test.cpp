// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/http.hpp>
#include <anode/pipe.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>
#include <string>

namespace behaviour_relay_pipe {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;

namespace {

// A proxy between a client and an origin that the test plays. The body of the request and the
// response are piped independently, therefore either can end first.
struct proxy_fixture {
  proxy_fixture() {
    auto const pass = [this](http::incoming_message& req, http::server_response& res) {
      return forward(*this, req, res);
    };
    server.on_request(pass);
    server.on_check_continue(pass);
  }

  static net::awaitable<void> send(proxy_fixture& self, http::incoming_message& req) {
    try {
      self.sent = co_await http::pipe(req, self.out);
    } catch (boost::system::system_error const& e) {
      self.send_error = http::code_name(e.code());
    }
  }

  static net::awaitable<void> forward(proxy_fixture& self, http::incoming_message& req,
                                      http::server_response& res) {
    self.out = self.agent.request(req.method(), "http://origin" + std::string(req.url()));
    http::pass_headers(req, self.out);
    if (self.length) {
      self.out.remove_header("Transfer-Encoding");
      self.out.set_header("Content-Length", *self.length);
    }
    http::pass_information(self.out, res);
    net::co_spawn(req.get_executor(), send(self, req), net::detached);
    try {
      http::incoming_message answer = co_await self.out.response();
      res.set_status_code(answer.status_code());
      http::pass_headers(answer, res);
      self.received = co_await http::pipe(answer, res);
    } catch (boost::system::system_error const& e) {
      self.receive_error = http::code_name(e.code());
    }
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent agent{loop.get_executor(),
                    {.keep_alive = true, .create_connection = origin.connections()}};
  http::client_request out;
  std::optional<std::string> length;  // replaces the length of the body
  std::optional<std::uint64_t> sent;
  std::optional<std::uint64_t> received;
  std::string send_error;
  std::string receive_error;
  http::server server{loop.get_executor()};
  testing::peer client = loop.connect(server);
};

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("pipe: regenerates the framing of a body and forwards the trailers") {
  proxy_fixture f;
  f.client.send(
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "1;ext=1\r\na\r\n1\r\nb\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(head.find("Trailer: X-Sum\r\n") != std::string::npos);
  CHECK(head.find("Host: origin\r\n") != std::string::npos);
  CHECK(head.find("Host: a\r\n") == std::string::npos);
  CHECK(f.origin[0].take().find(";ext") == std::string::npos);
  f.client.send("3\r\ncde\r\n0\r\nX-Sum: 1\r\nAuthorization: me\r\n\r\n");
  f.origin[0].expect("3\r\ncde\r\n0\r\nX-Sum: 1\r\n\r\n");
  CHECK(f.sent == 5U);
  f.origin[0].send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
      "2\r\nok\r\n0\r\nT: 2\r\nSet-Cookie: x\r\n\r\n");
  f.client.expect_until("\r\n\r\n");
  f.client.expect("2\r\nok\r\n0\r\nT: 2\r\n\r\n");
  CHECK(f.received == 2U);
  f.client.expect_silence();
}

TEST_CASE("pipe: passes on the trailers of an empty body that no Trailer field announces") {
  proxy_fixture f;
  f.client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  f.origin[0].expect("0\r\nX-Sum: 1\r\n\r\n");
  f.origin[0].send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: 2\r\n\r\n");
  CHECK(f.client.expect_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") !=
        std::string::npos);
  f.client.expect("0\r\nT: 2\r\n\r\n");
}

TEST_CASE("pipe: keeps Content-Length and sends the head before the body arrives") {
  proxy_fixture f;
  f.client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
  f.client.send("abc");
  f.origin[0].expect("abc");
  f.origin[0].expect_silence();
  f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  CHECK(f.client.expect_until("\r\n\r\n").find("Content-Length: 4\r\n") != std::string::npos);
  f.origin[0].send("wxyz");
  f.client.expect("wxyz");
}

TEST_CASE("pipe: forwards a body that ends with its connection in chunks") {
  proxy_fixture f;
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.origin[0].take().ends_with("\r\n\r\n"));
  f.origin[0].send("HTTP/1.1 200 OK\r\n\r\nall");
  f.origin[0].end();
  CHECK(f.client.expect_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") !=
        std::string::npos);
  f.client.expect("3\r\nall\r\n0\r\n\r\n");
}

TEST_CASE("pipe: forwards a body in chunks, whatever the method") {
  auto const method =
      GENERATE(as<std::string>{}, "DELETE", "GET", "OPTIONS", "POST", "TRACE", "PROPFIND");
  INFO(method);
  proxy_fixture f;
  std::string const head = method + " / HTTP/1.1\r\nHost: a\r\n";
  SECTION("received at once") {
    f.client.send(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    CHECK(f.origin[0].expect_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") !=
          std::string::npos);
    f.origin[0].expect("2\r\nhi\r\n0\r\n\r\n");
  }
  SECTION("received in parts") {
    f.client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    CHECK(f.origin[0].expect_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") !=
          std::string::npos);
    f.client.send("2\r\nhi\r\n");
    f.origin[0].expect("2\r\nhi\r\n");
    f.client.send("0\r\n\r\n");
    f.origin[0].expect("0\r\n\r\n");
  }
  SECTION("with a length") {
    f.client.send(head + "Content-Length: 2\r\n\r\nhi");
    CHECK(f.origin[0].expect_until("\r\n\r\n").find("Content-Length: 2\r\n") != std::string::npos);
    f.origin[0].expect("hi");
  }
  CHECK(f.sent == 2U);
  f.origin[0].send(ok);
  f.client.expect("HTTP/1.1 200 OK\r\n");
}

TEST_CASE("pipe: a body that violates its length destroys the request instead of shortening it") {
  proxy_fixture f;
  std::string const head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  SECTION("longer than the length that the user has set") {
    f.length = "3";
    f.client.send(head + "4\r\nabcd\r\n0\r\n\r\n");
    CHECK(f.send_error == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
  }
  SECTION("longer, received in parts") {
    f.length = "3";
    f.client.send(head + "2\r\nab\r\n");
    CHECK(f.origin[0].received().ends_with("\r\n\r\nab"));
    f.client.send("2\r\ncd\r\n");
    CHECK(f.send_error == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
  }
  SECTION("shorter") {
    f.length = "5";
    f.client.send(head + "4\r\nabcd\r\n0\r\n\r\n");
    CHECK(f.send_error == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
  }
  CHECK_FALSE(f.sent.has_value());
  CHECK_FALSE(f.receive_error.empty());
  if (f.origin.size() > 0) {
    CHECK(f.origin[0].ended());
    CHECK(f.origin[0].received().find("abcd") ==
          (f.length == "3" ? std::string_view::npos : f.origin[0].received().size() - 4));
  }
}

TEST_CASE("pipe: forwards a 204 response without a length") {
  proxy_fixture f;
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n");
  std::string const head = f.client.expect_until("\r\n\r\n");
  CHECK(head.find("X-A: 1\r\n") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
}

TEST_CASE(
    "pipe: drops informational responses to a client that does not read when its output is full") {
  proxy_fixture f;
  http::server_options options = f.server.options();
  options.high_water_mark = 2048;
  f.server.set_options(options);
  testing::peer slow = f.loop.connect(f.server, 500);
  slow.stop_listening();
  slow.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string const hint =
      "HTTP/1.1 103 Early Hints\r\nLink: </" + std::string(900, 'x') + ">; rel=preload\r\n\r\n";
  for (int i = 0; i != 15; ++i) {
    f.origin[0].send(hint + "HTTP/1.1 100 Continue\r\n\r\n");
    for (http::connection_info const& c : f.server.connections()) {
      CHECK(c.unsent_bytes < options.high_water_mark + hint.size());
    }
  }
  f.origin[0].send(ok);
  slow.listen();
  std::string const all = slow.take();
  CHECK(all.find("HTTP/1.1 103 ") == 0);
  CHECK(all.size() < 6 * hint.size());
  CHECK(all.ends_with("\r\n\r\nok"));
  CHECK(all.find("HTTP/1.1 100 ") == all.rfind("HTTP/1.1 100 "));
}

TEST_CASE("pipe: forwards informational responses to clients that support them") {
  proxy_fixture f;
  SECTION("100 from the origin, not from the proxy") {
    f.client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    f.client.expect_silence();
    CHECK(f.origin[0].expect_until("\r\n\r\n").find("Expect: 100-continue\r\n") !=
          std::string::npos);
    f.origin[0].send("HTTP/1.1 100 Continue\r\n\r\n");
    f.client.expect("HTTP/1.1 100 Continue\r\n\r\n");
    f.client.send("x");
    f.origin[0].expect("x");
    f.origin[0].send(ok);
    f.client.expect("HTTP/1.1 200 OK\r\n");
  }
  SECTION("a final response instead of 100") {
    f.client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    f.origin[0].send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    f.client.expect("HTTP/1.1 413 ");
  }
  SECTION("others, without hop-by-hop fields") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send(
        "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nConnection: X-A\r\nX-A: 1\r\n\r\n");
    f.client.expect("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");
    f.origin[0].send(ok);
    f.client.expect("HTTP/1.1 200 OK\r\n");
  }
  SECTION("not to HTTP/1.0") {
    f.client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    f.origin[0].send("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");
    f.client.expect_silence();
    f.origin[0].send(ok);
    f.client.expect("HTTP/1.1 200 OK\r\n");
  }
}

TEST_CASE("pipe: a failed read closes the destination") {
  proxy_fixture f;
  SECTION("a request that is cut off") {
    f.client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    f.origin[0].expect_until("\r\n\r\na");
    f.client.reset();
    CHECK(f.origin[0].ended());
    CHECK(f.send_error == "ECONNRESET");
    CHECK_FALSE(f.sent.has_value());
  }
  SECTION("a response that is cut off is not ended normally") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    f.client.expect_until("2\r\nab\r\n");
    f.origin[0].close();
    CHECK(f.client.received().empty());
    CHECK(f.client.ended());
    CHECK(f.receive_error == "ECONNRESET");
  }
}

TEST_CASE("pipe: a failed write closes the source, unless an answer is possible") {
  proxy_fixture f;
  SECTION("a response") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    f.client.expect_until("\r\n\r\n");
    f.client.reset();
    CHECK(f.origin[0].ended());  // at once, not with the next read
    CHECK_FALSE(f.receive_error.empty());
  }
  SECTION("a request") {
    f.client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na");
    f.origin[0].send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    f.origin[0].close();
    f.client.expect("HTTP/1.1 413 ");
    CHECK(f.send_error == "ERR_STREAM_PREMATURE_CLOSE");  // at once, not with the next read
    f.client.take();
    f.client.send("bcd");
    CHECK_FALSE(f.client.ended());
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(f.origin.size() == 2);
  }
}

TEST_CASE("pipe: applies back-pressure") {
  proxy_fixture f;
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].take();
  f.client.stop_listening();
  constexpr std::size_t size = 4'000'000;
  f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n" + std::string(size, 'x'));
  CHECK_FALSE(f.received.has_value());
  CHECK(f.out.socket().bytes_read() < 700'000);
  f.client.listen();
  f.loop.settle();
  CHECK(f.received == size);
  CHECK(f.client.take().size() > size);
}

TEST_CASE("pipe: a response that is buffered completely frees its connection") {
  proxy_fixture f;
  constexpr std::size_t size = 60'000;
  f.client = f.loop.connect(f.server, 1000);
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].take();
  f.client.stop_listening();
  f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + std::string(size, 'x'));
  SECTION("when the client reads it") {
    f.client.listen();
    f.client.expect_until("\r\n\r\n");
    f.client.expect(std::string(size, 'x'));
    CHECK(f.received == size);
  }
  SECTION("when the client is lost") {
    f.client.reset();
    f.loop.settle();
    CHECK_FALSE(f.received == 0U);
  }
  CHECK(f.agent.totals().free_sockets == 1);
  CHECK_FALSE(f.origin[0].ended());
}

TEST_CASE("pipe: rejects a message in a transfer coding other than chunked") {
  testing::event_loop loop;
  std::string seen;
  http::server server{loop.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        seen += http::can_be_passed_on(req) ? "yes " : "no ";
                        res.end();
                      }};
  testing::peer client = loop.connect(server);
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  CHECK(seen == "no yes ");
}

}  // namespace behaviour_relay_pipe
