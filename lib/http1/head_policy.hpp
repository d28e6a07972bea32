// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_context.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"

#include <cstdint>
#include <optional>

namespace anode::http1 {

/// What a message's own headers say about connection and framing.
struct user_header_summary {
  bool connection = false;
  bool connection_close = false;
  bool keep_alive = false;
  bool date = false;
  bool expect = false;
  bool trailer = false;
  bool host_twice = false;
  bool transfer_encoding = false;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
};

/// Reads the special fields among `headers`.
/// @throws exception with `error::invalid_header_value` for a Content-Length that is not one
///   number and a Transfer-Encoding that is empty or in which chunked is not the last coding only.
user_header_summary summarize_user_headers(message::header_map const& headers);

/// Which Connection field the head gets behind its own fields.
enum class connection_line : std::uint8_t { none, keep_alive, close };

/// Which framing field the head gets behind its own fields.
enum class framing_line : std::uint8_t { none, content_length, chunked };

/// Everything that is decided about a head before a byte of it is written.
struct head_policy {
  message::outgoing_framing framing;
  connection_line connection = connection_line::none;
  bool keep_alive_field = false;
  framing_line length = framing_line::none;
  bool drop_content_length = false;  ///< where it must not be sent
  bool date = false;
};

/// Decides about the head of a response; pure.
/// @throws exception with `error::trailer_invalid` for a Trailer field without chunks.
head_policy plan_response(response_context const& facts, user_header_summary const& own,
                          message::header_map const& headers);

/// Decides about the head of a request; pure.
/// @throws exception with `error::trailer_invalid`, or with `error::invalid_header_value` for a
///   Transfer-Encoding that does not end the body.
head_policy plan_request(request_context const& facts, user_header_summary const& own,
                         message::header_map const& headers);

}  // namespace anode::http1
