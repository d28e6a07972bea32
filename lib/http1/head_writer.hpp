// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_context.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"

#include <anode/headers.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http1 {

/// Appends the head of a final response to `out`.
///
/// The order is Node's: the user's headers, Date, Connection, Keep-Alive, Content-Length or
/// Transfer-Encoding.
/// @return the framing of the body
/// @throws exception with `error::invalid_status_code`, `invalid_char`, `trailer_invalid` (a
///   Trailer header on a message that is not chunked) or `invalid_header_value` (see
///   `summarize_user_headers`). `out` is unchanged then.
///
/// **Node**: `writeHead` and `_storeHeader`.
message::outgoing_framing write_response_head(std::string& out, response_context const& context,
                                              message::header_map const& headers);

/// Appends the head of a request to `out`.
///
/// A body is always framed. Where Node sends a body without framing (GET and similar methods,
/// removed framing headers), the writer adds Content-Length or Transfer-Encoding. If the method
/// usually has no body and the head is sent before a body is known, `end()` of the result is
/// `body_end::none`; the caller must not send a body later.
/// @return the framing of the body
/// @throws exception as `write_response_head`, except for the status and the reason phrase; with
///   `error::invalid_http_token` or `unescaped_characters` for method and target; with
///   `invalid_header_value` as `plan_request`. `out` is unchanged then.
///
/// **Node**: `ClientRequest._implicitHeader` and `_storeHeader`.
message::outgoing_framing write_request_head(std::string& out, request_context const& context,
                                             message::header_map const& headers);

/// The complete interim heads 100 and 102.
inline constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view processing_head = "HTTP/1.1 102 Processing\r\n\r\n";

/// Appends an interim head (1xx) with headers.
/// @throws exception with `error::invalid_status_code` if the status is 101 or not a 1xx status; as
///   `validate_header_name` and `validate_header_value`; and with `invalid_header_value` for
///   Content-Length and Transfer-Encoding. `out` is unchanged then.
/// @param relaxed accepts all bytes in values but NUL, CR and LF
void write_information_head(std::string& out, int status, http::header_list const& headers,
                            bool relaxed = false);

/// Appends a 103 Early Hints head: Link with all its values on one line, then the other headers.
/// Appends nothing if there is no link.
/// @return whether a head was written
/// @throws exception with `error::invalid_arg_value` for a link that does not have the form
///   `</style.css>; rel=preload; as=style`, and as `write_information_head`. `out` is unchanged
///   then.
///
/// **Node**: `response.writeEarlyHints`.
bool write_early_hints_head(std::string& out, http::header_list const& hints, bool relaxed = false);

/// The values for the head of a response after which the connection leaves HTTP.
struct upgrade_context {
  int status = 101;           ///< 101; 2xx as the answer to CONNECT
  std::string_view reason;    ///< the reason phrase
  std::string_view protocol;  ///< the value of Upgrade in the request
};

/// Appends the head of a response after which the connection leaves HTTP. A 101 response gets
/// `Connection: Upgrade` and Upgrade, if the user has not set them.
/// @throws exception with `error::invalid_char` for the reason phrase, and `invalid_header_value`
///   for Content-Length and Transfer-Encoding, which such a response must not have (RFC 9110
///   sections 8.6 and 9.3.6). `out` is unchanged then.
void write_upgrade_head(std::string& out, upgrade_context const& context,
                        message::header_map const& headers);

/// Appends the automatic error response of a server: status line and `Connection: close`. For a
/// request that is invalid, late or too large: 400, 408, 413, 431.
void write_error_head(std::string& out, int status);

/// Returns the complete Keep-Alive field line of a server; empty if the timeout is 0.
/// @param timeout_milliseconds sent in seconds, rounded down
/// @param max_requests the most requests of a connection; not sent if 0
std::string keep_alive_line(std::uint64_t timeout_milliseconds, std::uint32_t max_requests);

}  // namespace anode::http1
