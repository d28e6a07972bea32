// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>
#include <anode/detail/completion.hpp>
#include <anode/detail/data_slot.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/field_lines.hpp>
#include <anode/merged_headers.hpp>
#include <anode/socket.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::exchange {
class incoming_state;
}

namespace anode::http {

namespace net = boost::asio;
using boost::system::error_code;

/// A received message: a request in a server, a response in a client.
///
/// In a server, the message lives until its exchange is closed and, for a coroutine handler, until
/// the handler returns. In a client the object is a handle: movable, not copyable. If the handle is
/// destroyed before the body is read to its end, the rest is discarded, provided that the whole
/// message is received or its Content-Length is at most 64 KiB. Otherwise the connection is closed,
/// because an unread response must not occupy it.
///
/// The body is pulled: while the program does not read, the connection stops reading at the
/// high-water mark. Models Asio's AsyncReadStream.
///
/// On an empty handle, functions marked `noexcept` return the values of a destroyed message,
/// `socket` and `http_version` return an empty handle and "0.0", `dump` and `destroy` do nothing,
/// and all other calls throw `exception` with `error::invalid_this`.
///
/// **Concurrency**: one read at a time, on the executor of the message.
/// **Cancellation**: in a client, cancelling a read aborts the whole request.
/// **Node**: `http.IncomingMessage`.
class ANODE_EXPORT incoming_message {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  /// Makes an empty handle.
  incoming_message() noexcept = default;

  /// Moves the handle; `other` becomes empty.
  incoming_message(incoming_message&& other) noexcept;

  /// Moves the handle and releases the previous message as the destructor does.
  incoming_message& operator=(incoming_message&& other) noexcept;

  /// Releases the message, see the class description.
  ~incoming_message();

  /// Returns whether the handle refers to a message.
  explicit operator bool() const noexcept { return self_ != nullptr; }

  /// Returns the executor of the message.
  executor_type get_executor() const;

  // The head.

  /// Returns the method of a request, for example "GET"; empty for a response.
  /// **Node**: `message.method`.
  std::string_view method() const noexcept;

  /// Returns the target of a request as received, for example "/a?b=c"; empty for a response.
  /// **Node**: `message.url`.
  std::string_view url() const noexcept;

  /// Returns the path of the target as received, nothing decoded: "/a" of "/a?b=c" and of
  /// "http://host/a?b=c"; "/" if an absolute URL has no path. Of "*" and of the authority of
  /// CONNECT it is the whole target. Empty for a response.
  /// **Node**: the `pathname` of `new URL(message.url, base)`, which is normalised.
  std::string_view path() const noexcept;

  /// Returns the query of the target as received, without the question mark: "b=c" of "/a?b=c".
  /// Empty if there is none, and for a response.
  /// **Node**: the `search` of `new URL(message.url, base)`.
  std::string_view query() const noexcept;

  /// Returns the status code of a response; 0 for a request.
  /// **Node**: `message.statusCode`.
  int status_code() const noexcept;

  /// Returns the reason phrase of a response; empty for a request.
  /// **Node**: `message.statusMessage`.
  std::string_view status_message() const noexcept;

  /// Returns the version of HTTP, "1.1" or "1.0".
  /// **Node**: `message.httpVersion`.
  std::string http_version() const;

  /// Returns the major version, 1.
  /// **Node**: `message.httpVersionMajor`.
  int http_version_major() const noexcept;

  /// Returns the minor version, 0 or 1.
  /// **Node**: `message.httpVersionMinor`.
  int http_version_minor() const noexcept;

  /// Returns the headers by name, repeated ones merged. Valid as long as the message.
  /// **Node**: `message.headers`; for `headersDistinct` use `merged_headers::values`.
  merged_headers const& headers() const;

  /// Returns the headers as received. Valid as long as the message.
  /// **Node**: `message.rawHeaders`.
  field_lines const& raw_headers() const noexcept;

  /// Returns the trailers by name; empty until the body has ended.
  /// **Node**: `message.trailers`.
  merged_headers const& trailers() const;

