// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections through a SOCKS5 proxy that fail, end or are refused.

#include "behaviour/agent/socks_user.hpp"
#include "support/catch.hpp"
#include "support/thrown.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace behaviour_agent_socks_failures {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::granted;
using support::no_login;
using support::ok;
using support::socks_user;

TEST_CASE("socks: a refusal names its reason and its system error") {
  struct row {
    char code;
    std::string_view text;
    std::string_view cause;
  };
  for (row const& r : std::initializer_list<row>{
           {1, "general failure (1)", "none"},
           {2, "not allowed by the rules of the proxy (2)", "EACCES"},
           {3, "network unreachable (3)", "ENETUNREACH"},
           {4, "host unreachable (4)", "EHOSTUNREACH"},
           {5, "connection refused (5)", "ECONNREFUSED"},
           {6, "TTL expired (6)", "ETIMEDOUT"},
           {7, "command not supported (7)", "EOPNOTSUPP"},
           {8, "address type not supported (8)", "EAFNOSUPPORT"},
           {9, "unknown reply (9)", "none"},
       }) {
    CAPTURE(r.text);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(no_login);
    f.origin[0].send(std::string{'\5', r.code});
    CHECK(f.outcome == "ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: " + std::string(r.text) +
                           " for one.example:80 by proxy:1080");
    CHECK(f.cause_name() == r.cause);
    CHECK(f.origin[0].ended());
  }
}

TEST_CASE("socks: a look-up that fails is the phase lookup") {
  socks_user f;
  http::agent_options o;
  SECTION("with a code") {
    o.lookup = [](std::string_view, auto done) { done(net::error::host_not_found, {}); };
    http::agent agent = f.agent("socks5://proxy", o);
    http::client_request const req = f.get(agent, "http://one.example/");
    CHECK(f.outcome.starts_with("ENOTFOUND in lookup, not_sent: lookup ENOTFOUND one.example"));
  }
  SECTION("with an exception") {
    o.lookup = [](std::string_view, auto) { throw std::runtime_error("mine"); };
    http::agent agent = f.agent("socks5://proxy", o);
    http::client_request const req = f.get(agent, "http://one.example/");
    CHECK(f.outcome.find(" in lookup, not_sent") != std::string::npos);
    CHECK(f.cause);
  }
  CHECK(f.origin.size() == 0);
}

TEST_CASE("socks: hostile answers fail the request in the phase tunnel") {
  for (std::string const& answer :
       {"HTTP/1.1 400 Bad Request\r\n\r\n"s, "\4\0"s, "\5\xff"s, "\5\2"s, "\5\1"s,
        no_login + granted, no_login + granted + std::string(ok)}) {
    CAPTURE(answer);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(answer);
    CHECK(f.outcome.starts_with("ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: the proxy "));
    CHECK(f.origin[0].ended());
  }
  for (std::string const& reply : {"\4\0"s, "\5\0\1"s, "\5\0\0\2x"s, "\5\0\0\0x"s}) {
    CAPTURE(reply);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(no_login);
    f.origin[0].send(reply);
    CHECK(f.outcome.starts_with("ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: the "));
    CHECK(f.origin[0].ended());
  }
}

TEST_CASE("socks: a proxy that ends at any byte fails the request") {
  std::string const all = no_login + granted;
  for (std::size_t cut = 0; cut < all.size(); ++cut) {
    for (bool const reset : {false, true}) {
      CAPTURE(cut, reset);
      socks_user f;
      http::agent agent = f.agent("socks5h://proxy");
      http::client_request const req = f.get(agent, "http://one.example/");
      f.origin[0].send(all.substr(0, std::min<std::size_t>(cut, 2)));
      if (cut > 2) {
        f.origin[0].send(all.substr(2, cut - 2));
      }
      if (reset) {
        f.origin[0].reset();
      } else {
        f.origin[0].close();
      }
      CHECK(f.outcome.starts_with(
          "ECONNRESET in tunnel, not_sent: SOCKS5 for one.example:80 by proxy:1080: "));
    }
  }
}

