// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/network_list.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The hosts and ports that clients of the proxy may reach.
///
/// A rule is "HOST", "HOST:PORT" or ":PORT". HOST is a name, "*", "*.example.org" for all
/// subdomains, an address, or a block of addresses, for example "10.0.0.0/8". Names are compared as
/// requested, ignoring case and a trailing dot. Addresses are compared as addresses, and also those
/// of a name: a target is judged by its host first, then by each address of its host.
///
/// A target must match no `deny` rule. If there are `allow` rules, it must match one of them, by
/// its name or by its address.
class access_rules {
public:
  /// Adds a rule to the allowed targets.
  /// @return whether the rule is valid
  bool allow(std::string_view rule) { return add(allowed_, rule); }

  /// Adds a rule to the denied targets.
  /// @return whether the rule is valid
  bool deny(std::string_view rule) { return add(denied_, rule); }

  /// Returns whether a host is a name, or an address in its usual form. Other spellings of
  /// addresses (127.1, 0x7f000001, a zone) are neither, because resolvers accept some of them.
  static bool is_host(std::string_view host);

  /// Returns whether a target is permitted, as far as its host shows. A name may still have
  /// addresses that are not, see `permit_address`.
  bool permit(std::string_view host, std::uint16_t port) const;

  /// Returns whether a connection for `host` may lead to one of its addresses.
  bool permit_address(std::string_view host, std::string_view address, std::uint16_t port) const;

private:
  struct pattern {
    std::string host;               // lower case; empty: any host, or `addresses`
    bool below = false;             // matches only the subdomains
    anode::network_list addresses;  // if not empty, matches these
    std::uint16_t port = 0;         // 0: any port
  };

  static bool add(std::vector<pattern>& to, std::string_view text);
  static bool any_name(std::vector<pattern> const& rules, std::string_view host,
                       std::uint16_t port);
  static bool any_address(std::vector<pattern> const& rules, std::string_view address,
                          std::uint16_t port);

  std::vector<pattern> allowed_;
  std::vector<pattern> denied_;
};

/// Splits "host:port"; an IPv6 address is in brackets. Without a port, `port` keeps its value.
/// @return whether the text is valid
bool split_authority(std::string_view text, std::string& host, std::uint16_t& port);

}  // namespace samples
