// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <array>

namespace anode::web {
namespace {

constexpr std::array<bool, 256> token_chars = [] {
  std::array<bool, 256> table{};
  for (char const c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

}  // namespace

bool is_token_char(char c) noexcept { return token_chars[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  std::size_t const begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = lower(c);
  }
  return out;
}

bool equal_nocase(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view next_element(std::string_view& list) noexcept {
  std::size_t at = 0;
  bool quoted = false;
  for (; at < list.size() && (quoted || list[at] != ','); ++at) {
    if (list[at] == '"') {
      quoted = !quoted;
    } else if (quoted && list[at] == '\\' && at + 1 < list.size()) {
      ++at;
    }
  }
  std::string_view const element = trim(list.substr(0, at));
  list.remove_prefix(std::min(at + 1, list.size()));
  return element;
}

bool parameter_reader::next() {
  while (!rest_.empty()) {
    rest_.remove_prefix(1);  // the semicolon
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    std::size_t const end = std::min(rest_.find_first_of(";="), rest_.size());
    name_ = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (rest_.empty() || rest_.front() == ';') {
      skipped_ = skipped_ || !trim(name_).empty();
      continue;
    }
    rest_.remove_prefix(1);  // the equals sign
    if (read_value() && is_token(name_)) {
      return true;
    }
    skipped_ = true;
  }
  return false;
}

bool parameter_reader::read_value() {
  value_.clear();
  if (rest_.empty() || rest_.front() != '"') {
    std::size_t const end = std::min(rest_.find(';'), rest_.size());
    value_ = trim(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return !value_.empty() && std::ranges::none_of(value_, is_control_but_tab);
  }
  std::size_t at = 1;
  for (; at < rest_.size() && rest_[at] != '"'; ++at) {
    if (rest_[at] == '\\' && at + 1 < rest_.size()) {
      ++at;
    }
    value_ += rest_[at];
  }
  bool const closed = at < rest_.size();
  rest_.remove_prefix(std::min(rest_.find(';', std::min(at, rest_.size())), rest_.size()));
  return closed && std::ranges::none_of(value_, is_control_but_tab);
}

void add_vary(std::string& value, std::string_view name) {
  std::string_view rest = value;
  while (!rest.empty()) {
    std::string_view const element = next_element(rest);
    if (element == "*" || equal_nocase(element, name)) {
      return;
    }
  }
  value.append(value.empty() ? "" : ", ").append(name);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char const c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += is_control_but_tab(c) ? '_' : c;
  }
  out += '"';
}

}  // namespace anode::web
