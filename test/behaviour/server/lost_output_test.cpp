// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A connection whose output failed must close when it is to end behind that output.
#include "support/http_peer.hpp"

namespace behaviour_server_lost_output {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::server_fixture;

}  // namespace

TEST_CASE(
    "server connection: a failed write of 100 does not prevent the close when the client ends",
    "[regress]") {
  server_fixture f;
  auto const serve = [](http::incoming_message& req,
                        http::server_response& res) -> net::awaitable<void> {
    std::string const body = co_await req.text();
    co_await res.end(body);
  };
  f.server.on_request(serve);
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
  f.server.emit_connection(std::move(theirs));
  std::string const head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nab";
  boost::system::error_code ec;
  net::const_buffer const bytes(head.data(), head.size());
  REQUIRE(ours->try_write(std::span<net::const_buffer const>(&bytes, 1), ec) == head.size());
  ours->close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_server_lost_output
