// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/body_filter.hpp>
#include <anode/detail/access.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/headers.hpp>
#include <anode/socket.hpp>
#include <anode/write_operation.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::exchange {
class outgoing_state;
}

namespace anode::http {

namespace net = boost::asio;
using boost::system::error_code;

/// A message to send: the common base of `server_response` and `client_request`.
///
/// `write`, `end` and `flush_headers` act at once. They return a `write_operation`, which may be
/// awaited or ignored. All data written in one tick (one callback of the executor) is sent
/// together. Models Asio's AsyncWriteStream.
///
/// Calls in a wrong state throw `exception` with Node's code: `error::headers_sent` for changes of
/// headers after the head is made, `error::invalid_http_token` and `error::invalid_char` for names
/// and values that must not be sent.
///
/// Functions that return the object chain. Called on a `server_response` or `client_request`, they
/// return that type.
///
/// **Concurrency**: use the object only on the executor of its server or agent.
/// **Node**: `http.OutgoingMessage`.
class ANODE_EXPORT outgoing_message {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  outgoing_message(outgoing_message const&) = delete;
  outgoing_message& operator=(outgoing_message const&) = delete;

  /// Returns the executor of the message.
  executor_type get_executor() const;

  // Headers.

  /// Sets a header, replacing an earlier value.
  /// @param name a token; its spelling is sent.
  /// @param value a text, a number, or a list, which makes several lines.
  /// @throws exception with `error::headers_sent`, `invalid_http_token` or `invalid_char`.
  /// **Node**: `setHeader()`.
  outgoing_message& set_header(std::string_view name, header_value_ref value);

  /// Adds values to a header; sets the header if it is absent.
  /// @throws exception as `set_header`.
  /// **Node**: `appendHeader()`.
  outgoing_message& append_header(std::string_view name, header_value_ref value);

  /// Sets each header of a list; several set-cookie entries are all kept. Validates the whole list
  /// first: an invalid entry changes nothing.
  /// @throws exception as `set_header`.
  /// **Node**: `setHeaders()`.
  outgoing_message& set_headers(header_list const& headers);

  /// Removes a header, if it is present. Removing Connection, Content-Length, Date or
  /// Transfer-Encoding also suppresses the automatic header of that name.
  /// @throws exception with `error::headers_sent`.
  /// **Node**: `removeHeader()`.
  outgoing_message& remove_header(std::string_view name);

  /// Returns a copy of the value that was set, or nothing. Names are compared case-insensitively.
  /// Automatic headers are not included.
  /// **Node**: `getHeader()`.
  std::optional<header_value> get_header(std::string_view name) const;

  /// Returns whether a header was set. Names are compared case-insensitively.
  /// **Node**: `hasHeader()`.
  bool has_header(std::string_view name) const noexcept;

  /// Returns copies of all headers that were set, with lower-case names.
  /// **Node**: `getHeaders()`.
  header_list get_headers() const;

  /// Returns the names of all headers that were set, in lower case.
  /// **Node**: `getHeaderNames()`.
  std::vector<std::string> get_header_names() const;

  /// Returns the names of all headers that were set, as spelled by the program.
  /// **Node**: `getRawHeaderNames()`.
  std::vector<std::string> get_raw_header_names() const;

  /// Sets the trailers. They follow a chunked body; with any other framing they are discarded.
  /// @throws exception with `error::invalid_http_token` or `invalid_char`; with
  ///   `error::trailer_invalid` for Content-Length and Transfer-Encoding (RFC 9110 section 6.5.1).
  /// **Node**: `addTrailers()`.
  outgoing_message& add_trailers(header_list const& trailers);

  /// Adds a listener, called once just before the head is made, the last one added first. The
  /// status of a response is known then; the listener may set headers and trailers. If the head is
  /// already made, as for a request with a flat list of headers, the listener is not called. It is
  /// called for every head of a response that has a handler, also for the 500 response to an
  /// exception of the handler.
  ///
  /// An exception of the listener leaves the call that makes the head (`write_head`, `write`, `end`
  /// or `flush_headers`); the head is not made then, and the listener is not called again. If the
  /// return of a handler ends the response, the exception counts as an exception of the handler.
  /// @param f receives the length of the body: the value of the Content-Length header, or the size
  ///   of a body that is passed whole to `end`; nothing if the length is not known.
  /// **Node**: no counterpart; programs replace `writeHead`.
  outgoing_message& on_head(anode::detail::function<void(std::optional<std::uint64_t>)> f);

