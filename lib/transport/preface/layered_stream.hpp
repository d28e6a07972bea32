// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <memory>
#include <utility>

namespace anode::transport {

/// A stream over another stream, to which it passes every operation. A derived class changes some
/// of them.
class layered_stream : public byte_stream {
public:
  explicit layered_stream(std::unique_ptr<byte_stream> lower) : lower_(std::move(lower)) {}

  net::any_io_executor get_executor() override { return lower_->get_executor(); }
  void async_read_some(net::mutable_buffer buffer, io_callback done) override {
    lower_->async_read_some(buffer, std::move(done));
  }
  std::size_t try_read_some(net::mutable_buffer buffer, error_code& ec) override {
    return lower_->try_read_some(buffer, ec);
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override {
    return lower_->try_write(buffers, ec);
  }
  std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) override {
    return lower_->try_write_last(buffers, ec);
  }
  std::size_t try_send_file(native_handle_type file, std::uint64_t& offset, std::size_t size,
                            error_code& ec) override {
    return lower_->try_send_file(file, offset, size, ec);
  }
  void async_wait_writable(io_callback done) override {
    lower_->async_wait_writable(std::move(done));
  }
  std::size_t unsent() const override { return lower_->unsent(); }
  void async_shutdown(io_callback done) override { lower_->async_shutdown(std::move(done)); }
  void close() override { lower_->close(); }
  void reset() override { lower_->reset(); }
  bool is_open() const override { return lower_->is_open(); }
  endpoint local_endpoint() const override { return lower_->local_endpoint(); }
  endpoint remote_endpoint() const override { return lower_->remote_endpoint(); }
  void set_no_delay(bool on) override { lower_->set_no_delay(on); }
  void set_unsent_limit(std::size_t bytes) override { lower_->set_unsent_limit(bytes); }
  void set_keep_alive(bool on, std::chrono::milliseconds delay) override {
    lower_->set_keep_alive(on, delay);
  }
  void set_keep_alive_probes(keep_alive_probes const& probes) override {
    lower_->set_keep_alive_probes(probes);
  }
  bool has_input() override { return lower_->has_input(); }
  void async_wait_hangup(io_callback done) override { lower_->async_wait_hangup(std::move(done)); }
  bool encrypted() const override { return lower_->encrypted(); }
  secure_info const* secure() const override { return lower_->secure(); }
  proxied_connection const* proxied() const override { return lower_->proxied(); }
  native_handle_type native_handle() override { return lower_->native_handle(); }

protected:
  byte_stream& lower() noexcept { return *lower_; }
  byte_stream const& lower() const noexcept { return *lower_; }

private:
  std::unique_ptr<byte_stream> lower_;
};

}  // namespace anode::transport
