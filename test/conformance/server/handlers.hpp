// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "conformance/server/json_text.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parity {

namespace http = anode::http;
namespace net = boost::asio;

/// Writes an event of the connection with client port `port` as one JSON line to stderr.
void log_event(std::uint16_t port, std::string_view event, json_text const& fields = json_text());

/// One request during its handler.
struct call {
  http::server& server;
  http::incoming_message& req;
  http::server_response& res;
  std::uint16_t port;                  ///< of the client
  unsigned id;                         ///< of the request, on its connection
  std::vector<std::string> arguments;  ///< further segments of the path
  bool waited = false;                 ///< the handler has returned to its caller, or would have

  std::string argument(std::size_t index = 0) const {
    return index < arguments.size() ? arguments[index] : std::string();
  }
  int number(std::size_t index = 0) const;

  /// Writes an event of this request.
  void log(std::string_view event, json_text const& fields = json_text()) const;

  /// Registers an error listener, as other servers do.
  void listen_to_errors() const;

  /// Writes `handler.throw` with the code and the message.
  void log_throw(http::exception const& e) const;
};

/// A handler: either a function that finishes or schedules its work before it returns, or a
/// coroutine.
struct handler {
  std::string_view name;
  void (*run)(call&);
  net::awaitable<void> (*wait)(call&) = nullptr;
};

std::span<handler const> request_handlers();
std::span<handler const> header_handlers();
std::span<handler const> connection_header_handlers();
std::span<handler const> body_handlers();
std::span<handler const> interim_handlers();
std::span<handler const> lifecycle_handlers();

/// Returns the handler of that name, or null.
handler const* find_handler(std::string_view name);

/// Suspends for the given time.
net::awaitable<void> pause(call& c, int milliseconds);

/// Reads the whole body of the request.
net::awaitable<std::string> collect(call& c);

/// Calls `f` and returns its result as JSON: "ok", or the code and the message of its error.
template <class F>
std::string attempt(F f) {
  try {
    f();
    return json_quoted("ok");
  } catch (http::exception const& e) {
    return json_text().text("code", e.code_name()).text("message", e.what()).str();
  }
}

}  // namespace parity