  /// Adds a filter that transforms the body. Several filters form a chain; the one that was added
  /// first receives the bytes of the program.
  ///
  /// A Content-Length header of the program is dropped. A body that is passed whole to `end` is
  /// sent with the length of the output, any other body in chunks. Trailers are sent unchanged. A
  /// message without a body (HEAD, 204, 304, a GET that ends without data) does not call its
  /// filters. `set_strict_content_length` compares the Content-Length of the program with its own
  /// bytes.
  /// @param filter receives the bytes of each write, see `body_filter`; null has no effect. It is
  ///   destroyed at the end of the body or with the message.
  /// @throws exception with `error::headers_sent` after the head is made. A listener of `on_head`
  /// may
  ///   still add a filter.
  outgoing_message& set_body_filter(std::unique_ptr<body_filter> filter);

  // The body.

  /// Writes a segment of the body. Sends the head first if it is not sent yet.
  /// @param data must stay valid until the returned object is destroyed.
  /// @return the operation. When awaited, it throws `error::write_after_end` after `end`, and
  ///   `error::stream_destroyed` after `destroy` or the loss of the connection.
  /// @throws exception with the error of a head that cannot be made; `error::body_not_allowed` for
  ///   a body that the head excludes (in a server only if
  ///   `server_options::reject_non_standard_body_writes` is set); `error::content_length_mismatch`
  ///   under `set_strict_content_length`.
  /// **Node**: `write()`.
  write_operation write(std::string_view data);

  /// Writes a temporary string. The returned operation owns the string for as long as needed.
  template <std::same_as<std::string> Text>
  write_operation write(Text&& data) {
    return write_owned(std::move(data));
  }

  // Deleted, because two texts in braces would become a view from one pointer to the other.
  write_operation write(std::initializer_list<header_item> texts) = delete;

#ifndef _WIN32
  /// Writes a part of a file as a segment of the body, in order with other writes. A plain
  /// connection sends it without copying it through the process (sendfile on Linux); with
  /// encryption, body filters or another stream, the file is read in pieces of 64 KiB.
  ///
  /// Reading a file that is not in memory blocks the thread of the executor. If the file has fewer
  /// bytes than promised or cannot be read, the connection is reset, because the peer must not take
  /// the body for complete. A request that writes a file is not sent again, see
  /// `agent_options::retry`.
  /// @param file the descriptor of a regular file; its position is neither used nor changed. It
  /// must
  ///   stay open until the returned object is awaited or destroyed. An operation that is not
  ///   awaited duplicates the descriptor.
  /// @param offset the position of the first byte in the file.
  /// @param length the number of bytes.
  /// @return the operation; errors are those of `write`.
  /// @throws exception as `write`; with `error::out_of_range` if the system has no such positions.
  /// **Node**: no counterpart; `fs.createReadStream().pipe()`.
  write_operation write_file(native_handle_type file, std::uint64_t offset, std::uint64_t length);
#endif

  /// Ends the message. Sends the head first if it is not sent yet. A second call has no effect;
  /// after the message has finished, the operation throws `error::already_finished` when awaited.
  /// **Node**: `end()`.
  write_operation end();

  /// Writes the last segment of the body and ends the message. A body that is passed whole to the
  /// first call is sent with Content-Length; other bodies are sent in chunks.
  /// @param data must stay valid until the returned object is destroyed.
  /// @return the operation; errors are those of `write`.
  /// **Node**: `end(data)`.
  write_operation end(std::string_view data);

  /// Writes a temporary string and ends the message. The returned operation owns the string.
  template <std::same_as<std::string> Text>
  write_operation end(Text&& data) {
    return end_owned(std::move(data));
  }
  write_operation end(std::initializer_list<header_item> texts) = delete;

  /// Sends the head now, before a body exists.
  /// **Node**: `flushHeaders()`.
  write_operation flush_headers();

  /// Sends what is written so far: the head, and the bytes that body filters hold. Without filters
  /// and after the head, it has no effect, because writes are sent at the end of the tick anyway.
  /// Use it after each event of a stream of events that passes through a compression.
  /// @return the operation; errors are those of `write`.
  /// **Node**: the `flush()` of its compression streams.
  write_operation flush();

  /// Buffers writes until `uncork` or `end`. In a chunked body, all data written after the first
  /// segment forms one chunk. Calls nest. Awaiting a write while corked does not suspend.
  /// **Node**: `cork()`.
  void cork();

  /// Ends one `cork`. The call that ends the last `cork` sends the buffered data. Without a `cork`
  /// the call has no effect.
  /// **Node**: `uncork()`.
  void uncork();

  /// Waits until the buffered output is below the high-water mark.
  /// @throws boost::system::system_error with `error::stream_destroyed` if the message is destroyed
  ///   first.
  /// **Cancellation**: in a client, aborts the request.
  /// **Node**: event 'drain'.
  net::awaitable<void> drained();

