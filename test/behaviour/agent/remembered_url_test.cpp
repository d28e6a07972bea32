// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A request with only a URL reuses the options of an earlier request for the same one.
#include "support/client_and_server.hpp"

#include <anode/agent.hpp>
#include <anode/error.hpp>
#include <anode/status.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace behaviour_agent_remembered_url {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;

namespace {

struct fixture : client_and_server {
  explicit fixture(http::agent_options options = {}) : client_and_server({}, std::move(options)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      heads.push_back(std::string(req.method()) + " " + std::string(req.url()) + " " +
                      field(req, "Host") + " " + field(req, "X-A"));
      res.end(std::string(req.url()));
    });
  }

  std::string get(std::string const& url) {
    std::string result;
    net::co_spawn(io, ask(agent, url, result), net::detached);
    settle();
    return result;
  }

  static std::string field(http::incoming_message const& req, std::string_view name) {
    for (http::field_line const line : req.raw_headers()) {
      if (line.name == name) {
        return std::string(line.value);
      }
    }
    return "-";
  }

  static net::awaitable<void> ask(http::agent& by, std::string url, std::string& to) {
    try {
      http::incoming_message m = co_await by.get(url);
      to = co_await m.text();
    } catch (boost::system::system_error const& e) {
      to = http::code_name(e.code());
    }
  }

  std::vector<std::string> heads;
};

}  // namespace

TEST_CASE("agent: requests for the same and for other URLs by turns") {
  fixture f;
  for (int i = 0; i != 3; ++i) {
    CHECK(f.get("http://one/a") == "/a");
    CHECK(f.get("http://one/a") == "/a");
    CHECK(f.get("http://one/b?c") == "/b?c");
    CHECK(f.get("http://two:81/a") == "/a");
  }
  REQUIRE(f.heads.size() == 12);
  for (std::size_t i = 0; i != 12; i += 4) {
    CHECK(f.heads[i] == "GET /a one -");
    CHECK(f.heads[i + 1] == "GET /a one -");
    CHECK(f.heads[i + 2] == "GET /b?c one -");
    CHECK(f.heads[i + 3] == "GET /a two:81 -");
  }
}

TEST_CASE("agent: the options of other requests do not leak into a request with a URL") {
  fixture f;
  for (int i = 0; i != 2; ++i) {
    CHECK(f.get("http://one/a") == "/a");
    http::request_options o;
    o.set_url("http://one/a");
    o.method = "PUT";
    o.headers = {{"X-A", "1"}};
    o.max_header_size = 16;
    http::client_request r = f.agent.request(std::move(o));
    r.end();
    auto const answer = f.fetch(std::move(r));
    f.settle();
    CHECK(answer->error == "HPE_HEADER_OVERFLOW");
  }
  CHECK(f.heads ==
        std::vector<std::string>{"GET /a one -", "PUT /a one 1", "GET /a one -", "PUT /a one 1"});
}

TEST_CASE("agent: new options of the agent apply to the next request for the same URL") {
  fixture f;
  CHECK(f.get("http://one/a") == "/a");
  http::agent_options o = f.agent.options();
  o.default_port = 81;
  f.agent.set_options(o);
  CHECK(f.get("http://one/a") == "/a");
  o.protocol = "https:";
  f.agent.set_options(o);
  CHECK_THROWS_AS(f.agent.get("http://one/a"), http::exception);
  o.protocol.clear();
  f.agent.set_options(o);
  CHECK(f.get("http://one/a") == "/a");
}

TEST_CASE("agent: a limit set for one request does not apply to the next for the same URL") {
  fixture f;
  for (int i = 0; i != 2; ++i) {
    CHECK(f.get("http://one/a") == "/a");
    http::client_request r = f.agent.request("GET", "http://one/a");
    r.set_max_headers_count(1);
    r.end();
    auto const answer = f.fetch(std::move(r));
    f.settle();
    CHECK_FALSE(answer->error.empty());  // the response has more fields
  }
}

TEST_CASE("agent: an invalid URL has no effect on later requests") {
  fixture f;
  CHECK(f.get("http://one/a") == "/a");
  CHECK_THROWS_AS(f.agent.get("http://o ne/"), http::exception);
  CHECK_THROWS_AS(f.agent.get(""), http::exception);
  CHECK_THROWS_AS(f.agent.get("https://one/a"), http::exception);
  CHECK(f.get("http://one/a") == "/a");
  std::string const path = "/" + std::string(2000, 'p');
  CHECK(f.get("http://one" + path) == path);
  CHECK(f.get("http://one" + path) == path);
  CHECK(f.get("http://one/a") == "/a");
}

}  // namespace behaviour_agent_remembered_url
