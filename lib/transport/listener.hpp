// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace anode::transport {

/// Where and how to listen.
struct listen_target {
  std::string host;        ///< an address or a name; empty: all addresses, IPv6 dual stack if there
  std::uint16_t port = 0;  ///< 0: any free port
  std::string path;        ///< a Unix socket instead, when not empty
  int backlog = 511;
  bool reuse_port = false;
  bool ipv6_only = false;
};

/// A listening socket and its accept loop.
///
/// Survives failures of accept: those of a single connection are skipped; when descriptors or
/// memory run out it waits before it tries again, so it neither spins nor stops.
class listener : public detail::counted {
public:
  using acceptor_type = net::basic_socket_acceptor<net::generic::stream_protocol>;

  /// Who gets the accepted streams.
  class accept_observer {
  public:
    virtual void on_accept(std::unique_ptr<byte_stream> stream) = 0;
    /// Told of a failure that made accepting pause.
    virtual void on_accept_error(error_code ec) = 0;

  protected:
    ~accept_observer() = default;
  };

  listener(net::any_io_executor ex, accept_observer& to)
      : acceptor_(ex), backoff_(ex), observer_(&to) {}

  /// Binds and listens. A name is resolved without waiting for a server (numeric addresses and
  /// "localhost" only).
  void open(listen_target const& target, error_code& ec);

  /// Takes over a descriptor that is bound and listening, and makes it close-on-exec.
  void open(native_handle_type descriptor, error_code& ec);

  /// Switches Nagle's algorithm off for all connections that are accepted, which costs a system
  /// call now instead of one for each.
  /// @return whether that could be done
  bool inherit_no_delay();

  /// Starts accepting.
  void start();

  /// Stops accepting and closes the socket; removes the file of a Unix socket it made. Connections
  /// that wait to be accepted are reset by the system.
  void close();

  /// The same, but accepts what waits first. A connection that comes while this happens goes to
  /// another listener of a shared port, if there is one; one whose handshake is under way over a
  /// slow network is lost (but see net.ipv4.tcp_migrate_req of Linux).
  void accept_waiting_and_close();

  bool is_open() const { return acceptor_.is_open(); }

  endpoint local_endpoint() const;

private:
  void wait();
  error_code accept_one();
  void accept_some();
  void pause(error_code ec);
  void exclude_new_connections();

  acceptor_type acceptor_;
  net::steady_timer backoff_;
  accept_observer* observer_;
  std::string unix_path_;
  bool shared_ = false;  // the port may have other listeners
};

}  // namespace anode::transport
