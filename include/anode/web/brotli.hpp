// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The coding br. Needs the library `anode-web-brotli`.

#include <anode/detail/export.hpp>
#include <anode/web/coding.hpp>

namespace anode::web {

/// Returns the coding `br` (RFC 7932).
/// @param level 0 (fast) to 11 (small, and slow); events use at most level 1.
ANODE_EXPORT coding brotli(int level = 4);

}  // namespace anode::web
