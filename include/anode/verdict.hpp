// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstdint>
#include <string_view>

namespace anode::http {

/// How far a request got before it failed: what may be concluded about the server.
enum class verdict : std::uint8_t {
  not_sent,          ///< no byte left: the server has not seen it
  maybe_processed,   ///< bytes left, none came back: the server may have acted on it
  response_started,  ///< a part of the response came
};

/// Returns the name of a value, as a view of static storage: "maybe_processed".
ANODE_EXPORT std::string_view to_string(verdict v) noexcept;

}  // namespace anode::http
