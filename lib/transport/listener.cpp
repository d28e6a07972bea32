// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/listener.hpp"

#include "transport/endpoint.hpp"
#include "transport/open_socket.hpp"
#include "transport/socket_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#ifdef __linux__
#include <linux/filter.h>
#endif
#ifndef _WIN32
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

#include <cerrno>
#include <cstdio>
#include <utility>

namespace anode::transport {
namespace {

using tcp = net::ip::tcp;

// The pause after a failure of accept.
constexpr std::chrono::milliseconds accept_backoff{100};

// Upper bound of the backlog on all systems.
constexpr int most_waiting = 65535;

// Returns whether a failure of accept concerns one connection only, according to accept(2). Other
// failures, such as a lack of descriptors or memory, may persist.
bool of_one_connection(error_code const& ec) {
  namespace errc = boost::system::errc;
  return ec == net::error::connection_aborted || ec == errc::protocol_error ||
         ec == errc::operation_not_permitted || ec == errc::network_down ||
         ec == errc::network_unreachable || ec == errc::host_unreachable ||
         ec == errc::operation_not_supported || ec == errc::no_protocol_option ||
         ec == net::error::timed_out || ec == errc::interrupted;
}

error_code last_socket_error() {
#ifdef _WIN32
  return {::WSAGetLastError(), boost::system::system_category()};
#else
  return {errno, boost::system::system_category()};
#endif
}

// Lets the system distribute the connections of a port among its listeners. Not supported where
// SO_REUSEPORT has another meaning, as on macOS. **Node**: `reusePort`, ENOTSUP there.
template <class Acceptor>
void share_port(Acceptor& acceptor, error_code& ec) {
#if defined(SO_REUSEPORT_LB)
  acceptor.set_option(net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT_LB>(true), ec);
#elif defined(__linux__) && defined(SO_REUSEPORT)
  acceptor.set_option(net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true), ec);
#else
  (void)acceptor;
  ec = net::error::operation_not_supported;
#endif
}

net::ip::address numeric_address(std::string const& host, error_code& ec) {
  if (host == "localhost") {
    return net::ip::address_v4::loopback();
  }
  net::ip::address const a = net::ip::make_address(host, ec);
  if (ec) {
    ec = net::error::host_not_found;
  }
  return a;
}

}  // namespace

// Binds without listening.
void listener::bind(listen_target const& target, error_code& ec) {
  shared_ = target.reuse_port;
  auto const bind_to = [&](net::generic::stream_protocol::endpoint const& at) {
    error_code ignored;
    open_socket(acceptor_, at.protocol(), ec);
    if (ec) {
      return;
    }
    int const family = at.protocol().family();
    if (family != AF_UNIX) {
      acceptor_.set_option(net::socket_base::reuse_address(true), ignored);
    }
    if (family == AF_INET6) {
      acceptor_.set_option(net::ip::v6_only(target.ipv6_only), ignored);
    }
    if (target.reuse_port) {
      share_port(acceptor_, ec);
    }
    if (!ec) {
      acceptor_.bind(at, ec);
    }
    if (ec) {
      acceptor_.close(ignored);
    }
  };

  ec = {};
  if (!target.path.empty()) {
    bind_to(net::local::stream_protocol::endpoint(target.path));
  } else if (target.host.empty()) {
    bind_to(tcp::endpoint(tcp::v6(), target.port));
    if (ec == net::error::address_family_not_supported ||
        ec == boost::system::errc::address_not_available) {
      bind_to(tcp::endpoint(tcp::v4(), target.port));
    }
  } else {
    net::ip::address const address = numeric_address(target.host, ec);
    if (!ec) {
      bind_to(tcp::endpoint(address, target.port));
    }
  }
}

void listener::open(listen_target const& target, error_code& ec) {
  bind(target, ec);
  if (!ec) {
    unix_path_ = target.path;
    acceptor_.listen(target.backlog, ec);
  }
  if (!ec) {
    acceptor_.non_blocking(true, ec);
  }
  if (ec) {
    close();
  }
}

void listener::open(native_handle_type descriptor, error_code& ec) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    ec = last_socket_error();
    return;
  }
  acceptor_.assign(net::generic::stream_protocol(at.ss_family, 0), descriptor, ec);
  if (!ec) {
    foreign_ = true;
    set_close_on_exec(descriptor);
    acceptor_.non_blocking(true, ec);
  }
}

bool listener::inherit_no_delay() {
#ifdef __linux__
  error_code ec = net::error::operation_not_supported;
  if (unix_path_.empty()) {
    acceptor_.set_option(tcp::no_delay(true), ec);
  }
  return !ec;
#else
  return false;
#endif
}

void listener::start() { wait(); }

// Asio leaves the descriptor of a closed socket to epoll, which keeps it while another descriptor
// of the socket is open, and would report its events for a later socket.
void listener::close_acceptor() noexcept {
  error_code ec;
#ifndef _WIN32
  if (foreign_ && acceptor_.is_open()) {
    native_handle_type const descriptor = acceptor_.release(ec);
    if (!ec) {
      ::close(descriptor);
      return;
    }
  }
#endif
  acceptor_.close(ec);
}

