// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "allocation/counting_new.hpp"

#include <cstdlib>
#include <new>

namespace support {

thread_local constinit std::size_t allocations = 0;

}  // namespace support

#if ANODE_COUNTS_ALLOCATIONS

// Not inlined: otherwise the compiler sees free() paired with the operator new of a header and
// warns.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++support::allocations;
  void* const p = std::malloc(size != 0 ? size : 1);
  if (p == nullptr) {
    throw std::bad_alloc();
  }
  return p;
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

// Asio allocates its operations and coroutine frames with this function.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++support::allocations;
  void* p = nullptr;
  return posix_memalign(&p, alignment < sizeof p ? sizeof p : alignment, size) == 0 ? p : nullptr;
}

#endif
