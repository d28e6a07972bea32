// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/splice_pipe.hpp"

#include "transport/no_sigpipe.hpp"

#include <boost/asio/error.hpp>

#ifdef __linux__
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace anode::transport {

#ifdef __linux__

namespace {

constexpr unsigned how = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

boost::system::error_code last_error() noexcept {
  return errno == EAGAIN ? boost::asio::error::make_error_code(boost::asio::error::would_block)
                         : boost::system::error_code(errno, boost::system::system_category());
}

ssize_t splice_quietly(int from, int to, std::size_t size) noexcept {
  errno = 0;
  no_sigpipe const quiet;
  return ::splice(from, nullptr, to, nullptr, size, how);
}

}  // namespace

splice_pipe::~splice_pipe() {
  if (read_end_ >= 0) {
    ::close(read_end_);
    ::close(write_end_);
  }
}

bool splice_pipe::open() noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return false;
  }
  read_end_ = ends[0];
  write_end_ = ends[1];
  return true;
}

std::size_t splice_pipe::fill(native_handle_type socket, boost::system::error_code& ec) noexcept {
  ssize_t const n = ::splice(socket, nullptr, write_end_, nullptr, capacity, how);
  if (n < 0) {
    ec = last_error();
    return 0;
  }
  ec = {};
  size_ += static_cast<std::size_t>(n);
  return static_cast<std::size_t>(n);
}

std::size_t splice_pipe::drain(native_handle_type socket, boost::system::error_code& ec) noexcept {
  ssize_t const n = splice_quietly(read_end_, socket, size_);
  if (n < 0) {
    ec = last_error();
    return 0;
  }
  ec = {};
  size_ -= static_cast<std::size_t>(n);
  return static_cast<std::size_t>(n);
}

#else

splice_pipe::~splice_pipe() = default;

bool splice_pipe::open() noexcept { return false; }

std::size_t splice_pipe::fill(native_handle_type, boost::system::error_code& ec) noexcept {
  ec = boost::asio::error::operation_not_supported;
  return 0;
}

std::size_t splice_pipe::drain(native_handle_type, boost::system::error_code& ec) noexcept {
  ec = boost::asio::error::operation_not_supported;
  return 0;
}

#endif

}  // namespace anode::transport
