// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>

namespace anode::transport {

/// A kernel buffer that moves bytes from one socket to another without copying them into the
/// process.
///
/// Uses splice(2) and a pipe, which costs two descriptors. Linux only.
class splice_pipe {
public:
  /// The most bytes in the buffer.
  static constexpr std::size_t capacity = 65536;

  splice_pipe() = default;
  splice_pipe(splice_pipe const&) = delete;
  splice_pipe& operator=(splice_pipe const&) = delete;
  ~splice_pipe();

  /// Creates the buffer.
  /// @return false on systems other than Linux, or if the process has no descriptors left
  bool open() noexcept;

  /// Returns the number of bytes in the buffer.
  std::size_t size() const noexcept { return size_; }

  /// Moves received bytes from a non-blocking socket into the buffer, which must be empty.
  /// @return the number of bytes; 0 at the end of input; 0 with an error, which is `would_block` if
  ///   no input is available
  std::size_t fill(native_handle_type socket, boost::system::error_code& ec) noexcept;

  /// Moves bytes from the buffer into a non-blocking socket. Does not raise SIGPIPE.
  /// @return the number of bytes; 0 with an error, which is `would_block` if the socket is not
  ///   writable
  std::size_t drain(native_handle_type socket, boost::system::error_code& ec) noexcept;

private:
  int read_end_ = -1;
  int write_end_ = -1;
  std::size_t size_ = 0;
};

}  // namespace anode::transport