void listener::close() {
  close_acceptor();
  backoff_.cancel();
  if (!unix_path_.empty()) {
    std::remove(unix_path_.c_str());
    unix_path_.clear();
  }
}

void listener::accept_waiting_and_close() {
  detail::ptr<listener> const self(this);
  if (shared_) {
    exclude_new_connections();
  }
  error_code ec;
  for (int left = most_waiting; left > 0 && !ec; --left) {
    ec = accept_one();
  }
  close();
}

// Drops the first packet (SYN) of new connections, because a connection established after the last
// accept would be reset by the close. The client sends the packet again within about a second, and
// another listener of the port then receives it.
void listener::exclude_new_connections() {
#ifdef __linux__
  constexpr std::uint32_t flags_at = 13;
  constexpr std::uint32_t syn = 0x02;
  constexpr std::uint32_t syn_and_ack = 0x12;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_at),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn_and_ack),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  };
  sock_fprog const program{std::size(code), code};
  // Best effort: ignored where unsupported, for example for Unix sockets.
  ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
#endif
}

endpoint listener::local_endpoint() const {
  error_code ec;
  auto const e = acceptor_.local_endpoint(ec);
  return ec ? endpoint{} : endpoint_text(e);
}

void listener::wait() {
  acceptor_.async_wait(acceptor_type::wait_read,
                       [self = detail::ptr<listener>(this)](error_code) { self->accept_some(); });
}

// Accepts one connection from the backlog. Ignores a failure that concerns this connection only.
error_code listener::accept_one() {
  error_code ec;
  if (!acceptor_.is_open()) {
    ec = net::error::bad_descriptor;
    return ec;
  }
  auto socket = accept_socket(acceptor_, ec);
  if (!ec) {
    observer_->on_accept(std::make_unique<socket_stream>(std::move(socket)));
  } else if (of_one_connection(ec)) {
    ec = {};
  }
  return ec;
}

// Accepts a limited number of connections, then lets other handlers of the executor run.
void listener::accept_some() {
  constexpr int most_at_once = 16;
  error_code ec;
  for (int left = most_at_once; left > 0 && !ec; --left) {
    ec = accept_one();
  }
  if (!acceptor_.is_open()) {
    return;
  }
  if (ec && ec != net::error::would_block && ec != net::error::try_again) {
    pause(ec);
  } else {
    wait();
  }
}

void listener::pause(error_code ec) {
  backoff_.expires_after(accept_backoff);
  backoff_.async_wait([self = detail::ptr<listener>(this)](error_code) {
    if (self->acceptor_.is_open()) {
      self->wait();
    }
  });
  observer_->on_accept_error(ec);
}

namespace {

struct no_observer final : listener::accept_observer {
  void on_accept(std::unique_ptr<byte_stream>) override {}
  void on_accept_error(error_code) override {}
};

}  // namespace

void throw_listen_error(error_code ec, listen_target const& target) {
  std::string const where =
      target.path.empty() ? target.host + ":" + std::to_string(target.port) : target.path;
  throw http::exception(
      ec, "listen " + std::string(http::code_name(ec)) + ": " + ec.message() + " " + where);
}

void check_free(net::any_io_executor const& ex, listen_target const& target, error_code& ec) {
  no_observer nobody;
  detail::ptr<listener> const probe(new listener(ex, nobody));
  listen_target alone = target;
  alone.reuse_port = false;
  probe->bind(alone, ec);
  probe->close();
}

std::vector<native_handle_type> duplicate(native_handle_type descriptor, std::size_t count,
                                          error_code& ec) {
  std::vector<native_handle_type> all;
#ifdef _WIN32
  (void)descriptor, (void)count;
  ec = net::error::operation_not_supported;
#else
  all.reserve(count);
  all.push_back(descriptor);
  while (!ec && all.size() < count) {
    int const copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      ec = last_socket_error();
    } else {
      all.push_back(copy);
    }
  }
  if (ec) {
    close_all(all);
    all.clear();
  }
#endif
  return all;
}

void close_all(std::span<native_handle_type const> descriptors) noexcept {
#ifdef _WIN32
  (void)descriptors;
#else
  for (native_handle_type const descriptor : descriptors) {
    ::close(descriptor);
  }
#endif
}

std::vector<native_handle_type> open_shared(net::any_io_executor const& ex,
                                            listen_target const& target, std::size_t count,
                                            error_code& ec) {
  std::vector<native_handle_type> descriptors;
#ifdef _WIN32
  (void)ex, (void)target, (void)count;
  ec = net::error::operation_not_supported;
#else
  no_observer nobody;
  detail::ptr<listener> const first(new listener(ex, nobody));
  first->open(target, ec);
  if (ec) {
    return descriptors;
  }
  native_handle_type const opened = first->acceptor_.release(ec);
  if (!ec) {
    descriptors = duplicate(opened, count, ec);
  }
  if (!ec) {
    first->unix_path_.clear();  // the file stays
  }
  first->close();
#endif
  return descriptors;
}

}  // namespace anode::transport
