// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Arguments of requests and options of servers: valid and invalid values.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/run.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <string>
#include <vector>

namespace behaviour_client_node_arguments {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::client_fixture;
using support::thrown;

namespace {

using strings = std::vector<std::string>;

// Returns the exception of a request with this change. Nothing is connected then.
template <class Change>
std::string refused(client_and_server& f, Change change) {
  http::request_options o;
  o.host = "test";
  change(o);
  return thrown([&] { f.agent.request(std::move(o)); });
}

// Sends a request with this change and returns the method and target that the server receives.
template <class Change>
std::string seen(client_and_server& f, Change change) {
  std::string line;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    line = std::string(req.method()) + " " + std::string(req.url());
    res.end();
  });
  http::request_options o;
  o.host = "test";
  change(o);
  http::client_request r = f.agent.request(std::move(o));
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  return line + " " + std::to_string(answer->status);
}

constexpr auto unescaped = "ERR_UNESCAPED_CHARACTERS: Request path contains unescaped characters";

}  // namespace

TEST_CASE("test-http-client-check-http-token: the method is optional and written in upper case") {
  client_and_server f;
  CHECK(seen(f, [](http::request_options&) {}) == "GET / 200");
  CHECK(seen(f, [](http::request_options& o) { o.method = ""; }) == "GET / 200");
  CHECK(seen(f, [](http::request_options& o) { o.method = "GET"; }) == "GET / 200");
  CHECK(seen(f, [](http::request_options& o) { o.method = "post"; }) == "POST / 200");
}

TEST_CASE("test-http-client-defaults: an empty path and an empty method mean the defaults") {
  client_and_server f;
  auto const made = [&](std::string const& method, std::string const& path) {
    http::request_options o;
    o.method = method;
    o.path = path;
    http::client_request r = f.agent.request(std::move(o));
    return std::string(r.method()) + " " + std::string(r.path());
  };
  CHECK(made("GET", "") == "GET /");
  CHECK(made("", "/") == "GET /");
  CHECK(made("", "") == "GET /");
}

TEST_CASE("test-http-client-headers-host-array: Host has a single value") {
  client_and_server f;
  http::header_value const none{std::vector<std::string>()};
  http::header_value const two{"a", "b"};
  for (http::header_value const& value : {none, two}) {
    CHECK(refused(f, [&](http::request_options& o) { o.headers.append("host", value); }) ==
          "ERR_INVALID_ARG_VALUE: The header 'Host' has to be one text");
  }
  CHECK(f.connections_made == 0);
}

TEST_CASE("test-http-client-invalid-path: a path can contain UTF-8 bytes") {
  client_fixture f;
  http::client_request r = f.request("GET", "/thisisinvalid\xef\xbf\xa2");
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received().starts_with("GET /thisisinvalid\xef\xbf\xa2 HTTP/1.1\r\n"));
}

TEST_CASE(
    "test-http-client-path-toctou: a path is validated when the request is made and cannot "
    "change") {
  client_and_server f;
  for (std::string const& path :
       {std::string("/evil\r\nX-Injected: true\r\n\r\n"), std::string("/a\rb"),
        std::string("/a\nb"), std::string("/a\0b", 4)}) {
    CHECK(refused(f, [&](http::request_options& o) { o.path = path; }) == unescaped);
  }
  CHECK(seen(f, [](http::request_options& o) { o.path = "/also-valid"; }) == "GET /also-valid 200");
  CHECK(seen(f, [](http::request_options& o) { o.path = "/path?query=1&other=2"; }) ==
        "GET /path?query=1&other=2 200");
}

TEST_CASE(
    "test-http-client-reject-unexpected-agent: a specific agent, the global agent, no agent") {
  net::io_context io;
  http::server server{io.get_executor(),
                      [](http::incoming_message&, http::server_response& res) { res.end("x"); }};
  server.listen(0, "127.0.0.1");
  http::request_options o;
  o.host = "127.0.0.1";
  o.port = server.address().port;
  std::vector<http::client_request> requests;
  requests.push_back(http::request(io.get_executor(), o));
  http::agent own(io.get_executor());
  requests.push_back(own.request(o));
  o.one_shot = true;
  requests.push_back(http::request(io.get_executor(), o));
  CHECK(http::global_agent(io.get_executor()).totals().sockets == 1);
  CHECK(own.totals().sockets == 1);
  for (http::client_request& r : requests) {
    r.end();
  }
  auto const read = [](http::client_request& r) -> net::awaitable<void> {
    auto answer = co_await r.response();
    CHECK(answer.status_code() == 200);
    std::string const body = co_await answer.text();
    CHECK(body == "x");
  };
  for (http::client_request& r : requests) {
    support::run(io, read(r));
  }
  server.close_all_connections();
}

