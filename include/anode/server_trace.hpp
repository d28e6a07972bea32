// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace anode {
class socket;
}

namespace anode::http {

class incoming_message;
class server_response;

/// Invalid input, an expired request timeout, or a failure of a connection. The views are valid
/// during the call of the handler.
///
/// **Node**: the error of event 'clientError'.
struct client_error {
  error_code code;  ///< `HPE_*`, `ERR_HTTP_REQUEST_TIMEOUT`, `ECONNRESET` or another system error
  std::string_view message;      ///< for example "Parse Error: Invalid method encountered"
  std::size_t bytes_parsed = 0;  ///< number of valid bytes of `raw_packet`
  std::string_view raw_packet;   ///< the bytes of the last read
};

/// The facts of a request and its response, when the response is over.
///
/// **Node**: none; its programs measure between the channels 'http.server.request.start' and
/// 'http.server.response.finish'.
struct exchange_facts {
  /// The status of the response; 0 if no head was sent.
  int status = 0;
  /// Bytes of the request's body that were received, without the framing of chunks.
  std::uint64_t request_bytes = 0;
  /// Bytes of the response's head.
  std::uint64_t head_bytes = 0;
  /// Bytes of the response's body that were written, without the framing of chunks. If the response
  /// was aborted, some of them may not have been sent.
  std::uint64_t body_bytes = 0;
  /// When the head of the request was complete.
  std::chrono::steady_clock::time_point received{};
  /// When the head of the response was made; the epoch of the clock if no head was sent.
  std::chrono::steady_clock::time_point head_sent{};
  /// When all bytes of the response were passed to the system, or the connection was lost.
  std::chrono::steady_clock::time_point finished{};
  /// Whether the connection was lost or destroyed before the whole response was sent.
  bool aborted = false;
  /// Why the response was aborted, for example `ECONNRESET` or `ERR_HTTP_REQUEST_TIMEOUT`.
  error_code error{};
};

/// The facts of a connection of a server, when it is closed.
struct connection_facts {
  std::uint64_t requests = 0;                      ///< requests whose head was received
  std::uint64_t bytes_read = 0;                    ///< bytes received
  std::uint64_t bytes_written = 0;                 ///< bytes passed to the system
  std::chrono::steady_clock::time_point opened{};  ///< when the server got the connection
  std::chrono::steady_clock::time_point closed{};  ///< when the connection was closed
};

/// The ends of a connection that the server closed because of `server_options::max_connections`.
///
/// **Node**: the data of event 'drop'.
struct drop_facts {
  endpoint local;   ///< the address of the server
  endpoint remote;  ///< the address of the client
};

/// Observers of a server for diagnostics: access logs, metrics, traces. They do not replace the
/// handlers of the server.
///
/// Each hook is optional. A hook may do anything, for example destroy the connection or the server.
/// An exception of a hook goes to `server::on_error`, and the exchange continues. References and
/// views are valid during the call. All times are those of the tick, read once for all events of a
/// tick.
///
/// Without hooks, a server spends nothing on tracing. With hooks, it allocates nothing for each
/// request.
///
/// **Node**: the channels 'http.server.*' of `diagnostics_channel`.
struct server_trace {
  /// Called for each new connection, before the listeners of `server::on_connection`.
  std::function<void(anode::socket const&)> connection_opened{};
  /// Called once for each connection that began under this trace, when it is closed, also after it
  /// left HTTP.
  std::function<void(anode::socket const&, connection_facts const&)> connection_closed{};
  /// Called when the head of a request is received, before its handler. The hook may set headers of
  /// the response. Also called for requests that the server answers itself (400, 417, 503), not for
  /// invalid input (see `client_error`) and not for requests of `server::on_upgrade` and
  /// `on_connect` (see `upgrade`).
  /// **Node**: channels 'http.server.request.start' and 'http.server.response.created'.
  std::function<void(incoming_message&, server_response&)> request_start{};
  /// Called at the end of the tick in which the head of a response was made. Called again if the
  /// handler throws before that head is sent: another head then replaces it.
  std::function<void(incoming_message&, server_response&)> response_head{};
  /// Called once for each `request_start`: when all bytes of the response are passed to the system,
  /// when the connection is lost, or when the response leaves HTTP (see
  /// `server_response::upgrade`). Also called if the server is destroyed before, but not if its
  /// execution context is. The events 'close' of both messages follow.
  /// **Node**: channel 'http.server.response.finish', for complete responses only.
  std::function<void(incoming_message&, server_response&, exchange_facts const&)> response_finish{};
  /// Called when a connection leaves HTTP: before the handler of `server::on_upgrade` or
  /// `on_connect`, and after `server_response::upgrade` or `detach_socket`.
  std::function<void(incoming_message&, anode::socket const&)> upgrade{};
  /// Called for a connection that the server closes because of `max_connections`.
  std::function<void(drop_facts const&)> drop{};
  /// Called for invalid input, a connection failure or an expired request timeout, before it is
  /// handled.
  std::function<void(client_error const&, anode::socket const&)> client_error{};
  /// Called when the inactivity or keep-alive timeout of a connection expires, before it is
  /// handled.
  std::function<void(anode::socket const&)> timeout{};
  /// Called for a request over `max_requests_per_socket`, before the server responds with 503.
  std::function<void(incoming_message const&, anode::socket const&)> drop_request{};
};

}  // namespace anode::http
