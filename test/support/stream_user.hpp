// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace support {

namespace net = boost::asio;

/// Starts operations on a byte stream and records how they complete.
class stream_user {
public:
  explicit stream_user(anode::byte_stream& s) : stream_(&s), state_(new state) {}

  std::string bytes;     ///< of the last read that has completed
  anode::error_code ec;  ///< of the last operation that has completed

  void read(std::size_t size) {
    state_->of = this;
    state_->buffer.resize(size);
    state_->pending = true;
    stream_->async_read_some(net::buffer(state_->buffer), anode::io_callback(*state_, &completed));
  }

  void wait_writable() {
    state_->of = this;
    state_->buffer.clear();
    state_->pending = true;
    stream_->async_wait_writable(anode::io_callback(*state_, &completed));
  }

  bool done() const { return !state_->pending; }

  static std::size_t write(anode::byte_stream& s, std::string_view data,
                           anode::error_code* out = nullptr) {
    anode::error_code ec;
    net::const_buffer const one(data.data(), data.size());
    std::size_t const n = s.try_write(std::span<net::const_buffer const>(&one, 1), ec);
    if (out != nullptr) {
      *out = ec;
    }
    return n;
  }

private:
  struct state final : anode::detail::counted {
    stream_user* of = nullptr;
    std::string buffer;
    bool pending = false;
  };

  static void completed(anode::detail::counted& c, anode::error_code ec, std::size_t n) {
    auto& s = static_cast<state&>(c);
    s.pending = false;
    s.of->ec = ec;
    s.of->bytes.assign(s.buffer, 0, n);
  }

  anode::byte_stream* stream_;
  anode::detail::ptr<state> state_;
};

}  // namespace support
