// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anode::stream {

/// The unsent bytes of a connection, in order. Small writes are copied into one buffer; large ones
/// are borrowed from the caller while it waits.
///
/// An empty queue owns no memory: its buffer goes to the next queue of this thread.
class write_queue {
public:
  /// A byte's offset in the stream of all bytes ever queued. Bytes before `sent()` have been sent.
  using position = std::uint64_t;

  /// Writes of at least this many bytes are borrowed instead of copied.
  static constexpr std::size_t borrow_threshold = 8192;

  write_queue() = default;
  write_queue(write_queue const&) = delete;
  write_queue& operator=(write_queue const&) = delete;
  ~write_queue() { clear(); }

  /// Returns the buffer to append to. Appended bytes are part of the queue at once.
  std::string& buffer() { return buffer_ ? *buffer_ : acquire_buffer(); }

  /// Appends a copy.
  void append(std::string_view bytes) { buffer().append(bytes); }

  /// Appends a reference. The bytes must stay unchanged until `sent()` reaches the result or until
  /// `detach_copy` is called with it.
  position borrow(std::string_view bytes);

  /// Ends a borrow: copies the unsent part of its bytes.
  void detach_copy(position borrowed);

  /// Moves all bytes of `other` to the end of this queue.
  void splice(write_queue& other);

  bool empty() const noexcept { return size() == 0; }

  /// Returns the number of unsent bytes.
  std::size_t size() const noexcept { return segments_size_ + buffered(); }

  /// Returns the number of bytes sent so far.
  position sent() const noexcept { return sent_; }

  /// Returns the position after the last byte.
  position end() const noexcept { return sent_ + size(); }

  /// Returns whether all bytes are contiguous; `front` returns them then.
  bool is_contiguous() const noexcept { return segments_.empty(); }
  net::const_buffer front() const noexcept {
    return {buffer_ ? buffer_->data() + buffer_done_ : nullptr, buffered()};
  }

  /// Fills `buffers` with the next bytes to send.
  /// @return the number of buffers used
  std::size_t gather(std::span<net::const_buffer> buffers) const;

  /// Appends all bytes to `to`.
  void append_to(std::string& to) const;

  /// Removes bytes from the front and counts them as sent.
  void consume(std::size_t bytes);

  /// Removes all bytes.
  void clear() {
    if (buffer_ || !segments_.empty()) {
      release();
    }
  }

private:
  // Borrowed bytes, or (`data` is null) `size` bytes in `owned`.
  struct segment {
    char const* data;
    std::size_t size;
    position end;  // the result of `borrow`, for borrowed bytes
    std::unique_ptr<std::string> owned;

    char const* bytes() const noexcept { return data != nullptr ? data : owned->data(); }
  };

  void seal();
  void release();
  std::string& acquire_buffer();
  static void recycle_buffer(std::unique_ptr<std::string> s);

  /// Returns the number of unsent bytes in the buffer.
  std::size_t buffered() const noexcept { return buffer_ ? buffer_->size() - buffer_done_ : 0; }

  std::unique_ptr<std::string> buffer_;  // the bytes after all segments
  std::size_t buffer_done_ = 0;          // sent bytes of `buffer_`; nonzero only without segments
  std::vector<segment> segments_;        // the bytes before `buffer_`
  std::size_t segment_done_ = 0;         // sent bytes of the first segment
  std::size_t segments_size_ = 0;
  position sent_ = 0;
};

}  // namespace anode::stream
