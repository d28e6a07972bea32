// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// Which hosts and ports a proxy may be used to reach.
///
/// A rule is "HOST", "HOST:PORT" or ":PORT"; HOST is a name, an address, "*", or "*.example.org"
/// for all names below that one. Names are compared as they are asked for, without regard to case
/// and a final dot; what addresses they lead to is not looked at.
class access_rules {
public:
  /// Adds a rule. @return whether it is one.
  bool allow(std::string_view rule) { return add(allowed_, rule); }
  bool deny(std::string_view rule) { return add(denied_, rule); }

  /// Returns whether a host may be reached: no rule denies it and, if any is allowed by a rule, one
  /// allows it.
  bool permit(std::string_view host, std::uint16_t port) const;

private:
  struct pattern {
    std::string host;        // in lower case; empty: any
    bool below = false;      // and the names below, only
    std::uint16_t port = 0;  // 0: any
  };

  static bool add(std::vector<pattern>& to, std::string_view text);
  static bool any(std::vector<pattern> const& rules, std::string_view host, std::uint16_t port);

  std::vector<pattern> allowed_;
  std::vector<pattern> denied_;
};

/// Takes "host:port" apart, an IPv6 address in brackets; without a port leaves it as it is.
/// @return whether it is that.
bool split_authority(std::string_view text, std::string& host, std::uint16_t& port);

}  // namespace samples