  /// Returns the trailers as received; empty until the body has ended.
  /// **Node**: `message.rawTrailers`.
  field_lines const& raw_trailers() const noexcept;

  // The program's data.

  /// Stores an object of the program with the message, for example the user of a request or the
  /// span of a trace. A message has one object; an earlier one is destroyed after the new one is
  /// made.
  ///
  /// The object is destroyed when the message is over: after `on_close` and all hooks of a trace,
  /// and in a server not before the handler has returned. It must not own a handle to its own
  /// message. In a client, the request and its response share one object.
  /// @tparam T the type of the object, by which `data` finds it.
  /// @param args the arguments of the constructor of `T`, or the members of an aggregate.
  /// @return the object, valid until it is replaced or the message is over.
  /// @throws what the constructor throws; the earlier object then stays.
  /// **Node**: a property that a program adds to a message, such as `req.user`, or a subclass in
  /// the options `IncomingMessage` and `ServerResponse`.
  template <class T, class... Args>
  T& emplace_data(Args&&... args) {
    return slot().template emplace<T>(std::forward<Args>(args)...);
  }

  /// Returns the object that `emplace_data<T>` has stored; null if there is none or it has another
  /// type. Valid until it is replaced or the message is over.
  template <class T>
  T* data() noexcept {
    anode::detail::data_slot const* const s = find_slot();
    return s != nullptr ? s->get<T>() : nullptr;
  }

  /// Returns the object of a message that cannot be changed.
  template <class T>
  T const* data() const noexcept {
    anode::detail::data_slot const* const s = find_slot();
    return s != nullptr ? s->get<T>() : nullptr;
  }

  // The body.

  /// Reads the next segment of the body.
  /// @return a view that is valid until the next read, or nothing at the end of the body.
  /// @throws boost::system::system_error if the body is cut off: `ECONNRESET` if the peer closed
  ///   the connection, otherwise the cause. In a client the exception is a `request_error`.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads the next bytes of the body into `buffer`, which must stay valid until the operation
  /// completes.
  /// @return the number of bytes; 0 at the end of the body.
  /// @throws boost::system::system_error as the other overload.
  net::awaitable<std::size_t> read(net::mutable_buffer buffer);

  /// Reads the rest of the body into a string.
  /// @param limit maximum size in bytes. Unset: the limit of the server, agent or request that the
  ///   message belongs to, 1 MiB by default.
  /// @throws exception with `error::body_too_large` if the body is larger; the message names the
  ///   limit. A server responds with 413 if a handler does not catch it.
  /// @throws exception with `error::invalid_state` if the body was already read to its end or
  ///   discarded, for example by an earlier `text`.
  /// @throws boost::system::system_error as `read`.
  net::awaitable<std::string> text(std::optional<std::size_t> limit = std::nullopt);

  /// Reads the rest of the body into a vector of bytes. Limit and errors are those of `text`.
  net::awaitable<std::vector<std::byte>> bytes(std::optional<std::size_t> limit = std::nullopt);

  /// Discards the rest of the body. A pending read completes as at the end of the body.
  /// **Node**: `message.resume()`.
  void dump();

  // The state.

  /// Returns the number of bytes that the message buffers while no reader waits. Set it in the
  /// options of server or request.
  /// **Node**: `message.readableHighWaterMark`.
  std::size_t readable_high_water_mark() const noexcept;

  /// Returns whether the whole message was received.
  /// **Node**: `message.complete`.
  bool complete() const noexcept;

  /// Returns whether the connection closed before the message was completely received and read.
  /// **Node**: `message.aborted`.
  bool aborted() const noexcept;

  /// Returns whether the body was read to its end or discarded.
  /// **Node**: `message.readableEnded`.
  bool readable_ended() const noexcept;

  /// Returns whether the message was destroyed, by the program or by the loss of its connection.
  /// **Node**: `message.destroyed`.
  bool destroyed() const noexcept;

  /// Returns whether the exchange is over and `on_close` was emitted.
  /// **Node**: `message.closed`.
  bool closed() const noexcept;

