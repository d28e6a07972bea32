// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anode::transport {

/// The remote and local address of a connection, and connect options.
struct connect_target {
  std::string host;  ///< a host name or an IP address
  std::uint16_t port = 0;
  std::string path;  ///< if not empty, a Unix socket instead of host and port
  int family = 0;    ///< 4 or 6: only addresses of this family; 0: both
  // The flags AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL of getaddrinfo.
  bool address_configured = false;
  bool v4_mapped = false;
  bool all_matching = false;
  std::string local_address;                     ///< if not empty, bind to this address first
  std::uint16_t local_port = 0;                  ///< 0 means any port
  std::chrono::milliseconds attempt_delay{250};  ///< Connection Attempt Delay (RFC 8305)
};

/// One address of a host.
struct resolved_address {
  std::string address;
  int family = 4;  ///< 4 or 6
};

/// A user-defined resolver that replaces the resolver of the system. It calls `done` with the
/// addresses of `host` exactly once, immediately or later.
using lookup_function = std::function<void(
    std::string_view host, std::function<void(error_code, std::vector<resolved_address>)> done)>;

/// Is notified of the steps of a connect operation. Each function may cancel the operation.
class connect_observer : public detail::counted {
public:
  /// A resolver is asked for the addresses of a name.
  virtual void lookup_started(std::string_view host) = 0;

  /// The resolver has answered. `found` is empty if it failed.
  virtual void lookup_done(std::span<endpoint const> found, error_code ec) = 0;

  /// Returns whether an attempt for an address may begin. Otherwise the address is skipped.
  virtual bool may_connect(endpoint const& at) = 0;

  /// An attempt for one address begins.
  virtual void attempt_started(endpoint const& at) = 0;

  /// An attempt has succeeded or failed. Not called for attempts in progress when the operation is
  /// cancelled.
  virtual void attempt_done(endpoint const& at, error_code ec) = 0;
};

/// A connect operation in progress.
class connector : public detail::counted {
public:
  /// Cancels the operation. The callback is not called afterwards.
  virtual void cancel() = 0;

  /// Returns whether the look-up is not complete: no address is known.
  virtual bool looking_up() const = 0;
};

/// The callback of a connect operation. It receives a connected stream, or an error and the phase
/// that failed ("lookup" or "connect").
using connect_callback =
    std::function<void(error_code ec, std::string_view phase, std::unique_ptr<byte_stream> stream)>;

/// Resolves a host and connects to it with Happy Eyeballs (RFC 8305).
///
/// The addresses of both families alternate. If the observer refuses all addresses, the error is
/// `error::address_refused`. A new attempt starts after `attempt_delay`, or as soon
/// as an attempt fails. The first success cancels the other attempts. `done` is called on `ex`,
/// never before this function returns.
/// @param lookup  the resolver; if empty, the resolver of the system (see `resolver_pool`)
/// @param observer  may be null; also notified before this function returns
detail::ptr<connector> start_connect(net::any_io_executor ex, connect_target target,
                                     lookup_function const& lookup, connect_callback done,
                                     detail::ptr<connect_observer> observer = nullptr);

}  // namespace anode::transport
