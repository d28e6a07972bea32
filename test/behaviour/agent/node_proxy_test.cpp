// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Requests through a proxy. Node 24 and later offer them as the Agent's `proxyEnv`.

#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace behaviour_agent_node_proxy {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;

namespace {

constexpr char hello[] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHello world";

http::agent_options through(std::string proxy, std::string no_proxy = {}) {
  http::agent_options o;
  o.proxy = std::move(proxy);
  o.no_proxy = std::move(no_proxy);
  o.keep_alive = true;
  return o;
}

// A client whose connections the test plays. The test sees their intended targets.
struct proxied : client_fixture {
  explicit proxied(http::agent_options o = through("http://proxy:8000"))
      : client_fixture(std::move(o)) {}

  http::client_request ask(std::string_view url, std::string_view method = "GET") {
    auto r = watched(agent.request(method, url));
    r.on_request_error([this](http::request_error const& e) { message = e.what(); });
    return r;
  }

  // Sends a GET. Returns the target of its connection.
  std::string get(std::string_view url) {
    auto r = ask(url);
    r.end();
    settle();
    std::string const where = targets.empty() ? "" : targets.back();
    say(peers.size() - 1, hello);
    CHECK(response.status_code() == 200);
    return where;
  }

  std::string message;
};

std::string refusal(std::string const& proxy) {
  net::io_context io;
  try {
    http::agent const agent(io.get_executor(), through(proxy));
  } catch (http::exception const& e) {
    return std::string(e.code_name()) + " " + e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("test-http-proxy-request: the proxy receives the whole URL, Host names the target") {
  proxied f;
  CHECK(f.get("http://localhost:3000/test") == "proxy:8000");
  CHECK(f.peers.at(0).received() ==
        "GET http://localhost:3000/test HTTP/1.1\r\n"
        "Host: localhost:3000\r\nConnection: keep-alive\r\n\r\n");
  CHECK(f.pop_events() ==
        "socket, finish, response 200, data Hello world, res.end, close, res.close");
}

TEST_CASE("a path cannot change the host of a request to a proxy") {
  struct row {
    char const* method;
    char const* path;
    char const* expected;  // the target, or the error
  };
  row const rows[] = {
      {"GET", "/a", "http://origin.test/a"},
      {"GET", "//evil.test/a", "http://origin.test//evil.test/a"},
      {"GET", "/@evil.test", "http://origin.test/@evil.test"},
      {"GET", "http://origin.test/b", "http://origin.test/b"},
      {"GET", "HTTP://ORIGIN.test:80?c", "HTTP://ORIGIN.test:80?c"},
      {"OPTIONS", "*", "http://origin.test"},
      {"GET", "*", "form"},
      {"GET", "@evil.test/x", "form"},
      {"GET", ".evil.test/x", "form"},
      {"GET", ":8080/x", "form"},
      {"GET", "?x", "form"},
      {"GET", "ftp://origin.test/x", "form"},
      {"GET", "https://origin.test/x", "form"},
      {"GET", "http://evil.test/x", "other"},
      {"GET", "http://origin.test@evil.test/x", "other"},
      {"GET", "http://origin.test.evil.test/x", "other"},
      {"GET", "http://origin.test:81/x", "other"},
      {"GET", "http://user@origin.test/x", "other"},
      {"GET", "http:///x", "other"},
      {"GET", "http://", "other"},
  };
  for (row const& r : rows) {
    INFO(r.path);
    proxied f;
    http::request_options o;
    o.method = r.method;
    o.host = "origin.test";
    o.path = r.path;
    try {
      auto request = f.agent.request(std::move(o));
      request.end();
      f.settle();
      std::string const head = f.peers.at(0).received();
      CHECK(head.substr(0, head.find("\r\n")) ==
            std::string(r.method) + " " + r.expected + " HTTP/1.1");
      CHECK(head.find("\r\nHost: origin.test\r\n") != std::string::npos);
    } catch (http::exception const& e) {
      std::string_view const what = e.what();
      std::string const code(e.code_name());
      bool const is_form = what.find("must be in absolute-form or start with /") != what.npos;
      bool const is_other = what.find("must match the request authority") != what.npos;
      CHECK(code == "ERR_INVALID_ARG_VALUE");
      CHECK(std::string(is_form ? "form" : is_other ? "other" : "?") == r.expected);
      CHECK(f.peers.empty());
    }
  }
}

TEST_CASE("a Host that is not the target's is refused in a request to a proxy") {
  struct row {
    char const* host;
    bool accepted;
  };
  row const rows[] = {{"origin.test", true},       {"ORIGIN.test:80", true},
                      {"evil.test", false},        {"origin.test:81", false},
                      {"origin.test.evil", false}, {"origin.test, evil.test", false}};
  for (bool const in_options : {true, false}) {
    for (row const& r : rows) {
      INFO(r.host << (in_options ? " among the options" : " set later"));
      proxied f;
      http::request_options o;
      o.host = "origin.test";
      std::string code = "accepted";
      try {
        if (in_options) {
          o.headers = http::header_list({{"Host", r.host}});
        }
        auto request = f.agent.request(std::move(o));
        if (!in_options) {
          request.set_header("Host", r.host);
        }
        request.end();
        f.settle();
        CHECK(f.peers.at(0).received().starts_with("GET http://origin.test/ HTTP/1.1\r\n"));
      } catch (http::exception const& e) {
        code = e.code_name();
        f.settle();
        CHECK((f.peers.empty() || f.peers.at(0).received().empty()));
      }
      CHECK(code == (r.accepted ? "accepted" : "ERR_INVALID_ARG_VALUE"));
    }
  }
}

TEST_CASE("test-http-proxy-request-ipv6: addresses in brackets") {
  proxied f(through("http://[::1]:8000"));
  CHECK(f.get("http://[::1]:3000/test") == "::1:8000");
  CHECK(f.peers.at(0).received().starts_with(
      "GET http://[::1]:3000/test HTTP/1.1\r\nHost: [::1]:3000\r\n"));
}

TEST_CASE("test-http-proxy-request-connection-refused: an unreachable proxy is not bypassed") {
  proxied f;
  f.refuse = true;
  auto r = f.ask("http://localhost:3000/test");
  r.end();
  f.settle();
  CHECK(f.pop_events() == "socket, error ECONNREFUSED, close");
  CHECK(f.targets == std::vector<std::string>{"proxy:8000"});
}

TEST_CASE("test-http-proxy-request-https-proxy: rejected without TLS") {
  CHECK(refusal("https://proxy:8000") ==
        "ERR_PROXY_INVALID_CONFIG Invalid proxy URL: "
        "https://proxy:8000");
}

TEST_CASE("test-http-proxy-request-invalid-char-in-options: line breaks in a host") {
  proxied f;
  for (char const* host : {"local\rhost", "local\nhost", "local\r\nhost"}) {
    http::request_options o;
    o.host = host;
    std::string code;
    try {
      auto r = f.agent.request(std::move(o));
    } catch (http::exception const& e) {
      code = e.code_name();
    }
    CHECK(code == "ERR_INVALID_CHAR");
  }
  f.settle();
  CHECK(f.targets.empty());
}

TEST_CASE("test-http-proxy-request-invalid-char-in-url: line breaks in a URL are removed") {
  for (char const* url : {"http://local\rhost:30\r\n00/te\nst", "http://localhost:3000\r\n/test"}) {
    http::agent_options o = through("http://proxy:8000");
    o.keep_alive = false;
    proxied f(std::move(o));
    f.get(url);
    CHECK(f.peers.at(0).received() ==
          "GET http://localhost:3000/test HTTP/1.1\r\n"
          "Host: localhost:3000\r\nConnection: close\r\n\r\n");
  }
}

TEST_CASE("test-http-proxy-request-invalid-credentials: line breaks in user name and password") {
  for (char const* user : {"us\rer:pw", "us\ner:pw", "us\r\ner:pw", "user:p\rw", "user:p\nw",
                           "user:pw\r\nX-Injected: 1", "us%0d%0aer:pw", "user:p%0aw"}) {
    std::string const refused = refusal("http://" + std::string(user) + "@proxy:8000");
    CHECK(refused.starts_with("ERR_PROXY_INVALID_CONFIG Invalid proxy URL"));
    CHECK(refused.find("pw") == std::string::npos);  // The message does not disclose the password.
  }
}

TEST_CASE("test-http-proxy-request-invalid-proxy: invalid URLs of a proxy") {
  for (char const* url : {"http://256.256.256.256:8080", "http://::1:8080", "http://:8080",
                          "http://proxy.example.com:port"}) {
    CHECK(refusal(url) == "ERR_PROXY_INVALID_CONFIG Invalid proxy URL: " + std::string(url));
  }
  CHECK(refusal("http://127.0.0.1:8080") == "accepted");
  CHECK(refusal("http://proxy1:8080") == "accepted");
}

TEST_CASE("test-http-proxy-request-invalid-url: the agent's constructor rejects an invalid URL") {
  CHECK(refusal("not-a-valid-url").starts_with("ERR_PROXY_INVALID_CONFIG Invalid proxy URL"));
  net::io_context io;
  http::agent agent(io.get_executor(), through("http://proxy:8000"));
  CHECK_THROWS_AS(agent.set_options(through("not-a-valid-url")), http::exception);
  CHECK(agent.options().proxy == "http://proxy:8000");
}

TEST_CASE(
    "test-http-proxy-request-max-sockets: one connection to the proxy, used one after the other") {
  http::agent_options o = through("http://proxy:8000");
  o.keep_alive = false;
  o.max_sockets = 1;
  proxied f(std::move(o));
  auto first = f.ask("http://localhost:3000/first");
  http::client_request second;
  first.on_socket([&](anode::socket) {
    second = f.ask("http://localhost:3000/second");
    second.end();
  });
  first.end();
  f.settle();
  CHECK(f.agent.totals().requests == 1);
  f.say(0, hello);
  f.say(0, hello);
  CHECK(f.peers.size() == 1);
  CHECK(f.peers.at(0).received() ==
        "GET http://localhost:3000/first HTTP/1.1\r\n"
        "Host: localhost:3000\r\nConnection: keep-alive\r\n\r\n"
        "GET http://localhost:3000/second HTTP/1.1\r\n"
        "Host: localhost:3000\r\nConnection: keep-alive\r\n\r\n");
  CHECK(f.pop_events().find("error") == std::string::npos);
}

TEST_CASE("test-http-proxy-request-socket-keep-alive: the connection to the proxy is reused") {
  http::agent_options o = through("http://proxy:8000");
  o.max_sockets = 1;
  proxied f(std::move(o));
  f.get("http://localhost:3000/first");
  http::request_options target;
  target.host = "localhost";
  target.port = 3000;
  CHECK(f.agent.by_name().at(f.agent.get_name(target)).free_sockets == 1);
  auto r = f.ask("http://localhost:3000/second");
  CHECK(r.reused_socket());
  r.end();
  f.settle();
  CHECK(f.peers.size() == 1);
  CHECK(f.peers.at(0).received().find("GET http://localhost:3000/second HTTP/1.1\r\n") !=
        std::string::npos);
  f.say(0, hello);
  // All origins share the connection.
  CHECK(f.get("http://elsewhere/") == "proxy:8000");
  CHECK(f.peers.size() == 1);
}

TEST_CASE("test-http-proxy-request-no-proxy: names and addresses that are connected directly") {
  proxied one(through("http://proxy:8000", "localhost"));
  CHECK(one.get("http://localhost:3000/test") == "localhost:3000");
  CHECK(one.peers.at(0).received().starts_with("GET /test HTTP/1.1\r\n"));
  proxied list(through("http://proxy:8000", "localhost,127.0.0.1"));
  CHECK(list.get("http://127.0.0.1:3000/test") == "127.0.0.1:3000");
  CHECK(list.get("http://localhost:3000/test") == "localhost:3000");
  CHECK(list.get("http://other:3000/test") == "proxy:8000");
}

TEST_CASE("test-http-proxy-request-no-proxy-asterisk: all targets are connected directly") {
  proxied f(through("http://proxy:8000", "*"));
  CHECK(f.get("http://anything:3000/test") == "anything:3000");
}

TEST_CASE("test-http-proxy-request-no-proxy-domain: subdomains of a name") {
  for (char const* no_proxy : {"test.example.com", "*.example.com", ".example.com"}) {
    proxied f(through("http://proxy:8000", no_proxy));
    CHECK(f.get("http://test.example.com/test") == "test.example.com:80");
    CHECK(f.get("http://test.example.org/test") == "proxy:8000");
  }
}

TEST_CASE("test-http-proxy-request-no-proxy-ip: an address and an address range") {
  for (char const* no_proxy : {"127.0.0.1", "127.0.0.1-127.0.0.255"}) {
    proxied f(through("http://proxy:8000", no_proxy));
    CHECK(f.get("http://127.0.0.1:3000/test") == "127.0.0.1:3000");
    CHECK(f.get("http://127.0.1.1:3000/test") == "proxy:8000");
  }
}

TEST_CASE("test-http-proxy-request-no-proxy-port-specific: one port of a host") {
  proxied f(through("http://proxy:8000", "localhost:3000"));
  CHECK(f.get("http://localhost:3000/test") == "localhost:3000");
  CHECK(f.get("http://localhost:3001/test") == "proxy:8000");
  CHECK(f.peers.at(1).received() ==
        "GET http://localhost:3001/test HTTP/1.1\r\n"
        "Host: localhost:3001\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("test-http-proxy-request-proxy-failure-500: the proxy's response is the response") {
  proxied f;
  auto r = f.ask("http://localhost:3000/test");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 11\r\n\r\nProxy error");
  CHECK(f.pop_events() ==
        "socket, finish, response 500, data Proxy error, res.end, close, res.close");
}

TEST_CASE("test-http-proxy-request-proxy-failure-hang-up: the proxy closes without a response") {
  proxied f;
  auto r = f.ask("http://localhost:3000/test");
  r.end();
  f.settle();
  f.peers.at(0).close();
  f.settle();
  CHECK(f.pop_events() == "socket, finish, error ECONNRESET, close");
  CHECK(f.message.starts_with("socket hang up"));
  CHECK(f.targets == std::vector<std::string>{"proxy:8000"});
}

TEST_CASE("test-http-request-proxy-post: a body is forwarded unchanged") {
  proxied f;
  auto r = f.ask("http://localhost:3000/post", "POST");
  r.set_header("Content-Type", "application/json");
  r.end(R"({"a":1})");
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "POST http://localhost:3000/post HTTP/1.1\r\n"
        "Host: localhost:3000\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n"
        "Content-Length: 7\r\n\r\n{\"a\":1}");
  f.say(0, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(f.pop_events() == "socket, finish, response 201, data {}, res.end, close, res.close");
}

TEST_CASE("test-http-request-proxy-post-server-failure: the proxy reports the target's failure") {
  proxied f;
  auto r = f.ask("http://localhost:3000/post", "POST");
  r.set_header("Content-Type", "application/json");
  r.set_header("Content-Length", "7");
  r.end(R"({"a":1})");
  f.settle();
  CHECK(f.peers.at(0).received().starts_with("POST http://localhost:3000/post HTTP/1.1\r\n"));
  f.say(0,
        "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"
        "Proxy error ECONNRESET: socket hang up");
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() ==
        "socket, finish, response 500, data Proxy error ECONNRESET: socket hang up, res.end, "
        "res.close, close");
}

}  // namespace behaviour_agent_node_proxy
