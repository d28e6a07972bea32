// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_validation.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace anode::http1 {

/// What the head of a final response depends on, apart from its headers.
struct response_context {
  /// The status, 100 to 999.
  int status = 200;

  /// The reason phrase, which may be empty; without one the standard phrase, or "unknown".
  std::optional<std::string_view> reason;

  /// Whether the request was HEAD, so that no body may follow.
  bool head_request = false;

  /// Whether the connection may live on as far as the request and the server are concerned. False
  /// for HTTP/1.0, for `Connection: close`, and when the program says so.
  bool should_keep_alive = true;

  /// Whether the peer understands chunks: HTTP/1.1, or HTTP/1.0 with `TE: chunked`.
  bool chunked_by_default = true;

  /// Whether this is the last request that the connection may serve (`max_requests_per_socket`).
  bool max_requests_reached = false;

  /// Whether the client waits for 100 Continue and was not sent one; then the connection cannot
  /// be used further, since the body may come or not.
  bool continue_withheld = false;

  /// Whether a Date field is added if there is none (Node: `sendDate`).
  bool send_date = true;

  /// The whole field line, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".
  std::string_view date_line;

  /// The whole field line, "Keep-Alive: timeout=5, max=100\r\n", or nothing.
  std::string_view keep_alive_line;

  /// The number of bytes of the body when all of it is known, as for the data given to `end`.
  std::optional<std::uint64_t> content_length;

  /// Names whose lists are joined; may be null.
  message::unique_headers const* unique = nullptr;
};

/// What the head of a request depends on, apart from its headers.
struct request_context {
  /// The method, a token. Sent as given.
  std::string_view method = "GET";

  /// The request target.
  std::string_view target = "/";

  /// Whether the agent will reuse the connection (see `agent_keeps_alive`).
  bool should_keep_alive = true;

  /// Whether the request goes through an agent.
  bool has_agent = true;

  /// Whether body bytes follow whose total number is not known.
  bool body_follows = false;

  /// The number of bytes of the body when all of it is known.
  std::optional<std::uint64_t> content_length;

  /// Names whose lists are joined; may be null.
  message::unique_headers const* unique = nullptr;
};

}  // namespace anode::http1
