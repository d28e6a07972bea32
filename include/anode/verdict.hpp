// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstdint>
#include <string_view>

namespace anode::http {

/// How far a failed request got, and therefore whether the server may have processed it.
enum class verdict : std::uint8_t {
  not_sent,          ///< no byte was sent: the server has not seen the request
  maybe_processed,   ///< bytes were sent, no byte was received: the server may have acted
  response_started,  ///< a part of the response was received
};

/// Returns the name of a value, for example "maybe_processed". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(verdict v) noexcept;

}  // namespace anode::http
