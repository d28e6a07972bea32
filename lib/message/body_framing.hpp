// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/method.hpp"

#include <cstdint>
#include <string_view>

namespace anode::message {

/// The kind of an HTTP message.
enum class message_kind : std::uint8_t { request, response };

/// How a received body is delimited (RFC 9112 section 6.3).
enum class body_kind : std::uint8_t {
  none,         ///< no body: the message ends with its head
  length,       ///< Content-Length greater than 0
  chunked,      ///< the chunked coding
  until_close,  ///< until the connection ends; responses, and requests if lenient
};

/// The raw framing and connection fields of one head, before any framing rule is applied.
///
/// `head_scanner` collects them while bytes arrive, and rejects a field line that contradicts an
/// earlier one immediately. A list element counts if it equals the token, ignoring case and the
/// optional whitespace around the element (RFC 9110 section 5.6.3).
struct framing_fields {
  bool connection_close = false;       ///< a `close` token in Connection or Proxy-Connection
  bool connection_keep_alive = false;  ///< a `keep-alive` token in these fields
  bool connection_upgrade = false;     ///< an `upgrade` token in these fields
  bool upgrade = false;                ///< a non-empty Upgrade field
  bool transfer_encoding = false;      ///< a Transfer-Encoding field
  bool chunked = false;                ///< `chunked` is the last transfer coding
  bool content_length_seen = false;    ///< a Content-Length field
  std::uint64_t content_length = 0;    ///< the value of Content-Length
};

/// How the body of one message is framed, and whether the connection can be reused.
struct framing {
  body_kind body = body_kind::none;
  std::uint64_t content_length = 0;  ///< for `body_kind::length`
  /// Whether the message asks to leave HTTP. True for a CONNECT request, for a request with an
  /// Upgrade field that Connection names, and for a 101 response with such a field. Every final
  /// response to CONNECT also ends HTTP, but does not set this member.
  bool upgrade = false;
  bool should_keep_alive = false;          ///< **Node**: `shouldKeepAlive` of the parser
  bool invalid_transfer_encoding = false;  ///< a request whose last coding is not `chunked`
};

/// Decides the framing of a request (RFC 9112 sections 6.3 and 9.3).
/// @param lenient true with `insecure_http_parser`: then a body whose last coding is not `chunked`
///   extends until the connection ends
framing frame_request(method m, int version_major, int version_minor, framing_fields const& fields,
                      bool lenient = false) noexcept;

/// Decides the framing of a response to a request with method `request`.
///
/// `should_keep_alive` depends on the head alone, as in Node. It is false for a response to HEAD
/// without a framing field, although the end of that response is known.
framing frame_response(method request, int status, int version_major, int version_minor,
                       framing_fields const& fields) noexcept;

}  // namespace anode::message
