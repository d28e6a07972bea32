// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/ip_text.hpp"

#include <anode/error.hpp>
#include <anode/proxy/target_rules.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace anode::proxy {

namespace {

// The registries of special-purpose addresses of IANA (RFC 6890), without those for documentation.
network_list const& special_addresses() {
  static network_list const networks{
      "0.0.0.0/8",         // this network
      "10.0.0.0/8",        // private
      "100.64.0.0/10",     // shared (CGNAT)
      "127.0.0.0/8",       // loopback
      "168.63.129.16/32",  // the metadata service of Azure
      "169.254.0.0/16",    // link-local, metadata services
      "172.16.0.0/12",     // private
      "192.0.0.0/24",      // protocol assignments
      "192.168.0.0/16",    // private
      "198.18.0.0/15",     // benchmarks
      "224.0.0.0/4",       // multicast
      "240.0.0.0/4",       // reserved, broadcast
      "::/128",            // unspecified
      "::1/128",           // loopback
      "64:ff9b:1::/48",    // local translation
      "100::/64",          // discarded
      "fc00::/7",          // private
      "fe80::/10",         // link-local
      "fec0::/10",         // site-local
      "ff00::/8",          // multicast
  };
  return networks;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";

// Returns whether resolvers may read a label as a number.
bool is_number(std::string_view label) noexcept {
  if (label.starts_with("0x") || label.starts_with("0X")) {
    return label.find_first_not_of(hex_digits, 2) == label.npos;
  }
  return label.find_first_not_of(digits) == label.npos;
}

bool is_name(std::string_view host) noexcept {
  constexpr std::size_t longest_name = 253;
  constexpr std::size_t longest_label = 63;
  constexpr std::string_view permitted =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (host.size() > longest_name || host.find_first_not_of(permitted) != host.npos) {
    return false;
  }
  for (std::string_view rest = host;;) {
    std::string_view const label = rest.substr(0, rest.find('.'));
    if (label.empty() || label.size() > longest_label) {
      return false;
    }
    if (label.size() == rest.size()) {
      return !is_number(label);
    }
    rest.remove_prefix(label.size() + 1);
  }
}

// Parses a port of a target. Returns false unless it is 1 to 65535.
bool parse_port(std::string_view text, std::uint16_t& port) noexcept {
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, port);
  return ec == std::errc{} && rest == end && port != 0;
}

[[noreturn]] void throw_bad_rule(std::string_view rule) {
  constexpr std::size_t most_shown = 256;
  throw http::exception(http::error::invalid_arg_value,
                        "'" + std::string(rule.substr(0, most_shown)) +
                            "' is not a rule of the form HOST, HOST:PORT or :PORT");
}

}  // namespace

bool split_target(std::string_view authority, target& to) {
  std::size_t colon = authority.find(':');
  if (authority.starts_with('[')) {
    std::size_t const bracket = authority.find(']');
    if (bracket == authority.npos) {
      return false;
    }
    to.host = authority.substr(1, bracket - 1);
    if (to.host.find(':') == std::string::npos) {
      return false;  // brackets are for IPv6 only
    }
    colon = bracket + 1;
  } else {
    to.host = authority.substr(0, colon);
  }
  if (colon >= authority.size()) {
    return !to.host.empty();
  }
  return !to.host.empty() && authority[colon] == ':' &&
         parse_port(authority.substr(colon + 1), to.port);
}

bool is_target_host(std::string_view host) noexcept { return parse_ip_text(host) || is_name(host); }

std::string target_decision::text() const {
  switch (why) {
    case cause::none:
      return {};
    case cause::form:
      return "the host is neither a name nor an address";
    case cause::rule:
      return "rule deny[" + std::to_string(index) + "]";
    case cause::special:
      return "a special address";
    case cause::not_listed:
      break;
  }
  return "no rule allows it";
}

target_rules::target_rules() = default;

target_rules& target_rules::allow(std::string_view rule) {
  if (!try_allow(rule)) {
    throw_bad_rule(rule);
  }
  return *this;
}

target_rules& target_rules::deny(std::string_view rule) {
  if (!try_deny(rule)) {
    throw_bad_rule(rule);
  }
  return *this;
}

bool target_rules::try_allow(std::string_view rule) { return add(allowed_, rule); }

bool target_rules::try_deny(std::string_view rule) { return add(denied_, rule); }

