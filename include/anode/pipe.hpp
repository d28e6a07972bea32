// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// What a proxy passes on from one message to another; of framing bytes, none.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/server_response.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace anode::http {

/// Passes the rest of a body on while it arrives, then the trailers, and ends `to`.
///
/// The body is framed anew: by `to`'s Content-Length, or in chunks, also of a request whose method
/// usually has none (GET, DELETE, OPTIONS). A body that does not fit the Content-Length of `to`
/// fails with `error::content_length_mismatch`. What `to` does not take `from`
/// is not asked for: at most the two high-water marks are held. The head of `to` is sent first when
/// a body is still to come. Trailers that frame, route or authorize are left out (RFC 9110 section
/// 6.5.1).
///
/// A failure of `from`, or a body that cannot be framed in `to`, destroys `to`: a cut body never
/// looks like a whole one. A failure of `to` also destroys a response and its connection; the body
/// of a request is discarded instead, since the request can still be answered.
/// @return how many bytes of the body were passed on.
/// @throws boost::system::system_error with the failure of either.
/// **Cancellation**: destroys both messages.
/// **Node**: `stream.pipeline(from, to)`.
ANODE_EXPORT net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to);

/// Adds the headers of a received message to one that is passed on: all but those that concern a
/// single connection (RFC 9110 section 7.6.1: Connection and what it names, Upgrade, TE,
/// Transfer-Encoding...), Host, which follows where the request goes, and the Content-Length of a
/// response 1xx or 204, which must have none.
ANODE_EXPORT void pass_headers(incoming_message const& from, outgoing_message& to);

/// Returns the headers that `pass_headers` adds.
ANODE_EXPORT header_list end_to_end_headers(incoming_message const& from);

/// Has interim responses, 100 Continue included, passed on as they come, until the head of `to` is
/// made. A client of HTTP/1.0 gets none. 100 Continue is passed on once. While the client does not
/// read, the others are dropped as soon as the output has reached its high-water mark. `to` must
/// exist for as long as `from` may be answered.
ANODE_EXPORT void pass_information(client_request& from, server_response& to);

/// Returns whether a message may be passed on: its body is in no transfer coding but `chunked`,
/// which would get lost. Answer 501 to a request and 502 to a response that may not.
ANODE_EXPORT bool can_be_passed_on(incoming_message const& message);

}  // namespace anode::http
