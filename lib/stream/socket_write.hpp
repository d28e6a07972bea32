// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "stream/buffered_socket.hpp"

#include <anode/write_operation.hpp>

#include <string>
#include <string_view>

namespace anode::connection {

/// A caller's buffer that an outbox refers to. Gone, it leaves the outbox with a copy.
class borrowed_bytes {
public:
  borrowed_bytes() = default;
  borrowed_bytes(detail::ptr<socket_core> core, outbox::position end)
      : core_(std::move(core)), end_(end) {}
  borrowed_bytes(borrowed_bytes&& other) noexcept = default;
  borrowed_bytes& operator=(borrowed_bytes&&) = delete;
  ~borrowed_bytes() {
    if (core_) {
      give_up();
    }
  }

  explicit operator bool() const noexcept { return core_ != nullptr; }
  outbox::position end() const noexcept { return end_; }

  /// Returns whether the bytes are not needed any more: they have left through `core`, or they were
  /// copied because another connection takes its place.
  bool settled_in(socket_core& core) const noexcept {
    return core_ != &core || core.output().sent() >= end_;
  }

private:
  void give_up();

  detail::ptr<socket_core> core_;
  outbox::position end_ = 0;
};

/// Puts bytes into the output, copied or, if that is worth it, borrowed.
inline borrowed_bytes put_bytes(socket_core& core, std::string_view data) {
  if (data.size() < outbox::worth_borrowing) {
    core.output().append(data);
    return {};
  }
  return {detail::ptr<socket_core>(&core), core.output().borrow(data)};
}

/// Returns the operation to hand to who has just written to `core`.
/// @param owner kept alive while somebody waits
write_operation written(socket_core& core, borrowed_bytes borrowed);

/// Returns an operation that is complete.
write_operation written(bool below_high_water_mark = true);

/// Returns an operation that fails.
write_operation write_failed(error_code ec);

/// Writes bytes to a socket that carries no HTTP. See `anode::socket::write`.
write_operation socket_write(socket_core& core, std::string_view data);

/// The same with a text that the operation keeps.
write_operation socket_write(socket_core& core, std::string&& data);

}  // namespace anode::connection
