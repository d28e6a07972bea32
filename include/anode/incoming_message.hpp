// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/completion.hpp>
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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::exchange {
class incoming_state;
}

namespace anode::http {

namespace net = boost::asio;
using boost::system::error_code;

/// A received message: a request in a server, a response in a client.
///
/// In a server it lives until its exchange is closed and, for a coroutine handler, until that has
/// returned. In a client it is a handle: moved, not copied; dropped unread, the rest of the body is
/// read away when little is left, or else the connection closed, so that it never stays occupied.
///
/// The body is pulled: what is not read makes the connection stop reading. Models Asio's
/// AsyncReadStream.
///
/// **Concurrency**: one read at a time, on the message's executor. **Cancellation**: in a client a
/// cancelled read gives the whole request up.
/// **Node**: `http.IncomingMessage`.
class ANODE_EXPORT incoming_message {
public:
  using executor_type = net::any_io_executor;

  /// Makes a handle to nothing.
  incoming_message() noexcept = default;

  incoming_message(incoming_message&& other) noexcept;
  incoming_message& operator=(incoming_message&& other) noexcept;
  ~incoming_message();

  /// Returns whether there is a message.
  explicit operator bool() const noexcept { return self_ != nullptr; }

  executor_type get_executor() const;

  // The head.

  /// Returns the method of a request, for example "GET". **Node**: `message.method`.
  std::string_view method() const noexcept;

  /// Returns the target of a request as received, for example "/a?b=c". **Node**: `message.url`.
  std::string_view url() const noexcept;

  /// Returns the status of a response. **Node**: `message.statusCode`.
  int status_code() const noexcept;

  /// Returns the reason phrase of a response. **Node**: `message.statusMessage`.
  std::string_view status_message() const noexcept;

  /// Returns the version, "1.1" or "1.0". **Node**: `message.httpVersion`.
  std::string http_version() const;
  int http_version_major() const noexcept;
  int http_version_minor() const noexcept;

  /// Returns the headers by name, merged. **Node**: `message.headers`; for `headersDistinct` take
  /// the fields' `values`.
  merged_headers const& headers() const;

  /// Returns the headers as received. **Node**: `message.rawHeaders`.
  field_lines const& raw_headers() const noexcept;

  /// Returns the trailers, empty until the body has ended. **Node**: `message.trailers`.
  merged_headers const& trailers() const;
  field_lines const& raw_trailers() const noexcept;

  // The body.

  /// Reads the next piece of the body.
  /// @return a view that is valid until the next read; nothing at the end of the body.
  /// @throws boost::system::system_error when the body is cut off (`ECONNRESET`, "aborted").
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads into `buffer`.
  /// @return the number of bytes; 0 at the end of the body.
  net::awaitable<std::size_t> read(net::mutable_buffer buffer);

  /// Reads the whole rest of the body.
  /// @param limit of bytes, 1 MiB unless told. A larger body fails with `error::body_too_large`,
  ///   for which a server answers 413.
  /// @throws exception with `error::invalid_state` if the body was read to its end, or discarded,
  ///   before.
  net::awaitable<std::string> text(std::size_t limit = 1024 * 1024);

  /// Reads the whole rest of the body, as `text` does.
  net::awaitable<std::vector<std::byte>> bytes(std::size_t limit = 1024 * 1024);

  /// Throws the rest of the body away; a read that waits ends as at the end of the body.
  /// **Node**: `message.resume()`.
  void dump();

  // The state.

  /// Returns whether all of the message has been received. **Node**: `message.complete`.
  bool complete() const noexcept;

  /// Returns whether the connection was lost before the message was complete.
  bool aborted() const noexcept;

  /// Returns whether the body was read to its end. **Node**: `message.readableEnded`.
  bool readable_ended() const noexcept;

  /// Returns whether the message was destroyed, by either side.
  bool destroyed() const noexcept;

  /// Returns whether the exchange is over and `on_close` was told. **Node**: `message.closed`.
  bool closed() const noexcept;

  /// Returns why the message is cut off; no error if it is not, or if it was destroyed without one.
  /// **Node**: `message.errored`.
  error_code errored() const noexcept;

  /// Closes the connection that the message comes from, unless it is gone already.
  /// @param ec told to `on_error`; none is no failure.
  incoming_message& destroy(error_code ec = {});

  /// Returns the connection; an empty handle once it is gone.
  anode::socket socket() const;

  /// Has `f`, and the listeners of `on_timeout`, called when nothing happens on the connection for
  /// `timeout`; 0 switches that off.
  incoming_message& set_timeout(std::chrono::milliseconds timeout,
                                anode::detail::function<void()> f = {});

  // Events.

  /// Is told when the body was read to its end.
  incoming_message& on_end(anode::detail::function<void()> f);

  /// Is told when the connection is lost before the message is complete.
  incoming_message& on_aborted(anode::detail::function<void()> f);

  /// Is told of that failure, after `on_aborted`.
  incoming_message& on_error(anode::detail::function<void(error_code)> f);

  incoming_message& on_timeout(anode::detail::function<void()> f);

  /// Is told when the exchange is over.
  incoming_message& on_close(anode::detail::function<void()> f);

  /// Reads at least one byte into `buffers`; completes with `(error_code, std::size_t)`, at the end
  /// of the body with `net::error::eof`.
  template <class MutableBuffers, class Token>
  auto async_read_some(MutableBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::mutable_buffer buffer) {
          start_read(buffer, anode::detail::completion(std::move(handler), ex));
        },
        token, anode::detail::first_buffer<net::mutable_buffer>(buffers));
  }

  /// For the library itself.
  explicit incoming_message(exchange::incoming_state& self) noexcept : self_(&self) {}
  incoming_message(exchange::incoming_state& self, anode::detail::counted& owner);
  exchange::incoming_state* self() const noexcept { return self_; }

private:
  void start_read(net::mutable_buffer buffer, anode::detail::completion done);
  void drop() noexcept;

  exchange::incoming_state* self_ = nullptr;
  anode::detail::counted* owner_ =
      nullptr;  // null in a server, where the exchange owns the message
};

}  // namespace anode::http
