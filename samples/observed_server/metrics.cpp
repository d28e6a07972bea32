// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace samples {
namespace {

// The bounds that OpenTelemetry recommends for HTTP.
constexpr std::array<double, 14> bounds{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                        0.5,   0.75, 1,     2.5,  5,     7.5, 10};

double in_seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

template <class... Args>
void append(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

}  // namespace

std::string_view method_label(std::string_view method) {
  static constexpr std::array<std::string_view, 10> known{
      "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"};
  auto const at = std::ranges::find(known, method);
  return at != known.end() ? *at : "_OTHER";
}

void metrics::add_to(http::server_trace& trace) {
  trace.connection_opened = [this](anode::socket const&) { ++connections_; };
  trace.connection_closed = [this](auto const&...) { --connections_; };
  trace.request_start = [this, next = std::move(trace.request_start)](auto& req, auto& res) {
    ++active_;
    if (next) {
      next(req, res);
    }
  };
  trace.response_finish = [this, next = std::move(trace.response_finish)](
                              http::incoming_message& req, http::server_response& res,
                              http::exchange_facts const& facts) {
    --active_;
    server_key const key{method_label(req.method()), facts.status, facts.aborted};
    server_.try_emplace(key, bounds).first->second.add(in_seconds(facts.finished - facts.received));
    if (next) {
      next(req, res, facts);
    }
  };
}

void metrics::add_to(http::client_trace& trace) {
  auto const add = [this](http::traced_request const& request, int status) {
    client_key const key{method_label(request.method), std::string(request.host), request.port,
                         status};
    client_.try_emplace(key, bounds)
        .first->second.add(in_seconds(std::chrono::steady_clock::now() - request.started));
  };
  trace.finished = [add](http::traced_request const& request,
                         http::request_outcome const& response) { add(request, response.status); };
  trace.failed = [add](http::traced_request const& request, http::request_error const&) {
    add(request, 0);
  };
}

std::string metrics::text() const {
  std::string out;
  constexpr std::string_view server = "http_server_request_duration_seconds";
  constexpr std::string_view client = "http_client_request_duration_seconds";
  append(out, "# TYPE http_server_active_requests gauge\nhttp_server_active_requests {}\n",
         active_);
  append(out, "# TYPE http_server_open_connections gauge\nhttp_server_open_connections {}\n",
         connections_);
  append(out, "# TYPE {} histogram\n", server);
  for (auto const& [key, durations] : server_) {
    auto const& [method, status, aborted] = key;
    durations.append_to(out, server,
                        fmt::format("http_request_method=\"{}\",http_response_status_code=\"{}\"{}",
                                    method, status, aborted ? ",error_type=\"aborted\"" : ""));
  }
  append(out, "# TYPE {} histogram\n", client);
  for (auto const& [key, durations] : client_) {
    auto const& [method, host, port, status] = key;
    durations.append_to(
        out, client,
        fmt::format("http_request_method=\"{}\",server_address=\"{}\",server_port="
                    "\"{}\",{}",
                    method, host, port,
                    status == 0 ? std::string("error_type=\"failed\"")
                                : fmt::format("http_response_status_code=\"{}\"", status)));
  }
  return out;
}

}  // namespace samples
