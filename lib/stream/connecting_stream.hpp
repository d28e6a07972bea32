// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <optional>
#include <utility>

namespace anode::stream {

/// A placeholder for a stream that is not connected yet. It stores settings and transfers no bytes.
class connecting_stream final : public byte_stream {
public:
  explicit connecting_stream(net::any_io_executor ex) : executor_(std::move(ex)) {}

  /// Applies the stored settings to the connected stream.
  void apply_settings(byte_stream& to) const {
    if (no_delay_) {
      to.set_no_delay(*no_delay_);
    }
    if (keep_alive_) {
      to.set_keep_alive_probes(*keep_alive_);
    }
  }

  net::any_io_executor get_executor() override { return executor_; }
  void async_read_some(net::mutable_buffer, io_callback) override {}
  std::size_t try_write(std::span<net::const_buffer const>, error_code& ec) override {
    ec = net::error::would_block;
    return 0;
  }
  void async_wait_writable(io_callback) override {}
  void async_shutdown(io_callback) override {}
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }
  void set_no_delay(bool on) override { no_delay_ = on; }
  void set_keep_alive(bool on, std::chrono::milliseconds delay) override {
    set_keep_alive_probes({on, delay});
  }
  void set_keep_alive_probes(keep_alive_probes const& probes) override { keep_alive_ = probes; }

private:
  net::any_io_executor executor_;
  std::optional<bool> no_delay_;
  std::optional<keep_alive_probes> keep_alive_;
  bool open_ = true;
};

}  // namespace anode::stream
