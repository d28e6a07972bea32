// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The documented options of a request, item by item.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace behaviour_client_request_options {

namespace {

namespace http = anode::http;
using namespace anode::test;
using support::client_fixture;
using namespace std::chrono_literals;

// Returns the head that results from the options.
std::string head_of(http::request_options o) {
  client_fixture f;
  auto r = f.agent.request(std::move(o));
  r.end();
  f.settle();
  return f.peers.at(0).received();
}

}  // namespace

TEST_CASE("request options: Host and the other default headers") {
  CHECK(head_of(options()) == "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  http::request_options o = options();
  o.set_host = false;
  CHECK(head_of(std::move(o)) == "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  o = options("POST");
  o.set_default_headers = false;
  CHECK(head_of(std::move(o)) == "POST / HTTP/1.1\r\n\r\n");
  o = options("POST");
  o.set_default_headers = false;
  o.set_host = true;
  CHECK(head_of(std::move(o)) == "POST / HTTP/1.1\r\nHost: test\r\n\r\n");
  o = options();
  o.auth = "user:pass";
  o.port = 8080;
  o.default_port = 8080;
  CHECK(head_of(std::move(o)) ==
        "GET / HTTP/1.1\r\nHost: test\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"
        "Connection: close\r\n\r\n");
  o = options();
  o.headers = {{"X-List", {"a", "b"}}};
  o.unique_headers = {"x-list"};
  CHECK(head_of(std::move(o)) ==
        "GET / HTTP/1.1\r\nX-List: a; b\r\nHost: test\r\nConnection: close\r\n\r\n");
}

TEST_CASE("request options: invalid protocols and numbers are rejected") {
  client_fixture f;
  http::request_options o = options();
  o.protocol = "https:";
  try {
    f.agent.request(std::move(o));
    FAIL("accepted");
  } catch (http::exception const& e) {
    CHECK(e.code_name() == "ERR_INVALID_PROTOCOL");
    CHECK(std::string(e.what()) == "Protocol \"https:\" not supported. Expected \"http:\"");
  }
  o = options();
  o.timeout = -1ms;
  CHECK_THROWS_AS(f.agent.request(std::move(o)), http::exception);
  CHECK_THROWS_AS(f.agent.request("GET", "not a url"), http::exception);
  f.settle();
  CHECK(f.peers.empty());
}

TEST_CASE("request options: limits and leniency of the response's parser") {
  std::string const folded = "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n";
  std::string const twice = "HTTP/1.1 200 OK\r\nAge: 1\r\nAge: 2\r\nContent-Length: 0\r\n\r\n";
  std::string const large =
      "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  auto const get = [](http::request_options o, std::string const& bytes, auto&& look) {
    client_fixture f;
    auto r = f.watched(f.agent.request(std::move(o)));
    r.end();
    f.settle();
    f.say(0, bytes);
    std::string const error = f.pop_events();
    if (f.response) {
      look(f.response);
    }
    return error.find("response 200") != std::string::npos;
  };
  auto const ignore = [](http::incoming_message&) {};

  CHECK_FALSE(get(options(), folded, ignore));
  http::request_options o = options();
  o.insecure_http_parser = true;
  CHECK(get(std::move(o), folded, ignore));

  CHECK(get(options(), twice,
            [](http::incoming_message& m) { CHECK(m.headers().get("age") == "1"); }));
  o = options();
  o.join_duplicate_headers = true;
  CHECK(get(std::move(o), twice,
            [](http::incoming_message& m) { CHECK(m.headers().get("age") == "1, 2"); }));

  CHECK_FALSE(get(options(), large, ignore));
  o = options();
  o.max_header_size = 32768;
  CHECK(get(std::move(o), large, ignore));

  client_fixture f;
  auto r = f.request("GET");
  r.set_max_headers_count(3);
  CHECK(r.max_headers_count() == 3);
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 200 OK\r\na: 1\r\nb: 2\r\nc: 3\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events() == "error HPE_HEADER_OVERFLOW, close");
}

}  // namespace behaviour_client_request_options
