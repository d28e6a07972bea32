// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Functions for proxies: they forward body, trailers, headers and informational responses from one
/// message to another. Framing is regenerated.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/server_response.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace anode::http {

/// Copies the rest of a body while it arrives, then the trailers, and ends `to`.
///
/// The body is framed by the Content-Length of `to`, or in chunks. Chunks are also used for a
/// request whose method usually has no body (GET, DELETE, OPTIONS). A body that does not match the
/// Content-Length of `to` fails with `error::content_length_mismatch`. Trailers that frame, route
/// or authorize are removed (RFC 9110 section 6.5.1). If a body is expected, the head of `to` is
/// sent first.
///
/// Applies back-pressure: at most the high-water marks of both messages are buffered.
///
/// A failure of `from`, or a body that cannot be framed in `to`, destroys `to`, because a truncated
/// body must not look complete. A failure of `to` destroys a response and its connection; the body
/// of a request is discarded instead, because the request can still be answered.
///
/// @param from the source; must exist until the operation completes.
/// @param to the target; must exist until the operation completes.
/// @return the number of bytes of the body that were copied.
/// @throws boost::system::system_error with the failure of either message.
/// **Cancellation**: destroys both messages.
/// **Node**: `stream.pipeline(from, to)`.
ANODE_EXPORT net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to);

/// Adds the headers of a received message to a forwarded one. Hop-by-hop fields are removed (RFC
/// 9110 section 7.6.1: Connection and the fields that it names, Upgrade, TE, Transfer-Encoding...).
/// Host is removed because it follows the new target. Content-Length is removed from a response 1xx
/// or 204, which must not have one.
/// @throws exception with `error::headers_sent`.
ANODE_EXPORT void pass_headers(incoming_message const& from, outgoing_message& to);

/// Returns the headers that `pass_headers` adds.
ANODE_EXPORT header_list end_to_end_headers(incoming_message const& from);

/// Forwards informational responses, 100 Continue included, until the head of `to` is made. A
/// client of HTTP/1.0 gets none. 100 Continue is forwarded once. The others are discarded while the
/// output of `to` is at its high-water mark, because the client does not read. `to` must exist as
/// long as `from` may receive a response.
ANODE_EXPORT void pass_information(client_request& from, server_response& to);

/// Returns whether a message can be forwarded: its body has no transfer coding except `chunked`.
/// Other codings would be lost. Respond with 501 to such a request, and with 502 for such a
/// response.
ANODE_EXPORT bool can_be_passed_on(incoming_message const& message);

}  // namespace anode::http
