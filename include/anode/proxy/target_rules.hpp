// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/endpoint.hpp>
#include <anode/network_list.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::proxy {

/// What a client asks a forward proxy for: a host and a port.
class ANODE_EXPORT target {
public:
  /// Makes an empty target, which no rules allow.
  target() {}

  /// Makes a target.
  target(std::string h, std::uint16_t p) : host(std::move(h)), port(p) {}

  std::string host;        ///< a name, or an IP address without brackets
  std::uint16_t port = 0;  ///< 1 to 65535; 0: none
};

/// Splits an authority, "host:port" or "[IPv6]:port" (RFC 3986 section 3.2, without user
/// information). The host is not checked, see `is_target_host`.
/// @param to set to the result; `port` keeps its value if the authority has none.
/// @return whether the text has this form, with a port of 1 to 65535 without a sign. `to` is
///   unspecified otherwise.
ANODE_EXPORT bool split_target(std::string_view authority, target& to);

/// Returns whether a host is an IP address in its strict form (four decimal numbers without leading
/// zeros, or IPv6 without brackets and zone), or a name: 1 to 253 letters, digits, "-", "_" and
/// ".", in labels of 1 to 63 bytes, of which the last is not a number.
///
/// Everything else is refused, because resolvers accept it and rules would not recognise it: legacy
/// spellings of IPv4 ("127.1", "0x7f000001", "0177.0.0.1"), zones, "*", empty labels, and a dot at
/// the end.
ANODE_EXPORT bool is_target_host(std::string_view host) noexcept;

/// The answer of `target_rules`.
enum class target_verdict : std::uint8_t {
  allowed,    ///< nothing is against it
  denied,     ///< a rule denies it, or no rule allows it
  malformed,  ///< the host is neither a name nor an address, or the port is 0
};

/// The answer of `target_rules` with its reason.
class ANODE_EXPORT target_decision {
public:
  /// What decides.
  enum class cause : std::uint8_t {
    none,        ///< allowed
    form,        ///< malformed
    rule,        ///< the rule `index` of those that deny
    special,     ///< the address is loopback, link-local, private, multicast or the like
    not_listed,  ///< there are rules that allow, and none matches
  };

  /// Makes an answer.
  explicit target_decision(cause c = cause::form, std::size_t rule = 0) noexcept
      : why(c), index(rule) {}

  /// Returns the answer.
  target_verdict verdict() const noexcept {
    return why == cause::none   ? target_verdict::allowed
           : why == cause::form ? target_verdict::malformed
                                : target_verdict::denied;
  }

  /// Returns whether the target is allowed.
  explicit operator bool() const noexcept { return why == cause::none; }

  /// Returns the reason for logs, for example "rule deny[3]"; empty if allowed. It contains nothing
  /// that the client has sent.
  std::string text() const;

  cause why;          ///< what decides
  std::size_t index;  ///< the number of the rule, from 0 in the order of the calls
};

/// Which hosts, addresses and ports the clients of a forward proxy may reach.
///
/// A target is judged twice: its host as text, before anything is looked up, and each address of
/// the host, before a connection to it. Connect only to addresses that were judged, see
/// `judged_lookup`: a second look-up could return others.
///
/// A rule is "HOST", "HOST:PORT" or ":PORT". HOST is a name, ".example.org" (the name and all names
/// below it), "*.example.org" (all names below it), "*" (every name), an address, or a block of
/// addresses, for example "10.0.0.0/8" or "[2001:db8::/32]:443". Names are compared without regard
/// to case.
///
/// 1. A target that a deny rule matches is denied: by its name, by its address, or by the IPv4
///    address inside of an IPv6 address (mapped, translated, compatible, NAT64, 6to4, Teredo,
///    ISATAP).
/// 2. A special address is denied, unless `allow_special` was called or a rule with an *address*
///    allows it. An allowed name does not make the special addresses of the name reachable. Special
///    are loopback, unspecified, link-local, private, shared, reserved and multicast addresses, and
///    metadata services.
/// 3. If there are allow rules, one of them must match, by name or by address.
///
/// **Concurrency**: none; const functions may be called by several threads at once.
class ANODE_EXPORT target_rules {
public:
  /// Makes rules that allow all targets but special addresses.
  target_rules();

  /// Adds an allow rule.
  /// @throws http::exception with `error::invalid_arg_value` if it has none of the forms.
  target_rules& allow(std::string_view rule);

  /// Adds a deny rule. Errors are those of `allow`.
  target_rules& deny(std::string_view rule);

  /// Adds an allow rule if it is valid.
  /// @return whether it is.
  bool try_allow(std::string_view rule);

  /// Adds a deny rule if it is valid.
  /// @return whether it is.
  bool try_deny(std::string_view rule);

  /// Allows special addresses too, or not any more.
  target_rules& allow_special(bool on = true) noexcept {
    special_allowed_ = on;
    return *this;
  }

  /// Returns whether there is an allow rule.
  bool has_allow_rules() const noexcept { return !allowed_.empty(); }

  /// Judges a target before its host is looked up. The answer for an address is final; that for a
  /// name says that its addresses are worth a look-up.
  /// @param host as in `target::host`
  target_decision judge(std::string_view host, std::uint16_t port) const;

  /// Judges a target before its host is looked up.
  target_decision judge(target const& to) const { return judge(to.host, to.port); }

  /// Judges one address of a host.
  /// @param host what the client has asked for: a name, or the address itself.
  /// @param address without a zone; with one it is malformed.
  target_decision judge_address(std::string_view host, std::string_view address,
                                std::uint16_t port) const;

  /// Returns whether no deny rule matches an address, and it is not special. For
  /// `agent_options::allow_address`, as the last check before a connection: the allow rules, which
  /// may need the name, are not considered. False for a Unix socket.
  bool permits(endpoint const& at) const;

private:
  struct target_pattern {
    target_pattern() {}

    std::string host{};       // lower case; empty: any host, or `networks`
    bool same = true;         // matches the name itself
    bool below = false;       // matches the names below it
    network_list networks{};  // if not empty, matches these
    std::uint16_t port = 0;   // 0: any port
  };

  static bool add(std::vector<target_pattern>& to, std::string_view text);
  static bool matches_name(target_pattern const& p, std::string_view name,
                           std::uint16_t port) noexcept;
  target_decision judge_reached(std::string_view address, std::uint16_t port) const;

  std::vector<target_pattern> allowed_;
  std::vector<target_pattern> denied_;
  bool special_allowed_ = false;
};

}  // namespace anode::proxy
