// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>

namespace anode::detail {

/// Allocates memory, from the blocks cached by this thread if possible.
ANODE_EXPORT void* allocate_recycled(std::size_t bytes);

/// Caches memory of `allocate_recycled` for this thread, or frees it.
ANODE_EXPORT void deallocate_recycled(void* memory, std::size_t bytes) noexcept;

/// An allocator for operations in flight. Asio itself caches the memory of only two operations for
/// each thread, but many operations may complete before the next ones start.
template <class T>
class recycling_allocator {
public:
  using value_type = T;

  recycling_allocator() = default;
  template <class U>
  recycling_allocator(recycling_allocator<U> const&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(allocate_recycled(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) noexcept { deallocate_recycled(memory, n * sizeof(T)); }

  template <class U>
  bool operator==(recycling_allocator<U> const&) const noexcept {
    return true;
  }
};

}  // namespace anode::detail
