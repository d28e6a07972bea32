// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_context.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http1 {

/// Returns whether the fast path applies to the head of a response, as it does to most: status 200
/// without a reason phrase, no known field (see `field_id`) among the user's headers, a Date field,
/// a reusable connection and a body of known size. `write_head_fast_path` writes such a head from
/// prepared parts.
inline bool has_fast_path(response_context const& context,
                          message::header_map const& headers) noexcept {
  return context.status == 200 && context.content_length && context.should_keep_alive &&
         context.chunked_by_default && context.send_date && !context.head_request &&
         !context.reason && !context.max_requests_reached && !context.continue_withheld &&
         headers.is_fast_path();
}

/// Appends the head of a GET request without a body, for a connection that is kept. The target is
/// valid, and Host is the only known field among the headers (see `is_fast_path_with_host`).
void write_get_fast_path(std::string& out, std::string_view target,
                         message::header_map const& headers);

/// Returns the part of the head between the user's headers and the number in Content-Length.
/// @param date_line, keep_alive_line complete field lines, as in `response_context`
std::string fast_path_fields(std::string_view date_line, std::string_view keep_alive_line);

/// Appends the same head as `write_response_head`. Requires `has_fast_path`.
/// @param fields the result of `fast_path_fields`
/// @param content_length the size of the body in bytes
message::outgoing_framing write_head_fast_path(std::string& out, message::header_map const& headers,
                                               std::string_view fields,
                                               std::uint64_t content_length);

/// Appends the head as `write_head_fast_path` does, and the whole body behind it.
void write_message_fast_path(std::string& out, message::header_map const& headers,
                             std::string_view fields, std::string_view body);

}  // namespace anode::http1
