// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/target_parts.hpp"

#include <algorithm>

namespace anode::message {
namespace {

// Removes scheme and authority of an absolute URL.
std::string_view without_authority(std::string_view target) noexcept {
  if (target.empty() || target.front() == '/' || target.front() == '*') {
    return target;
  }
  std::size_t const scheme = target.find_first_of(":/?#");
  if (scheme == std::string_view::npos || target.substr(scheme, 3) != "://") {
    return target;
  }
  std::size_t const end = target.find_first_of("/?#", scheme + 3);
  return target.substr(std::min(end, target.size()));
}

}  // namespace

target_parts split_target(std::string_view target) noexcept {
  std::string_view const rest = without_authority(target);
  std::string_view const whole = rest.substr(0, rest.find('#'));
  std::size_t const mark = whole.find('?');
  target_parts parts;
  parts.path = whole.substr(0, mark);
  if (mark != std::string_view::npos) {
    parts.query = whole.substr(mark + 1);
  }
  if (parts.path.empty() && !target.empty()) {
    parts.path = "/";
  }
  return parts;
}

}  // namespace anode::message
