// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/recycling_allocator.hpp>
#include <anode/endpoint.hpp>
#include <anode/secure_info.hpp>

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

struct proxied_connection;

/// The completion handler of an operation on a `byte_stream`.
///
/// The callback keeps its owner alive and allocates nothing. A stream calls it at most once, and
/// never inside the function that starts the operation. The class is a completion handler in Asio's
/// sense.
class io_callback {
public:
  /// The function to call: `owner`, the result, and the number of bytes.
  using function = void (*)(detail::counted& owner, error_code ec, std::size_t bytes);
  using allocator_type = detail::recycling_allocator<void>;  ///< reuses the memory of operations

  /// Makes an empty callback; calling it does nothing.
  io_callback() = default;

  /// Makes a callback that calls `f(owner, ...)`.
  io_callback(detail::counted& owner, function f) : owner_(&owner), function_(f) {}

  /// Returns whether there is a function to call.
  explicit operator bool() const noexcept { return function_ != nullptr; }

  /// Returns the allocator that Asio uses for the operation.
  allocator_type get_allocator() const noexcept { return {}; }

  /// Completes the operation. Call it at most once.
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

/// The settings of TCP keep-alive probes. Times are rounded down to whole seconds.
struct keep_alive_probes {
  bool on = false;                             ///< whether probes are sent
  std::chrono::milliseconds initial_delay{0};  ///< idle time before the first; 0: the system's
  std::chrono::milliseconds interval{0};       ///< time between two; 0: the system's default
  std::uint32_t count = 0;  ///< probes without an answer until the connection is lost; 0: system's
};

/// A connected, ordered, two-way stream of bytes: TCP, a Unix socket, memory, TLS, or a stream of
/// the program. Derive from it to run HTTP over another transport.
///
/// At most one read and one wait for writability are in flight at a time. The buffer of a read
/// stays valid until the read completes. All functions are called on the executor of the stream.
class ANODE_EXPORT byte_stream {
public:
  virtual ~byte_stream() = default;

  /// Returns the executor on which operations complete.
  virtual net::any_io_executor get_executor() = 0;

  /// Reads at least one byte. Completes with `net::error::eof` at the end of input. A stream that
  /// performs a handshake completes one read without bytes when the handshake is complete.
  virtual void async_read_some(net::mutable_buffer buffer, io_callback done) = 0;

  /// Reads the bytes that are available without waiting. Called while no read is in flight.
  /// @return the number of bytes. 0 with `net::error::eof` at the end of input. 0 with
  ///   `would_block` if nothing is available or the stream cannot know (the default).
  virtual std::size_t try_read_some(net::mutable_buffer, error_code& ec) {
    ec = net::error::would_block;
    return 0;
  }

  /// Writes as much as possible without waiting. The stream must not keep references to the
  /// buffers.
  /// @return the number of bytes accepted; 0 with `would_block` if the stream accepts none now.
  virtual std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) = 0;

  /// Writes like `try_write`, with the hint that these are the last bytes before the end of the
  /// output. If all bytes are accepted, the caller calls `async_shutdown` or `close` next;
  /// otherwise it writes the rest with `try_write`. The stream may therefore delay the bytes and
  /// send them together with the end (TCP: in one packet). The default calls `try_write`.
  virtual std::size_t try_write_last(std::span<net::const_buffer const> buffers, error_code& ec) {
    return try_write(buffers, ec);
  }

  /// Writes bytes of a file without waiting and without copying them through the process, if the
  /// stream can (sendfile).
  /// @param file the descriptor of the file, whose position is neither used nor changed.
  /// @param offset the position of the first byte in the file; advanced by the number of bytes.
  /// @param size the maximum number of bytes; at least 1.
  /// @return the number of bytes accepted; 0 without an error at the end of the file; 0 with
  ///   `would_block` if the stream accepts none now; 0 with `operation_not_supported` if the caller
  ///   must read the file and call `try_write` (the default).
  virtual std::size_t try_send_file(native_handle_type file, std::uint64_t& offset,
                                    std::size_t size, error_code& ec) {
    static_cast<void>(file);
    static_cast<void>(offset);
    static_cast<void>(size);
    ec = net::error::operation_not_supported;
    return 0;
  }

