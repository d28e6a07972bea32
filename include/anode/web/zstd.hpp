// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The coding zstd. Needs the library `anode-web-zstd`.

#include <anode/detail/export.hpp>
#include <anode/web/coding.hpp>

namespace anode::web {

/// Returns the coding `zstd` (RFC 8878). A body may have several frames. Encoders use a window of
/// 512 KiB, and keep their memory for the next body of the thread. Decoders accept windows of up to
/// 8 MiB (RFC 9659).
/// @param level 1 (fast) to 19 (small, and slow); events use level 1.
ANODE_EXPORT coding zstd(int level = 3);

}  // namespace anode::web
