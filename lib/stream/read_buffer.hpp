// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace anode::stream {

/// A block of received bytes. A message may pin it while the connection continues to read.
class read_block final : public detail::counted {
public:
  /// Allocates a block of `capacity` bytes.
  static detail::ptr<read_block> make(std::size_t capacity);

  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::size_t capacity() const noexcept { return capacity_; }

  /// Returns whether a pin exists.
  bool shared() const noexcept { return pins_ > 0; }

  /// Keeps the block alive and its bytes unchanged.
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

  // The bytes follow the object in the same allocation.
  std::size_t capacity_;
  unsigned pins_ = 0;
};

/// The unconsumed input of a connection, contiguous in memory.
///
/// The buffer is small at first and grows when reads fill it. `release_memory` shrinks it to
/// `small`, or to `medium` if more than `small` bytes were received since the last call.
class read_buffer {
public:
  // With this size an idle server connection uses 2 KiB in total.
  static constexpr std::size_t small = 896;
  static constexpr std::size_t medium = 2048;
  static constexpr std::size_t large = 65536;

  /// Returns the unconsumed bytes.
  std::string_view input() const noexcept {
    return block_ ? std::string_view(block_->data() + begin_, end_ - begin_) : std::string_view();
  }

  /// Returns the bytes of the last read, consumed or not; empty after the next `prepare`.
  std::string_view last_read() const noexcept {
    return block_ ? std::string_view(block_->data() + read_at_, end_ - read_at_)
                  : std::string_view();
  }

  /// Removes bytes from the front.
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  /// Returns the memory for the next read, at least one byte. May move the bytes and allocate.
  net::mutable_buffer prepare();

  /// Appends the bytes that a read has stored there.
  void commit(std::size_t bytes) noexcept;

  /// Appends a copy of `bytes`, as if they had been received.
  void append(std::string_view bytes);

  /// Keeps the memory of the current block alive and unchanged as long as the result exists.
  read_block::pin pin() { return read_block::pin(*block_); }

  /// Releases the memory that an idle connection does not need. Has no effect while there is input,
  /// or while a read may still write to the memory that `prepare` returned.
  void release_memory();

  std::size_t capacity() const noexcept { return block_ ? block_->capacity() : 0; }

private:
  detail::ptr<read_block> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t read_at_ = 0;  // where the last read stored its bytes
  std::size_t next_capacity_ = small;
  std::size_t committed_ = 0;  // bytes received since `release_memory`
  bool reading_into_ = false;  // true from `prepare` to `commit`
};

}  // namespace anode::stream
