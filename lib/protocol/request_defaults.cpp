// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/request_defaults.hpp"

#include <algorithm>

namespace anode::http::protocol {

namespace {

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::size_t const count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i != 3; ++i)
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i != 4; ++i)
      out += i <= count ? letters[group >> (18 - 6 * i) & 63] : '=';
  }
}

}  // namespace

std::string host_header(std::string_view host, std::uint16_t port, std::uint16_t default_port) {
  bool const bare_ipv6 = !host.starts_with('[') && host.find(':') != host.rfind(':');
  std::string value;
  if (bare_ipv6)
    value.append("[").append(host).append("]");
  else
    value.append(host);
  if (port != 0 && port != default_port)
    value.append(":").append(std::to_string(port));
  return value;
}

std::string basic_authorization(std::string_view credentials) {
  std::string value = "Basic ";
  append_base64(value, credentials);
  return value;
}

void add_default_headers(outgoing_headers& headers, request_origin const& origin) {
  if (!origin.host.empty() && origin.set_host && headers.text("host").value_or("").empty()) {
    if (origin.host_value.empty())
      headers.set("Host", host_header(origin.host, origin.port, origin.default_port));
    else
      headers.set("Host", origin.host_value);
  }
  if (!origin.auth.empty() && headers.text("authorization").value_or("").empty())
    headers.set("Authorization", basic_authorization(origin.auth));
}

}  // namespace anode::http::protocol
