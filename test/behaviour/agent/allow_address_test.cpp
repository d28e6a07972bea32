// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// `agent_options::allow_address`: the addresses that it is asked about, and what a refusal does.
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/traced.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/post.hpp>

#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace behaviour_agent_allow_address {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

/// A server on 127.0.0.1, and an agent whose filter is `allow`.
struct filtered {
  explicit filtered(http::agent_options o = {}) : agent(io.get_executor(), with_filter(o)) {
    server.listen(0, "127.0.0.1");
    port = std::to_string(server.address().port);
  }

  http::agent_options with_filter(http::agent_options o) {
    o.keep_alive = true;
    o.allow_address = [this](anode::endpoint const& e) {
      asked += (asked.empty() ? "" : " ") + e.family + " " + e.address + " " +
               (std::to_string(e.port) == port ? "port" : std::to_string(e.port));
      return allow(e);
    };
    return o;
  }

  /// Requests a URL or the options and returns the body or the failure.
  std::string get(http::request_options o) {
    result.clear();
    request = agent.request(std::move(o));
    request.on_response([this](http::incoming_message m) {
      result = std::to_string(m.status_code());
      m.dump();
    });
    request.on_request_error([this](http::request_error const& e) {
      result = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
               std::string(http::to_string(e.verdict()));
      message = e.what();
      cause = e.cause();
    });
    bool closed = false;
    request.on_close([&] { closed = true; });
    request.end();
    auto const until = std::chrono::steady_clock::now() + 30s;
    io.restart();
    while (!closed && io.run_one_until(until) != 0) {
    }
    CHECK(closed);
    request = http::client_request();
    return result;
  }

  std::string get(std::string const& host) {
    http::request_options o;
    o.set_url("http://" + host + ":" + port + "/");
    return get(std::move(o));
  }

  std::string pop_asked() { return std::exchange(asked, {}); }

  net::io_context io;
  http::server server{io.get_executor(),
                      [this](http::incoming_message&, http::server_response& res) {
                        ++requests;
                        res.end("ok");
                      }};
  std::string port;
  std::string asked;
  std::string result;
  std::string message;
  std::exception_ptr cause;
  int requests = 0;
  std::function<bool(anode::endpoint const&)> allow = [](anode::endpoint const&) { return false; };
  http::client_request request;
  http::agent agent;
};

bool no_loopback(anode::endpoint const& e) { return !e.address.starts_with("127."); }

std::string const refused = "ERR_IP_BLOCKED connect not_sent";

http::lookup_function finds(std::vector<http::lookup_address> found) {
  return [found = std::move(found)](std::string_view, auto const& done) { done({}, found); };
}

}  // namespace

TEST_CASE("allow_address: is asked about an IP address, localhost, and each result of a look-up") {
  http::agent_options o;
  o.lookup = finds({{"::1", 6}, {"127.0.0.1", 4}, {"127.0.0.2", 4}});
  filtered f(o);
  CHECK(f.get("127.0.0.1") == refused);
  CHECK(f.message ==
        "connect ERR_IP_BLOCKED 127.0.0.1:" + f.port + " (The address is not allowed)");
  CHECK_FALSE(f.cause);
  CHECK(f.pop_asked() == "IPv4 127.0.0.1 port");
  CHECK(f.get("[::1]") == refused);
  CHECK(f.pop_asked() == "IPv6 ::1 port");
  CHECK(f.get("[::ffff:127.0.0.1]") == refused);
  CHECK(f.pop_asked() == "IPv4 127.0.0.1 port");
  CHECK(f.get("name") == refused);
  CHECK(f.pop_asked() == "IPv6 ::1 port IPv4 127.0.0.1 port IPv4 127.0.0.2 port");
  CHECK(f.requests == 0);
  CHECK(f.agent.totals().sockets == 0);

  filtered plain;
  CHECK(plain.get("localhost") == refused);
  CHECK(plain.pop_asked() == "IPv4 127.0.0.1 port IPv6 ::1 port");
}

TEST_CASE("allow_address: a refused address is skipped") {
  http::agent_options o;
  o.lookup = finds({{"127.0.0.3", 4}, {"::1", 6}, {"127.0.0.1", 4}});
  filtered f(o);
  f.allow = [](anode::endpoint const& e) { return e.address == "127.0.0.1"; };
  CHECK(f.get("name") == "200");
  CHECK(f.pop_asked() == "IPv4 127.0.0.3 port IPv6 ::1 port IPv4 127.0.0.1 port");
  CHECK(f.get("name") == "200");  // by the kept connection
  CHECK(f.pop_asked() == "");
  CHECK(f.requests == 2);
}

TEST_CASE("allow_address: the failure of an allowed address is the error") {
  http::agent_options o;
  o.lookup = finds({{"127.0.0.1", 4}, {"127.0.0.9", 4}, {"127.0.0.3", 4}});
  filtered f(o);
  f.allow = [](anode::endpoint const& e) { return e.address == "127.0.0.9"; };
  CHECK(f.get("name") == "ECONNREFUSED connect not_sent");
}

