// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>

#include <cstdint>
#include <memory>

namespace anode::web {

/// What surrounds the compressed data.
enum class inflate_format : std::uint8_t {
  gzip,     ///< members of gzip
  deflate,  ///< zlib's head and trailer, or nothing
};

/// Returns a decoder.
/// @throws std::bad_alloc
std::unique_ptr<decoder> make_inflate_decoder(inflate_format format);

}  // namespace anode::web
