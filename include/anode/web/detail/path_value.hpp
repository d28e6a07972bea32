// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <string_view>

namespace anode::web::detail {

/// The largest number of parameters of a pattern.
inline constexpr std::size_t most_parameters = 16;

/// The parameters for which each context has room.
inline constexpr std::size_t few_parameters = 6;

/// The value of a parameter: a view whose default constructor does nothing, because an array of
/// these is made for each request.
struct path_value {
  char const* data;
  std::size_t size;

  std::string_view view() const noexcept { return {data, size}; }
};

}  // namespace anode::web::detail
