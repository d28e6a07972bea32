// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/read_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace anode::stream {

detail::ptr<read_block> read_block::make(std::size_t capacity) {
  void* const memory = ::operator new(sizeof(read_block) + capacity);
  return detail::ptr<read_block>(::new (memory) read_block(capacity));
}

void read_block::dispose() noexcept {
  this->~read_block();
  ::operator delete(this);
}

net::mutable_buffer read_buffer::prepare() {
  std::size_t const left = end_ - begin_;
  if (block_ && left == 0 && !block_->shared() && block_->capacity() >= next_capacity_) {
    begin_ = end_ = 0;
  }
  bool const full = !block_ || end_ == block_->capacity();
  bool const outgrown = block_ && left == 0 && block_->capacity() < next_capacity_;
  if (full || outgrown) {
    // Move the remaining bytes to the front, within the same block if it is not shared.
    std::size_t const capacity = std::max(next_capacity_, left < small ? small : 2 * left);
    if (block_ && !block_->shared() && begin_ > 0 && block_->capacity() >= capacity) {
      std::memmove(block_->data(), block_->data() + begin_, left);
    } else {
      detail::ptr<read_block> const next = read_block::make(capacity);
      if (left > 0) {
        std::memcpy(next->data(), block_->data() + begin_, left);
      }
      block_ = next;
    }
    begin_ = 0;
    end_ = left;
  }
  reading_into_ = true;
  read_at_ = end_;
  return {block_->data() + end_, block_->capacity() - end_};
}

void read_buffer::commit(std::size_t bytes) noexcept {
  reading_into_ = false;
  end_ += bytes;
  committed_ += bytes;
  if (end_ == block_->capacity()) {
    next_capacity_ = block_->capacity() < 16384 ? 16384 : large;
  }
}

void read_buffer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    net::mutable_buffer const room = prepare();
    std::size_t const n = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), n);
    commit(n);
    bytes.remove_prefix(n);
  }
}

void read_buffer::release_memory() {
  if (begin_ == end_ && !reading_into_) {
    next_capacity_ = committed_ > small ? medium : small;
    committed_ = 0;
    if (block_ && block_->capacity() > next_capacity_) {
      block_.reset();
      begin_ = end_ = read_at_ = 0;
    }
  }
}

}  // namespace anode::stream
