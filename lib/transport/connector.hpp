// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace anode::transport {

/// Where to connect to, and from where.
struct connect_target {
  std::string host;  ///< a name or an address
  std::uint16_t port = 0;
  std::string path;  ///< a Unix socket instead, when not empty
  int family = 0;    ///< 4 or 6: only such addresses; 0: both
  // What getaddrinfo calls AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL.
  bool address_configured = false;
  bool v4_mapped = false;
  bool all_matching = false;
  std::string local_address;  ///< bind to this address first, when not empty
  std::uint16_t local_port = 0;
  std::chrono::milliseconds attempt_delay{250};  ///< RFC 8305's Connection Attempt Delay
};

/// One address to try.
struct resolved_address {
  std::string address;
  int family = 4;
};

/// Replaces the system's resolver: gets a host name and tells `done` the addresses, once, now or
/// later.
using lookup_function = std::function<void(
    std::string_view host, std::function<void(error_code, std::vector<resolved_address>)> done)>;

/// An attempt to connect under way.
class connector : public detail::counted {
public:
  /// Gives up; the callback is not called any more.
  virtual void cancel() = 0;

  /// Returns whether no address is known yet.
  virtual bool looking_up() const = 0;
};

/// Told the outcome: a connected stream, or why there is none and which step failed
/// ("lookup" or "connect").
using connect_callback =
    std::function<void(error_code ec, std::string_view phase, std::unique_ptr<byte_stream> stream)>;

/// Resolves and connects by Happy Eyeballs (RFC 8305): the addresses' families interleaved, a new
/// attempt each `attempt_delay` or as soon as one fails; the first success wins and the others are
/// cancelled. Never calls `done` before it returns.
detail::ptr<connector> start_connect(net::any_io_executor ex, connect_target target,
                                     lookup_function const& lookup, connect_callback done);

}  // namespace anode::transport
