// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/error.hpp>
#include <anode/web/compress.hpp>

#include <memory>
#include <utility>

namespace anode::web {

layer decompress(codings known, decoding_limits limits) {
  if (limits.output == 0 || limits.ratio == 0 || limits.codings == 0) {
    throw http::exception(http::error::out_of_range, "The limits of decoding must not be 0");
  }
  return [shared = std::make_shared<codings const>(std::move(known)), limits](
             context& c, next rest) -> net::awaitable<void> {
    c.decode_body(*shared, limits);
    return rest();
  };
}

layer decompress(codings known) { return decompress(std::move(known), decoding_limits()); }

}  // namespace anode::web
