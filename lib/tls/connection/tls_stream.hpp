// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/engine.hpp"

namespace anode::tls {

/// TLS over another stream, as a stream.
class tls_stream final : public byte_stream {
public:
  explicit tls_stream(detail::ptr<engine> e) : engine_(std::move(e)) {}
  ~tls_stream() override { engine_->close(false); }

  engine& state() noexcept { return *engine_; }

  net::any_io_executor get_executor() override { return engine_->lower().get_executor(); }
  void async_read_some(net::mutable_buffer buffer, io_callback done) override {
    engine_->async_read(buffer, std::move(done));
  }
  std::size_t try_read_some(net::mutable_buffer buffer, error_code& ec) override {
    return engine_->try_read(buffer, ec);
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override {
    return engine_->try_write(buffers, false, ec);
  }
  std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) override {
    return engine_->try_write(buffers, true, ec);
  }
  void async_wait_writable(io_callback done) override {
    engine_->async_wait_writable(std::move(done));
  }
  std::size_t unsent() const override { return engine_->unsent(); }
  void async_shutdown(io_callback done) override { engine_->async_shutdown(std::move(done)); }
  void close() override { engine_->close(false); }
  void reset() override { engine_->close(true); }
  bool is_open() const override { return engine_->is_open(); }
  endpoint local_endpoint() const override { return engine_->lower().local_endpoint(); }
  endpoint remote_endpoint() const override { return engine_->lower().remote_endpoint(); }
  void set_no_delay(bool on) override { engine_->lower().set_no_delay(on); }
  void set_unsent_limit(std::size_t bytes) override { engine_->lower().set_unsent_limit(bytes); }
  void set_keep_alive(bool on, std::chrono::milliseconds delay) override {
    set_keep_alive_probes({on, delay});
  }
  void set_keep_alive_probes(keep_alive_probes const& probes) override {
    engine_->lower().set_keep_alive_probes(probes);
  }
  bool has_input() override { return engine_->has_input(); }
  void async_wait_hangup(io_callback done) override {
    engine_->lower().async_wait_hangup(std::move(done));
  }
  bool encrypted() const override { return true; }
  secure_info const* secure() const override { return engine_->info(); }
  proxied_connection const* proxied() const override { return engine_->lower().proxied(); }

private:
  detail::ptr<engine> engine_;
};

}  // namespace anode::tls
