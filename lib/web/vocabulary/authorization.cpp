// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/base64.hpp"
#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/authorization.hpp>

#include <algorithm>

namespace anode::web {
namespace {

/// Returns what follows the scheme; nothing if the scheme is another one.
std::optional<std::string_view> behind_scheme(std::string_view value,
                                              std::string_view scheme) noexcept {
  value = trim(value);
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ' ||
      !equal_nocase(value.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return trim(value.substr(scheme.size()));
}

bool is_token68(std::string_view text) noexcept {
  std::size_t const end = std::min(text.find('='), text.size());
  auto const is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  };
  return end != 0 && std::ranges::all_of(text.substr(0, end), is_allowed) &&
         text.find_first_not_of('=', end) == std::string_view::npos;
}

}  // namespace

std::optional<basic_credentials> parse_basic_authorization(std::string_view value) {
  auto const encoded = behind_scheme(value, "Basic");
  if (!encoded) {
    return std::nullopt;
  }
  auto const text = base64_decode(*encoded);
  if (!text) {
    return std::nullopt;
  }
  std::size_t const colon = text->find(':');
  if (colon == std::string::npos || std::ranges::any_of(*text, is_control)) {
    return std::nullopt;
  }
  return basic_credentials{text->substr(0, colon), text->substr(colon + 1)};
}

std::string basic_authorization(std::string_view name, std::string_view password) {
  if (name.find(':') != std::string_view::npos || std::ranges::any_of(name, is_control) ||
      std::ranges::any_of(password, is_control)) {
    throw_invalid("Invalid character in the credentials of Basic authentication");
  }
  std::string text(name);
  text += ':';
  text += password;
  return "Basic " + base64_encode(text);
}

std::optional<std::string_view> parse_bearer_authorization(std::string_view value) noexcept {
  auto const token = behind_scheme(value, "Bearer");
  return token && is_token68(*token) ? token : std::nullopt;
}

}  // namespace anode::web
