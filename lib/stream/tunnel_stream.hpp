// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "stream/buffered_socket.hpp"

#include <anode/byte_stream.hpp>

namespace anode::stream {

/// A byte stream over a connection that has left HTTP, for another protocol such as TLS inside a
/// CONNECT tunnel. Bytes that the connection has received already come first.
class tunnel_stream final : public byte_stream {
public:
  /// Becomes the owner of the socket, which has none.
  explicit tunnel_stream(detail::ptr<buffered_socket> socket);
  ~tunnel_stream() override;

  net::any_io_executor get_executor() override;
  void async_read_some(net::mutable_buffer buffer, io_callback done) override;
  std::size_t try_read_some(net::mutable_buffer buffer, error_code& ec) override;
  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override;
  void async_wait_writable(io_callback done) override;
  std::size_t unsent() const override;
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
  proxied_connection const* proxied() const override;

private:
  class state;
  detail::ptr<state> state_;
};

}  // namespace anode::stream
