// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "stream/file_part.hpp"

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

  /// Appends a part of a file, of at least one byte. The descriptor must stay open as the bytes of
  /// `borrow` must stay unchanged.
  position borrow_file(native_handle_type descriptor, std::uint64_t offset, std::size_t bytes);

  /// Ends a borrow: copies the unsent part of its bytes, or duplicates the descriptor.
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

  /// Returns whether the first bytes are those of a file.
  bool starts_with_file() const noexcept {
    return !segments_.empty() && segments_.front().file != nullptr;
  }

  /// Returns whether any bytes are those of a file.
  bool has_file() const noexcept;

  /// Returns the number of unsent bytes of the file at the front.
  std::size_t file_size() const noexcept { return segments_.front().size - segment_done_; }

  /// Returns the file at the front, and the position of its first unsent byte.
  native_handle_type file_descriptor() const noexcept {
    return segments_.front().file->descriptor();
  }
  std::uint64_t file_offset() const noexcept {
    return segments_.front().file->offset() + segment_done_;
  }

  /// Reads the first bytes of the file at the front into memory, as many as one read returns.
  /// @return their number; 0 at the end of the file and on an error
  std::size_t load_file(error_code& ec);

  /// Fills `buffers` with the next bytes to send, up to the first file.
  /// @return the number of buffers used
  std::size_t gather(std::span<net::const_buffer> buffers) const;

  /// Appends all bytes to `to`. There must be no file.
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
  // Borrowed bytes, or (`data` is null) `size` bytes in `owned` or in a file.
  struct segment {
    char const* data;
    std::size_t size;
    position end;  // the result of `borrow` and `borrow_file`
    std::unique_ptr<std::string> owned;
    std::unique_ptr<file_part> file{};

    char const* bytes() const noexcept { return data != nullptr ? data : owned->data(); }
  };

  void seal();
  void release();
  std::string& acquire_buffer();
  static std::unique_ptr<std::string> take_buffer();
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
