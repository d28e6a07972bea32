// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// compiles
#include "common.hpp"

#include <anode/https.hpp>

namespace https = anode::https;
namespace tls = anode::tls;

net::awaitable<void> handle(http::incoming_message& req, http::server_response& res) {
  co_await res.end(req.socket().authorized() ? "known" : "unknown");
}

net::awaitable<void> use(net::any_io_executor ex, tls::context context) {
  https::server server{ex, context, {.max_header_size = 1024}, handle};
  server.on_secure_connection([p = std::make_unique<int>(1)](anode::socket) {});
  https::agent_options options{{.keep_alive = true}};
  options.secure = context;
  https::agent agent{ex, options};
  auto response = co_await agent.get("https://localhost/");
  http::agent& plain = agent;
  plain.destroy();
}
