// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Functions for proxies. They copy body, trailers, headers and informational responses from one
/// message to another. Framing is regenerated.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/server_response.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http {

/// Copies the rest of a body while it arrives, then the trailers, and ends `to`.
///
/// The body is framed by the Content-Length of `to`, or in chunks. Chunks are also used for a
/// request whose method usually has no body (GET, DELETE, OPTIONS). A body that does not match the
/// Content-Length of `to` fails with `error::content_length_mismatch`. Trailers that affect
/// framing, routing, authorization, the content's format or caching are removed (RFC 9110 section
/// 6.5.1). While a body is still expected, the head of `to` is sent before the first body bytes.
///
/// Applies back-pressure: at most the high-water marks of both messages are buffered.
///
/// A failure of `from`, or a body that cannot be framed in `to`, destroys `to`, because a truncated
/// body must not look complete. If `to` fails and `from` is a response, `from` is destroyed with
/// its connection. If `from` is a request, the rest of its body is discarded, because the request
/// can still be answered.
///
/// @param from the message to read; must exist until the operation completes.
/// @param to the message to write; must exist until the operation completes.
/// @return the number of copied bytes of the body.
/// @throws boost::system::system_error with the failure of either message.
/// **Cancellation**: destroys both messages.
/// **Node**: `stream.pipeline(from, to)`.
ANODE_EXPORT net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to);

/// How a pipe ended.
enum class pipe_end : std::uint8_t {
  complete,       ///< the whole body was copied
  source_failed,  ///< the message that is read was cut off
  source_silent,  ///< it was silent for `pipe_options::read_timeout`
  target_failed,  ///< the message that is written lost its connection
  target_silent,  ///< it accepted nothing for `pipe_options::write_timeout`
  unsuitable,     ///< the body cannot be framed in the target
  cancelled,      ///< the program has cancelled the operation
};

/// The result of a pipe.
class pipe_result {
public:
  /// Makes a result without a byte.
  pipe_result() {}

  std::uint64_t bytes = 0;            ///< bytes of the body that were read
  pipe_end end = pipe_end::complete;  ///< how it ended
  error_code error;                   ///< the failure; no error if it is complete
};

/// The options of a pipe.
class pipe_options {
public:
  /// Makes options without limits.
  constexpr pipe_options() {}

  /// Maximum time to wait for bytes of the source; 0: no limit. Counts while the pipe waits for
  /// the source only.
  std::chrono::milliseconds read_timeout{0};
  /// Maximum time to wait for room in the target without a byte that it accepts; 0: no limit.
  std::chrono::milliseconds write_timeout{0};
  /// Begins `read_timeout` after the first byte of the source: until then another side is due, for
  /// example a server that has to send 100 Continue.
  bool read_timeout_after_first = false;
  /// Passes only the trailers on that the field Trailer of the source names.
  bool announced_trailers_only = false;
  /// Receives a copy of the body while it has at most `copy_limit` bytes; null: no copy. Must exist
  /// until the operation completes.
  std::string* copy = nullptr;
  /// The most bytes of the copy. A longer body clears it, and nothing is copied any more.
  std::size_t copy_limit = 0;
};

/// Copies the rest of a body as the first overload does, with limits.
///
/// Does not throw if a message fails or a limit expires: the result tells. When `read_timeout`
/// expires, `to` is destroyed and the rest of `from` is discarded, therefore a request can still be
/// answered. When `write_timeout` expires, `to` is destroyed.
///
/// @param from, to as in the first overload.
/// @param how, result must exist until the operation completes.
/// @return `result.bytes`.
/// **Cancellation**: destroys both messages.
/// **Node**: `stream.pipeline(from, to)`.
ANODE_EXPORT net::awaitable<std::uint64_t> pipe(incoming_message& from, outgoing_message& to,
                                                pipe_options const& how, pipe_result& result);

/// Appends the fields of a received message to the headers of the message that forwards it.
/// Hop-by-hop fields are omitted (RFC 9110 section 7.6.1): Connection and the fields that it names,
/// Keep-Alive, TE, Transfer-Encoding, Upgrade and the fields of proxies. Host of a request is
/// omitted, because it depends on the new target. Content-Length of a 1xx or 204 response is
/// omitted, because such a response must not have it.
/// @throws exception with `error::headers_sent`; with `error::invalid_http_token` or `invalid_char`
///   for a field that the `http_validation` of `to` does not accept.
ANODE_EXPORT void pass_headers(incoming_message const& from, outgoing_message& to);

/// Appends the fields as the first overload does, without those that `omit` selects. Use it in
/// place of `remove_header` for each field: a client decides how many fields there are.
/// @param omit returns whether a field with this name is omitted; called once for each field.
ANODE_EXPORT void pass_headers(incoming_message const& from, outgoing_message& to,
                               bool (*omit)(std::string_view name));

/// Returns copies of the headers that `pass_headers` appends.
ANODE_EXPORT header_list end_to_end_headers(incoming_message const& from);

/// Forwards informational responses, 100 Continue included, until the head of `to` is made. An
/// HTTP/1.0 client receives none. 100 Continue is forwarded once. The others are discarded while
/// the output of `to` is at its high-water mark, because the client does not read. Hop-by-hop
/// fields, Content-Length, and fields that the `http_validation` of `to` does not accept are
/// omitted. `to` must exist as long as `from` may receive a response.
/// **Node**: none; a proxy there listens to event 'information'.
ANODE_EXPORT void pass_information(client_request& from, server_response& to);

/// Returns whether a message can be forwarded: its body has no transfer coding except `chunked`.
/// Other codings would be lost. If the result is false, respond with 501 to a request, and with 502
/// instead of a response.
ANODE_EXPORT bool can_be_passed_on(incoming_message const& message);

}  // namespace anode::http
