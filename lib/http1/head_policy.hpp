// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_context.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"

#include <cstdint>
#include <optional>

namespace anode::http1 {

/// The connection and framing information in the headers that the user has set.
struct user_header_summary {
  bool connection = false;                      ///< a Connection header
  bool connection_close = false;                ///< Connection contains `close`
  bool keep_alive = false;                      ///< a Keep-Alive header
  bool date = false;                            ///< a Date header
  bool expect = false;                          ///< an Expect header
  bool trailer = false;                         ///< a Trailer header
  bool host_twice = false;                      ///< more than one Host
  bool transfer_encoding = false;               ///< a Transfer-Encoding header
  bool chunked = false;                         ///< `chunked` is the last transfer coding
  std::optional<std::uint64_t> content_length;  ///< the value of Content-Length
};

/// Summarizes the known fields (see `field_id`) in `headers`.
/// @throws exception with `error::invalid_header_value` if Content-Length is not a single number,
///   if Transfer-Encoding is empty or contains a tab, or if `chunked` is not the last coding or
///   occurs more than once.
user_header_summary summarize_user_headers(message::header_map const& headers);

/// The Connection field that the writer adds after the user's headers.
enum class connection_line : std::uint8_t { none, keep_alive, close };

/// The framing field that the writer adds after the user's headers.
enum class framing_line : std::uint8_t { none, content_length, chunked };

/// All decisions about a head, made before the head is written.
struct head_policy {
  message::outgoing_framing framing;
  connection_line connection = connection_line::none;
  bool keep_alive_field = false;  ///< add `keep_alive_line`
  framing_line length = framing_line::none;
  bool drop_content_length = false;  ///< omit the user's Content-Length
  bool date = false;                 ///< add `date_line`
};

/// Decides framing and automatic headers of a response. A pure function.
/// @throws exception with `error::trailer_invalid` for a Trailer header without chunked coding.
head_policy plan_response(response_context const& context, user_header_summary const& own,
                          message::header_map const& headers);

/// Decides framing and automatic headers of a request. A pure function.
/// @throws exception with `error::trailer_invalid` for a Trailer header without chunked coding, or
///   with `error::invalid_header_value` for more than one Host or a Transfer-Encoding without
///   `chunked`, because it does not delimit the body.
head_policy plan_request(request_context const& context, user_header_summary const& own,
                         message::header_map const& headers);

}  // namespace anode::http1
