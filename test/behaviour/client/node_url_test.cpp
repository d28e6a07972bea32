// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The request head that results from a URL and the options beside it.
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace behaviour_client_node_url {

namespace {

namespace http = anode::http;
using support::client_fixture;

// Returns the head that is sent for a request.
std::string head_of(client_fixture& f, http::client_request r) {
  r.on_response([](http::incoming_message) {});
  r.end();
  f.settle();
  return f.peers.back().received();
}

std::string head_of(std::string_view method, std::string_view url) {
  client_fixture f;
  return head_of(f, f.agent.request(method, url));
}

// Returns the value of a field of a head; "none" if there is none.
std::string header(std::string const& head, std::string const& name) {
  std::size_t const at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) {
    return "none";
  }
  std::size_t const value = at + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace

TEST_CASE("test-http-decoded-auth: userinfo is decoded, then sent as Basic credentials") {
  for (auto const& [userinfo, expected] :
       {std::pair("test%40test%22:123456%5E", "dGVzdEB0ZXN0IjoxMjM0NTZe"),
        std::pair("test%40test:123456", "dGVzdEB0ZXN0OjEyMzQ1Ng=="),
        std::pair("not%3Agood:god", "bm90Omdvb2Q6Z29k"),
        std::pair("not%22good:g%5Eod", "bm90Imdvb2Q6Z15vZA=="),
        std::pair("test1234%3A%3A%3A%3A:mypass", "dGVzdDEyMzQ6Ojo6Om15cGFzcw==")}) {
    INFO(userinfo);
    CHECK(header(head_of("GET", std::string("http://") + userinfo + "@test/"), "Authorization") ==
          std::string("Basic ") + expected);
  }
}

TEST_CASE("test-http-host-header-ipv6-fail: addresses in brackets, followed by the port") {
  for (auto const& [host, expected] :
       {std::pair("::1", "[::1]:80"), std::pair("foo:1234", "foo:1234:80")}) {
    client_fixture f;
    http::request_options o;
    o.host = host;
    o.create_connection = f.agent.options().create_connection;
    // Without an agent there is no default port to compare with.
    CHECK(header(head_of(f, http::request(f.io.get_executor(), std::move(o))), "Host") == expected);
  }
  client_fixture f;
  http::request_options o;
  o.host = "::1";
  CHECK(header(head_of(f, f.agent.request(std::move(o))), "Host") == "[::1]");
}

TEST_CASE("test-http-host-headers: Host contains the port, whatever the method") {
  for (char const* method : {"GET", "POST", "PUT", "DELETE"}) {
    INFO(method);
    CHECK(header(head_of(method, "http://localhost:8080/"), "Host") == "localhost:8080");
  }
}

TEST_CASE("test-http-correct-hostname: the host of a URL is used unchanged") {
  CHECK(header(head_of("GET", "http://example.com%60x.example.com"), "Host") ==
        "example.com`x.example.com");
}

TEST_CASE("test-http-url.parse-auth: user and password are decoded") {
  CHECK(header(head_of("GET", "http://user:pass%3A@localhost:8080/"), "Authorization") ==
        "Basic dXNlcjpwYXNzOg==");
}

TEST_CASE("test-http-url.parse-auth-with-header-in-request: the user's Authorization wins") {
  client_fixture f;
  http::request_options o;
  o.set_url("http://asdf:qwer@localhost:8080/");
  o.headers = {{"Authorization", "NoAuthForYOU"}};
  CHECK(header(head_of(f, f.agent.request(std::move(o))), "Authorization") == "NoAuthForYOU");
}

TEST_CASE("test-http-url.parse-basic: only host and port") {
  CHECK(head_of("GET", "http://localhost:8080") ==
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-url.parse-path: a path is the target") {
  CHECK(head_of("GET", "http://localhost/asdf").starts_with("GET /asdf HTTP/1.1\r\n"));
}

TEST_CASE("test-http-url.parse-post: a method beside a URL") {
  std::string const head = head_of("POST", "http://localhost:8080/asdf?qwer=zxcv");
  CHECK(head.starts_with("POST /asdf?qwer=zxcv HTTP/1.1\r\n"));
  CHECK(header(head, "Host") == "localhost:8080");
}

TEST_CASE("test-http-url.parse-search: a query is part of the target") {
  CHECK(head_of("GET", "http://localhost/asdf?qwer=zxcv")
            .starts_with("GET /asdf?qwer=zxcv HTTP/1.1\r\n"));
}

}  // namespace behaviour_client_node_url
