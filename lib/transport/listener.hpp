// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace anode::transport {

/// The address of a listener, and listen options.
struct listen_target {
  std::string host;  ///< an IP address or "localhost"; empty: all addresses, dual-stack if possible
  std::uint16_t port = 0;   ///< 0 means any free port
  std::string path;         ///< if not empty, a Unix socket instead of host and port
  int backlog = 511;        ///< the most connections that wait for accept
  bool reuse_port = false;  ///< share the port among listeners (SO_REUSEPORT)
  bool ipv6_only = false;   ///< do not accept IPv4 on an IPv6 address
};

/// A listening socket and its accept loop.
///
/// The loop continues after failures of accept. It ignores failures of a single connection. After
/// other failures, such as a lack of descriptors or memory, it pauses for 100 ms and then retries.
class listener : public detail::counted {
public:
  using acceptor_type = net::basic_socket_acceptor<net::generic::stream_protocol>;

  /// Receives the accepted streams.
  class accept_observer {
  public:
    /// Called for each accepted connection.
    virtual void on_accept(std::unique_ptr<byte_stream> stream) = 0;
    /// Called for each failure that pauses the loop.
    virtual void on_accept_error(error_code ec) = 0;

  protected:
    ~accept_observer() = default;
  };

  listener(net::any_io_executor ex, accept_observer& to)
      : acceptor_(ex), backoff_(ex), observer_(&to) {}

  /// Binds and listens. Does not resolve names: a host that is neither a numeric address nor
  /// "localhost" is `net::error::host_not_found`.
  void open(listen_target const& target, error_code& ec);

  /// Acquires a descriptor that is bound and listening, and makes it close-on-exec.
  void open(native_handle_type descriptor, error_code& ec);

  /// Disables Nagle's algorithm for all accepted connections, with one system call instead of one
  /// for each connection.
  /// @return false if the system does not support this or the socket is a Unix socket
  bool inherit_no_delay();

  /// Starts the accept loop.
  void start();

  /// Stops accepting and closes the socket. Removes the file of a Unix socket that `open` created.
  /// The system resets the connections in the backlog.
  void close();

  /// Accepts the connections in the backlog, then closes as `close` does. With `reuse_port`, a
  /// connection that arrives meanwhile goes to another listener of the port, if there is one. A
  /// connection with an incomplete handshake is lost (but see net.ipv4.tcp_migrate_req of Linux).
  void accept_waiting_and_close();

  /// Returns whether the listener is open.
  bool is_open() const { return acceptor_.is_open(); }

  /// Returns the bound address; empty if the socket is closed.
  endpoint local_endpoint() const;

private:
  friend void check_free(net::any_io_executor const& ex, listen_target const& target,
                         error_code& ec);
  friend std::vector<native_handle_type> open_shared(net::any_io_executor const& ex,
                                                     listen_target const& target, std::size_t count,
                                                     error_code& ec);

  void bind(listen_target const& target, error_code& ec);
  void close_acceptor() noexcept;
  void wait();
  error_code accept_one();
  void accept_some();
  void pause(error_code ec);
  void exclude_new_connections();

  acceptor_type acceptor_;
  net::steady_timer backoff_;
  accept_observer* observer_;
  std::string unix_path_;
  bool shared_ = false;   // other listeners may share the port
  bool foreign_ = false;  // other descriptors of the socket may exist
};

/// Throws the error of `listener::open` with Node's message, which names the address.
[[noreturn]] void throw_listen_error(error_code ec, listen_target const& target);

/// Checks whether `listener::open` would succeed, also if other listeners share the port. The
/// result is `net::error::address_in_use` if it is in use.
void check_free(net::any_io_executor const& ex, listen_target const& target, error_code& ec);

/// Makes descriptors of one socket for several listeners, which own them.
/// @return `descriptor` and `count - 1` copies of it, close-on-exec; none after a failure, which
///   closes `descriptor`
std::vector<native_handle_type> duplicate(native_handle_type descriptor, std::size_t count,
                                          error_code& ec);

void close_all(std::span<native_handle_type const> descriptors) noexcept;

/// Opens a listening socket.
/// @return `count` descriptors of the socket, close-on-exec, for listeners of several executors;
///   none after a failure. The caller removes the file of a Unix socket.
std::vector<native_handle_type> open_shared(net::any_io_executor const& ex,
                                            listen_target const& target, std::size_t count,
                                            error_code& ec);

}  // namespace anode::transport
