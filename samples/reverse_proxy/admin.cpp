// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "admin.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace samples {
namespace {

namespace http = anode::http;

http::server_options admin_options() {
  constexpr std::size_t most_admins = 16;
  http::server_options o;
  o.max_connections = most_admins;
  o.max_header_size = 8192;
  o.headers_timeout = std::chrono::seconds(10);
  o.request_timeout = std::chrono::seconds(10);
  o.connections_checking_interval = std::chrono::seconds(5);
  o.timeout = std::chrono::seconds(30);  // a client that reads nothing
  return o;
}

void send(http::server_response& res, int status, std::string_view type, std::string text) {
  res.set_status_code(status);
  res.set_header("Content-Type", type);
  res.set_header("Cache-Control", "no-store");
  res.end(std::move(text));
}

}  // namespace

admin_listener::admin_listener(boost::asio::any_io_executor const& ex, listen_setting const& where,
                               std::function<proxy_state()> state)
    : server_(ex, admin_options(),
              [state = std::move(state)](http::incoming_message& req, http::server_response& res) {
                answer_admin(state(), req, res);
              }) {
  server_.listen(where.where);
}

void admin_listener::close() {
  server_.close();
  server_.close_all_connections();
}

void answer_admin(proxy_state const& state, http::incoming_message const& req,
                  http::server_response& res) {
  constexpr std::string_view plain = "text/plain; charset=utf-8";
  if (req.method() != "GET" && req.method() != "HEAD") {
    res.set_header("Allow", "GET, HEAD");
    res.set_header("Connection", "close");
    send(res, 405, plain, "405 Method Not Allowed\n");
    return;
  }
  std::string_view const path = req.path();
  if (path == "/healthz") {
    send(res, 200, plain, "ok\n");
  } else if (path == "/readyz") {
    send(res, state.draining ? 503 : 200, plain, state.draining ? "draining\n" : "ready\n");
  } else if (path == "/metrics") {
    send(res, 200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(state));
  } else if (path == "/upstreams") {
    send(res, 200, "application/json", upstreams_json(state));
  } else {
    send(res, 404, plain, "404 Not Found\n");
  }
}

}  // namespace samples
