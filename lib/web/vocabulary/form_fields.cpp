// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/hex.hpp"

#include <anode/web/query.hpp>

#include <algorithm>

namespace anode::web {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    int const byte = c == '%' ? hex_byte(text.substr(at + 1)) : -1;
    if (byte >= 0) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += c == '+' ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

form_fields form_fields::parse(std::string_view text) {
  form_fields out;
  while (!text.empty()) {
    std::size_t const end = std::min(text.find('&'), text.size());
    std::string_view const part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) {
      continue;
    }
    std::size_t const equal = std::min(part.find('='), part.size());
    out.fields_.emplace_back(decoded(part.substr(0, equal)),
                             decoded(part.substr(std::min(equal + 1, part.size()))));
  }
  return out;
}

std::string form_fields::value(std::string_view name, std::string_view fallback) const {
  std::string const* const found = find(name);
  return found != nullptr ? *found : std::string(fallback);
}

std::string const* form_fields::find(std::string_view name) const noexcept {
  auto const it = std::ranges::find(fields_, name, &value_type::first);
  return it != fields_.end() ? &it->second : nullptr;
}

std::vector<std::string_view> form_fields::values(std::string_view name) const {
  std::vector<std::string_view> out;
  for (auto const& [key, value] : fields_) {
    if (key == name) {
      out.push_back(value);
    }
  }
  return out;
}

form_fields& form_fields::append(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
  return *this;
}

form_fields& form_fields::set(std::string_view name, std::string_view value) {
  auto const it = std::ranges::find(fields_, name, &value_type::first);
  if (it == fields_.end()) {
    return append(name, value);
  }
  // The arguments can be views of an element that is removed below.
  std::string const key(name);
  it->second = std::string(value);
  auto const gone = std::remove_if(it + 1, fields_.end(),
                                   [&key](value_type const& field) { return field.first == key; });
  fields_.erase(gone, fields_.end());
  return *this;
}

std::size_t form_fields::erase(std::string_view name) {
  std::string const key(name);
  return std::erase_if(fields_, [&key](value_type const& field) { return field.first == key; });
}

std::string form_fields::to_string() const {
  std::string out;
  for (auto const& [name, value] : fields_) {
    if (!out.empty()) {
      out += '&';
    }
    out += percent_encode(name, percent_set::form);
    out += '=';
    out += percent_encode(value, percent_set::form);
  }
  return out;
}

}  // namespace anode::web
