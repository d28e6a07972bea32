// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_context.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http1 {

/// Returns whether a response has the head that most have: 200 OK, fields of its own that say
/// nothing of connection and framing, a Date, a connection that lives on, and a body that is known
/// as a whole. Such a head is put together from two ready pieces by `write_head_fast_path`.
inline bool has_fast_path(response_context const& facts,
                          message::header_map const& headers) noexcept {
  return facts.status == 200 && facts.content_length && facts.should_keep_alive &&
         facts.chunked_by_default && facts.send_date && !facts.head_request && !facts.reason &&
         !facts.max_requests_reached && !facts.continue_withheld && headers.is_fast_path();
}

/// Returns the piece between the response's own fields and the number of its Content-Length.
/// @param date_line, keep_alive_line whole field lines, as in `response_context`
std::string fast_path_fields(std::string_view date_line, std::string_view keep_alive_line);

/// Appends to `out` what `write_response_head` would for a response that `has_fast_path`.
/// @param fields what `fast_path_fields` has made
message::outgoing_framing write_head_fast_path(std::string& out, message::header_map const& headers,
                                               std::string_view fields,
                                               std::uint64_t content_length);

}  // namespace anode::http1
