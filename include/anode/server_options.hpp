// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/endpoint.hpp>
#include <anode/http_validation.hpp>
#include <anode/network_list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace anode::http {

class incoming_message;

/// A duration of zero, which means "no time limit".
inline constexpr std::chrono::milliseconds unlimited{0};

/// The options of a `server`.
///
/// **Node**: the options of `http.createServer`, and properties of the server.
struct server_options {
  /// Interval at which connections are checked for `headers_timeout` and `request_timeout`.
  std::chrono::milliseconds connections_checking_interval{30'000};
  /// Time that an idle connection may still send a request after `server::drain` begins; 0: such a
  /// connection is closed at once, as Node's `close()` and Go's `Shutdown` do. Unset: as long as
  /// the keep-alive timeout and its buffer, or without limit if `keep_alive_timeout` is 0.
  ///
  /// A client that sends a request at the moment at which the server closes its idle connection
  /// gets a reset, and can repeat only a request that is safe to repeat. With the default, an idle
  /// connection stays open for at least as long as the server has announced (`Keep-Alive`),
  /// therefore a client that respects the announcement loses no request, but a drain takes these
  /// 6 s even without a request. With 0 such a drain ends at once.
  std::optional<std::chrono::milliseconds> drain_idle_timeout{};
  /// Maximum time to receive a request head; 0: no limit. After it the server responds with 408.
  /// Default: the smaller of 60 s and `request_timeout`. It must not exceed a nonzero
  /// `request_timeout`.
  std::optional<std::chrono::milliseconds> headers_timeout{};
  /// Number of bytes that a message or connection buffers before writes report back-pressure and
  /// reading stops.
  std::size_t high_water_mark = 65536;
  /// If true, a half-closed client still receives its response. If false (as in Node), its pending
  /// requests are aborted.
  bool http_allow_half_open = false;
  /// How strictly requests, and the headers and trailers of responses, are validated.
  /// **Node**: `httpValidation` of later versions.
  http::http_validation http_validation = http::http_validation::strict;
  /// Accepts input that violates HTTP; see docs/deviations.md. Dangerous: enables request
  /// smuggling. The same as `http_validation::insecure`; an error with `relaxed`.
  bool insecure_http_parser = false;
  /// Joins repeated headers that would otherwise keep only their first value.
  bool join_duplicate_headers = false;
  /// Enables TCP keep-alive probes on new connections.
  bool keep_alive = false;
  /// Number of TCP keep-alive probes without an answer after which a connection is lost; 0: the
  /// system's default.
  std::uint32_t keep_alive_count = 0;
  /// Idle time before the first TCP keep-alive probe, in whole seconds; 0: the system's default.
  std::chrono::milliseconds keep_alive_initial_delay{0};
  /// Time between two TCP keep-alive probes, in whole seconds; 0: the system's default.
  std::chrono::milliseconds keep_alive_interval{0};
  /// Time that an idle connection stays open after a response; 0: no limit.
  std::chrono::milliseconds keep_alive_timeout{5'000};
  /// Extra time an idle connection stays open beyond the advertised keep-alive timeout.
  std::chrono::milliseconds keep_alive_timeout_buffer{1'000};
  /// Maximum number of connections of this server, including those that left HTTP; 0: unlimited. A
  /// connection over the limit is closed at once after it is accepted, see `server::on_drop`.
  /// Connections of `server::emit_connection` count, but are not limited.
  /// **Node**: `server.maxConnections`.
  std::size_t max_connections = 0;
  /// Maximum size of a request head in bytes; 0: the default. The server responds with 431 to a
  /// larger one.
  std::size_t max_header_size = 16384;
  /// Maximum number of field lines in a head; 0: unlimited. The server responds with 431 to more
  /// lines.
  std::size_t max_headers_count = 2000;
  /// Maximum number of requests that one connection handles at the same time, at least 1. Further
  /// pipelined requests stay unread. No further request is read either while the buffered heads and
  /// bodies of the current requests, or the buffered responses, reach `high_water_mark`.
  /// **Node**: no such limit.
  std::uint32_t max_pipelined_requests = 32;
  /// Maximum number of requests on one connection; 0: unlimited. The response to the last one
  /// contains `Connection: close`. The server responds with 503 to further ones.
  std::uint32_t max_requests_per_socket = 0;
  /// Maximum size in bytes of a request body that `incoming_message::text` and `bytes` collect, if
  /// the call does not say otherwise. The server responds with 413 to a larger one.
  std::size_t max_text_size = std::size_t{1024} * 1024;
  /// Disables Nagle's algorithm on new connections.
  bool no_delay = true;
  /// Maximum time to receive a whole request; 0: no limit. After it the server responds with 408.
  /// If the head is complete, a read of the body fails with `error::request_timeout`, and not with
  /// `ECONNRESET` as for a client that has disconnected.
  std::chrono::milliseconds request_timeout{300'000};
  /// Responds with 400 to HTTP/1.1 requests without a Host header.
  bool require_host_header = true;
  /// If true, writing a body to a response that cannot have one throws `error::body_not_allowed`.
  /// If false, the body is discarded.
  bool reject_non_standard_body_writes = false;
  /// Decides whether a request with an Upgrade header leaves HTTP. If it returns false, the request
  /// is handled like an ordinary one. If it returns true without an `on_upgrade` handler, and
  /// `upgrade_requests` is false, or if it throws, the connection is closed. Unset: a request
  /// leaves HTTP if an `on_upgrade` handler is set.
  /// **Node**: `shouldUpgradeCallback` of later versions.
  std::function<bool(incoming_message const&)> should_upgrade_callback{};
  /// Inactivity timeout of connections; 0: none. A connection without a timeout listener is closed
  /// when it expires, see `server::on_timeout`.
  std::chrono::milliseconds timeout{0};
  /// Response headers whose list values are joined with "; " into one line.
  std::vector<std::string> unique_headers{};
  /// If true, a request with an Upgrade header, or a CONNECT, goes to the `on_request` handler if
  /// there is no `on_upgrade` or `on_connect` handler for it, and `server_response::upgrade` and
  /// `detach_socket` make the connection leave HTTP there. The bytes behind such a request are not
  /// parsed before its response is complete. After an ordinary response HTTP continues; a response
  /// to CONNECT closes the connection, because the client may have sent bytes for the tunnel. If
  /// false, an Upgrade header without an `on_upgrade` handler is ignored, and a CONNECT without a
  /// handler closes the connection.
  /// **Node**: none.
  bool upgrade_requests = false;
};

/// Whether the connections of a listener begin with a header of the PROXY protocol.
///
/// There is no mode that accepts connections with and without a header, because a client could then
/// announce any address.
enum class proxy_protocol_mode : std::uint8_t {
  off,       ///< a PROXY header is invalid HTTP
  required,  ///< a connection without a valid header is closed without an answer
};

/// The PROXY protocol of a listener: a proxy in front of the server announces the addresses of its
/// clients, before TLS and HTTP. `socket::remote_endpoint` and `local_endpoint` are then the
/// announced ones, see `socket::proxied`.
///
/// The time for the header is part of the time for the first request's head, or of the TLS
/// handshake. `server::on_connection` is called after the header. A bad header is reported to
/// `server::on_client_error` with `error::proxy_protocol`, a peer that is not trusted with
/// `error::proxy_untrusted`; both connections are closed without an answer.
///
/// **Node**: none.
struct proxy_protocol_options {
  proxy_protocol_mode mode = proxy_protocol_mode::off;  ///< off, or required
  /// The proxies that may connect, for example {"10.0.0.0/8"}; "unix" for those on a Unix socket.
  /// Others are closed. It must not be empty if `mode` is `required`.
  network_list trusted{};
  /// Maximum size of a header of version 2 in bytes; at least 232.
  std::size_t max_header_size = 2048;
};

/// The place at which a `server` listens.
///
/// **Node**: the options of `server.listen`.
struct listen_options {
  std::uint16_t port = 0;   ///< 0: any free port, see `server::address`
  std::string host{};       ///< an IP address or "localhost"; empty: all addresses, IPv6 and IPv4
  std::string path{};       ///< the path of a Unix socket; if set, `host` and `port` are ignored
  int backlog = 511;        ///< maximum number of connections that wait to be accepted
  bool reuse_port = false;  ///< shares the port between listeners; Linux and FreeBSD only
  bool ipv6_only = false;   ///< an IPv6 listener does not accept IPv4 connections
  /// A bound and listening socket, for example one of `inherited_listeners`; if set, `path`,
  /// `host`, `port` and the options of the socket are ignored. The server owns it, see
  /// `server::listen_descriptor`.
  /// **Node**: `fd`.
  native_handle_type descriptor = no_native_handle;
  /// The PROXY protocol; off by default.
  proxy_protocol_options proxy_protocol{};
};

}  // namespace anode::http
