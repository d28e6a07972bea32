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

/// Bytes that wait to leave a connection, in order: small pieces copied together, large ones
/// borrowed from the caller for as long as it waits.
///
/// Holds no memory while empty: the buffer goes to the next outbox of this thread that needs one.
class write_queue {
public:
  /// The place of a byte in everything that was ever put in: what is sent up to there is gone.
  using position = std::uint64_t;

  /// Pieces at least this long are worth borrowing instead of copying.
  static constexpr std::size_t borrow_threshold = 8192;

  write_queue() = default;
  write_queue(write_queue const&) = delete;
  write_queue& operator=(write_queue const&) = delete;
  ~write_queue() { clear(); }

  /// Returns the buffer to append to; what is appended counts from the next `size()` on.
  std::string& buffer() { return buffer_ ? *buffer_ : acquire_buffer(); }

  /// Appends a copy.
  void append(std::string_view bytes) { buffer().append(bytes); }

  /// Appends a reference: the bytes must stay as they are until `sent()` has reached the result,
  /// or until `settle` is called with it.
  position borrow(std::string_view bytes);

  /// Ends a borrowing: copies what is still needed of the bytes.
  void detach_copy(position borrowed);

  /// Moves all that is in `other` to the end.
  void splice(write_queue& other);

  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept { return segments_size_ + buffered(); }

  /// Returns how many bytes have left.
  position sent() const noexcept { return sent_; }

  /// Returns the position behind the last byte.
  position end() const noexcept { return sent_ + size(); }

  /// Returns whether all there is lies in one piece of memory; `front` is that piece.
  bool is_contiguous() const noexcept { return segments_.empty(); }
  net::const_buffer front() const noexcept {
    return {buffer_ ? buffer_->data() + buffer_done_ : nullptr, buffered()};
  }

  /// Lists the next bytes to send.
  /// @return how many of `buffers` are used.
  std::size_t gather(std::span<net::const_buffer> buffers) const;

  /// Appends all bytes to `to`.
  void append_to(std::string& to) const;

  /// Removes bytes from the front that have been sent.
  void consume(std::size_t bytes);

  /// Drops everything.
  void clear() {
    if (buffer_ || !segments_.empty()) {
      release();
    }
  }

private:
  // A piece of borrowed bytes, or (data null) `size` bytes of the buffer.
  struct segment {
    char const* data;
    std::size_t size;
    position end;  // of borrowed bytes, as `borrow` returned it
    std::unique_ptr<std::string> owned;

    char const* bytes() const noexcept { return data != nullptr ? data : owned->data(); }
  };

  void seal();
  void release();
  std::string& acquire_buffer();
  static void recycle_buffer(std::unique_ptr<std::string> s);

  /// Returns how many bytes of the buffer are still to be sent.
  std::size_t buffered() const noexcept { return buffer_ ? buffer_->size() - buffer_done_ : 0; }

  std::unique_ptr<std::string> buffer_;  // the bytes after all pieces
  std::size_t buffer_done_ = 0;          // of buffer_, sent already (only when segments_ is empty)
  std::vector<segment> segments_;        // before the buffer
  std::size_t segment_done_ = 0;         // of the first piece, sent already
  std::size_t segments_size_ = 0;
  position sent_ = 0;
};

}  // namespace anode::stream
