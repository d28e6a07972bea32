// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string_view>

namespace anode::preface {

/// Returns the CRC-32C (Castagnoli) of the bytes, as in RFC 3720.
std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace anode::preface
