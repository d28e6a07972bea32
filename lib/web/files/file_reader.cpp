// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_reader.hpp"

#include <anode/web/blocking.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace anode::web {

namespace {

// Reads from the page cache without waiting for the disk. Returns -1 with EAGAIN if the bytes are
// not there.
::ssize_t try_read(int fd, char* out, std::size_t size, std::uint64_t offset) noexcept {
#if defined(RWF_NOWAIT)
  ::iovec const buffer{out, size};
  return ::preadv2(fd, &buffer, 1, static_cast<::off_t>(offset), RWF_NOWAIT);
#else
  static_cast<void>(fd);
  static_cast<void>(out);
  static_cast<void>(size);
  static_cast<void>(offset);
  errno = EOPNOTSUPP;
  return -1;
#endif
}

std::string read_waiting(int fd, std::size_t size, std::uint64_t offset) {
  std::string text(size, '\0');
  ::ssize_t got = 0;
  do {
    got = ::pread(fd, text.data(), size, static_cast<::off_t>(offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    throw std::system_error(errno, std::generic_category(), "read of a file");
  }
  text.resize(static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void throw_shorter() {
  throw std::runtime_error("a file became shorter while it was sent");
}

// Whether the byte at `offset` is in the page cache. True if the system cannot tell.
bool is_cached(int fd, std::uint64_t offset) {
  char byte = 0;
  ::ssize_t const got = try_read(fd, &byte, 1, offset);
  if (got == 0) {
    throw_shorter();
  }
  return got > 0 || errno != EAGAIN;
}

void load_waiting(int fd, std::uint64_t offset, std::uint64_t size) {
#if defined(__linux__)
  ::readahead(fd, static_cast<::off64_t>(offset), static_cast<std::size_t>(size));
#endif
  if (read_waiting(fd, 1, offset + size - 1).empty()) {
    throw_shorter();
  }
}

}  // namespace

void read_cached(int fd, byte_range range, std::string& out) {
  out.resize(static_cast<std::size_t>(range.length));
  ::ssize_t const got = try_read(fd, out.data(), out.size(), range.first);
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
}

file_reader::file_reader(net::any_io_executor ex, descriptor fd)
    : executor_(std::move(ex)), fd_(std::make_shared<descriptor>(std::move(fd))) {}

net::awaitable<void> file_reader::read(std::uint64_t offset, std::uint64_t size, std::string& out) {
  if (can_try_) {
    out.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, cached_size)));
    ::ssize_t const got = try_read(fd_->get(), out.data(), out.size(), offset);
    if (got > 0) {
      out.resize(static_cast<std::size_t>(got));
      co_return;
    }
    if (got == 0) {
      throw_shorter();
    }
    if (errno != EAGAIN && errno != EINTR) {
      // Not supported by the file system, or an error that the other read reports.
      can_try_ = false;
    }
  }
  auto const waiting =
      [fd = fd_, count = static_cast<std::size_t>(std::min<std::uint64_t>(size, blocking_size)),
       offset] { return read_waiting(fd->get(), count, offset); };
  out = co_await blocking(executor_, waiting);
  if (out.empty()) {
    throw_shorter();
  }
}

net::awaitable<void> file_reader::load(std::uint64_t offset, std::uint64_t size) {
  if (is_cached(fd_->get(), offset) && is_cached(fd_->get(), offset + size - 1)) {
    co_return;
  }
  auto const waiting = [fd = fd_, offset, size] { load_waiting(fd->get(), offset, size); };
  co_await blocking(executor_, waiting);
}

}  // namespace anode::web
