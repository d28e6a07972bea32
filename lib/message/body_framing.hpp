// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/method.hpp"

#include <cstdint>
#include <string_view>

namespace anode::message {

/// Tells requests and responses apart.
enum class message_kind : std::uint8_t { request, response };

/// How the end of a body is found (RFC 9112 section 6.3).
enum class body_kind : std::uint8_t {
  none,         ///< the message ends with its head
  length,       ///< Content-Length, greater than 0
  chunked,      ///< the chunked coding
  until_close,  ///< responses only: everything until the connection ends
};

/// What one head's field lines say about its body and its connection, before any rule is applied.
///
/// Collected by `head_scanner` while the bytes arrive, so that a line which contradicts an earlier
/// one is refused on the spot. List elements count when they fill their place exactly, without
/// regard to case; blanks around them, spaces and tabs, are dropped (RFC 9110 section 5.6.3).
struct framing_fields {
  bool connection_close = false;       ///< a `close` token in Connection or Proxy-Connection
  bool connection_keep_alive = false;  ///< a `keep-alive` token there
  bool connection_upgrade = false;     ///< an `upgrade` token there
  bool upgrade = false;                ///< an Upgrade field that is not empty
  bool transfer_encoding = false;      ///< a Transfer-Encoding field
  bool chunked = false;                ///< its last coding is `chunked`
  bool content_length_seen = false;    ///< a Content-Length field
  std::uint64_t content_length = 0;    ///< its value
};

/// How one message's body is framed, and whether its connection may carry another message.
struct framing {
  body_kind body = body_kind::none;
  std::uint64_t content_length = 0;  ///< for `body_kind::length`
  /// The message asks to leave HTTP: a CONNECT request, or an Upgrade field that Connection names;
  /// in responses only of 101. (To CONNECT, every response ends HTTP, without this.)
  bool upgrade = false;
  bool should_keep_alive = false;          ///< Node's `shouldKeepAlive` of an incoming message
  bool invalid_transfer_encoding = false;  ///< a request whose last coding is not `chunked`
};

/// Decides the framing of a request (RFC 9112 sections 6.3 and 9.3).
/// @param lenient what `insecure_http_parser` relaxes: codings other than `chunked` are read until
///   the connection ends
framing frame_request(method m, int version_major, int version_minor, framing_fields const& fields,
                      bool lenient = false) noexcept;

/// Decides the framing of a response to a request with method `request`.
///
/// `should_keep_alive` is what the head says by itself, as Node hands it to the client: false for a
/// response to HEAD without any framing field, although its end is known.
framing frame_response(method request, int status, int version_major, int version_minor,
                       framing_fields const& fields) noexcept;

}  // namespace anode::message
