// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Bytes that a user must not be able to send with a request, whatever their source.
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace security_client_injection {

namespace {

namespace http = anode::http;
using support::client_fixture;

std::vector<std::string> const evil{"\r\n", "a\r\nX: y", "a\nb", "a\rb", std::string("a\0b", 3),
                                    "\x7f"};

// Returns the name of the error that `f` throws; empty if it throws nothing.
template <class F>
std::string thrown(F f) {
  try {
    f();
  } catch (http::exception const& e) {
    return std::string(e.code_name());
  }
  return {};
}

}  // namespace

TEST_CASE("client injection: a request with a line break in its options makes no connection",
          "[hostile]") {
  for (std::string const& text : evil) {
    INFO(text);
    client_fixture f;
    auto const with = [&](auto change) {
      return thrown([&] {
        http::request_options o;
        o.host = "test";
        change(o);
        auto r = f.agent.request(std::move(o));
        r.end();
      });
    };
    CHECK(with([&](http::request_options& o) { o.method = "GET" + text; }) ==
          "ERR_INVALID_HTTP_TOKEN");
    if (text != "\x7f") {  // A target can have DEL, as in Node.
      CHECK(with([&](http::request_options& o) { o.path = "/" + text; }) ==
            "ERR_UNESCAPED_CHARACTERS");
    }
    CHECK(with([&](http::request_options& o) { o.host = "test" + text; }) == "ERR_INVALID_CHAR");
    CHECK(with([&](http::request_options& o) { o.headers.append("X", text); }) ==
          "ERR_INVALID_CHAR");
    CHECK(with([&](http::request_options& o) { o.headers.append("X" + text, "y"); }) ==
          "ERR_INVALID_HTTP_TOKEN");
    CHECK(with([&](http::request_options& o) { o.headers = {"X", "y", "Z", text}; }) ==
          "ERR_INVALID_CHAR");
    CHECK(with([&](http::request_options& o) { o.headers.append("Upgrade", text); }) ==
          "ERR_INVALID_CHAR");
    CHECK(with([&](http::request_options& o) { o.headers.append("Content-Type", text); }) ==
          "ERR_INVALID_CHAR");
    // Userinfo is encoded, therefore a line break is harmless.
    http::request_options o;
    o.host = "test";
    o.auth = "user:" + text;
    auto r = f.agent.request(std::move(o));
    r.end();
    f.settle();
    REQUIRE(f.peers.size() == 1);
    CHECK(support::count_of(f.peers.at(0).received(), "\r\n") == 5);
  }
}

TEST_CASE("client injection: nothing is decoded after a URL is validated", "[hostile]") {
  for (char const* path : {"/%0d%0aX:%20y", "/a%00b", "/%0A"}) {
    client_fixture f;
    auto r = f.agent.request("GET", std::string("http://test") + path);
    r.end();
    f.settle();
    CHECK(f.peers.at(0).received().starts_with("GET " + std::string(path) + " HTTP/1.1\r\n"));
    CHECK(support::count_of(f.peers.at(0).received(), "\r\n") == 4);
  }
  client_fixture f;
  CHECK(thrown([&] { f.agent.request("GET", "http://te%0d%0ast/"); }) == "ERR_INVALID_URL");
  CHECK(thrown([&] { f.agent.request("GET", "http://te%00st/"); }) == "ERR_INVALID_URL");
}

TEST_CASE(
    "client injection: headers and trailers with a line break are rejected and change nothing",
    "[hostile]") {
  for (std::string const& text : evil) {
    INFO(text);
    client_fixture f;
    auto r = f.request("POST");
    CHECK(thrown([&] { r.set_header("X", text); }) == "ERR_INVALID_CHAR");
    CHECK(thrown([&] { r.append_header("X", text); }) == "ERR_INVALID_CHAR");
    CHECK(thrown([&] { r.set_header("X" + text, "y"); }) == "ERR_INVALID_HTTP_TOKEN");
    CHECK(thrown([&] { r.set_headers({{"X", text}}); }) == "ERR_INVALID_CHAR");
    CHECK(thrown([&] { r.add_trailers({{"X", text}}); }) == "ERR_INVALID_CHAR");
    CHECK(thrown([&] { r.add_trailers({{"X" + text, "y"}}); }) == "ERR_INVALID_HTTP_TOKEN");
    r.write("a");
    r.end();
    f.settle();
    CHECK(f.peers.at(0).received() ==
          "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
          "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
  }
}

TEST_CASE("client injection: the user's framing headers cannot turn a body into a request",
          "[hostile]") {
  std::string const body = "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n";

  SECTION("a body on a method that has none by default is framed") {
    for (char const* method : {"GET", "HEAD", "DELETE", "OPTIONS"}) {
      INFO(method);
      client_fixture f;
      auto r = f.request(method);
      r.end(body);
      f.settle();
      CHECK(f.peers.at(0).received().find("\r\nContent-Length: " + std::to_string(body.size()) +
                                          "\r\n") != std::string::npos);
    }
  }
  SECTION("a length that is not one number is refused") {
    for (char const* length : {"5, 5", "+5", "0x5", "", "5 5", "-1", "18446744073709551616"}) {
      INFO(length);
      client_fixture f;
      auto r = f.request("POST");
      r.set_header("Content-Length", length);
      CHECK(thrown([&] { r.write(body); }) == "ERR_HTTP_INVALID_HEADER_VALUE");
      f.settle();
      CHECK(f.peers.at(0).received().empty());
    }
  }
  SECTION("a length beside a transfer coding is omitted") {
    client_fixture f;
    auto r = f.request("POST");
    r.set_header("Content-Length", 5);
    r.set_header("Transfer-Encoding", "chunked");
    r.end(body);
    f.settle();
    CHECK(f.peers.at(0).received().find("Content-Length") == std::string::npos);
    CHECK(f.peers.at(0).received().ends_with("\r\n0\r\n\r\n"));
  }
  SECTION("names that differ in case only are one field") {
    client_fixture f;
    http::request_options o;
    o.host = "test";
    o.method = "POST";
    o.headers = {{"Content-Length", 5}, {"content-length", 6}};
    auto r = f.agent.request(std::move(o));
    r.end("123456");
    f.settle();
    CHECK(support::count_of(f.peers.at(0).received(), "ontent-") == 1);
    client_fixture flat;
    CHECK(thrown([&] {
            http::request_options p;
            p.host = "test";
            p.method = "POST";
            p.headers = {"Host", "test", "Content-Length", "5", "content-length", "6"};
            auto s = flat.agent.request(std::move(p));
            s.end("123456");
          }) == "ERR_HTTP_INVALID_HEADER_VALUE");
    flat.settle();
    CHECK((flat.peers.empty() || flat.peers.at(0).received().empty()));
  }
  SECTION("a coding other than chunked is rejected") {
    for (char const* coding : {"gzip", "chunked, gzip", "chunked, chunked", "", "xchunked"}) {
      INFO(coding);
      client_fixture f;
      auto r = f.request("POST");
      r.set_header("Transfer-Encoding", coding);
      CHECK(thrown([&] { r.end(body); }) == "ERR_HTTP_INVALID_HEADER_VALUE");
      f.settle();
      CHECK(f.peers.at(0).received().empty());
    }
  }
  SECTION("a body that differs from its declared length closes the connection") {
    http::agent_options a;
    a.keep_alive = true;
    client_fixture f(std::move(a));
    auto r = f.request("POST");
    r.set_strict_content_length(true);
    r.set_header("Content-Length", 5);
    CHECK(thrown([&] { r.end("123456"); }) == "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
    f.settle();
    CHECK(f.peers.at(0).received().find("123456") == std::string::npos);
  }
}

}  // namespace security_client_injection
