// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/detail/recycling_allocator.hpp>

#include <new>
#include <utility>

namespace anode::detail {
namespace {

// The size in bytes of a recycled block. A read or wait operation of Asio fits into one.
constexpr std::size_t block_size = 176;
// The most blocks that a thread keeps.
constexpr unsigned max_free = 1024;

struct block {
  block* next;
};

constinit thread_local block* free_blocks = nullptr;
constinit thread_local unsigned free_count = 0;

// Frees the kept blocks of a thread when the thread ends. No block is kept afterwards.
struct cleaner {
  bool active = true;
  ~cleaner() {
    while (free_blocks != nullptr) {
      ::operator delete(std::exchange(free_blocks, free_blocks->next));
    }
    free_count = max_free;
  }
};

thread_local cleaner at_end;

}  // namespace

void* allocate_recycled(std::size_t bytes) {
  if (bytes > block_size) {
    return ::operator new(bytes);
  }
  if (free_blocks == nullptr) {
    return ::operator new(block_size);
  }
  --free_count;
  return std::exchange(free_blocks, free_blocks->next);
}

void deallocate_recycled(void* memory, std::size_t bytes) noexcept {
  if (bytes > block_size || free_count == max_free) {
    ::operator delete(memory);
    return;
  }
  if (free_count++ == 0) {
    at_end.active = true;  // the first use constructs the thread-local object
  }
  free_blocks = ::new (memory) block{free_blocks};
}

}  // namespace anode::detail