  /// Completes when `try_write` may succeed again. Called after `try_write` returned `would_block`
  /// or accepted only a part.
  virtual void async_wait_writable(io_callback done) = 0;

  /// Closes the outgoing direction (TCP: sends FIN; TLS: sends close_notify). No writes follow.
  /// @param done may be empty.
  virtual void async_shutdown(io_callback done) = 0;

  /// Returns the number of bytes that the stream has accepted and cannot pass to its transport yet.
  /// They are lost if the stream is closed before; `async_wait_writable` completes when they are
  /// passed. The default returns 0.
  virtual std::size_t unsent() const { return 0; }

  /// Closes both directions at once. Operations in flight complete with `operation_aborted`.
  virtual void close() = 0;

  /// Closes the stream with a reset, if the transport has one (TCP: RST). The default calls
  /// `close`.
  virtual void reset() { close(); }

  /// Returns whether this side has not closed the stream.
  virtual bool is_open() const = 0;

  /// Returns the local address; empty if unknown (the default).
  virtual endpoint local_endpoint() const { return {}; }

  /// Returns the address of the peer; empty if unknown (the default).
  virtual endpoint remote_endpoint() const { return {}; }

  /// Disables (`true`) or enables Nagle's algorithm. The default does nothing.
  virtual void set_no_delay(bool) {}

  /// Limits the bytes that the system has accepted and not yet sent (TCP: TCP_NOTSENT_LOWAT). At
  /// this limit the stream accepts no further bytes. Called once, when a message that is written in
  /// pieces fills its buffer; a stream of such pieces needs less time of the processor then. The
  /// default does nothing.
  /// @param bytes the limit; at least 1
  virtual void set_unsent_limit(std::size_t bytes) { static_cast<void>(bytes); }

  /// Enables or disables TCP keep-alive probes. The second parameter is the idle time before the
  /// first probe (0: the system's default). The default does nothing. The library calls
  /// `set_keep_alive_probes` only.
  virtual void set_keep_alive(bool, std::chrono::milliseconds) {}

  /// Enables or disables TCP keep-alive probes. The default calls `set_keep_alive` and ignores
  /// interval and count.
  virtual void set_keep_alive_probes(keep_alive_probes const& probes) {
    set_keep_alive(probes.on, probes.initial_delay);
  }

  /// Returns whether input, the end of input or a failure is ready to be read, as far as the stream
  /// can know without waiting. Bytes that a read in flight has received and not delivered count as
  /// input. The call must not disturb a read in flight. The default returns false.
  virtual bool has_input() { return false; }

  /// Completes when the peer has closed its direction, even if earlier input is unread, or with an
  /// error when the connection fails. A read may be in flight. Called at most once. A stream that
  /// cannot detect the close destroys `done` without calling it (the default). `close` also
  /// destroys `done` without calling it.
  virtual void async_wait_hangup(io_callback done) { io_callback const dropped = std::move(done); }

  /// Returns whether the stream is encrypted, or will be once its handshake is complete. The
  /// default returns false.
  virtual bool encrypted() const { return false; }

  /// Returns the facts of the encryption; null before the handshake is complete, and for a plain
  /// stream (the default).
  virtual secure_info const* secure() const { return nullptr; }

  /// Returns what a PROXY header has announced about the connection, and the addresses of the
  /// connection itself; null without a PROXY header (the default). A stream over another stream
  /// returns that of the other one.
  virtual proxied_connection const* proxied() const { return nullptr; }

  /// Returns the descriptor of a plain stream socket; `no_native_handle` for other streams.
  virtual native_handle_type native_handle() { return no_native_handle; }
};

}  // namespace anode
