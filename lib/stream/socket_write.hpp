// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "stream/buffered_socket.hpp"

#include <anode/write_operation.hpp>

#include <string>
#include <string_view>

namespace anode::stream {

/// A caller's buffer that an outbox refers to. Gone, it leaves the outbox with a copy.
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

  /// Returns whether the bytes are not needed any more: they have left through `core`, or they were
  /// copied because another connection takes its place.
  bool settled_in(buffered_socket& core) const noexcept {
    return core_ != &core || core.output().sent() >= end_;
  }

private:
  void detach_copy();

  detail::ptr<buffered_socket> core_;
  write_queue::position end_ = 0;
};

/// Puts bytes into the output, copied or, if that is worth it, borrowed.
inline borrowed_write put_bytes(buffered_socket& core, std::string_view data) {
  if (data.size() < write_queue::borrow_threshold) {
    core.output().append(data);
    return {};
  }
  return {detail::ptr<buffered_socket>(&core), core.output().borrow(data)};
}

/// Returns the operation to hand to who has just written to `core`.
/// @param owner kept alive while somebody waits
write_operation written(buffered_socket& core, borrowed_write borrowed);

/// Returns an operation that is complete.
write_operation written(bool below_high_water_mark = true);

/// Returns an operation that fails.
write_operation write_failed(error_code ec);

/// Writes bytes to a socket that carries no HTTP. See `anode::socket::write`.
write_operation socket_write(buffered_socket& core, std::string_view data);

/// The same with a text that the operation keeps.
write_operation socket_write(buffered_socket& core, std::string&& data);

}  // namespace anode::stream
