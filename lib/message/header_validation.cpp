// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/header_validation.hpp"

#include "base/text.hpp"

#include <anode/error.hpp>

#include <algorithm>
#include <charconv>

namespace anode::message {

namespace {

bool is_word_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Returns whether a byte is white space (`\s`) in a regular expression of JavaScript.
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0'; }

/// Returns the first position from `at` whose byte is invalid in a parameter of a Link value.
std::size_t skip_parameter_bytes(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && text[at] != ';' && text[at] != '"' && !is_space(text[at])) {
    ++at;
  }
  return at;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_space(text[at])) {
    ++at;
  }
  return at;
}

}  // namespace

bool is_request_target(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
}

bool has_word(std::string_view text, std::string_view word) noexcept {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
    if ((at == 0 || !is_word_byte(text[at - 1])) &&
        base::names_equal(text.substr(at, word.size()), word) &&
        (at + word.size() == text.size() || !is_word_byte(text[at + word.size()]))) {
      return true;
    }
  }
  return false;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
  std::uint64_t number = 0;
  char const* const end = text.data() + text.size();
  auto const [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end) {
    return std::nullopt;
  }
  return number;
}

bool is_bodyless_method(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS" ||
         method == "TRACE" || method == "CONNECT";
}

bool is_link_value(std::string_view value) noexcept {
  if (value.empty() || value.front() != '<') {
    return false;
  }
  std::size_t at = value.find('>');
  if (at == std::string_view::npos) {
    return false;
  }
  ++at;
  while (at != value.size()) {
    at = skip_spaces(value, at);
    if (at == value.size() || value[at] != ';') {
      return false;
    }
    std::size_t const begin = skip_spaces(value, at + 1);
    at = skip_parameter_bytes(value, begin);
    if (at == begin) {
      return false;
    }
    if (at < value.size() && value[at] == '"') {
      // A quoted value follows a name and an equals sign.
      if (at - begin < 2 || value[at - 1] != '=') {
        return false;
      }
      at = skip_parameter_bytes(value, at + 1);
      if (at == value.size() || value[at] != '"') {
        return false;
      }
      ++at;
    }
  }
  return true;
}

http::http_validation validation_of(http::http_validation chosen, bool insecure_http_parser) {
  if (!insecure_http_parser) {
    return chosen;
  }
  if (chosen == http::http_validation::relaxed) {
    throw http::exception(http::error::invalid_arg_value,
                          "The property 'options.http_validation' cannot be used together with "
                          "options.insecure_http_parser. Received 'relaxed'");
  }
  return http::http_validation::insecure;
}

void validate_value(std::string_view name, std::string_view value, bool relaxed) {
  if (!is_header_text(value, relaxed)) {
    throw http::exception(http::error::invalid_char,
                          base::formatted("Invalid character in header content [\"{}\"]", name));
  }
}

void validate_method(std::string_view method) { http::validate_header_name(method, "Method"); }

void validate_request_target(std::string_view target) {
  if (!is_request_target(target)) {
    throw http::exception(http::error::unescaped_characters,
                          "Request path contains unescaped characters");
  }
}

void validate_reason(std::string_view reason) {
  if (!base::is_header_text(reason)) {
    throw http::exception(http::error::invalid_char, "Invalid character in statusMessage");
  }
}

void validate_status(int status) {
  if (status < 100 || status > 999) {
    throw http::exception(http::error::invalid_status_code,
                          base::formatted("Invalid status code: {}", status));
  }
}

bool unique_headers::contains(std::string_view name) const noexcept {
  return std::ranges::any_of(
      names_, [&](std::string const& other) { return base::names_equal(other, name); });
}

}  // namespace anode::message
