// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/recycling_allocator.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace anode {

namespace net = boost::asio;
using boost::system::error_code;

/// One end of a connection, in text: what Node.js gives as address, port and family.
struct endpoint {
  /// The address, for example "127.0.0.1" or "::1"; the path of a Unix socket; empty if unknown.
  std::string address;
  /// The port; 0 for a Unix socket.
  std::uint16_t port = 0;
  /// "IPv4", "IPv6", "Unix" or empty.
  std::string family;
};

/// The completion of one operation on a `byte_stream`: who is told, and how.
///
/// Keeps its owner alive, allocates nothing, is called at most once, and never from inside the
/// function that started the operation. It is a handler in Asio's sense.
class io_callback {
public:
  using function = void (*)(detail::counted& owner, error_code ec, std::size_t bytes);
  using allocator_type = detail::recycling_allocator<void>;

  io_callback() = default;
  io_callback(detail::counted& owner, function f) : owner_(&owner), function_(f) {}

  explicit operator bool() const noexcept { return function_ != nullptr; }

  allocator_type get_allocator() const noexcept { return {}; }

  void operator()(error_code ec, std::size_t bytes = 0) {
    detail::ptr<detail::counted> const owner = std::move(owner_);
    if (function_ != nullptr) {
      function_(*owner, ec, bytes);
    }
  }

private:
  detail::ptr<detail::counted> owner_;
  function function_ = nullptr;
};

/// The system's name of a socket: a descriptor, or a SOCKET on Windows.
#ifdef _WIN32
using native_handle_type = std::uintptr_t;
#else
using native_handle_type = int;
#endif

/// What stands for no socket: -1, which is INVALID_SOCKET on Windows.
inline constexpr auto no_native_handle = static_cast<native_handle_type>(-1);

/// A connected, ordered, two-way stream of bytes: TCP, a Unix socket, memory, TLS, or a user's own.
///
/// At most one read and one wait for writing may be in flight at a time. The buffer of a read must
/// stay valid until it completes. All functions are called on the stream's executor.
class ANODE_EXPORT byte_stream {
public:
  virtual ~byte_stream() = default;

  /// Returns the executor on which operations complete.
  virtual net::any_io_executor get_executor() = 0;

  /// Reads at least one byte. Completes with `net::error::eof` at the end of input.
  virtual void async_read_some(net::mutable_buffer buffer, io_callback done) = 0;

  /// Reads what there is at once without waiting, while no read is in flight.
  /// @return the number of bytes; 0 with `net::error::eof` at the end of input, and with
  ///   `would_block` where there is nothing, or where the stream cannot say (the default).
  virtual std::size_t try_read_some(net::mutable_buffer, error_code& ec) {
    ec = net::error::would_block;
    return 0;
  }

  /// Writes what can be written at once without waiting; keeps no reference to the buffers.
  /// @return the number of bytes taken; 0 with `would_block` when the stream takes none now.
  virtual std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) = 0;

  /// The same for the end of the output: unless `try_write` takes up what this has left over,
  /// `async_shutdown` or `close` follows before anything else happens. So the end may leave
  /// together with the bytes (TCP: in one packet), which are held back until then.
  virtual std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) {
    return try_write(buffers, ec);
  }

  /// Completes when `try_write` is worth trying again, after it has answered `would_block` or taken
  /// less than it was given.
  virtual void async_wait_writable(io_callback done) = 0;

  /// Ends the outgoing direction (TCP: sends FIN; TLS: close_notify). Nothing may be written after.
  /// `done` may be empty.
  virtual void async_shutdown(io_callback done) = 0;

  /// Closes both directions at once. Operations in flight complete with `operation_aborted`.
  virtual void close() = 0;

  /// Closes and makes the peer see a reset where the transport knows one (TCP: RST).
  virtual void reset() { close(); }

  /// Returns whether the stream has been closed by this side.
  virtual bool is_open() const = 0;

  virtual endpoint local_endpoint() const { return {}; }
  virtual endpoint remote_endpoint() const { return {}; }

  /// Switches Nagle's algorithm off (`true`) or on; does nothing where there is none.
  virtual void set_no_delay(bool) {}

  /// Switches TCP keep-alive probes on or off, the first after `delay` (0: the system's default).
  virtual void set_keep_alive(bool, std::chrono::milliseconds) {}

  /// Returns whether input, its end or a failure waits to be read, as far as this can be said
  /// without waiting. A read in flight does not change the answer, nor is it disturbed; what it has
  /// received and not delivered yet counts, as far as the stream knows of it.
  virtual bool has_input() { return false; }

  /// Completes once the peer has ended its direction although input before that may be unread, or
  /// with an error once the connection has failed; a read may be in flight. At most one wait is
  /// made. A stream that cannot notice that drops `done` (the default), and so does `close`.
  virtual void async_wait_hangup(io_callback done) { io_callback const dropped = std::move(done); }

  /// Returns the descriptor of a plain stream socket, -1 for every other stream.
  virtual native_handle_type native_handle() { return no_native_handle; }
};

}  // namespace anode
