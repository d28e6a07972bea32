// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/entity_tag.hpp"

#include <anode/web/conditional.hpp>

#include <cstddef>

namespace anode::web {

namespace {

// The size of the entity tag at the front of a text; 0 if there is none.
std::size_t tag_size(std::string_view text) noexcept {
  std::size_t at = text.starts_with("W/") ? 2 : 0;
  if (at == text.size() || text[at] != '"') {
    return 0;
  }
  for (++at; at != text.size(); ++at) {
    auto const c = static_cast<unsigned char>(text[at]);
    if (c == '"') {
      return at + 1;
    }
    if (c < 0x21 || c == 0x7f) {
      return 0;
    }
  }
  return 0;
}

std::string_view opaque(std::string_view tag) noexcept {
  return tag.substr(tag.starts_with("W/") ? 2 : 0);
}

}  // namespace

bool is_entity_tag(std::string_view text) noexcept {
  std::size_t const size = tag_size(text);
  return size != 0 && size == text.size();
}

bool equal_strong(std::string_view a, std::string_view b) noexcept {
  return a == b && !a.starts_with("W/") && is_entity_tag(a);
}

bool equal_weak(std::string_view a, std::string_view b) noexcept {
  return opaque(a) == opaque(b) && is_entity_tag(a) && is_entity_tag(b);
}

std::string weakened(std::string_view etag) {
  return etag.empty() || etag.starts_with("W/") ? std::string(etag) : "W/" + std::string(etag);
}

std::string_view entity_tag_list::next() noexcept {
  std::size_t const begin = rest_.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) {
    rest_ = {};
    return {};
  }
  rest_.remove_prefix(begin);
  std::string_view const tag = rest_.substr(0, tag_size(rest_));
  if (tag.empty()) {
    return fail();
  }
  rest_.remove_prefix(tag.size());
  // Only a comma separates elements.
  std::size_t const end = rest_.find_first_not_of(" \t");
  if (end != std::string_view::npos && rest_[end] != ',') {
    return fail();
  }
  return tag;
}

std::string_view entity_tag_list::fail() noexcept {
  malformed_ = true;
  rest_ = {};
  return {};
}

}  // namespace anode::web
