// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/socket_stream.hpp"

#include "transport/endpoint.hpp"
#include "transport/hangup_watch.hpp"
#include "transport/no_sigpipe.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif
#ifdef __linux__
#include <cerrno>
#include <sys/sendfile.h>
#endif

#include <algorithm>
#include <utility>

namespace anode::transport {

socket_stream::socket_stream(socket_type socket) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

socket_stream::~socket_stream() { unwatch_hangup(); }

net::any_io_executor socket_stream::get_executor() { return socket_.get_executor(); }

void socket_stream::async_read_some(net::mutable_buffer buffer, io_callback done) {
  socket_.async_read_some(buffer, std::move(done));
}

std::size_t socket_stream::try_read_some(net::mutable_buffer buffer, error_code& ec) {
  return socket_.receive(buffer, 0, ec);
}

std::size_t socket_stream::send(std::span<net::const_buffer const> buffers, int flags,
                                error_code& ec) {
  if (buffers.size() == 1) {
    return socket_.send(buffers.front(), flags, ec);
  }
  return socket_.send(buffers, flags, ec);
}

std::size_t socket_stream::try_write(std::span<net::const_buffer const> buffers, error_code& ec) {
  return send(buffers, 0, ec);
}

std::size_t socket_stream::try_write_last(std::span<net::const_buffer const> buffers,
                                          error_code& ec) {
#ifdef MSG_MORE
  return send(buffers, MSG_MORE, ec);
#else
  return send(buffers, 0, ec);
#endif
}

std::size_t socket_stream::try_send_file(native_handle_type file, std::uint64_t& offset,
                                         std::size_t size, error_code& ec) {
#ifdef __linux__
  auto at = static_cast<off_t>(offset);
  ssize_t n = 0;
  {
    errno = 0;
    no_sigpipe const quiet;
    do {
      n = ::sendfile(socket_.native_handle(), file, &at, size);
    } while (n < 0 && errno == EINTR);
  }
  if (n >= 0) {
    offset = static_cast<std::uint64_t>(at);
    ec = {};
    return static_cast<std::size_t>(n);
  }
  switch (errno) {
    case EAGAIN:
      ec = net::error::would_block;
      break;
    case EPIPE:
    case ECONNRESET:
    case ETIMEDOUT:
      ec = error_code(errno, boost::system::system_category());
      break;
    default:
      // The file may be the reason: reading it tells.
      ec = net::error::operation_not_supported;
  }
  return 0;
#else
  return byte_stream::try_send_file(file, offset, size, ec);
#endif
}

void socket_stream::async_wait_writable(io_callback done) {
  socket_.async_wait(socket_type::wait_write,
                     [done = std::move(done)](error_code ec) mutable { done(ec); });
}

void socket_stream::async_wait_readable(io_callback done) {
  socket_.async_wait(socket_type::wait_read,
                     [done = std::move(done)](error_code ec) mutable { done(ec); });
}

void socket_stream::async_shutdown(io_callback done) {
  error_code ec;
  socket_.shutdown(socket_type::shutdown_send, ec);
  if (done) {
    net::post(socket_.get_executor(), [done = std::move(done), ec]() mutable { done(ec); });
  }
}

void socket_stream::async_wait_hangup(io_callback done) {
  if (socket_.is_open() && !std::exchange(watched_, true)) {
    watch_hangup(socket_.get_executor(), socket_.native_handle(), std::move(done));
  }
}

void socket_stream::unwatch_hangup() {
  if (std::exchange(watched_, false) && socket_.is_open()) {
    transport::unwatch_hangup(socket_.get_executor(), socket_.native_handle());
  }
}

void socket_stream::close() {
  unwatch_hangup();
  error_code ignored;
  socket_.close(ignored);
}

void socket_stream::reset() {
  unwatch_hangup();
  error_code ignored;
  socket_.set_option(net::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

bool socket_stream::is_open() const { return socket_.is_open(); }

endpoint socket_stream::local_endpoint() const {
  error_code ec;
  auto const e = socket_.local_endpoint(ec);
  return ec ? endpoint{} : endpoint_text(e);
}

endpoint socket_stream::remote_endpoint() const {
  if (!remote_) {
    error_code ec;
    auto const e = socket_.remote_endpoint(ec);
    if (ec) {
      return {};
    }
    remote_ = std::make_unique<endpoint>(endpoint_text(e));
  }
  return *remote_;
}

void socket_stream::set_no_delay(bool on) {
  error_code ignored;
  socket_.set_option(net::ip::tcp::no_delay(on), ignored);
}

void socket_stream::set_unsent_limit([[maybe_unused]] std::size_t bytes) {
#ifdef TCP_NOTSENT_LOWAT
  using option = net::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  error_code ignored;  // a Unix socket has no such option
  socket_.set_option(option(static_cast<int>(bytes)), ignored);
#endif
}

namespace {

// The options of TCP for keep-alive probes; 0 where the system has none.
#if defined(TCP_KEEPIDLE)
constexpr int idle_option = TCP_KEEPIDLE;
#elif defined(TCP_KEEPALIVE)
constexpr int idle_option = TCP_KEEPALIVE;  // macOS
#else
constexpr int idle_option = 0;
#endif
#if defined(TCP_KEEPINTVL)
constexpr int interval_option = TCP_KEEPINTVL;
#else
constexpr int interval_option = 0;
#endif
#if defined(TCP_KEEPCNT)
constexpr int count_option = TCP_KEEPCNT;
#else
constexpr int count_option = 0;
#endif

// Sets an option of TCP to a number from 1 to `most`. 0 keeps the system's default.
template <int Option>
void set_positive(socket_stream::socket_type& socket, std::int64_t value, std::int64_t most) {
  if constexpr (Option != 0) {
    if (value > 0) {
      error_code ignored;
      using option = net::detail::socket_option::integer<IPPROTO_TCP, Option>;
      socket.set_option(option(static_cast<int>(std::min(value, most))), ignored);
    }
  }
}

std::int64_t whole_seconds(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

}  // namespace

void socket_stream::set_keep_alive(bool on, std::chrono::milliseconds delay) {
  set_keep_alive_probes({on, delay});
}

void socket_stream::set_keep_alive_probes(keep_alive_probes const& probes) {
  // The largest values that Linux accepts.
  constexpr std::int64_t most_seconds = 32767;
  constexpr std::int64_t most_probes = 127;
  error_code ignored;
  socket_.set_option(net::socket_base::keep_alive(probes.on), ignored);
  if (probes.on) {
    set_positive<idle_option>(socket_, whole_seconds(probes.initial_delay), most_seconds);
    set_positive<interval_option>(socket_, whole_seconds(probes.interval), most_seconds);
    set_positive<count_option>(socket_, probes.count, most_probes);
  }
}

bool socket_stream::has_input() {
  char byte = 0;
  error_code ec;
  socket_.receive(net::buffer(&byte, 1), net::socket_base::message_peek, ec);
  return ec != net::error::would_block && ec != net::error::try_again;
}

native_handle_type socket_stream::native_handle() {
  return socket_.is_open() ? native_handle_type{socket_.native_handle()} : no_native_handle;
}

}  // namespace anode::transport
