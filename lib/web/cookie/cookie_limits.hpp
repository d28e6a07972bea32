// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstddef>

/// The limits of cookies (RFC 6265bis sections 5.6 and 5.7).
namespace anode::web::cookie_limits {

inline constexpr std::size_t name_and_value = 4096;  ///< bytes; a larger cookie is ignored
inline constexpr std::size_t attribute = 1024;       ///< bytes; a larger attribute is ignored
inline constexpr std::chrono::days longest{400};     ///< the longest life of a cookie

}  // namespace anode::web::cookie_limits
