// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Non-ASCII bytes in bodies and headers. Text is bytes, whatever its encoding.

#include "support/client_and_server.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace behaviour_message_node_body_bytes {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::http_peer;
using support::server_fixture;

TEST_CASE("test-http-chunk-problem: ten megabytes in chunks of any size") {
  client_and_server f;
  constexpr std::size_t size = 10 * 1024 * 1024;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        std::string const zeros(65536, '\0');
        std::size_t left = size;
        for (std::size_t n = 1; left > 0; n = (n * 7 + 13) % zeros.size() + 1) {
          std::size_t const now = std::min(n, left);
          co_await res.write(std::string_view(zeros).substr(0, now));
          left -= now;
        }
        co_await res.end();
      });
  auto const response = f.get();
  CHECK(response->header("Transfer-Encoding") == "chunked");
  CHECK(response->body == std::string(size, '\0'));
}

TEST_CASE("test-http-chunked: a text with multi-byte characters") {
  client_and_server f;
  std::string text;
  while (text.size() < 200'000) {
    text += "南越国是前203年至前111年存在于岭南地区的一个国家";
  }
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/plain; charset=utf8"}});
    res.end(text);
  });
  CHECK(f.get()->body == text);
}

TEST_CASE("test-http-default-encoding: a body is sent unchanged") {
  client_and_server f;
  std::string const text = "This is a unicode text: سلام";
  std::string received;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        received = co_await req.text();
        res.write_head(200);
        res.end("hello world\n");
      });
  http::client_request r = f.request("POST");
  r.end(text);
  auto const response = f.fetch(std::move(r));
  f.settle();
  CHECK(received == text);
  CHECK(response->status == 200);
}

TEST_CASE("test-http-header-obstext: bytes above ASCII in a request's header") {
  client_and_server f;
  std::string received;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    received = req.headers().get("test").value_or("none");
    res.end("ok");
  });
  auto const response = f.get("/", {{"Test", "D\xfcsseldorf"}});
  CHECK(response->status == 200);
  CHECK(received == "D\xfcsseldorf");
}

TEST_CASE("test-http-hex-write: writes keep their order") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.set_header("Content-Length", "9");
    std::uint8_t const bytes[] = {0x68, 0x65, 0x78, 0x0a};
    res.write(std::string_view(reinterpret_cast<char const*>(bytes), sizeof bytes));
    res.write("utf8\n");
    res.end();
  });
  auto const response = f.get();
  CHECK(response->header("Content-Length") == "9");
  CHECK(response->body == "hex\nutf8\n");
}

TEST_CASE("test-http-server-non-utf8-header: bytes of a header are sent unchanged") {
  std::string const name = "b\xc3\xa5r";
  client_and_server f;
  SECTION("in a list") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200, http::header_list("content-disposition", name));
      res.end();
    });
  }
  SECTION("as one of several values") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200, {{"content-disposition", std::vector<std::string>{name}}});
      res.end();
    });
  }
  SECTION("with a length, and a text as the body") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200, http::header_list("Content-Length", "5", "content-disposition", name));
      res.end("hello");
    });
  }
  auto const response = f.get();
  CHECK(response->status == 200);
  CHECK(response->header("content-disposition") == name);
}

TEST_CASE(
    "test-http-outgoing-first-chunk-singlebyte-encoding: head and body are encoded independently") {
  server_fixture f;
  std::string const utf16("h\0e\0l\0l\0o\0", 10);
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("content-type", "text/plain");
    res.write(utf16);
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.0\r\n\r\n");
  CHECK(peer.received() ==
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nDate: now\r\nConnection: close\r\n\r\n" +
            utf16);
  CHECK(peer.ended());
}

}  // namespace behaviour_message_node_body_bytes
