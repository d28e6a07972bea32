// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/access.hpp>
#include <anode/detail/completion.hpp>
#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/header_item.hpp>
#include <anode/write_operation.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode {

namespace stream {
class buffered_socket;
}

/// A connected two-way stream: TCP, a Unix socket, memory, or a stream of the program.
///
/// The object is a handle: copies refer to the same connection. When the last handle is destroyed,
/// the connection is closed unless HTTP uses it; after `end`, it is closed when all written data is
/// sent. Models Asio's AsyncReadStream and AsyncWriteStream.
///
/// **Concurrency**: one read at a time; use the object only on the executor of the connection.
/// **Cancellation**: cancelling a read or a wait leaves the connection open.
/// **Node**: `net.Socket`.
class ANODE_EXPORT socket {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  /// Makes an empty handle, which behaves like a destroyed connection: reads return the end of
  /// input, awaited writes fail with `error::stream_destroyed`, and other functions have no effect.
  socket() noexcept;

  /// Makes a socket that owns a connected stream.
  explicit socket(std::unique_ptr<byte_stream> stream);

  /// Makes another handle to the same connection.
  socket(socket const& other) noexcept;

  /// Moves the handle; `other` becomes empty.
  socket(socket&& other) noexcept;

  /// Replaces the handle; the previous connection is released as by the destructor.
  socket& operator=(socket other) noexcept;

  /// Releases the connection. The last handle closes it, see the class description.
  ~socket();

  /// Returns whether the handle refers to a connection, open or closed.
  explicit operator bool() const noexcept { return core_ != nullptr; }

  /// Returns the executor of the connection; an empty executor for an empty handle.
  executor_type get_executor() const;

  // Reading.

  /// Reads the next bytes, at least one. Bytes received before an upgrade (Node's `head`) come
  /// first.
  /// @return a view that is valid until the next read, or nothing at the end of input.
  /// @throws boost::system::system_error if the connection failed.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads the next bytes into `buffer`, which must stay valid until the operation completes.
  /// @return the number of bytes; 0 at the end of input.
  /// @throws boost::system::system_error if the connection failed.
  net::awaitable<std::size_t> read(net::mutable_buffer buffer);

  /// Returns the bytes that are received and not read yet. The view is valid until the next read.
  std::string_view buffered() const noexcept;

  // Writing.

  /// Writes data. It is sent at the end of the tick, together with other data written in this tick.
  /// @param data must stay valid until the returned object is destroyed.
  /// @return the operation. When awaited, it throws `error::write_after_end` after `end`, and the
  ///   error of the connection or `error::stream_destroyed` after the connection is closed.
  /// **Node**: `socket.write()`.
  write_operation write(std::string_view data);

  /// Writes a temporary string. The returned operation owns the string for as long as needed.
  template <std::same_as<std::string> Text>
  write_operation write(Text&& data) {
    return write_owned(std::move(data));
  }

  // Deleted, because two texts in braces would become a view from one pointer to the other.
  write_operation write(std::initializer_list<http::header_item> texts) = delete;

  /// Writes `data` and closes the outgoing direction when all output is sent (half-close). A second
  /// call without data has no effect.
  /// @param data must stay valid until the returned object is destroyed.
  /// @return the operation; errors are those of `write`.
  /// **Node**: `socket.end()`.
  write_operation end(std::string_view data = {});

  /// Writes a temporary string and closes the outgoing direction. The returned operation owns the
  /// string.
  template <std::same_as<std::string> Text>
  write_operation end(Text&& data) {
    return end_owned(std::move(data));
  }
  write_operation end(std::initializer_list<http::header_item> texts) = delete;

  /// Waits until all written data is passed to the operating system, or the connection is closed.
  net::awaitable<void> drained();

  // Ending.

  /// Closes the connection at once. Data written in the same tick is sent as far as the stream
  /// accepts it without waiting; other output is discarded.
  /// **Node**: `socket.destroy()`.
  socket& destroy();

  /// Closes the connection when all written data is sent, or earlier if the peer accepts nothing
  /// for 60 s or less than 1 KiB/s.
  /// **Node**: `socket.destroySoon()`.
  socket& destroy_soon();

  /// Closes the connection with a reset (TCP: RST), at once.
  /// **Node**: `socket.resetAndDestroy()`.
  socket& reset();

  /// Returns whether the connection is closed.
  /// **Node**: `socket.destroyed`.
  bool destroyed() const noexcept;

  /// Returns whether data may be written.
  /// **Node**: `socket.writable`.
  bool writable() const noexcept;

  /// Waits until the connection is closed. A reset by the peer is noticed also while nobody reads,
  /// after the connection has left HTTP.
  /// **Node**: event 'close'.
  net::awaitable<void> closed();

  // Settings.

  /// Sets the inactivity timeout, after which `on_timeout` listeners are called.
  /// @param timeout time without a byte in either direction; 0: no timeout.
  /// **Node**: `socket.setTimeout()`.
  socket& set_timeout(std::chrono::milliseconds timeout);

  /// Disables (`true`) or enables Nagle's algorithm. Without effect on streams that have none.
  /// **Node**: `socket.setNoDelay()`.
  socket& set_no_delay(bool on = true);

