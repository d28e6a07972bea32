// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/request_path.hpp"

#include <anode/web/query.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace anode::web {

namespace {

bool is_safe_segment(std::string_view segment) noexcept {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::ranges::none_of(segment, [](char c) {
           auto const byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f || c == '/' || c == '\\';
         });
}

// Removes and returns the bytes in front of the first `/`.
std::string_view take_segment(std::string_view& path) noexcept {
  std::size_t const end = path.find('/');
  std::string_view const segment = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  return segment;
}

}  // namespace

request_path decode_request_path(std::string_view encoded, dotfiles dots) {
  request_path result;
  result.is_directory_url = encoded.empty() || encoded.ends_with('/');
  bool is_hidden = false;
  while (!encoded.empty()) {
    std::optional<std::string> const segment = percent_decode_strict(take_segment(encoded));
    if (!segment || !is_safe_segment(*segment)) {
      return result;
    }
    bool const is_well_known =
        dots == dotfiles::well_known && result.path.empty() && *segment == ".well-known";
    is_hidden = is_hidden || (segment->front() == '.' && dots != dotfiles::serve && !is_well_known);
    result.path.append(result.path.empty() ? "" : "/").append(*segment);
  }
  result.result = is_hidden ? request_path::verdict::hidden : request_path::verdict::good;
  return result;
}

bool is_safe_path(std::string_view path) noexcept {
  if (path.ends_with('/')) {
    return false;
  }
  while (!path.empty()) {
    if (!is_safe_segment(take_segment(path))) {
      return false;
    }
  }
  return true;
}

}  // namespace anode::web
