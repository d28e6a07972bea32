// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
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

/// A connected two-way stream: TCP, a Unix socket, memory, or any stream of the user's own.
///
/// A handle: copies mean the same connection, which is closed when the last one goes, unless an
/// HTTP connection is using it. Models Asio's AsyncReadStream and AsyncWriteStream.
///
/// **Concurrency**: one read at a time; everything on the executor of the connection.
/// **Cancellation**: a cancelled read or wait leaves the connection open.
/// **Node**: `net.Socket`.
class ANODE_EXPORT socket {
public:
  using executor_type = net::any_io_executor;

  /// Makes a handle to nothing: it is destroyed, reads nothing, and its other functions do nothing.
  socket() noexcept;

  /// Takes over a stream.
  explicit socket(std::unique_ptr<byte_stream> stream);

  socket(socket const& other) noexcept;
  socket(socket&& other) noexcept;
  socket& operator=(socket other) noexcept;
  ~socket();

  /// Returns whether this is a handle to a connection, open or not.
  explicit operator bool() const noexcept { return core_ != nullptr; }

  executor_type get_executor() const;

  // Reading.

  /// Reads the next bytes, at least one. What was received before the socket was handed over (the
  /// `head` of an upgrade) comes first.
  /// @return a view that is valid until the next read; nothing at the end of input.
  /// @throws boost::system::system_error when the connection failed.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads into `buffer`.
  /// @return the number of bytes; 0 at the end of input.
  net::awaitable<std::size_t> read(net::mutable_buffer buffer);

  /// Returns what was received and not read yet; valid until the next read.
  std::string_view buffered() const noexcept;

  // Writing.

  /// Writes. See `write_operation`.
  write_operation write(std::string_view data);

  /// Writes a temporary text, which the operation keeps for as long as it is needed.
  template <std::same_as<std::string> Text>
  write_operation write(Text&& data) {
    return write_owned(std::move(data));
  }

  // Two texts in braces would be a view from the one to the other.
  write_operation write(std::initializer_list<http::header_item> texts) = delete;

  /// Ends the outgoing direction when everything is sent (half-close). **Node**: `socket.end()`.
  void end(std::string_view data = {});
  void end(std::initializer_list<http::header_item> texts) = delete;

  /// Waits until everything written is handed to the system.
  net::awaitable<void> drained();

  // Ending.

  /// Closes at once.
  void destroy();

  /// Closes once everything written is sent. **Node**: `socket.destroySoon()`.
  void destroy_soon();

  /// Closes so that the peer sees a reset. **Node**: `socket.resetAndDestroy()`.
  void reset();

  /// Returns whether the connection is closed.
  bool destroyed() const noexcept;

  /// Returns whether more may be written. **Node**: `socket.writable`.
  bool writable() const noexcept;

  /// Waits until the connection is closed.
  net::awaitable<void> closed();

  // Settings.

  /// Has `on_timeout` called when nothing was sent or received for `timeout`; 0 switches that off.
  socket& set_timeout(std::chrono::milliseconds timeout);
  socket& set_no_delay(bool on = true);
  socket& set_keep_alive(bool on = false, std::chrono::milliseconds initial_delay = {});

  /// Is told when nothing was sent or received for the timeout; the connection stays open.
  socket& on_timeout(detail::function<void()> f);

  /// Is told when the peer has ended its direction. **Node**: event 'end'.
  socket& on_end(detail::function<void()> f);

  /// Is told of a failure; `on_close` follows.
  socket& on_error(detail::function<void(error_code)> f);

  /// Is told when the connection is closed.
  socket& on_close(detail::function<void()> f);

  // Facts.

  endpoint local_endpoint() const;
  endpoint remote_endpoint() const;
  std::uint64_t bytes_read() const noexcept;

  /// Returns the bytes written so far, those included that have not left yet.
  std::uint64_t bytes_written() const noexcept;

  /// Returns the bytes written that have not left yet. **Node**: `socket.writableLength`.
  std::size_t writable_length() const noexcept;

  /// Returns the descriptor of a plain socket, else -1.
  native_handle_type native_handle() const;

  bool operator==(socket const& other) const noexcept { return core_ == other.core_; }

  // Asio's stream concepts.

  /// Reads at least one byte into `buffers`; completes with `(error_code, std::size_t)`, at the end
  /// of input with `net::error::eof`.
  template <class MutableBuffers, class Token>
  auto async_read_some(MutableBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::mutable_buffer buffer) {
          start_read(buffer, detail::completion(std::move(handler), ex));
        },
        token, detail::first_buffer<net::mutable_buffer>(buffers));
  }

  /// Writes at least one byte of `buffers`; completes with `(error_code, std::size_t)`.
  template <class ConstBuffers, class Token>
  auto async_write_some(ConstBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::const_buffer buffer) {
          start_write(buffer, detail::completion(std::move(handler), ex));
        },
        token, detail::first_buffer<net::const_buffer>(buffers));
  }

  /// For the library itself.
  explicit socket(stream::buffered_socket& core) noexcept;
  stream::buffered_socket* core() const noexcept { return core_; }

private:
  write_operation write_owned(std::string&& data);
  void start_read(net::mutable_buffer buffer, detail::completion done);
  void start_write(net::const_buffer buffer, detail::completion done);

  stream::buffered_socket* core_ = nullptr;
};

/// Makes two connected sockets in memory: what is written to one is read from the other.
/// @param capacity of either direction in bytes; what is written beyond it waits for the reader.
ANODE_EXPORT std::pair<socket, socket> socket_pair(net::any_io_executor const& ex,
                                                   std::size_t capacity = 65536);

/// Closes a connection, as Beast asks of the streams it tears down.
inline void beast_close_socket(socket& s) { s.destroy(); }

}  // namespace anode
