// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The codings gzip and deflate, by zlib. Needs the library `anode-web-gzip`.

#include <anode/detail/export.hpp>
#include <anode/web/coding.hpp>

namespace anode::web {

/// Returns the coding `gzip` (RFC 1952). A body may have several members. Encoders keep their
/// memory, about 256 KiB, for the next body of the thread.
/// @param level 1 (fast) to 9 (small); events use at most level 1.
ANODE_EXPORT coding gzip(int level = 6);

/// Returns the coding `deflate` (RFC 9110 section 8.4.1.2), which is only decoded: with the header
/// of zlib (RFC 1950), and without it, as some servers send it.
ANODE_EXPORT coding deflate();

}  // namespace anode::web
