// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/zstd_decoder.hpp"
#include "web/coding/zstd_encoder.hpp"

#include <anode/web/zstd.hpp>

#include <algorithm>

namespace anode::web {

coding zstd(int level) {
  level = std::clamp(level, 1, zstd_top_level);
  return {"zstd", zstd_decoder_window, level, 1, make_zstd_encoder, make_zstd_decoder};
}

}  // namespace anode::web
