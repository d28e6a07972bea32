// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Options of an agent that apply to all its requests.
#include "support/client_fixture.hpp"
#include "support/thrown.hpp"

#include <anode/error.hpp>

namespace behaviour_agent_agent_options {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;
using support::thrown;

http::request_options to(std::string host, std::string protocol = {}) {
  http::request_options o;
  o.host = std::move(host);
  o.protocol = std::move(protocol);
  return o;
}

http::agent_options with_protocol(std::string protocol) {
  http::agent_options o;
  o.protocol = std::move(protocol);
  return o;
}

}  // namespace

TEST_CASE("agent options: default_port is the port of requests that name none") {
  http::agent_options options;
  options.default_port = 8080;
  client_fixture f(options);
  auto plain = f.agent.request(to("a"));
  auto by_url = f.agent.request("GET", "http://b/");
  http::request_options own = to("c");
  own.default_port = 90;
  auto overridden = f.agent.request(own);
  own.port = 8080;
  auto named = f.agent.request(own);
  for (http::client_request* const r : {&plain, &by_url, &overridden, &named}) {
    r->end();
  }
  CHECK(plain.get_header("Host")->text() == "a");
  CHECK(by_url.get_header("Host")->text() == "b");
  CHECK(overridden.get_header("Host")->text() == "c");
  CHECK(named.get_header("Host")->text() == "c:8080");
  f.settle();
  CHECK(f.targets == std::vector<std::string>{"a:8080", "b:8080", "c:90", "c:8080"});
  CHECK(f.agent.by_name().count("a:8080:") == 1);
}

TEST_CASE("agent options: protocol is that of requests that name none, and the only one accepted") {
  client_fixture f(with_protocol("https:"));
  auto r = f.agent.request(to("test"));
  CHECK(r.protocol() == "https:");
  r.end();
  auto by_url = f.agent.request("GET", "https://test/");
  by_url.end();
  f.settle();
  // The program's connector encrypts, not the agent.
  CHECK(f.targets == std::vector<std::string>{"test:443", "test:443"});
  CHECK(f.peers.at(0).received().starts_with("GET / HTTP/1.1\r\nHost: test\r\n"));
  CHECK(thrown([&] { f.agent.request(to("test", "http:")); }) ==
        "ERR_INVALID_PROTOCOL: Protocol \"http:\" not supported. Expected \"https:\"");
  f.agent.set_options([&] {
    http::agent_options plain = f.agent.options();
    plain.protocol.clear();
    return plain;
  }());
  CHECK(f.agent.request(to("test")).protocol() == "http:");
  CHECK(thrown([&] { f.agent.request(to("test", "https:")); }) ==
        "ERR_INVALID_PROTOCOL: Protocol \"https:\" not supported. Expected \"http:\"");
}

TEST_CASE("agent options: an agent that does not encrypt rejects the protocol https:") {
  net::io_context io;
  auto const make = [&](http::agent_options const& o) {
    return thrown([&] { http::agent const agent(io.get_executor(), o); });
  };
  CHECK(make(with_protocol("https:")) ==
        "ERR_INVALID_PROTOCOL: Protocol \"https:\" not supported by this agent");
  CHECK(make(with_protocol("ftp:")).starts_with("ERR_INVALID_PROTOCOL"));
  CHECK(make(with_protocol("http:")) == "nothing");
  http::agent_options o = with_protocol("https:");
  o.create_connection =
      [](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    co_return nullptr;
  };
  CHECK(make(o) == "nothing");
  o.proxy = "http://proxy:8000";  // it would see the request
  CHECK(make(o).starts_with("ERR_INVALID_PROTOCOL"));

  http::agent agent(io.get_executor());
  CHECK(thrown([&] {
          agent.set_options(with_protocol("https:"));
        }).starts_with("ERR_INVALID_PROTOCOL"));
  CHECK(agent.options().protocol == "");
}

}  // namespace behaviour_agent_agent_options
