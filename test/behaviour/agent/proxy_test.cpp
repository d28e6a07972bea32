// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <cstdlib>
#include <map>
#include <string>

namespace behaviour_agent_proxy {

namespace http = anode::http;
namespace testing = anode::testing;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// An agent whose connections to proxies and origins lead to peers that the test plays.
struct proxy_user {
  http::agent agent(http::agent_options o) {
    o.create_connection = origin.connections();
    return http::agent(loop.get_executor(), std::move(o));
  }

  // Sends a request and records its outcome.
  void get(http::agent& from, std::string_view url, http::header_list headers = {}) {
    req = from.request("GET", url, std::move(headers));
    req.on_response([this](http::incoming_message m) {
      outcome += std::to_string(m.status_code()) + " ";
      m.dump();
    });
    req.on_request_error([this](http::request_error const& e) {
      outcome += std::string(e.code_name()) + " " + e.what();
    });
    req.end();
    loop.settle();
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  http::client_request req;
  std::string outcome;
};

http::environment_function variables(std::map<std::string, std::string> all) {
  return [all = std::move(all)](std::string_view name) {
    auto const found = all.find(std::string(name));
    return found == all.end() ? std::string() : found->second;
  };
}

}  // namespace

TEST_CASE("proxy: requests for all http origins share the connections to a proxy") {
  proxy_user f;
  http::agent agent = f.agent({.keep_alive = true, .proxy = "http://me:secret@proxy:3128"});
  f.get(agent, "http://one.example/a?b");
  CHECK(f.origin.target(0).host == "proxy");
  CHECK(f.origin.target(0).port == 3128);
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("GET http://one.example/a?b HTTP/1.1\r\n"));
  CHECK(head.find("Host: one.example\r\n") != std::string::npos);
  CHECK(head.find("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n") != std::string::npos);
  f.origin[0].send(ok);
  f.get(agent, "http://two.example:81/");
  CHECK(f.origin.size() == 1);
  CHECK(f.origin[0].expect_until("\r\n") == "GET http://two.example:81/ HTTP/1.1\r\n");
  f.origin[0].send(ok);
  CHECK(f.outcome == "200 200 ");
}

TEST_CASE("proxy: an upgrade request uses a tunnel through the proxy") {
  proxy_user f;
  http::agent agent = f.agent({.keep_alive = true, .proxy = "http://me:secret@proxy:3128"});
  f.get(agent, "http://one.example/", {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("CONNECT one.example:80 HTTP/1.1\r\n"));
  CHECK(head.find("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n") != std::string::npos);
  f.origin[0].send("HTTP/1.1 200 OK\r\n\r\n");
  std::string const inner = f.origin[0].expect_until("\r\n\r\n");
  CHECK(inner.starts_with("GET / HTTP/1.1\r\n"));
  CHECK(inner.find("Proxy-Authorization") == std::string::npos);
}

TEST_CASE("proxy: errors do not disclose the proxy's credentials") {
  proxy_user f;
  http::agent agent = f.agent({.proxy = "http://me:secret@proxy:3128", .proxy_tunnel = true});
  SECTION("407 to CONNECT, with a body") {
    f.get(agent, "http://one.example/");
    f.origin[0].send(
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nnope!");
    CHECK(f.outcome.find("407 Proxy Authentication Required") != std::string::npos);
    CHECK(f.origin[0].ended());
  }
  SECTION("the connection ends before the tunnel is established") {
    f.get(agent, "http://one.example/");
    f.origin[0].close();
    CHECK(f.outcome.starts_with("ECONNRESET"));
  }
  SECTION("the proxy is unreachable") {
    f.origin.refuse(boost::asio::error::connection_refused);
    f.get(agent, "http://one.example/");
    CHECK(f.outcome.starts_with("ECONNREFUSED"));
  }
  CHECK(f.outcome.find("secret") == std::string::npos);
  CHECK(f.outcome.find("bWU6c2VjcmV0") == std::string::npos);
}

TEST_CASE("proxy: the environment selects the proxy only if the agent enables it") {
  proxy_user f;
  std::string const before = http::process_environment("HTTP_PROXY");
  ::setenv("HTTP_PROXY", "http://from-environment:1", 1);
  SECTION("not enabled") {
    http::agent agent = f.agent({});
    f.get(agent, "http://one.example/");
    CHECK(f.origin.target(0).host == "one.example");
  }
  SECTION("enabled") {
    http::agent agent = f.agent({.proxy_env = http::process_environment});
    f.get(agent, "http://one.example/");
    CHECK(f.origin.target(0).host == "from-environment");
  }
  SECTION("the option takes precedence") {
    http::agent agent =
        f.agent({.proxy = "http://option:2", .proxy_env = http::process_environment});
    f.get(agent, "http://one.example/");
    CHECK(f.origin.target(0).host == "option");
  }
  ::setenv("HTTP_PROXY", before.c_str(), 1);
}

TEST_CASE("proxy: NO_PROXY exempts hosts from the proxy of the environment") {
  proxy_user f;
  http::agent agent = f.agent(
      {.proxy_env = variables({{"http_proxy", "proxy:3128"},
                               {"NO_PROXY", ".direct.example, 10.0.0.0/8, [::1]:81, Other"}})});
  auto const target = [&](std::string_view url) {
    std::size_t const n = f.origin.size();
    f.get(agent, url);
    return f.origin.target(n).host;
  };
  CHECK(target("http://a.direct.example/") == "a.direct.example");
  CHECK(target("http://10.1.2.3/") == "10.1.2.3");
  CHECK(target("http://11.1.2.3/") == "proxy");
  CHECK(target("http://[::1]:81/") == "::1");
  CHECK(target("http://[::1]:82/") == "proxy");
  CHECK(target("http://OTHER/") == "other");
  CHECK(target("http://another/") == "proxy");
}

TEST_CASE("proxy: under CGI a client cannot choose the proxy of the environment") {
  proxy_user f;
  http::agent agent = f.agent(
      {.proxy_env = variables({{"HTTP_PROXY", "http://evil:1"}, {"REQUEST_METHOD", "GET"}})});
  f.get(agent, "http://one.example/");
  CHECK(f.origin.target(0).host == "one.example");
}

TEST_CASE(
    "proxy: an unusable proxy URL in the environment is rejected without disclosing its "
    "credentials") {
  proxy_user f;
  for (char const* const value :
       {"http://me:secret@", "http://me:sec ret@host", "http://me:secret@1.2.3:80"}) {
    INFO(value);
    try {
      f.agent({.proxy_env = variables({{"http_proxy", value}})});
      FAIL("not rejected");
    } catch (http::exception const& e) {
      CHECK(e.code() == http::error::proxy_invalid_config);
      CHECK(std::string(e.what()).find("sec") == std::string::npos);
    }
  }
}

}  // namespace behaviour_agent_proxy
