// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/coding/gzip_encoder.hpp"
#include "web/coding/inflate_decoder.hpp"

#include <anode/web/gzip.hpp>

#include <algorithm>

namespace anode::web {

namespace {

constexpr std::size_t window = 32 * 1024;

}  // namespace

coding gzip(int level) {
  level = std::clamp(level, 1, 9);
  return {"gzip", window, level, 1, make_gzip_encoder, [] {
            return make_inflate_decoder(inflate_format::gzip);
          }};
}

coding deflate() {
  return {"deflate", window,  1,
          1,         nullptr, [] {
            return make_inflate_decoder(inflate_format::deflate); }};
}

}  // namespace anode::web
