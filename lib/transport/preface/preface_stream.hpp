// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/preface/layered_stream.hpp"

#include <string>

namespace anode::transport {

/// A stream that writes some bytes before the first ones of its user, in one call with them.
class preface_stream final : public layered_stream {
public:
  preface_stream(std::unique_ptr<byte_stream> lower, std::string preface)
      : layered_stream(std::move(lower)), preface_(std::move(preface)) {}

  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override;
  std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) override;

  std::size_t try_send_file(native_handle_type file, std::uint64_t& offset, std::size_t size,
                            error_code& ec) override;

  /// Returns none until the bytes are written, because a user of the descriptor would write first.
  native_handle_type native_handle() override;

private:
  std::size_t write(std::span<net::const_buffer const> buffers, bool last, error_code& ec);

  std::string preface_;  // the bytes that are not written yet
};

}  // namespace anode::transport
