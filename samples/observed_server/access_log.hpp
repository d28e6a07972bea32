// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace samples {

namespace http = anode::http;

/// The form of a line of the access log.
enum class log_form {
  none,    ///< no log
  common,  ///< the Common Log Format, as Apache and nginx write it
  json,    ///< one JSON object for each line
};

/// Appends the line of a finished exchange, with its line end. Bytes of the client that are not
/// printable ASCII are escaped, therefore a client cannot forge lines or control a terminal.
/// @param unix_seconds the time of the line
void append_line(std::string& out, log_form form, http::incoming_message& req,
                 http::exchange_facts const& facts, std::string_view client,
                 std::time_t unix_seconds);

/// Writes one line for each finished exchange.
class access_log {
public:
  access_log(log_form form, std::FILE* to) : form_(form), to_(to) {}

  /// Adds the observer of the log to `trace`.
  void add_to(http::server_trace& trace);

private:
  log_form form_;
  std::FILE* to_;
  std::string line_;
};

}  // namespace samples
