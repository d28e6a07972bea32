// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/invalid.hpp"

#include <anode/web/limits.hpp>

#include <charconv>
#include <cstdint>

namespace anode::web {

layer body_limit(std::size_t bytes) {
  if (bytes == 0) {
    throw_invalid("The limit of a body must not be 0");
  }
  return [bytes](context& c, next rest) -> net::awaitable<void> {
    std::string_view const text = c.header("content-length");
    std::uint64_t length = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (!text.empty() && (error != std::errc() || length > bytes)) {
      throw http_error(413,
                       "The body of the request has more than " + std::to_string(bytes) + " bytes");
    }
    c.body_limit(bytes);
    return rest();
  };
}

}  // namespace anode::web
