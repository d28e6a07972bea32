// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace anode::tls {

/// A connection that could not be encrypted: its first read fails.
class failed_stream final : public byte_stream {
public:
  failed_stream(net::any_io_executor ex, error_code why) : executor_(std::move(ex)), why_(why) {}

  net::any_io_executor get_executor() override { return executor_; }
  void async_read_some(net::mutable_buffer, io_callback done) override {
    complete(std::move(done), why_);
  }
  std::size_t try_write(std::span<net::const_buffer const>, error_code& ec) override {
    ec = why_;
    return 0;
  }
  void async_wait_writable(io_callback done) override { complete(std::move(done), why_); }
  void async_shutdown(io_callback done) override { complete(std::move(done), {}); }
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }
  bool encrypted() const override { return true; }

private:
  void complete(io_callback done, error_code ec) {
    if (done) {
      net::post(executor_, [done = std::move(done), ec]() mutable { done(ec); });
    }
  }

  net::any_io_executor executor_;
  error_code why_;
  bool open_ = true;
};

}  // namespace anode::tls
