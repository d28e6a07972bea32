// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/disposition_reader.hpp"

#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <cstddef>

namespace anode::web {

namespace {

bool is_alphanumeric(char c) noexcept {
  char const letter = lower(c);
  return (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z');
}

std::size_t token_size(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_token_char) - text.begin());
}

}  // namespace

disposition_reader::disposition_reader(std::string_view value) noexcept {
  std::size_t const end = std::min(value.find(';'), value.size());
  value_ = trim(value.substr(0, end));
  rest_ = value.substr(end);
}

bool disposition_reader::next() {
  while (true) {
    rest_ = trim(rest_);
    if (rest_.empty()) {
      return false;
    }
    if (rest_.front() != ';') {
      return fail();
    }
    rest_ = trim(rest_.substr(1));
    if (!rest_.empty() && rest_.front() != ';') {
      break;
    }
  }
  std::size_t const size = token_size(rest_);
  name_ = rest_.substr(0, size);
  rest_ = trim(rest_.substr(size));
  if (name_.empty() || rest_.empty() || rest_.front() != '=') {
    return fail();
  }
  rest_ = trim(rest_.substr(1));
  if (rest_.starts_with('"')) {
    return read_quoted();
  }
  text_ = rest_.substr(0, token_size(rest_));
  rest_.remove_prefix(text_.size());
  return !text_.empty() || fail();
}

bool disposition_reader::read_quoted() {
  text_.clear();
  std::size_t at = 1;
  while (true) {
    std::size_t const end = rest_.find_first_of("\"\\", at);
    if (end == std::string_view::npos) {
      return fail();
    }
    text_.append(rest_, at, end - at);
    if (rest_[end] == '"') {
      rest_.remove_prefix(end + 1);
      return true;
    }
    char const escaped = end + 1 < rest_.size() ? rest_[end + 1] : '\0';
    bool const is_escape = escaped == '"' || escaped == '\\';
    text_ += is_escape ? escaped : '\\';
    at = end + (is_escape ? 2 : 1);
  }
}

bool disposition_reader::fail() noexcept {
  malformed_ = true;
  rest_ = {};
  return false;
}

bool is_boundary(std::string_view text) noexcept {
  constexpr std::string_view others = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
         std::ranges::all_of(text, [others](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

std::optional<std::string> boundary_of(std::string_view content_type, std::string_view subtype) {
  constexpr std::string_view multipart = "multipart/";
  disposition_reader reader(content_type);
  std::string_view const type = reader.value();
  if (!equal_nocase(type.substr(0, multipart.size()), multipart) ||
      (!subtype.empty() && !equal_nocase(type.substr(multipart.size()), subtype))) {
    return std::nullopt;
  }
  std::optional<std::string> boundary;
  while (reader.next()) {
    if (equal_nocase(reader.name(), "boundary")) {
      if (boundary) {
        return std::nullopt;
      }
      boundary = reader.text();
    }
  }
  return !reader.is_malformed() && boundary && is_boundary(*boundary) ? boundary : std::nullopt;
}

}  // namespace anode::web
