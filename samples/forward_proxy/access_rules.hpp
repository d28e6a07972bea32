// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The hosts and ports that clients of the proxy may reach.
///
/// A rule is "HOST", "HOST:PORT" or ":PORT". HOST is a name, an address, "*", or "*.example.org"
/// for all subdomains. Names are compared as requested, ignoring case and a trailing dot. The
/// addresses of a name are not checked.
class access_rules {
public:
  /// Adds a rule to the allowed targets.
  /// @return whether the rule is valid
  bool allow(std::string_view rule) { return add(allowed_, rule); }

  /// Adds a rule to the denied targets.
  /// @return whether the rule is valid
  bool deny(std::string_view rule) { return add(denied_, rule); }

  /// Returns whether a target is permitted. It must match no `deny` rule. If there are `allow`
  /// rules, it must match one of them.
  bool permit(std::string_view host, std::uint16_t port) const;

private:
  struct pattern {
    std::string host;        // lower case; empty: any host
    bool below = false;      // matches only the subdomains
    std::uint16_t port = 0;  // 0: any port
  };

  static bool add(std::vector<pattern>& to, std::string_view text);
  static bool any(std::vector<pattern> const& rules, std::string_view host, std::uint16_t port);

  std::vector<pattern> allowed_;
  std::vector<pattern> denied_;
};

/// Splits "host:port"; an IPv6 address is in brackets. Without a port, `port` keeps its value.
/// @return whether the text is valid
bool split_authority(std::string_view text, std::string& host, std::uint16_t& port);

}  // namespace samples
