// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <memory>
#include <utility>

namespace anode::transport {

/// Makes two connected streams in memory: what is written to one is read from the other.
///
/// Each direction holds at most `capacity` bytes; writing more would block. Both belong to `ex`.
std::pair<std::unique_ptr<byte_stream>, std::unique_ptr<byte_stream>> make_memory_pair(
    net::any_io_executor ex, std::size_t capacity = 65536);

}  // namespace anode::transport
