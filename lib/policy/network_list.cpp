// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ip_address.hpp"

#include <anode/error.hpp>
#include <anode/network_list.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace anode {
namespace {

constexpr unsigned mapped_bits = 96;

// Parses a decimal number without a sign and leading zeros. Returns false if it exceeds `most`.
bool parse_bits(std::string_view text, unsigned most, unsigned& bits) noexcept {
  if (text.empty() || (text.size() > 1 && text.front() == '0') || text.front() == '-') {
    return false;
  }
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, bits);
  return ec == std::errc{} && rest == end && bits <= most;
}

}  // namespace

network_list::network_list(std::initializer_list<std::string_view> entries) {
  for (std::string_view const entry : entries) {
    add(entry);
  }
}

network_list& network_list::add(std::string_view network) {
  if (!try_add(network)) {
    throw http::exception(http::error::invalid_arg_value,
                          "'" + std::string(network.substr(0, 256)) +
                              "' is neither an IP address, nor a block of addresses, nor \"unix\"");
  }
  return *this;
}

bool network_list::try_add(std::string_view network) {
  if (network == "unix") {
    unix_ = true;
    return true;
  }
  std::size_t const slash = network.find('/');
  base::ip_address const given = base::parse_ip(network.substr(0, slash));
  base::ip_address const address = base::unmapped(given);
  unsigned bits = given.size * 8U;
  if (!given || (slash != network.npos && !parse_bits(network.substr(slash + 1), bits, bits))) {
    return false;
  }
  if (given.size != address.size) {
    if (bits < mapped_bits) {
      return false;  // a block that is larger than all IPv4 addresses
    }
    bits -= mapped_bits;
  }
  blocks_.push_back({address.bytes, address.size, static_cast<std::uint8_t>(bits)});
  return true;
}

bool network_list::contains(std::string_view text) const noexcept {
  if (blocks_.empty()) {
    return false;
  }
  base::ip_address const address = base::unmapped(base::parse_ip(text.substr(0, text.find('%'))));
  return address && std::any_of(blocks_.begin(), blocks_.end(), [&](block const& b) {
           return base::same_network(address, {b.bytes, b.size}, b.bits);
         });
}

bool network_list::contains(endpoint const& at) const noexcept {
  return at.family == "Unix" ? unix_ : contains(std::string_view(at.address));
}

}  // namespace anode
