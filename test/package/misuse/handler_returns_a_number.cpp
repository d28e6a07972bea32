// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: a handler returns void or boost::asio::awaitable<void>
#include "common.hpp"

net::awaitable<int> handle(http::incoming_message&, http::server_response& res) {
  co_await res.end("hi");
  co_return 1;
}

void use(http::server& server) { server.on_request(handle); }
