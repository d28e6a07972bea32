// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/address/forwarded.hpp"

#include "web/vocabulary/tokens.hpp"

#include <algorithm>

namespace anode::web {
namespace {

bool is_port(std::string_view text) noexcept {
  // RFC 7239 also allows an obfuscated port, `_` and letters.
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

}  // namespace

std::optional<ip_address> parse_node(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    std::size_t const end = text.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    std::string_view const port = text.substr(end + 1);
    if (!port.empty() && (port[0] != ':' || !is_port(port.substr(1)))) {
      return std::nullopt;
    }
    std::string_view const address = text.substr(1, end - 1);
    return address.find(':') == std::string_view::npos ? std::nullopt : parse_ip_address(address);
  }
  std::size_t const colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    return is_port(text.substr(colon + 1)) ? parse_ip_address(text.substr(0, colon)) : std::nullopt;
  }
  return parse_ip_address(text);
}

std::vector<std::optional<ip_address>> parse_x_forwarded_for(std::string_view value) {
  std::vector<std::optional<ip_address>> out;
  while (!value.empty()) {
    std::size_t const end = std::min(value.find(','), value.size());
    std::string_view const element = trim(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    if (!element.empty()) {
      out.push_back(parse_node(element));
    }
  }
  return out;
}

std::vector<std::optional<ip_address>> parse_forwarded(std::string_view value) {
  std::vector<std::optional<ip_address>> out;
  std::string element;
  while (!value.empty()) {
    std::string_view const text = next_element(value);
    if (text.empty()) {
      continue;
    }
    element.assign(1, ';');
    element += text;
    std::optional<ip_address> address;
    bool found = false;
    parameter_reader reader(element);
    while (reader.next()) {
      if (!equal_nocase(reader.name(), "for")) {
        continue;
      }
      // A repeated parameter is malformed.
      address = found ? std::nullopt : parse_node(reader.value());
      found = true;
    }
    out.push_back(reader.skipped() ? std::nullopt : address);
  }
  return out;
}

}  // namespace anode::web
