// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>

namespace anode::transport {

/// A buffer in the kernel through which bytes go from one socket to another without being copied
/// into the process (Linux: splice). Holds up to `capacity` bytes.
class splice_pipe {
public:
  static constexpr std::size_t capacity = 65536;

  splice_pipe() = default;
  splice_pipe(splice_pipe const&) = delete;
  splice_pipe& operator=(splice_pipe const&) = delete;
  ~splice_pipe();

  /// Makes the buffer. @return false where there is none: on other systems, or when the process has
  ///   no descriptors left.
  bool open() noexcept;

  /// Returns how many bytes are in the buffer.
  std::size_t size() const noexcept { return size_; }

  /// Takes what a non-blocking socket has received into the empty buffer.
  /// @return the number of bytes; 0 at the end of input, and with an error, `would_block` if there
  ///   is nothing now.
  std::size_t fill(native_handle_type socket, boost::system::error_code& ec) noexcept;

  /// Gives bytes to a non-blocking socket. Raises no SIGPIPE.
  /// @return the number of bytes; 0 with an error, `would_block` if it takes none now.
  std::size_t drain(native_handle_type socket, boost::system::error_code& ec) noexcept;

private:
  int read_end_ = -1;
  int write_end_ = -1;
  std::size_t size_ = 0;
};

}  // namespace anode::transport
