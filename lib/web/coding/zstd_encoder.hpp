// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>

#include <memory>

namespace anode::web {

/// The highest level. Those above it are of no use with the window of an encoder.
inline constexpr int zstd_top_level = 19;

/// Returns an encoder of zstd.
/// @param level 1 to `zstd_top_level`.
/// @throws std::bad_alloc
std::unique_ptr<encoder> make_zstd_encoder(int level);

}  // namespace anode::web
