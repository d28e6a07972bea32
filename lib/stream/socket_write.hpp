// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "stream/buffered_socket.hpp"

#include <anode/write_operation.hpp>

#include <string>
#include <string_view>

namespace anode::stream {

/// A reference of a write queue to the caller's buffer. Its destructor copies the unsent bytes into
/// the queue.
class borrowed_write {
public:
  borrowed_write() = default;
  borrowed_write(detail::ptr<buffered_socket> core, write_queue::position end)
      : core_(std::move(core)), end_(end) {}
  borrowed_write(borrowed_write&& other) noexcept = default;
  borrowed_write& operator=(borrowed_write&&) = delete;
  ~borrowed_write() {
    if (core_) {
      detach_copy();
    }
  }

  explicit operator bool() const noexcept { return core_ != nullptr; }
  write_queue::position end() const noexcept { return end_; }

  /// Returns whether the caller's bytes are no longer needed: they were sent through `core`, or
  /// they were copied because another connection replaces it.
  bool settled_in(buffered_socket& core) const noexcept {
    return core_ != &core || core.output().sent() >= end_;
  }

private:
  void detach_copy();

  detail::ptr<buffered_socket> core_;
  write_queue::position end_ = 0;
};

/// Appends bytes to the output. Bytes below `borrow_threshold` are copied; others are borrowed.
inline borrowed_write put_bytes(buffered_socket& core, std::string_view data) {
  if (data.size() < write_queue::borrow_threshold) {
    core.output().append(data);
    return {};
  }
  return {detail::ptr<buffered_socket>(&core), core.output().borrow(data)};
}

/// Appends a part of a file to the output. The descriptor is borrowed.
inline borrowed_write put_file(buffered_socket& core, native_handle_type descriptor,
                               std::uint64_t offset, std::size_t bytes) {
  return {detail::ptr<buffered_socket>(&core),
          core.output().borrow_file(descriptor, offset, bytes)};
}

/// Returns the result of a write to `core` that was just made.
/// @param borrowed kept alive while the operation waits
write_operation written(buffered_socket& core, borrowed_write borrowed);

/// Returns a completed operation.
write_operation written(bool below_high_water_mark = true);

/// Returns an operation that throws `ec` when awaited.
write_operation write_failed(error_code ec);

/// Writes bytes to a socket that carries no HTTP. See `anode::socket::write`.
write_operation socket_write(buffered_socket& core, std::string_view data);

/// Writes a string that the operation owns.
write_operation socket_write(buffered_socket& core, std::string&& data);

/// Writes bytes and half-closes a socket that carries no HTTP. See `anode::socket::end`.
write_operation socket_end(buffered_socket& core, std::string_view data);

/// Writes a string that the operation owns, and half-closes the socket.
write_operation socket_end(buffered_socket& core, std::string&& data);

}  // namespace anode::stream
