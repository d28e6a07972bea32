// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/vocabulary/tokens.hpp"

#include <anode/web/file_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace anode::web {

namespace {

struct type_row {
  std::string_view extension;
  std::string_view type;
};

constexpr type_row types[] = {
#include "web/files/file_types.inc"
};

constexpr std::size_t longest = 12;

static_assert(std::ranges::is_sorted(types, {}, &type_row::extension));
static_assert(std::ranges::all_of(types, [](type_row const& row) {
  return row.extension.size() <= longest;
}));

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return equal_nocase(text.substr(0, prefix.size()), prefix);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) noexcept {
  return text.size() >= suffix.size() &&
         equal_nocase(text.substr(text.size() - suffix.size()), suffix);
}

}  // namespace

std::string_view media_type_of(std::string_view file_name) noexcept {
  file_name.remove_prefix(file_name.rfind('/') + 1);  // npos + 1 is 0
  std::size_t const dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    return {};
  }
  std::string_view const spelled = file_name.substr(dot + 1);
  if (spelled.size() > longest) {
    return {};
  }
  std::array<char, longest> folded{};
  std::ranges::transform(spelled, folded.begin(), [](char c) { return lower(c); });
  std::string_view const extension(folded.data(), spelled.size());
  auto const* const found = std::ranges::lower_bound(types, extension, {}, &type_row::extension);
  return found != std::end(types) && found->extension == extension ? found->type
                                                                   : std::string_view();
}

std::string content_type_of(std::string_view file_name) {
  std::string type(media_type_of(file_name));
  if (type.empty()) {
    return "application/octet-stream";
  }
  if (type.starts_with("text/")) {
    type += "; charset=utf-8";
  }
  return type;
}

bool is_compressible(std::string_view content_type) noexcept {
  std::string_view const type = trim(content_type.substr(0, content_type.find(';')));
  if (starts_with_ignoring_case(type, "text/")) {
    // Events are sent one by one; their stream chooses for itself.
    return !equal_nocase(type, "text/event-stream");
  }
  if (ends_with_ignoring_case(type, "+json") || ends_with_ignoring_case(type, "+xml")) {
    return true;
  }
  constexpr std::string_view others[] = {
      "application/dash+xml",
      "application/javascript",
      "application/json",
      "application/rtf",
      "application/sql",
      "application/toml",
      "application/wasm",
      "application/vnd.ms-fontobject",
      "application/x-javascript",
      "application/x-ndjson",
      "application/xml",
      "application/yaml",
      "font/collection",
      "font/otf",
      "font/ttf",
      "image/bmp",
      "image/vnd.microsoft.icon",
      "image/x-icon",
      "model/gltf+json",
  };
  return std::ranges::any_of(others,
                             [type](std::string_view other) { return equal_nocase(type, other); });
}

}  // namespace anode::web