TEST_CASE("test-http-client-unescaped-path: a path has no control character and no blank") {
  client_and_server f;
  for (int c = 0; c <= 32; ++c) {
    CHECK(refused(f, [&](http::request_options& o) {
            o.path = "bad" + std::string(1, static_cast<char>(c)) + "path";
          }) == unescaped);
  }
}

TEST_CASE("client arguments: DEL is rejected anywhere in a path") {
  client_and_server f;
  for (std::string_view const path : {"\x7f", "/\x7f",
                                      "/a\x7f"
                                      "b",
                                      "/?a=\x7f", "*\x7f"}) {
    CHECK(refused(f, [&](http::request_options& o) { o.path = path; }) == unescaped);
    CHECK(refused(f, [&](http::request_options& o) {
            o.method = "CONNECT";
            o.path = path;
          }) == unescaped);
  }
}

TEST_CASE("test-http-invalid-path-chars: an invalid character anywhere in the path") {
  client_and_server f;
  int refusals = 0;
  for (std::size_t length = 0; length < 40; ++length) {
    for (int c = 0; c <= 0x20; ++c) {
      std::string const path = std::string(length, 'a') + static_cast<char>(c);
      refusals += refused(f, [&](http::request_options& o) { o.path = path; }) == unescaped;
    }
  }
  CHECK(refusals == 40 * 33);
}

TEST_CASE("test-http-invalid-urls: a URL has a scheme and a host") {
  client_and_server f;
  for (std::string const url : {"www.nodejs.org", "localhost", "127.0.0.1", "http://:80/"}) {
    INFO(url);
    CHECK(thrown([&] { f.agent.request("GET", url); }).starts_with("ERR_INVALID_URL: "));
    CHECK(thrown([&] {
            f.agent.request(url, http::request_options());
          }).starts_with("ERR_INVALID_URL: "));
  }
  CHECK(f.connections_made == 0);
}

TEST_CASE("test-http-request-invalid-method-error: a method is a token") {
  client_and_server f;
  CHECK(refused(f, [](http::request_options& o) {
          o.method = std::string(1, '\0');
        }).starts_with("ERR_INVALID_HTTP_TOKEN: Method must be a valid HTTP token [\""));
  CHECK(refused(f, [](http::request_options& o) { o.method = "G T"; }) ==
        "ERR_INVALID_HTTP_TOKEN: Method must be a valid HTTP token [\"G T\"]");
}

TEST_CASE("test-http-url.parse-only-support-http-https-protocol: other schemes are rejected") {
  client_and_server f;
  for (std::string const url :
       {"file:///whatever", "ftp://www.example.com", "xmpp:isaacschlueter", "mailto:asdf@asdf.com",
        "javascript:alert('hello');", "f://some.host/path"}) {
    INFO(url);
    CHECK(thrown([&] { f.agent.request("GET", url); }).starts_with("ERR_INVALID_PROTOCOL: "));
  }
}

TEST_CASE("test-http-server-timeouts-validation: headers_timeout must not exceed request_timeout") {
  net::io_context io;
  auto const made = [&](std::optional<std::chrono::milliseconds> head,
                        std::optional<std::chrono::milliseconds> request) {
    http::server_options o;
    o.headers_timeout = head;
    if (request) {
      o.request_timeout = *request;
    }
    return thrown([&] { http::server(io.get_executor(), o); });
  };
  CHECK(http::server_options().request_timeout == 300s);
  CHECK(made({}, {}) == "nothing");
  CHECK(made(10s, 20s) == "nothing");
  CHECK(made(10s, 10s) == "nothing");
  CHECK(made(10s, {}) == "nothing");
  CHECK(made({}, 20s) == "nothing");
  CHECK(made({}, 100s) == "nothing");
  CHECK(made(10s, 1s) ==
        "ERR_OUT_OF_RANGE: The value of \"headers_timeout\" is out of range. It must be <= "
        "request_timeout.");
}

TEST_CASE(
    "test-http-server-timeouts-validation: headers_timeout is 60 seconds, or request_timeout if "
    "that is shorter") {
  auto const expected = GENERATE(60s, 20s);
  http::server_options o;
  o.request_timeout = expected == 60s ? 100s : 20s;
  o.connections_checking_interval = 1s;
  support::server_fixture f(o);
  support::http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\n");
  f.advance(expected - 1s);
  CHECK_FALSE(peer.ended());
  f.advance(2s);
  CHECK(peer.received() == "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
}

}  // namespace behaviour_client_node_arguments
