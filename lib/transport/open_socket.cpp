// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/open_socket.hpp"

#ifndef _WIN32
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace anode::transport {

#ifdef _WIN32

namespace {

// Child processes inherit handles only if CreateProcess requests this.
template <class Socket>
void open(Socket& socket, net::generic::stream_protocol const& protocol, error_code& ec) {
  socket.open(protocol, ec);
  if (!ec) {
    set_close_on_exec(socket.native_handle());
  }
}

}  // namespace

stream_socket accept_socket(stream_acceptor& acceptor, error_code& ec) {
  stream_socket socket = acceptor.accept(ec);
  if (!ec) {
    set_close_on_exec(socket.native_handle());
  }
  return socket;
}

void set_close_on_exec(native_handle_type descriptor) noexcept {
  ::SetHandleInformation(reinterpret_cast<HANDLE>(descriptor), HANDLE_FLAG_INHERIT, 0);
}

#else

namespace {

void close_unassigned(int descriptor, error_code const& ec) noexcept {
  if (ec && descriptor >= 0) {
    ::close(descriptor);
  }
}

template <class Socket>
void open(Socket& socket, net::generic::stream_protocol const& protocol, error_code& ec) {
  if (socket.is_open()) {
    ec = net::error::already_open;
    return;
  }
#ifdef SOCK_CLOEXEC
  int const descriptor =
      ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
#else
  int const descriptor = ::socket(protocol.family(), protocol.type(), protocol.protocol());
#endif
  if (descriptor < 0) {
    ec.assign(errno, boost::system::system_category());
    return;
  }
#ifndef SOCK_CLOEXEC
  set_close_on_exec(descriptor);
#endif
#ifdef SO_NOSIGPIPE
  int const on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  socket.assign(protocol, descriptor, ec);
  close_unassigned(descriptor, ec);
}

}  // namespace

stream_socket accept_socket(stream_acceptor& acceptor, error_code& ec) {
  stream_socket socket(acceptor.get_executor());
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  int descriptor = -1;
  do {
#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
    descriptor = ::accept4(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                           SOCK_CLOEXEC);
#else
    descriptor = ::accept(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&from), &size);
#endif
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) {
    ec.assign(errno, boost::system::system_category());
    return socket;
  }
#ifndef SOCK_CLOEXEC
  set_close_on_exec(descriptor);
#endif
#ifdef SO_NOSIGPIPE
  int const on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  // Some systems return no address for an unnamed Unix socket.
  int const family = from.ss_family != AF_UNSPEC ? from.ss_family : AF_UNIX;
  socket.assign(net::generic::stream_protocol(family, 0), descriptor, ec);
  close_unassigned(descriptor, ec);
  return socket;
}

void set_close_on_exec(native_handle_type descriptor) noexcept {
  int const flags = ::fcntl(descriptor, F_GETFD);
  if (flags >= 0) {
    ::fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
  }
}

#endif

void open_socket(stream_socket& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec) {
  open(socket, protocol, ec);
}

void open_socket(stream_acceptor& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec) {
  open(socket, protocol, ec);
}

}  // namespace anode::transport
