// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// How requests are forwarded. Needs the library `anode-proxy`.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/network_list.hpp>
#include <anode/proxy/client_limit.hpp>
#include <anode/proxy/exchange_record.hpp>
#include <anode/server_response.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace anode::http {
class request_options;
}

namespace anode::proxy {

/// The time limits of a proxy. Each one counts only while its own side is the one that is waited
/// for; 0 means no limit. The limits of the client's connection before the request is complete
/// (head, handshake, keep-alive) are those of the server.
class ANODE_EXPORT proxy_timeouts {
public:
  /// Makes the default limits.
  proxy_timeouts() {}

  std::chrono::milliseconds body_silence{30'000};  ///< no byte of the request's body: 408
  std::chrono::milliseconds connect{5'000};  ///< look-up, connection and handshake, each attempt
  std::chrono::milliseconds answer{60'000};  ///< from the sent request to the head: 504
  std::chrono::milliseconds answer_silence{60'000};  ///< no byte of the upstream: cut off
  std::chrono::milliseconds client_write{60'000};    ///< the client accepts nothing: cut off
  std::chrono::milliseconds total{0};                ///< all attempts together: 504 or cut off
  std::chrono::milliseconds tunnel_idle{3'600'000};  ///< no byte in a tunnel
  std::chrono::milliseconds half_closed{30'000};  ///< no byte after one side of a tunnel has ended

  /// Sets the limits of a request to an upstream: connect, answer and answer_silence. Options that
  /// have them already cost less for each request.
  void apply_to(http::request_options& options) const;
};

/// Which fields describe the client to the upstream.
enum class forwarded_headers : std::uint8_t {
  none,         ///< none; those of the client are passed on unchanged
  x_forwarded,  ///< X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host
  forwarded,    ///< Forwarded (RFC 7239)
  both,         ///< all four
};

/// How requests are forwarded. The options can be shared by all requests of a route. They must
/// exist until each operation that uses them completes.
class ANODE_EXPORT forward_options {
public:
  /// Makes the default options, with the instance tag of this process.
  forward_options();

  /// The pseudonym of the proxy in Via; empty: no Via, and no check for loops.
  std::string via = "anode";
  /// Distinguishes this proxy from others with the same pseudonym: a comment in Via. A request that
  /// has both is a loop, and gets 508. Default: random for each process. Empty: the pseudonym alone
  /// counts.
  std::string instance;
  /// Peers that may speak of earlier hops, see `forwarded_headers`.
  network_list trusted;
  /// The fields that describe the client. Unless it is `none`, all fields that speak of earlier
  /// hops are removed from the requests of peers that are not trusted.
  forwarded_headers send = forwarded_headers::x_forwarded;
  /// Sends the Host of the client, in place of that of the upstream.
  bool preserve_host = false;
  /// Removed from the beginning of the path, for example "/api". A path that is not below it, or
  /// could leave it by dot segments, gets 400.
  std::string strip_prefix;
  /// Added to the beginning of the path, for example "/v2", behind the path of the upstream. With
  /// it, a path that could leave it by dot segments gets 400.
  std::string add_prefix;
  /// The time limits.
  proxy_timeouts timeouts;
  /// The most bytes of a request's body that are kept to send it again; 0: none.
  std::size_t replay_limit = 65536;
  /// The most attempts of which something was sent. Attempts without a connection do not count.
  unsigned tries = 2;
  /// Sends a safe request again, elsewhere, if the first upstream is too slow.
  bool retry_timeouts = false;
  /// The most informational responses of an upstream to one request.
  std::size_t interim_heads = 16;
  /// Names the upstream in the texts of error responses.
  bool reveal = false;
  /// Limits the requests and tunnels in progress of each client, see `client_address`; further ones
  /// get 503. Unset: no limit.
  std::optional<client_limit> limit;
  /// Called for each attempt, before the head is sent; may change its headers. An exception ends
  /// the exchange, and leaves `forward`.
  std::function<void(http::client_request& out, attempt_record const& attempt)> on_request;
  /// Writes an error response in place of the text: status and fields are set, the body is not
  /// written. Not called for upgrades and CONNECT.
  std::function<void(exchange_record const&, http::server_response&)> on_refusal;
};

}  // namespace anode::proxy
