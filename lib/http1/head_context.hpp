// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_validation.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace anode::http1 {

/// The inputs for the head of a final response, in addition to its headers.
struct response_context {
  /// The status, 100 to 999.
  int status = 200;

  /// The reason phrase, which may be empty. The default is the standard phrase of the status, or
  /// "unknown" if there is none.
  std::optional<std::string_view> reason;

  /// Whether the request method is HEAD. The response then has no body.
  bool head_request = false;

  /// Whether the request and the server allow the connection to be reused. False for HTTP/1.0, for
  /// `Connection: close` in the request, and if the application disables keep-alive.
  bool should_keep_alive = true;

  /// Whether the peer supports chunked coding: HTTP/1.1, or HTTP/1.0 with `TE: chunked`.
  bool chunked_by_default = true;

  /// Whether the connection has reached `max_requests_per_socket` with this request.
  bool max_requests_reached = false;

  /// Whether the client expects 100 Continue and none was sent. The connection is then not
  /// reusable, because the client may or may not send the body.
  bool continue_withheld = false;

  /// Whether to add a Date field if there is none. **Node**: `sendDate`.
  bool send_date = true;

  /// The complete Date field line, for example "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".
  std::string_view date_line;

  /// The complete Keep-Alive field line, for example "Keep-Alive: timeout=5, max=100\r\n", or
  /// empty.
  std::string_view keep_alive_line;

  /// The size of the body in bytes if the complete body is known, for example the data of `end`.
  std::optional<std::uint64_t> content_length;

  /// Names whose lists of values are joined; may be null.
  message::unique_headers const* unique = nullptr;
};

/// The inputs for the head of a request, in addition to its headers.
struct request_context {
  /// The method, a token. It is sent unchanged.
  std::string_view method = "GET";

  /// The request target.
  std::string_view target = "/";

  /// Whether the agent reuses the connection (see `agent_keeps_alive`).
  bool should_keep_alive = true;

  /// Whether an agent handles the request.
  bool has_agent = true;

  /// Whether a body of unknown size follows.
  bool body_follows = false;

  /// The size of the body in bytes if the complete body is known.
  std::optional<std::uint64_t> content_length;

  /// Names whose lists of values are joined; may be null.
  message::unique_headers const* unique = nullptr;
};

}  // namespace anode::http1
