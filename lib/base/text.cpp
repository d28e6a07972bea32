// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compiles fmt into the library. Users of the library do not link fmt.
#define FMT_HEADER_ONLY
#include "base/text.hpp"

#include <fmt/format.h>

namespace anode::base {

std::string format_text(fmt::string_view format, fmt::format_args arguments) {
  return fmt::vformat(format, arguments);
}

}  // namespace anode::base
