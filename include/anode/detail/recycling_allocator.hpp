// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>

namespace anode::detail {

/// Allocates memory, from the blocks cached by this thread if possible.
ANODE_EXPORT void* take_memory(std::size_t bytes);

/// Caches memory of `take_memory` for this thread, or frees it.
ANODE_EXPORT void give_memory(void* memory, std::size_t bytes) noexcept;

/// An allocator for operations in flight. Asio itself caches the memory of only two operations for
/// each thread, but many operations may complete before the next ones start.
template <class T>
class recycling_allocator {
public:
  using value_type = T;

  recycling_allocator() = default;
  template <class U>
  recycling_allocator(recycling_allocator<U> const&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(take_memory(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) noexcept { give_memory(memory, n * sizeof(T)); }

  template <class U>
  bool operator==(recycling_allocator<U> const&) const noexcept {
    return true;
  }
};

}  // namespace anode::detail
