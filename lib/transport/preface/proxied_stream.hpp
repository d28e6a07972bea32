// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/preface/layered_stream.hpp"

#include <anode/proxy_protocol.hpp>

namespace anode::transport {

/// An accepted stream that must begin with a PROXY header.
///
/// Its reads parse the header first. One read completes when the header is complete: with the bytes
/// behind the header, or without bytes if there are none yet. A bad or missing header fails the
/// read, and nothing can be written before the header is complete, therefore the peer gets no
/// answer. The addresses are the announced ones once the header is complete.
class proxied_stream final : public layered_stream {
public:
  /// @param trusted whether the peer may send a header; otherwise all reads fail
  /// @param limit the most bytes of a header
  proxied_stream(std::unique_ptr<byte_stream> lower, bool trusted, std::size_t limit);
  ~proxied_stream() override;

  void async_read_some(net::mutable_buffer buffer, io_callback done) override;
  std::size_t try_read_some(net::mutable_buffer buffer, error_code& ec) override;
  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override;
  std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) override;
  std::size_t try_send_file(native_handle_type file, std::uint64_t& offset, std::size_t size,
                            error_code& ec) override;
  void close() override;
  void reset() override;
  endpoint local_endpoint() const override;
  endpoint remote_endpoint() const override;
  proxied_connection const* proxied() const override;
  native_handle_type native_handle() override;

private:
  class state;
  detail::ptr<state> state_;
};

}  // namespace anode::transport