  /// Enables or disables TCP keep-alive probes. Without effect on streams that have none.
  /// @param initial_delay idle time before the first probe, rounded down to whole seconds; 0: the
  ///   system's default.
  /// @param interval time between two probes, rounded down to whole seconds; 0: the system's
  ///   default.
  /// @param count number of probes without an answer after which the connection is lost; 0: the
  ///   system's default.
  /// **Node**: `socket.setKeepAlive()`.
  socket& set_keep_alive(bool on = false, std::chrono::milliseconds initial_delay = {},
                         std::chrono::milliseconds interval = {}, std::uint32_t count = 0);

  /// Adds a listener for the inactivity timeout. The connection stays open.
  /// **Node**: event 'timeout'.
  socket& on_timeout(detail::function<void()> f);

  /// Adds a listener for the end of input: the peer has half-closed the connection.
  /// **Node**: event 'end'.
  socket& on_end(detail::function<void()> f);

  /// Adds a listener for a failure of the connection; `on_close` follows.
  /// **Node**: event 'error'.
  socket& on_error(detail::function<void(error_code)> f);

  /// Adds a listener for the close of the connection.
  /// **Node**: event 'close'.
  socket& on_close(detail::function<void()> f);

  // Properties.

  /// Returns the local address; empty if unknown. If a PROXY header announces another one, that
  /// one.
  /// **Node**: `socket.localAddress`, `localPort`, `localFamily`.
  endpoint local_endpoint() const;

  /// Returns the address of the peer; empty if unknown. If a PROXY header announces another one,
  /// that one.
  /// **Node**: `socket.remoteAddress`, `remotePort`, `remoteFamily`.
  endpoint remote_endpoint() const;

  /// Returns what a proxy has announced about this connection with a PROXY header, and the
  /// addresses of the connection itself; null without a header, see
  /// `listen_options::proxy_protocol`. Valid as long as the connection exists.
  proxied_connection const* proxied() const noexcept;

  /// Returns the address of the peer of the connection itself: that of the proxy if a PROXY header
  /// announces another one, otherwise `remote_endpoint`.
  endpoint direct_remote_endpoint() const;

  /// Returns the local address of the connection itself, see `direct_remote_endpoint`.
  endpoint direct_local_endpoint() const;

  /// Returns the number of bytes received so far.
  /// **Node**: `socket.bytesRead`.
  std::uint64_t bytes_read() const noexcept;

  /// Returns the number of bytes written so far, including bytes that are not sent yet.
  /// **Node**: `socket.bytesWritten`.
  std::uint64_t bytes_written() const noexcept;

  /// Returns the number of bytes written that are not sent yet.
  /// **Node**: `socket.writableLength`.
  std::size_t writable_length() const noexcept;

  /// Returns whether the connection is encrypted, or will be once its handshake is complete.
  /// **Node**: `socket.encrypted`.
  bool encrypted() const noexcept;

  /// Returns whether the certificate of the peer is verified, see `secure_info::authorized`.
  /// **Node**: `socket.authorized`.
  bool authorized() const noexcept;

  /// Returns the facts of the encryption; null for a plain connection and before the handshake is
  /// complete. Valid as long as the connection is open.
  secure_info const* secure() const noexcept;

  /// Returns the descriptor of a TCP or Unix socket; -1 for other streams.
  native_handle_type native_handle() const;

  /// Returns the stream below the connection, for a look at its type; null for an empty handle. Do
  /// not read, write or close it.
  byte_stream* stream() const noexcept;

  /// Returns whether both handles refer to the same connection.
  bool operator==(socket const& other) const noexcept { return core_ == other.core_; }

  // Asio's stream concepts.

  /// Reads at least one byte into `buffers`. Completes with `(error_code, std::size_t)`; with
  /// `net::error::eof` at the end of input. The buffers must stay valid until then.
  template <class MutableBuffers, class Token>
  auto async_read_some(MutableBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::mutable_buffer buffer) {
          start_read(buffer, detail::completion(std::move(handler), ex));
        },
        token, detail::first_buffer<net::mutable_buffer>(buffers));
  }

  /// Writes at least one byte of `buffers`. Completes with `(error_code, std::size_t)`. The buffers
  /// must stay valid until then.
  template <class ConstBuffers, class Token>
  auto async_write_some(ConstBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::const_buffer buffer) {
          start_write(buffer, detail::completion(std::move(handler), ex));
        },
        token, detail::first_buffer<net::const_buffer>(buffers));
  }

private:
  friend struct detail::access;

  explicit socket(stream::buffered_socket& core) noexcept;

  stream::buffered_socket* impl() const noexcept { return core_; }
  write_operation write_owned(std::string&& data);
  write_operation end_owned(std::string&& data);
  void start_read(net::mutable_buffer buffer, detail::completion done);
  void start_write(net::const_buffer buffer, detail::completion done);

  stream::buffered_socket* core_ = nullptr;
};

/// Makes two connected sockets in memory: data written to one is read from the other.
/// @param ex the executor of both.
/// @param capacity maximum number of unread bytes in each direction, default 65536; further writes
///   wait for the reader.
ANODE_EXPORT std::pair<socket, socket> socket_pair(net::any_io_executor const& ex,
                                                   std::size_t capacity = 65536);

/// Closes a connection. Boost.Beast finds this function by argument-dependent lookup and calls it
/// when it closes a stream.
inline void beast_close_socket(socket& s) { s.destroy(); }

}  // namespace anode
