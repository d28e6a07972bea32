// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/detail/recycling_allocator.hpp>

#include <new>
#include <utility>

namespace anode::detail {
namespace {

// The size in bytes of a recycled block. A read or wait operation of Asio fits into one.
constexpr std::size_t block_size = 176;
// The most blocks that a thread keeps.
constexpr unsigned kept_most = 1024;

struct block {
  block* next;
};

constinit thread_local block* kept = nullptr;
constinit thread_local unsigned kept_count = 0;

// Frees the kept blocks of a thread when the thread ends. No block is kept afterwards.
struct cleaner {
  bool active = true;
  ~cleaner() {
    while (kept != nullptr) {
      ::operator delete(std::exchange(kept, kept->next));
    }
    kept_count = kept_most;
  }
};

thread_local cleaner at_end;

}  // namespace

void* take_memory(std::size_t bytes) {
  if (bytes > block_size) {
    return ::operator new(bytes);
  }
  if (kept == nullptr) {
    return ::operator new(block_size);
  }
  --kept_count;
  return std::exchange(kept, kept->next);
}

void give_memory(void* memory, std::size_t bytes) noexcept {
  if (bytes > block_size || kept_count == kept_most) {
    ::operator delete(memory);
    return;
  }
  if (kept_count++ == 0) {
    at_end.active = true;  // the first use constructs the thread-local object
  }
  kept = ::new (memory) block{kept};
}

}  // namespace anode::detail
