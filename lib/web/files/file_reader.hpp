// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/files/descriptor.hpp"

#include <anode/web/conditional.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace anode::web {

namespace net = boost::asio;

/// Reads the bytes of a range that are in the page cache, from its first one on, without waiting
/// for the disk. Reads none if the file is shorter, or has an error.
void read_cached(int fd, byte_range range, std::string& out);

/// Reads a file for a coroutine: from the page cache on its own thread, and otherwise on the
/// threads for blocking work.
class file_reader {
public:
  /// Bytes of one read from the page cache.
  static constexpr std::size_t cached_size = 64 * 1024;
  /// Bytes of one read that waits for the disk.
  static constexpr std::size_t blocking_size = 256 * 1024;

  /// Reads from `fd`, on `ex`.
  file_reader(net::any_io_executor ex, descriptor fd);

  /// Reads the next bytes into `out`, at least one and at most `size`.
  /// @throws std::system_error if the read fails.
  /// @throws std::runtime_error at the end of the file: the file is shorter than it was.
  net::awaitable<void> read(std::uint64_t offset, std::uint64_t size, std::string& out);

  /// Loads bytes into the page cache if they are not there, as far as the system tells. Then the
  /// system can send them without waiting for the disk.
  /// @throws as `read`.
  net::awaitable<void> load(std::uint64_t offset, std::uint64_t size);

  /// Returns the descriptor.
  int fd() const noexcept { return fd_->get(); }

private:
  net::any_io_executor executor_;
  std::shared_ptr<descriptor const> fd_;  // shared with the threads
  bool can_try_ = true;                   // the file system supports reads that do not wait
};

}  // namespace anode::web