  /// Waits until all bytes of the message are passed to the operating system.
  /// @throws boost::system::system_error with `error::premature_close` if the connection is lost
  ///   first.
  /// **Cancellation**: in a client, aborts the request.
  /// **Node**: event 'finish'.
  net::awaitable<void> finished();

  /// Closes the connection at once; for a pipelined response, after the responses before it are
  /// sent.
  /// @param ec returned by `errored()`. In a client, emitted to `on_error`.
  /// **Node**: `destroy(error)`.
  outgoing_message& destroy(error_code ec = {});

  // The state.

  /// Returns whether the head is made, after which headers cannot change.
  /// **Node**: `headersSent`.
  bool headers_sent() const noexcept;

  /// Returns whether `end` was called.
  /// **Node**: `writableEnded`.
  bool writable_ended() const noexcept;

  /// Returns whether all bytes of the message are passed to the operating system.
  /// **Node**: `writableFinished`.
  bool writable_finished() const noexcept;

  /// Returns the number of `cork` calls that are not ended.
  /// **Node**: `writableCorked`.
  unsigned writable_corked() const noexcept;

  /// Returns the number of buffered bytes that are not sent yet.
  /// **Node**: `writableLength`.
  std::size_t writable_length() const noexcept;

  /// Returns the number of bytes of the message, its head included, that are passed to the
  /// operating system or to the encryption; the progress of an upload. A request that is sent again
  /// starts from 0.
  /// **Node**: no counterpart; `socket.bytesWritten` counts all messages of a connection.
  std::uint64_t bytes_sent() const noexcept;

  /// Returns the high-water mark in bytes; default 65536. Set it in the options of server or
  /// request.
  /// **Node**: `writableHighWaterMark`.
  std::size_t writable_high_water_mark() const noexcept;

  /// Returns whether a write reached the high-water mark and `on_drain` is still to be emitted.
  /// **Node**: `writableNeedDrain`.
  bool writable_need_drain() const noexcept;

  /// Returns whether the message was destroyed, by the program or by the loss of its connection.
  /// **Node**: `destroyed`.
  bool destroyed() const noexcept;

  /// Returns whether the exchange is over and `on_close` was emitted.
  /// **Node**: `closed`.
  bool closed() const noexcept;

  /// Returns the error that the message was destroyed with; no error otherwise.
  /// **Node**: `errored`.
  error_code errored() const noexcept;

  /// Returns the connection; an empty handle while the message has none.
  /// **Node**: `socket`.
  anode::socket socket() const;

  /// Enables or disables the check that the body has the size of the Content-Length header. Default
  /// false. A mismatch throws `exception` with `error::content_length_mismatch` from `write` or
  /// `end`.
  /// **Node**: `strictContentLength`.
  outgoing_message& set_strict_content_length(bool on) noexcept;

  /// Returns whether that check is enabled.
  bool strict_content_length() const noexcept;

  // Events that notify: any number of listeners, called in the order of registration.

  /// Adds a listener, called when all bytes of the message are passed to the operating system.
  /// **Node**: event 'finish'.
  outgoing_message& on_finish(anode::detail::function<void()> f);

  /// Adds a listener, called by `end` before it returns.
  /// **Node**: event 'prefinish'.
  outgoing_message& on_prefinish(anode::detail::function<void()> f);

  /// Adds a listener, called when all output is sent after a write reached the high-water mark.
  /// **Node**: event 'drain'.
  outgoing_message& on_drain(anode::detail::function<void()> f);

  /// Adds a listener for a write after `end` and, in a client, for the failure of the request.
  /// **Node**: event 'error'.
  outgoing_message& on_error(anode::detail::function<void(error_code)> f);

  /// Adds a listener for the end of the exchange.
  /// **Node**: event 'close'.
  outgoing_message& on_close(anode::detail::function<void()> f);

  /// Writes some of `buffers` as a segment of the body. Completes with `(error_code, std::size_t)`
  /// when the buffered output is below the high-water mark. The buffers must stay valid until then.
  template <class ConstBuffers, class Token>
  auto async_write_some(ConstBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::const_buffer buffer) {
          start_write(buffer, anode::detail::completion(std::move(handler), ex));
        },
        token, anode::detail::first_buffer<net::const_buffer>(buffers));
  }

protected:
  /// Makes the message of an exchange; null: an empty handle.
  explicit outgoing_message(exchange::outgoing_state* self) noexcept : out_(self) {}

  ~outgoing_message() = default;

  exchange::outgoing_state* out_;  ///< the state of the message; null in an empty handle

private:
  friend struct anode::detail::access;

  exchange::outgoing_state* impl() const noexcept { return out_; }
  write_operation write_owned(std::string&& data);
  write_operation end_owned(std::string&& data);
  void start_write(net::const_buffer buffer, anode::detail::completion done);
};

}  // namespace anode::http