TEST_CASE("allow_address: a Unix socket has its path and the family Unix") {
  filtered f;
  std::string const path = "/tmp/anode-allow-" + std::to_string(::getpid()) + ".sock";
  http::request_options o;
  o.socket_path = path;
  CHECK(f.get(o) == refused);
  CHECK(f.pop_asked() == "Unix " + path + " 0");
  CHECK(f.message == "connect ERR_IP_BLOCKED " + path + " (The address is not allowed)");
}

TEST_CASE("allow_address: a refused address is no connection attempt of a trace") {
  filtered f;
  support::event_log log;
  f.agent.set_trace(support::traced(
      [&](std::string_view hook, http::traced_request const&, std::string const& facts) {
        log.note(support::trace_entry(hook, facts));
      }));
  CHECK(f.get("127.0.0.1") == refused);
  CHECK(log.pop_events() == "created, failed(ERR_IP_BLOCKED connect not_sent)");
}

TEST_CASE("allow_address: is not asked about a proxy") {
  filtered f;
  http::agent_options o = f.agent.options();
  o.proxy = "http://127.0.0.1:" + f.port;
  f.agent.set_options(o);
  CHECK(f.get("192.0.2.1") == "200");
  CHECK(f.pop_asked() == "");
}

TEST_CASE("allow_address: is not asked about connections that the program makes") {
  http::agent_options o;
  int asked = 0;
  o.allow_address = [&](anode::endpoint const&) {
    ++asked;
    return false;
  };
  support::client_fixture f(o);
  auto r = f.request("GET");
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received().starts_with("GET / "));
  f.agent.set_options(f.agent.options());
  f.say(0, "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(f.pop_events().find("response 204") != std::string::npos);
  CHECK(asked == 0);
}

TEST_CASE("allow_address: an exception refuses the address and is the cause") {
  filtered f;
  f.allow = [](anode::endpoint const&) -> bool { throw std::runtime_error("no list"); };
  CHECK(f.get("127.0.0.1") == refused);
  REQUIRE(f.cause);
  CHECK_THROWS_WITH(std::rethrow_exception(f.cause), "no list");
}

TEST_CASE("allow_address: new options close idle connections to addresses that they refuse") {
  filtered f;
  f.allow = [](anode::endpoint const&) { return true; };
  CHECK(f.get("127.0.0.1") == "200");
  REQUIRE(f.agent.totals().free_sockets == 1);
  f.pop_asked();
  f.agent.set_options(f.agent.options());
  CHECK(f.pop_asked() == "IPv4 127.0.0.1 port");
  CHECK(f.agent.totals().free_sockets == 1);
  f.allow = no_loopback;
  f.agent.set_options(f.agent.options());
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.get("127.0.0.1") == refused);

  // A connection in use serves its request, and is closed then.
  f.allow = [](anode::endpoint const&) { return true; };
  http::server slow(f.io.get_executor());
  slow.listen(0, "127.0.0.1");
  slow.on_request([&](http::incoming_message&, http::server_response& res) {
    f.allow = no_loopback;
    f.agent.set_options(f.agent.options());
    res.end("ok");
  });
  f.port = std::to_string(slow.address().port);
  CHECK(f.get("127.0.0.1") == "200");
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("allow_address: the function may destroy the request or the agent, or set options") {
  int const what = GENERATE(range(0, 5));
  bool const allowed = GENERATE(false, true);
  bool const by_lookup = GENERATE(false, true);
  CAPTURE(what, allowed, by_lookup);
  http::agent_options o;
  std::optional<filtered> f;
  o.lookup = [&f](std::string_view, auto const& done) {
    net::post(f->io, [done] { done({}, {{"127.0.0.9", 4}, {"127.0.0.1", 4}}); });
  };
  f.emplace(o);
  f->allow = [&](anode::endpoint const&) {
    switch (what) {
      case 0:
        f->request.destroy();
        break;
      case 1:
        f->request = http::client_request();
        break;
      case 2:
        f->agent.destroy();
        break;
      case 3:
        f->agent.set_options({});
        break;
      default: {
        http::agent const gone = std::move(f->agent);
      }
    }
    return allowed;
  };
  std::string const usual = allowed ? "200" : refused;
  std::string const destroyed = "ECONNRESET connect not_sent";
  // A dropped handle does not abort a request that has ended and has an `on_response` handler.
  // An address that needs no look-up is asked about before `request` has returned a handle.
  std::string const expected[2][5] = {{usual, usual, destroyed, usual, usual},
                                      {destroyed, usual, destroyed, "200", usual}};
  CHECK(f->get(by_lookup ? "name" : "127.0.0.1") == expected[by_lookup ? 1 : 0][what]);
  f.reset();
}

}  // namespace behaviour_agent_allow_address
