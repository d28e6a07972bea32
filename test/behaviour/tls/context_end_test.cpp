// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The execution context ends at any step of an encrypted exchange. Leaks show under the sanitizers.

#include "support/tls/contexts.hpp"
#include "support/tls/fixture.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

namespace behaviour_tls_context_end {

namespace http = anode::http;
namespace net = boost::asio;

namespace {

net::awaitable<void> get(http::agent agent, http::request_options options, int& done) {
  http::client_request req = agent.request(std::move(options));
  req.end();
  http::incoming_message res = co_await req.response();
  std::string const text = co_await res.text();
  CHECK(text == "hello");
  ++done;
}

}  // namespace

TEST_CASE("context: it ends before, during and after encrypted requests") {
  support::tls_contexts const with({.addresses = {"127.0.0.1"}});
  bool const in_memory = GENERATE(false, true);
  CAPTURE(in_memory);
  int whole = 0;
  // Each step runs one handler more, until an exchange is complete.
  for (int steps = 0; steps < 200 && whole < 3; ++steps) {
    int done = 0;
    // The server and the agent are destroyed after their context, which handles may outlive.
    std::optional<net::io_context> io(std::in_place);
    anode::https::server server(
        io->get_executor(), with.server,
        [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
    server.listen(0, "127.0.0.1");
    anode::https::agent_options o;
    o.secure = with.client;
    o.keep_alive = true;
    if (in_memory) {
      o.create_connection = anode::testing::connections_to(server);
    }
    anode::https::agent agent(io->get_executor(), o);
    http::request_options r;
    r.host = "127.0.0.1";
    r.port = server.address().port;
    net::co_spawn(*io, get(agent, r, done), net::detached);
    for (int i = 0; i < steps && done == 0; ++i) {
      REQUIRE(io->run_one_for(std::chrono::seconds(30)) == 1);
    }
    whole += done;
    io.reset();
  }
  CHECK(whole == 3);
}

}  // namespace behaviour_tls_context_end
