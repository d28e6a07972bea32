// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/message_head.hpp"

#include <anode/error.hpp>

#include <cstdint>
#include <optional>

namespace anode::policy {

/// What a server does with a request whose head is complete.
enum class dispatch : std::uint8_t {
  request,               ///< the request handler
  continue_and_request,  ///< 100 Continue, then the request handler
  check_continue,        ///< the handler for that event, which answers instead
  check_expectation,     ///< the handler for that event
  refuse_expectation,    ///< 417
  missing_host,          ///< 400
  drop,                  ///< 503: the connection has served all the requests it may
  upgrade,               ///< HTTP ends: the handler for that event gets the socket
  connect,               ///< likewise, for CONNECT
  refuse_connect,        ///< CONNECT without a handler: the connection is closed
  refuse_upgrade,        ///< an upgrade that the program wants and has no handler for: likewise
};

/// What the decision depends on, apart from the head.
struct dispatch_context {
  bool has_upgrade = false;            ///< a handler for the event is set
  std::optional<bool> upgrades;        ///< what the program says, asked if `asks_for_upgrade`
  bool has_connect = false;            ///< likewise
  bool has_check_continue = false;     ///< likewise
  bool has_check_expectation = false;  ///< likewise
  bool require_host_header = true;
  std::uint32_t max_requests_per_socket = 0;  ///< 0 is unlimited
};

/// Decides what to do with a request.
///
/// HTTP/1.0 requests need no Host, have no expectations and are not counted.
/// @param requests_served counts the requests of the connection; incremented when there is a limit
/// @param limit_reached set when this is the last request that the connection may serve
///
/// **Node**: `parserOnIncoming` of `_http_server.js`.
dispatch dispatch_request(message::message_head const& head, dispatch_context const& facts,
                          std::uint32_t& requests_served, bool& limit_reached) noexcept;

/// Returns whether a request is one for which `dispatch_request` says `dispatch::request` whatever
/// the facts, as long as requests are not counted.
inline bool is_fast_path(message::message_head const& head) noexcept {
  return !head.upgrade && head.version_major == 1 && head.version_minor == 1 &&
         head.has(message::field_id::host) && !head.has(message::field_id::expect);
}

/// Returns whether a request asks to leave HTTP by an Upgrade header.
inline bool asks_for_upgrade(message::message_head const& head) noexcept {
  return head.upgrade && head.method != message::method::connect;
}

/// Returns whether the joined value of Expect asks for 100 Continue, as Node's regular expression
/// `/(?:^|\W)100-continue(?:$|\W)/i` finds it.
bool expects_continue(message::message_head const& head) noexcept;

/// Returns the status of the answer that a server gives by itself to a failure: 400, 408, 413, 431.
int status_of(http::error e) noexcept;

/// Returns whether the peer of a request understands chunks: HTTP/1.1, or HTTP/1.0 with a `chunked`
/// token in TE.
bool understands_chunks(message::message_head const& head) noexcept;

}  // namespace anode::policy
