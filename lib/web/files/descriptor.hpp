// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <unistd.h>
#include <utility>

namespace anode::web {

/// Owns a file descriptor of the system.
class descriptor {
public:
  /// Owns nothing.
  descriptor() noexcept = default;

  /// Owns `fd`; -1 is nothing.
  explicit descriptor(int fd) noexcept : fd_(fd) {}

  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ != -1) {
      ::close(fd_);
    }
  }

  /// Returns the descriptor; -1 if there is none.
  int get() const noexcept { return fd_; }

  /// Returns whether there is a descriptor.
  explicit operator bool() const noexcept { return fd_ != -1; }

private:
  int fd_ = -1;
};

}  // namespace anode::web