  /// Waits until the exchange is over: in a server until the response is sent or the connection is
  /// lost, in a client until the response is read or lost. Completes at once if it is over, and for
  /// a request that left HTTP. In a server, `closed` and `on_close` tell less: a request closes
  /// when its body is read.
  ///
  /// As an operand of Asio's `||` it ends work for a client that disconnects:
  ///
  ///     co_await (make_report(res) || req.wait_close());
  ///
  /// **Cancellation**: has no effect on the message.
  /// **Node**: event 'close' of the response.
  net::awaitable<void> wait_close();

  /// Returns the error that cut the message off. No error if the message was not cut off, or was
  /// destroyed without an error.
  /// **Node**: `message.errored`.
  error_code errored() const noexcept;

  /// Returns the failure of the connection that cut the message off, of which `errored` only says
  /// `ECONNRESET`; see `request_error::cause`. For a request in a server it is the system's error.
  /// Null if there is none, for example after a client has closed its direction.
  /// **Node**: `message.errored.cause`.
  std::exception_ptr cause() const noexcept;

  /// Closes the connection of the message, unless the exchange has already released the connection.
  /// @param ec emitted to `on_error`; an empty code (the default) emits nothing.
  /// **Node**: `message.destroy()`.
  incoming_message& destroy(error_code ec = {});

  /// Returns the connection; an empty handle after the exchange has released it.
  /// **Node**: `message.socket`.
  anode::socket socket() const;

  /// Sets the inactivity timeout of the connection. When it expires, `f` and the `on_timeout`
  /// listeners are called. In a server, a connection without any timeout listener is closed; in a
  /// client, nothing else happens.
  /// @param timeout time without a byte in either direction; 0: no timeout.
  /// @param f an additional listener; may be empty.
  /// **Node**: `message.setTimeout(msecs, callback)`.
  incoming_message& set_timeout(std::chrono::milliseconds timeout,
                                anode::detail::function<void()> f = {});

  // Events that notify: any number of listeners, called in the order of registration.

  /// Adds a listener for the end of the body, emitted when the body is read to its end or
  /// discarded.
  /// **Node**: event 'end'.
  incoming_message& on_end(anode::detail::function<void()> f);

  /// Adds a listener for the loss of the connection before the message is completely received and
  /// read.
  /// **Node**: event 'aborted'.
  incoming_message& on_aborted(anode::detail::function<void()> f);

  /// Adds a listener for the error that cut the message off, emitted after `on_aborted`.
  /// **Node**: event 'error'.
  incoming_message& on_error(anode::detail::function<void(error_code)> f);

  /// Adds a listener for the inactivity timeout. The connection stays open.
  /// **Node**: event 'timeout'.
  incoming_message& on_timeout(anode::detail::function<void()> f);

  /// Adds a listener for the end of the exchange.
  /// **Node**: event 'close'.
  incoming_message& on_close(anode::detail::function<void()> f);

  /// Reads at least one byte into `buffers`. Completes with `(error_code, std::size_t)`; with
  /// `net::error::eof` at the end of the body. The buffers must stay valid until then.
  template <class MutableBuffers, class Token>
  auto async_read_some(MutableBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::mutable_buffer buffer) {
          start_read(buffer, anode::detail::completion(std::move(handler), ex));
        },
        token, anode::detail::first_buffer<net::mutable_buffer>(buffers));
  }

private:
  friend struct anode::detail::access;
  friend anode::detail::data_slot& anode::detail::library_slot(incoming_message const& message);

  // Makes the message of a server's exchange.
  explicit incoming_message(exchange::incoming_state& self) noexcept : self_(&self) {}

  // Makes a handle that keeps `owner` alive.
  incoming_message(exchange::incoming_state& self, anode::detail::counted& owner);

  exchange::incoming_state* impl() const noexcept { return self_; }
  anode::detail::data_slot& slot() const;
  anode::detail::data_slot const* find_slot() const noexcept;
  void start_read(net::mutable_buffer buffer, anode::detail::completion done);
  void drop() noexcept;

  exchange::incoming_state* self_ = nullptr;
  anode::detail::counted* owner_ =
      nullptr;  // null in a server, where the exchange owns the message
};

}  // namespace anode::http
