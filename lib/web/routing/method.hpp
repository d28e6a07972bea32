// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::web {

/// The methods that a route table finds by a number. All others are compared as texts.
enum class method_id : std::uint8_t { get, head, post, put, del, patch, options, other };

/// The number of methods with an own number.
inline constexpr std::size_t known_methods = static_cast<std::size_t>(method_id::other);

/// The texts of these methods.
inline constexpr std::array<std::string_view, known_methods> method_names{
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

/// Returns the number of a method. Methods are case-sensitive.
constexpr method_id method_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < known_methods; ++i) {
    if (name == method_names[i]) {
      return static_cast<method_id>(i);
    }
  }
  return method_id::other;
}

}  // namespace anode::web