bool target_rules::add(std::vector<target_pattern>& to, std::string_view text) {
  target_pattern p;
  // An IPv6 address without brackets has no port.
  if (text == "unix" || !p.networks.try_add(text)) {
    std::string_view host = text;
    std::size_t const bracket = text.find(']');
    std::size_t const colon = text.find(':', text.starts_with('[') ? bracket : 0);
    if (colon != text.npos) {
      host = text.substr(0, colon);
      if (!parse_port(text.substr(colon + 1), p.port)) {
        return false;
      }
    }
    if (host.starts_with('[') && bracket == host.size() - 1) {
      host = host.substr(1, host.size() - 2);
      if (host.find(':') == host.npos || !p.networks.try_add(host)) {
        return false;
      }
    } else if (host.empty() || host == "*") {
      if (text.empty()) {
        return false;
      }
    } else if (host == "unix" || host.find(':') != host.npos || !p.networks.try_add(host)) {
      p.below = host.starts_with("*.") || host.starts_with('.');
      p.same = !host.starts_with("*.");
      host.remove_prefix(p.below ? host.find('.') + 1 : 0);
      if (!is_name(host)) {
        return false;
      }
      p.host = lower_case(host);
    }
  }
  to.push_back(std::move(p));
  return true;
}

bool target_rules::matches_name(target_pattern const& p, std::string_view name,
                                std::uint16_t port) noexcept {
  if (!p.networks.empty() || (p.port != 0 && p.port != port)) {
    return false;
  }
  if (p.host.empty()) {
    return true;
  }
  if (!name.ends_with(p.host)) {
    return false;
  }
  std::string_view const before = name.substr(0, name.size() - p.host.size());
  return before.empty() ? p.same : p.below && before.ends_with('.');
}

target_decision target_rules::judge(std::string_view host, std::uint16_t port) const {
  if (port == 0 || !is_target_host(host)) {
    return target_decision(target_decision::cause::form);
  }
  if (parse_ip_text(host)) {
    return judge_address(host, host, port);
  }
  std::string const name = lower_case(host);
  for (std::size_t i = 0; i < denied_.size(); ++i) {
    if (matches_name(denied_[i], name, port)) {
      return target_decision(target_decision::cause::rule, i);
    }
  }
  bool const listed = allowed_.empty() ||
                      std::any_of(allowed_.begin(), allowed_.end(), [&](target_pattern const& p) {
                        return matches_name(p, name, port) ||
                               // The addresses of the name decide.
                               (!p.networks.empty() && (p.port == 0 || p.port == port));
                      });
  return target_decision(listed ? target_decision::cause::none
                                : target_decision::cause::not_listed);
}

// Judges an address by the deny rules and as a special address.
target_decision target_rules::judge_reached(std::string_view address, std::uint16_t port) const {
  std::vector<std::string> const all = reached_addresses(address);
  if (all.empty()) {
    return target_decision(target_decision::cause::form);
  }
  auto const matches = [port](target_pattern const& p, std::string_view a) {
    return (p.port == 0 || p.port == port) && p.networks.contains(a);
  };
  for (std::size_t i = 0; i < denied_.size(); ++i) {
    bool const any = denied_[i].networks.empty() && denied_[i].host.empty() &&
                     (denied_[i].port == 0 || denied_[i].port == port);
    if (any || std::any_of(all.begin(), all.end(),
                           [&](std::string const& a) { return matches(denied_[i], a); })) {
      return target_decision(target_decision::cause::rule, i);
    }
  }
  bool const special = !special_allowed_ && std::any_of(all.begin(), all.end(), [](auto const& a) {
    return special_addresses().contains(a);
  });
  if (special && std::none_of(allowed_.begin(), allowed_.end(),
                              [&](target_pattern const& p) { return matches(p, all.front()); })) {
    return target_decision(target_decision::cause::special);
  }
  return target_decision(target_decision::cause::none);
}

target_decision target_rules::judge_address(std::string_view host, std::string_view address,
                                            std::uint16_t port) const {
  if (port == 0 || !is_target_host(host)) {
    return target_decision(target_decision::cause::form);
  }
  std::string const name = lower_case(host);
  bool const named = !parse_ip_text(host);
  for (std::size_t i = 0; named && i < denied_.size(); ++i) {
    if (matches_name(denied_[i], name, port)) {
      return target_decision(target_decision::cause::rule, i);
    }
  }
  target_decision const reached = judge_reached(address, port);
  if (!reached || allowed_.empty()) {
    return reached;
  }
  bool const listed = std::any_of(allowed_.begin(), allowed_.end(), [&](target_pattern const& p) {
    // "*" and ":PORT" match addresses as well as names.
    return (p.networks.empty() ? (named || p.host.empty()) && matches_name(p, name, port)
                               : (p.port == 0 || p.port == port) && p.networks.contains(address));
  });
  return target_decision(listed ? target_decision::cause::none
                                : target_decision::cause::not_listed);
}

bool target_rules::permits(endpoint const& at) const {
  return at.family != "Unix" && judge_reached(at.address, at.port);
}

}  // namespace anode::proxy
