// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace anode::stream {

/// A block of received bytes that a message may hold on to while its connection reads on.
class read_block final : public detail::counted {
public:
  static detail::ptr<read_block> make(std::size_t capacity);

  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::size_t capacity() const noexcept { return capacity_; }

  /// Returns whether somebody besides the connection holds the block.
  bool shared() const noexcept { return pins_ > 0; }

  /// Counts who holds views into the block.
  class pin {
  public:
    pin() = default;
    explicit pin(read_block& b) : block_(&b) { ++b.pins_; }
    pin(pin&& other) noexcept = default;
    pin& operator=(pin&& other) noexcept {
      release();
      block_ = std::move(other.block_);
      return *this;
    }
    ~pin() { release(); }

    void release() noexcept {
      if (block_) {
        --block_->pins_;
        block_.reset();
      }
    }

  private:
    detail::ptr<read_block> block_;
  };

private:
  explicit read_block(std::size_t capacity) : capacity_(capacity) {}

  void dispose() noexcept override;

  // The bytes follow the object, in the same piece of memory.
  std::size_t capacity_;
  unsigned pins_ = 0;
};

/// What a connection has read and not yet used, in one piece.
///
/// Small while little arrives, large while reads fill it; `release_memory` makes it small again,
/// or, after a burst that was more than a small one takes, as large as usual bursts need.
class read_buffer {
public:
  // So that an idle connection of a server takes 2 KiB, all counted.
  static constexpr std::size_t small = 896;
  static constexpr std::size_t medium = 2048;
  static constexpr std::size_t large = 65536;

  /// Returns the bytes that are not used yet.
  std::string_view input() const noexcept {
    return block_ ? std::string_view(block_->data() + begin_, end_ - begin_) : std::string_view();
  }

  /// Returns what the last read has brought, used or not; empty once the next one has begun.
  std::string_view last_read() const noexcept {
    return block_ ? std::string_view(block_->data() + read_at_, end_ - read_at_)
                  : std::string_view();
  }

  /// Removes bytes from the front.
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  /// Returns where the next read may write, at least one byte; moves and grows as needed.
  net::mutable_buffer prepare();

  /// Adds bytes that a read has put there.
  void commit(std::size_t bytes) noexcept;

  /// Puts bytes in front of what is to be read, as if they had just been received.
  void append(std::string_view bytes);

  /// Keeps the memory of the bytes alive, and unchanged, as long as the result.
  read_block::pin pin() { return read_block::pin(*block_); }

  /// Gives back what an idle connection does not need; no effect while bytes are left, or while a
  /// read may still write to what `prepare` has returned.
  void release_memory();

  std::size_t capacity() const noexcept { return block_ ? block_->capacity() : 0; }

private:
  detail::ptr<read_block> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t read_at_ = 0;  // where the last read has put its bytes
  std::size_t next_capacity_ = small;
  std::size_t committed_ = 0;  // since `release_memory`
  bool reading_into_ = false;  // from `prepare` to `commit`
};

}  // namespace anode::stream