TEST_CASE("socks: a proxy that cannot be reached fails the request in the phase connect") {
  socks_user f;
  f.origin.refuse(net::error::connection_refused);
  http::agent agent = f.agent("socks5h://me:secret@proxy");
  http::client_request const req = f.get(agent, "http://one.example/");
  CHECK(f.outcome.starts_with("ECONNREFUSED in connect, not_sent: "));
  CHECK(f.outcome.find("secret") == std::string::npos);
}

TEST_CASE("socks: the time to connect includes the handshake") {
  socks_user f;
  http::agent_options o;
  o.connect_timeout = 5s;
  http::agent agent = f.agent("socks5h://proxy", o);
  http::client_request const req = f.get(agent, "http://one.example/");
  f.origin[0].send(no_login);
  f.loop.advance(5s);
  CHECK(f.outcome.starts_with("ETIMEDOUT in tunnel, not_sent: "));
  CHECK(f.origin[0].ended());
}

TEST_CASE("socks: a request or an agent that ends closes the connection to the proxy") {
  for (int step = 0; step < 3; ++step) {
    for (bool const whole_agent : {false, true}) {
      CAPTURE(step, whole_agent);
      socks_user f;
      http::agent agent = f.agent("socks5h://proxy");
      http::client_request req = f.get(agent, "http://one.example/");
      if (step > 0) {
        f.origin[0].send(no_login);
      }
      if (step > 1) {
        f.origin[0].send(granted.substr(0, 4));
      }
      if (whole_agent) {
        agent.destroy();
      } else {
        req.destroy();
      }
      f.loop.settle();
      CHECK(f.origin[0].ended());
      f.origin[0].send(granted);
      f.loop.settle();
      CHECK(f.outcome.find("200") == std::string::npos);
    }
  }
}

TEST_CASE("socks: the context may end in each step of the handshake") {
  for (int step = 0; step < 3; ++step) {
    auto f = std::make_unique<socks_user>();
    http::agent agent = f->agent("socks5h://proxy");
    http::client_request const req = f->get(agent, "http://one.example/");
    if (step > 0) {
      f->origin[0].send(no_login);
    }
    if (step > 1) {
      f->origin[0].send(granted.substr(0, 4));
    }
    f.reset();  // AddressSanitizer finds leaks
  }
  SUCCEED();
}

TEST_CASE("socks: invalid URLs of a proxy") {
  net::io_context io;
  for (std::string const url :
       {"socks5://", "socks5://proxy/path", "socks5://proxy?x", "socks5://user@proxy",
        "socks5://:pw@proxy", "socks5://user:@proxy", "socks5h://proxy:99999", "socks5://a:b@",
        "socks4://proxy", "socks://proxy", "socks5://pro xy", "socks5://1.2.3"}) {
    CAPTURE(url);
    http::agent_options o;
    o.proxy = url;
    std::string const thrown =
        support::thrown([&] { http::agent const agent(io.get_executor(), o); });
    CHECK(thrown.starts_with("ERR_PROXY_INVALID_CONFIG: Invalid proxy URL: "));
    CHECK(thrown.find("pw") == std::string::npos);
  }
  http::agent_options o;
  o.proxy = "socks5://" + std::string(256, 'u') + ":p@proxy";
  CHECK(support::thrown([&] {
          http::agent const agent(io.get_executor(), o);
        }).starts_with("ERR_PROXY_INVALID_CONFIG"));
  o.proxy = "socks5://" + std::string(255, 'u') + ":p@proxy";
  CHECK(support::thrown([&] { http::agent const agent(io.get_executor(), o); }) == "nothing");
}

TEST_CASE("socks: a host name that SOCKS5 cannot express fails the request") {
  socks_user f;
  http::agent agent = f.agent("socks5h://proxy");
  http::request_options r;
  r.host = std::string(256, 'h');
  http::client_request req = agent.request(std::move(r));
  req.on_request_error([&](http::request_error const& e) { f.outcome = e.what(); });
  req.end();
  f.loop.settle();
  CHECK(f.outcome == "SOCKS5: the host name is longer than 255 bytes");
  CHECK(f.origin.size() == 0);
}

}  // namespace behaviour_agent_socks_failures
