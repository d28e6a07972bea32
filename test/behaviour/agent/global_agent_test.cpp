// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/run.hpp"

#include <anode/http.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <string>
#include <utility>
#include <vector>

namespace behaviour_agent_global_agent {

namespace {

namespace http = anode::http;
namespace net = boost::asio;

// Marks an agent with a number, which shows later whether it is the same agent.
void mark(http::agent a, std::size_t number) {
  http::agent_options o = a.options();
  o.max_free_sockets = number;
  a.set_options(std::move(o));
}

std::size_t mark_of(net::any_io_executor const& ex) {
  return http::global_agent(ex).options().max_free_sockets;
}

std::vector<net::any_io_executor> strands_of(net::io_context& io, std::size_t count) {
  std::vector<net::any_io_executor> all;
  for (std::size_t n = 0; n < count; ++n) {
    all.emplace_back(net::make_strand(io));
  }
  return all;
}

}  // namespace

TEST_CASE("global agent: equal executors share an agent, different strands do not", "[agent]") {
  net::io_context io;
  net::io_context other;
  auto const strands = strands_of(io, 2);
  mark(http::global_agent(io.get_executor()), 1);
  mark(http::global_agent(strands[0]), 2);
  mark(http::global_agent(strands[1]), 3);
  CHECK(mark_of(io.get_executor()) == 1);
  CHECK(mark_of(net::any_io_executor(strands[0])) == 2);
  CHECK(mark_of(strands[1]) == 3);
  CHECK(mark_of(other.get_executor()) == 256);
  CHECK(http::global_agent(strands[1]).get_executor() == strands[1]);
}

TEST_CASE("global agent: each of many strands has its own agent, and a context retains few",
          "[agent]") {
  net::io_context io;
  http::server server(io.get_executor(),
                      [](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  server.listen(0, "127.0.0.1");
  std::string const url = "http://127.0.0.1:" + std::to_string(server.address().port) + "/";

  auto const used = strands_of(io, 2);
  mark(http::global_agent(used[0]), 7);
  http::agent const handle = http::global_agent(used[0]);
  // A free connection keeps the agent of the second strand in use.
  mark(http::global_agent(used[1]), 8);
  bool over = false;
  http::client_request req = http::request(used[1], "GET", url);
  req.on_response([&](http::incoming_message res) {
    res.on_close([&] { over = true; });
    res.dump();
  });
  req.end();
  while (!over || http::global_agent(used[1]).totals().free_sockets == 0) {
    io.run_one();
  }
  req = http::client_request();

  auto const strands = strands_of(io, 1000);
  for (net::any_io_executor const& ex : strands) {
    mark(http::global_agent(ex), 9);
    CHECK(mark_of(ex) == 9);
    io.poll();
  }
  std::size_t kept = 0;
  for (net::any_io_executor const& ex : strands) {
    kept += mark_of(ex) == 9 ? 1 : 0;
  }
  CHECK(kept < 256);
  CHECK(mark_of(used[0]) == 7);
  CHECK(mark_of(used[1]) == 8);
  CHECK(http::global_agent(used[1]).totals().free_sockets == 1);
  http::global_agent(used[1]).destroy();
  server.close_all_connections();
}

TEST_CASE("global agent: beyond the maximum the caller owns the agent", "[agent]") {
  net::io_context io;
  auto const strands = strands_of(io, 257);
  std::vector<http::agent> agents;
  for (net::any_io_executor const& ex : strands) {
    agents.push_back(http::global_agent(ex));
    mark(agents.back(), 5);
    io.poll();
  }
  for (std::size_t n = 0; n < 256; ++n) {
    CHECK(mark_of(strands[n]) == 5);
  }
  CHECK(mark_of(strands[256]) == 256);  // another agent
  CHECK(agents[256].options().max_free_sockets == 5);
  agents.clear();
  io.restart();
  io.poll();  // The agents examined meanwhile are unused now.
  mark(http::global_agent(strands[256]), 6);
  CHECK(mark_of(strands[256]) == 6);
}

TEST_CASE("global agent: a replacement applies to its executor only", "[agent]") {
  net::io_context io;
  auto const strands = strands_of(io, 2);
  mark(http::global_agent(strands[0]), 1);
  mark(http::global_agent(strands[1]), 2);
  http::agent own(strands[1]);
  mark(own, 3);
  http::set_global_agent(own);
  CHECK(mark_of(strands[0]) == 1);
  CHECK(mark_of(strands[1]) == 3);
  http::agent const moved = std::move(own);
  CHECK_THROWS_AS(http::set_global_agent(own), http::exception);
}

}  // namespace behaviour_agent_global_agent
