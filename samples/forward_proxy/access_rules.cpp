// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "access_rules.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>

namespace samples {

namespace ip = boost::asio::ip;

namespace {

std::string normal(std::string_view host) {
  std::string out(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_address(std::string_view text) {
  return text != "unix" && text.find('/') == std::string_view::npos &&
         anode::network_list().try_add(text);
}

bool is_number(std::string_view label) {
  std::string_view const digits =
      label.starts_with("0x") || label.starts_with("0X") ? label.substr(2) : label;
  return digits.find_first_not_of(digits.size() == label.size()
                                      ? "0123456789"
                                      : "0123456789abcdefABCDEF") == std::string_view::npos;
}

// Returns the addresses that a connection to an address may reach: the address itself, an IPv4
// address inside an IPv6 address (mapped, compatible, NAT64, 6to4), and the loopback address for
// the unspecified one.
std::vector<std::string> reached(std::string_view text) {
  std::vector<std::string> all{std::string(text)};
  boost::system::error_code ec;
  ip::address const address = ip::make_address(std::string(text), ec);
  if (ec) {
    return all;
  }
  if (address.is_unspecified()) {
    all.emplace_back("127.0.0.1");
    all.emplace_back("::1");
  }
  if (address.is_v6()) {
    auto const bytes = address.to_v6().to_bytes();
    bool const by_6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
    std::size_t const begin = by_6to4 ? 2 : 12;
    ip::address_v6::bytes_type rest = bytes;
    std::fill(rest.begin() + 12, rest.end(), std::uint8_t{0});
    bool const embedded = std::ranges::any_of(
        std::initializer_list<char const*>{"::", "::ffff:0:0", "64:ff9b::"},
        [&](char const* prefix) { return rest == ip::make_address_v6(prefix).to_bytes(); });
    if (by_6to4 || embedded) {
      ip::address_v4::bytes_type inner;
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), inner.size(), inner.begin());
      ip::address_v4 const v4(inner);
      all.push_back(v4.to_string());
      if (v4.is_unspecified()) {
        all.emplace_back("127.0.0.1");
      }
    }
  }
  return all;
}

}  // namespace

bool split_authority(std::string_view text, std::string& host, std::uint16_t& port) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    std::size_t const bracket = text.find(']');
    if (bracket == std::string_view::npos) {
      return false;
    }
    host = text.substr(1, bracket - 1);
    colon = bracket + 1;
    if (colon == text.size()) {
      return true;
    }
    if (text[colon] != ':') {
      return false;
    }
  } else {
    host = text.substr(0, colon);
    if (colon == std::string_view::npos) {
      return true;
    }
  }
  std::string_view const digits = text.substr(colon + 1);
  auto const end = digits.data() + digits.size();
  auto const [rest, ec] = std::from_chars(digits.data(), end, port);
  return ec == std::errc{} && rest == end && port != 0;
}

bool access_rules::add(std::vector<pattern>& to, std::string_view text) {
  pattern r;
  std::string host;
  if (text == "unix" || !r.addresses.try_add(text)) {
    if (text.empty() || !split_authority(text, host, r.port)) {
      return false;
    }
    r.below = host.starts_with("*.");
    r.host = normal(r.below ? std::string_view(host).substr(1) : host);
    if (r.host == "*") {
      r.host.clear();
    } else if (host != "unix" && r.addresses.try_add(host)) {
      r.host.clear();
    } else if (!host.empty() && !is_host(r.below ? std::string_view(host).substr(2) : host)) {
      return false;
    }
  }
  to.push_back(std::move(r));
  return true;
}

bool access_rules::is_host(std::string_view host) {
  if (is_address(host)) {
    return true;
  }
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  constexpr std::size_t longest = 253;
  constexpr std::string_view permitted =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !host.empty() && host.size() <= longest && !host.starts_with('.') &&
         !host.ends_with('.') && host.find("..") == std::string_view::npos &&
         host.find_first_not_of(permitted) == std::string_view::npos &&
         !is_number(host.substr(host.rfind('.') + 1));
}

bool access_rules::any_name(std::vector<pattern> const& rules, std::string_view host,
                            std::uint16_t port) {
  return std::ranges::any_of(rules, [&](pattern const& r) {
    return r.addresses.empty() && (r.port == 0 || r.port == port) &&
           (r.host.empty() || (r.below ? host.ends_with(r.host) : host == r.host));
  });
}

bool access_rules::any_address(std::vector<pattern> const& rules, std::string_view address,
                               std::uint16_t port) {
  return std::ranges::any_of(rules, [&](pattern const& r) {
    return (r.port == 0 || r.port == port) && r.addresses.contains(address);
  });
}

bool access_rules::permit(std::string_view host, std::uint16_t port) const {
  if (is_address(host)) {
    return permit_address(host, host, port);
  }
  std::string const name = normal(host);
  bool const by_address = std::ranges::any_of(allowed_, [&](pattern const& r) {
    return !r.addresses.empty() && (r.port == 0 || r.port == port);
  });
  return !any_name(denied_, name, port) &&
         (allowed_.empty() || by_address || any_name(allowed_, name, port));
}

bool access_rules::permit_address(std::string_view host, std::string_view address,
                                  std::uint16_t port) const {
  std::string const name = normal(host);
  if (any_name(denied_, name, port)) {
    return false;
  }
  std::vector<std::string> const all = reached(address);
  return std::ranges::none_of(
             all, [&](std::string const& a) { return any_address(denied_, a, port); }) &&
         (allowed_.empty() || any_name(allowed_, name, port) ||
          any_address(allowed_, address, port));
}

}  // namespace samples
