// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

// Answers every request.
inline boost::asio::awaitable<void> greet(anode::http::incoming_message& req,
                                          anode::http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello from " + std::string(req.path()) + "\n");
}
