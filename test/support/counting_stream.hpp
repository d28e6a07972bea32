// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace support {

/// Forwards all operations to another stream and counts them.
class counting_stream final : public anode::byte_stream {
public:
  struct counts {
    std::size_t reads = 0;
    std::size_t writes = 0;
    std::vector<std::size_t> buffer_counts;  // number of buffers of each write
    std::vector<void const*> addresses;      // address of each buffer
  };

  counting_stream(std::unique_ptr<anode::byte_stream> s, std::shared_ptr<counts> c)
      : stream_(std::move(s)), counts_(std::move(c)) {}

  boost::asio::any_io_executor get_executor() override { return stream_->get_executor(); }
  void async_read_some(boost::asio::mutable_buffer b, anode::io_callback done) override {
    ++counts_->reads;
    stream_->async_read_some(b, std::move(done));
  }
  std::size_t try_write(std::span<boost::asio::const_buffer const> buffers,
                        anode::error_code& ec) override {
    ++counts_->writes;
    counts_->buffer_counts.push_back(buffers.size());
    for (auto const& b : buffers) {
      counts_->addresses.push_back(b.data());
    }
    return stream_->try_write(buffers, ec);
  }
  void async_wait_writable(anode::io_callback done) override {
    stream_->async_wait_writable(std::move(done));
  }
  void async_shutdown(anode::io_callback done) override {
    stream_->async_shutdown(std::move(done));
  }
  void close() override { stream_->close(); }
  void reset() override { stream_->reset(); }
  bool is_open() const override { return stream_->is_open(); }

private:
  std::unique_ptr<anode::byte_stream> stream_;
  std::shared_ptr<counts> counts_;
};

}  // namespace support
