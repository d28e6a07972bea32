// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>

#include <cstddef>
#include <memory>

namespace anode::web {

/// The largest window of a decoder in bytes (RFC 9659).
inline constexpr std::size_t zstd_decoder_window = std::size_t{8} * 1024 * 1024;

/// Returns a decoder of zstd.
/// @throws std::bad_alloc
std::unique_ptr<decoder> make_zstd_decoder();

}  // namespace anode::web
