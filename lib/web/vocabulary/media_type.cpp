// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/tokens.hpp"

#include <anode/web/media_type.hpp>

#include <algorithm>

namespace anode::web {

std::optional<media_type> media_type::parse(std::string_view text) {
  text = trim(text);
  std::size_t const end = std::min(text.find(';'), text.size());
  std::string_view const essence = trim(text.substr(0, end));
  std::size_t const slash = essence.find('/');
  if (slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
      !is_token(essence.substr(slash + 1))) {
    return std::nullopt;
  }
  std::optional<media_type> out(std::in_place);
  out->essence_ = lower(essence);
  out->slash_ = slash;
  parameter_reader reader(text.substr(end));
  while (reader.next()) {
    std::string name = lower(reader.name());
    if (!out->parameter(name)) {
      out->parameters_.emplace_back(std::move(name), reader.value());
    }
  }
  return out;
}

std::optional<std::string_view> media_type::parameter(std::string_view name) const noexcept {
  for (auto const& [key, value] : parameters_) {
    if (equal_nocase(key, name)) {
      return value;
    }
  }
  return std::nullopt;
}

bool media_type::is_json() const noexcept {
  return essence_ == "application/json" || subtype().ends_with("+json");
}

bool is_media_type(std::string_view content_type, std::string_view essence) noexcept {
  return equal_nocase(trim(content_type.substr(0, content_type.find(';'))), essence);
}

}  // namespace anode::web
