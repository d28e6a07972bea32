// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>

namespace anode::transport {

/// A connected TCP or Unix socket as a `byte_stream`.
class socket_stream final : public byte_stream {
public:
  using socket_type = net::generic::stream_protocol::socket;

  /// Acquires a connected socket and makes it non-blocking.
  explicit socket_stream(socket_type socket);
  ~socket_stream() override;

  net::any_io_executor get_executor() override;
  void async_read_some(net::mutable_buffer buffer, io_callback done) override;
  std::size_t try_read_some(net::mutable_buffer buffer, error_code& ec) override;
  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override;
  std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) override;
  std::size_t try_send_file(native_handle_type file, std::uint64_t& offset, std::size_t size,
                            error_code& ec) override;
  void async_wait_writable(io_callback done) override;

  /// Completes when input or the end of input is available.
  void async_wait_readable(io_callback done);

  void async_shutdown(io_callback done) override;
  void close() override;
  void reset() override;
  bool is_open() const override;
  endpoint local_endpoint() const override;
  endpoint remote_endpoint() const override;
  void set_no_delay(bool on) override;
  void set_unsent_limit(std::size_t bytes) override;
  void set_keep_alive(bool on, std::chrono::milliseconds delay) override;
  void set_keep_alive_probes(keep_alive_probes const& probes) override;
  bool has_input() override;
  void async_wait_hangup(io_callback done) override;
  native_handle_type native_handle() override;

private:
  std::size_t send(std::span<net::const_buffer const> buffers, int flags, error_code& ec);

  void unwatch_hangup();

  socket_type socket_;
  bool watched_ = false;                      // a hangup watch exists
  mutable std::unique_ptr<endpoint> remote_;  // cached by `remote_endpoint`
};

}  // namespace anode::transport
