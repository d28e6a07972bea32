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
/// Node's order: own fields, Date, Connection, Keep-Alive, Content-Length or Transfer-Encoding.
/// @throws exception with `error::invalid_status_code`, `invalid_char`, `trailer_invalid` (a
///   Trailer field on a message that is not chunked) or `invalid_header_value` (a Content-Length
///   that is not one number, a Transfer-Encoding whose last coding is not chunked although it
///   occurs); `out` is unchanged then.
///
/// **Node**: `writeHead` and `_storeHeader`.
message::outgoing_framing write_response_head(std::string& out, response_context const& facts,
                                              message::header_map const& headers);

/// Appends the head of a request to `out`.
///
/// A body is always framed: where Node would send it bare (GET and its like, removed framing
/// fields), Content-Length or chunks are added. A head that is sent before its body is known, for
/// a method that has none as a rule, announces none: `end()` is `body_end::none` and a later body
/// must be refused.
/// @throws exception as `write_response_head`, and with `error::invalid_http_token` or
///   `unescaped_characters` for method and target; `out` is unchanged then.
///
/// **Node**: `ClientRequest._implicitHeader` and `_storeHeader`.
message::outgoing_framing write_request_head(std::string& out, request_context const& facts,
                                             message::header_map const& headers);

/// The interim heads without fields.
inline constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view processing_head = "HTTP/1.1 102 Processing\r\n\r\n";

/// Appends an interim head with fields.
/// @throws exception with `error::invalid_status_code` unless 100 <= status <= 199 and not 101,
///   and as `validate_header_name` and `validate_header_value`; `out` is unchanged then.
void write_information_head(std::string& out, int status, http::header_list const& headers);

/// Appends a 103 Early Hints head: Link first, with all its values on one line, then the others.
/// Writes nothing when there is no link.
/// @return whether a head was written.
/// @throws exception with `error::invalid_arg_value` for a link that has not the form
///   `</style.css>; rel=preload; as=style`, and as `write_information_head`.
///
/// **Node**: `response.writeEarlyHints`.
bool write_early_hints_head(std::string& out, http::header_list const& hints);

/// Appends the answer that a server gives by itself to what it could not parse or wait for:
/// status line and `Connection: close`. For 400, 408, 413 and 431.
void write_error_head(std::string& out, int status);

/// Returns the whole Keep-Alive field line for a server's settings: the timeout in full seconds,
/// and the largest number of requests unless it is 0. Empty when the timeout is 0.
std::string keep_alive_line(std::uint64_t timeout_milliseconds, std::uint32_t max_requests);

}  // namespace anode::http1
