// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/message_head.hpp"

#include <anode/error.hpp>

#include <cstdint>
#include <optional>

namespace anode::policy {

/// The action of a server for a request whose head is complete.
enum class dispatch : std::uint8_t {
  request,               ///< call the request handler
  continue_and_request,  ///< send 100 Continue, then call the request handler
  check_continue,        ///< call the `check_continue` handler instead
  check_expectation,     ///< call the `check_expectation` handler instead
  refuse_expectation,    ///< respond with 417
  missing_host,          ///< respond with 400
  misdirected,           ///< respond with 421: the host is not served on this connection
  drop,                  ///< respond with 503: `max_requests_per_socket` is exceeded
  upgrade,               ///< HTTP ends: the `upgrade` handler receives the socket
  connect,               ///< HTTP ends: the `connect` handler receives the socket
  refuse_connect,        ///< close the connection: CONNECT has no handler
  refuse_upgrade,        ///< close the connection: the accepted upgrade has no handler
};

/// The inputs of the decision, in addition to the head.
struct dispatch_context {
  bool has_upgrade = false;                   ///< an `upgrade` handler is set
  std::optional<bool> upgrades;               ///< the application's decision; default `has_upgrade`
  bool has_connect = false;                   ///< a `connect` handler is set
  bool upgrade_requests = false;              ///< the request handler may leave HTTP
  bool has_check_continue = false;            ///< a `check_continue` handler is set
  bool has_check_expectation = false;         ///< a `check_expectation` handler is set
  bool require_host_header = true;            ///< reject HTTP/1.1 requests without Host
  bool misdirected = false;                   ///< the host must not be served on this connection
  std::uint32_t max_requests_per_socket = 0;  ///< 0 means unlimited
};

/// Decides the action for a request.
///
/// An HTTP/1.0 request needs no Host, its Expect is ignored, and it is not counted.
/// @param requests_served the number of requests of the connection; incremented if there is a limit
/// @param limit_reached set to whether the connection has reached the limit; unchanged without a
///   limit
///
/// **Node**: `parserOnIncoming` of `_http_server.js`.
dispatch dispatch_request(message::message_head const& head, dispatch_context const& context,
                          std::uint32_t& requests_served, bool& limit_reached) noexcept;

/// Returns whether the bytes behind a request may belong to another protocol, because its handler
/// may leave HTTP. Only for requests for which `dispatch_request` does not end HTTP.
bool holds_input(message::message_head const& head, dispatch_context const& context) noexcept;

/// Returns whether `dispatch_request` returns `dispatch::request` for every context without a limit
/// of requests, unless the request is misdirected.
inline bool is_fast_path(message::message_head const& head) noexcept {
  return !head.upgrade && head.version_major == 1 && head.version_minor == 1 &&
         head.has(message::field_id::host) && !head.has(message::field_id::expect);
}

/// Returns whether a request asks for an upgrade with an Upgrade field.
inline bool asks_for_upgrade(message::message_head const& head) noexcept {
  return head.upgrade && head.method != message::method::connect;
}

/// Returns whether a request expects 100 Continue. **Node**: its regular expression
/// `/(?:^|\W)100-continue(?:$|\W)/i` on the value of Expect.
bool expects_continue(message::message_head const& head) noexcept;

/// Returns the status of the automatic error response of a server: 400, 408, 413 or 431.
int status_of(http::error e) noexcept;

/// Returns whether the peer supports chunked coding: HTTP/1.1, or HTTP/1.0 with the word `chunked`
/// in TE.
bool understands_chunks(message::message_head const& head) noexcept;

}  // namespace anode::policy
