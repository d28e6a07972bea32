// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>

// The sanitizers replace the allocation functions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ANODE_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define ANODE_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef ANODE_COUNTS_ALLOCATIONS
#define ANODE_COUNTS_ALLOCATIONS 1
#endif

namespace support {

/// The number of allocations of this thread; 0 under a sanitizer, where they are not counted.
extern thread_local constinit std::size_t allocations;

}  // namespace support
