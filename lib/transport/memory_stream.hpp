// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <memory>
#include <utility>

namespace anode::transport {

/// Creates two connected streams in memory. Bytes written to one stream are read from the other.
///
/// @param ex the executor of both streams
/// @param capacity the buffer of each direction in bytes; a write to a full buffer fails with
///   `would_block`
std::pair<std::unique_ptr<byte_stream>, std::unique_ptr<byte_stream>> make_memory_pair(
    net::any_io_executor ex, std::size_t capacity = 65536);

}  // namespace anode::transport
