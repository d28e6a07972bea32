// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/secure_info.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace anode::http {

class client_request;
class incoming_message;
class request_error;
struct information;

/// The request that a hook of `client_trace` is about. Valid during the call of the hook.
struct traced_request {
  /// The request, even if the program has destroyed its handle. In `created`, its headers can be
  /// changed. Use it as a listener would; a handle that the hook moves out of it aborts the request
  /// when it is destroyed.
  client_request& request;
  std::uint64_t id = 0;     ///< identifies the request in this process
  std::string_view method;  ///< in upper case
  std::string_view host;    ///< without the port
  std::uint16_t port = 0;   ///< the port of the server, also through a proxy
  std::string_view path;    ///< with the query
  unsigned attempt = 1;     ///< increased by each retry
  std::chrono::steady_clock::time_point started{};  ///< when the request was created
};

/// The facts of a complete exchange.
struct request_outcome {
  int status = 0;                       ///< the status of the response
  std::uint64_t bytes_sent = 0;         ///< bytes passed to the system, heads and retries included
  std::uint64_t bytes_received = 0;     ///< bytes received by the last connection for this request
  std::chrono::nanoseconds duration{};  ///< since the request was created
  bool reused_socket = false;           ///< whether the connection carried another request before
};

/// Hooks that observe the requests of a client, in the order in which they are called. All are
/// optional.
///
/// Each request calls `created` once, and then exactly one of `finished` and `failed`, whatever
/// happens to its handle and to its agent. Only if the execution context is destroyed before,
/// neither is called. The other hooks are called as often as the step occurs; a retry begins again
/// with `queued`.
///
/// Hooks are called when the step occurs, also inside of calls of the program. A hook may do
/// anything, also destroy the request or the agent. An exception of a hook is rethrown once from
/// the executor's `run()`; the request continues. Arguments are valid during the call. Without
/// hooks a trace costs nothing; with hooks, requests on kept connections allocate nothing.
///
/// The connections of `agent_options::create_connection` have no look-up and no connect hooks. The
/// CONNECT that an agent sends to a proxy belongs to the request that needs the tunnel.
///
/// **Node**: the diagnostics channels `http.client.request.created`, `.start`, `.error` and
/// `http.client.response.finish`.
struct client_trace {
  /// The request is created. Its headers can be changed, for example to add `traceparent`. Called
  /// inside of `agent::request`. If the hook destroys the request, it is never sent.
  std::function<void(traced_request const&)> created{};
  /// The request waits for a connection, see `agent_options::max_sockets`.
  std::function<void(traced_request const&)> queued{};
  /// A name is looked up. IP addresses and "localhost" need no look-up.
  std::function<void(traced_request const&, std::string_view host)> lookup_start{};
  /// The look-up is complete. `addresses` is empty after a failure.
  std::function<void(traced_request const&, std::span<endpoint const> addresses, error_code ec)>
      lookup_done{};
  /// A connection attempt begins. Several attempts can run at a time (RFC 8305).
  std::function<void(traced_request const&, endpoint const& to)> connect_start{};
  /// A connection attempt has succeeded or failed. Attempts that are still running when another one
  /// succeeds have the error `operation_aborted`.
  std::function<void(traced_request const&, endpoint const& to, error_code ec)> connect_done{};
  /// The proxy has answered CONNECT with `status`. `proxy` is its host and port.
  std::function<void(traced_request const&, std::string_view proxy, int status)> tunnel{};
  /// A TLS handshake is complete: with the server, or before that with an https proxy.
  std::function<void(traced_request const&, secure_info const&, bool with_proxy)> secure{};
  /// The request has got a connected connection. `reused` says whether it carried another request
  /// before, and `idle` for how long it was unused since.
  std::function<void(traced_request const&, bool reused, std::chrono::nanoseconds idle)> socket{};
  /// Head and body are passed to the system.
  std::function<void(traced_request const&)> sent{};
  /// The first byte of a response has arrived.
  std::function<void(traced_request const&)> first_byte{};
  /// An informational response has arrived (1xx).
  std::function<void(traced_request const&, http::information const&)> information{};
  /// The head of the response has arrived. Called before `on_response`.
  std::function<void(traced_request const&, incoming_message const&)> response{};
  /// The connection was lost and the request is sent again, see `agent_options::retry`.
  std::function<void(traced_request const&)> retried{};
  /// The response is complete: received, not necessarily read; or the connection was detached for
  /// an upgrade.
  std::function<void(traced_request const&, request_outcome const&)> finished{};
  /// The request has failed. Its code is `error::aborted` if the program gave it up without an
  /// error of its own.
  std::function<void(traced_request const&, request_error const&)> failed{};
};

}  // namespace anode::http
