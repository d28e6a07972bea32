// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "behaviour/lifetime/operations.hpp"

#include <anode/byte_stream.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lifetime {

/// The peer of a connection, controlled by a test. It is a bare stream, because a socket and its
/// coroutines would take more time in each cell than the code under test. It does nothing before
/// the event loop runs.
class far_end final : public anode::detail::counted {
public:
  explicit far_end(std::unique_ptr<anode::byte_stream> stream) : stream_(std::move(stream)) {
    read();
  }

  /// Reads until the end, instead of once.
  void listen() {
    if (!std::exchange(listening_, true) && !reading_ && !ended_) {
      read();
    }
  }

  void send(std::string_view bytes) {
    output_ += bytes;
    write();
  }

  void end() {
    ending_ = true;
    write();
  }

  void close() { stream_->close(); }
  void reset() { stream_->reset(); }

  /// Returns whether the connection has ended, gracefully or not.
  bool ended() const { return ended_; }

private:
  void read() {
    reading_ = true;
    stream_->async_read_some(net::buffer(input_), anode::io_callback(*this, &far_end::on_read));
  }

  static void on_read(anode::detail::counted& self, error_code ec, std::size_t) {
    auto& end = static_cast<far_end&>(self);
    end.reading_ = false;
    end.ended_ = end.ended_ || ec;
    if (end.listening_ && !end.ended_) {
      end.read();
    }
  }

  void write() {
    error_code ec;
    if (!output_.empty()) {
      net::const_buffer const bytes = net::buffer(output_);
      output_.erase(0, stream_->try_write({&bytes, 1}, ec));
    }
    if (ec && ec != net::error::would_block) {
      output_.clear();
    } else if (!output_.empty()) {
      stream_->async_wait_writable(anode::io_callback(*this, &far_end::on_writable));
    } else if (ending_ && stream_->is_open()) {
      stream_->async_shutdown({});
    }
  }

  static void on_writable(anode::detail::counted& self, error_code ec, std::size_t) {
    if (!ec) {
      static_cast<far_end&>(self).write();
    }
  }

  std::unique_ptr<anode::byte_stream> stream_;
  std::array<char, 512> input_;
  std::string output_;
  bool listening_ = false;
  bool reading_ = false;
  bool ending_ = false;
  bool ended_ = false;
};

}  // namespace lifetime
