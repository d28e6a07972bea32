// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/client_key.hpp"

#include "proxy/rules/forwarded_fields.hpp"
#include "proxy/rules/ip_text.hpp"

#include <algorithm>

namespace anode::proxy::rules {

std::string client_key(std::string_view address) {
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  std::string_view const plain = plain_address(address);
  if (plain.find(':') == std::string_view::npos) {
    return std::string(plain);  // not IPv6
  }
  ip_bytes ip = parse_ip_text(plain);
  if (ip.size != 16) {
    return std::string(plain);
  }
  if (ip.view().starts_with(mapped)) {
    return ip_text(ip.view().substr(mapped.size()));
  }
  std::fill(ip.bytes.begin() + 8, ip.bytes.end(), std::uint8_t{0});
  return ip_text(ip.view());
}

}  // namespace anode::proxy::rules
