// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

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
#include <initializer_list>
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

/// A message to be sent: what responses and requests have in common.
///
/// `write`, `end` and `flush_headers` act at once and return a `write_operation`, which may be
/// awaited or ignored. Everything that is written in one turn leaves together. Models Asio's
/// AsyncWriteStream.
///
/// Calls in a wrong state throw `http::exception` with Node's code: headers changed after they are
/// sent (`ERR_HTTP_HEADERS_SENT`), names and values that must not reach the wire
/// (`ERR_INVALID_HTTP_TOKEN`, `ERR_INVALID_CHAR`).
///
/// **Node**: `http.OutgoingMessage`.
class ANODE_EXPORT outgoing_message {
public:
  using executor_type = net::any_io_executor;

  outgoing_message(outgoing_message const&) = delete;
  outgoing_message& operator=(outgoing_message const&) = delete;

  executor_type get_executor() const;

  // Headers.

  /// Sets a header: a text, a number, or a list, which makes several lines.
  outgoing_message& set_header(std::string_view name, header_value_ref value);

  /// Adds values to a header.
  outgoing_message& append_header(std::string_view name, header_value_ref value);

  /// Sets each header of a list.
  outgoing_message& set_headers(header_list const& headers);

  /// Removes a header; one that is sent automatically then stays away.
  void remove_header(std::string_view name);

  std::optional<header_value> get_header(std::string_view name) const;
  bool has_header(std::string_view name) const noexcept;
  header_list get_headers() const;
  std::vector<std::string> get_header_names() const;
  std::vector<std::string> get_raw_header_names() const;

  /// Sets the trailers, which follow a chunked body; without one they are dropped.
  void add_trailers(header_list const& trailers);

  // The body.

  /// Writes a piece of the body, after the head if it is not out.
  write_operation write(std::string_view data);

  /// Writes a temporary text, which the operation keeps for as long as it is needed.
  template <std::same_as<std::string> Text>
  write_operation write(Text&& data) {
    return write_owned(std::move(data));
  }

  // Two texts in braces would be a view from the one to the other.
  write_operation write(std::initializer_list<header_item> texts) = delete;

  /// Ends the message.
  write_operation end();

  /// Writes the last piece of the body and ends the message. A body that is given whole to the
  /// first call is sent with its length, others in chunks.
  write_operation end(std::string_view data);
  template <std::same_as<std::string> Text>
  write_operation end(Text&& data) {
    return end_owned(std::move(data));
  }
  write_operation end(std::initializer_list<header_item> texts) = delete;

  /// Sends the head now, before there is a body.
  write_operation flush_headers();

  /// Collects what is written until `uncork` or `end`, and nothing leaves before: then it is sent,
  /// what came after the first piece as one chunk. Calls nest. Awaiting a write does not wait.
  void cork();
  void uncork();

  /// Waits until there is room below the high-water mark again. **Node**: event 'drain'.
  net::awaitable<void> drained();

  /// Waits until everything is handed to the system. **Node**: event 'finish'.
  /// @throws boost::system::system_error when the connection is lost before that.
  net::awaitable<void> finished();

  /// Closes the connection at once.
  void destroy(error_code ec = {});

  // The state.

  bool headers_sent() const noexcept;
  bool writable_ended() const noexcept;
  bool writable_finished() const noexcept;
  unsigned writable_corked() const noexcept;
  std::size_t writable_length() const noexcept;
  std::size_t writable_high_water_mark() const noexcept;
  bool writable_need_drain() const noexcept;
  bool destroyed() const noexcept;

  /// Returns whether the exchange is over and `on_close` was told.
  bool closed() const noexcept;

  /// Returns what the message was destroyed with.
  error_code errored() const noexcept;

  /// Returns the connection; an empty handle while there is none.
  anode::socket socket() const;

  /// Refuses bodies whose length differs from the Content-Length header. Off unless told.
  void set_strict_content_length(bool on) noexcept;
  bool strict_content_length() const noexcept;

  // Events.

  outgoing_message& on_finish(anode::detail::function<void()> f);
  outgoing_message& on_prefinish(anode::detail::function<void()> f);
  outgoing_message& on_drain(anode::detail::function<void()> f);
  outgoing_message& on_error(anode::detail::function<void(error_code)> f);
  outgoing_message& on_close(anode::detail::function<void()> f);

  /// Writes some of `buffers` as a piece of the body; completes with `(error_code, std::size_t)`
  /// when there is room below the high-water mark again and the buffer is no longer used.
  template <class ConstBuffers, class Token>
  auto async_write_some(ConstBuffers const& buffers, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::size_t)>(
        [this, ex = get_executor()](auto handler, net::const_buffer buffer) {
          start_write(buffer, anode::detail::completion(std::move(handler), ex));
        },
        token, anode::detail::first_buffer<net::const_buffer>(buffers));
  }

  /// For the library itself.
  exchange::outgoing_state* state() const noexcept { return out_; }

protected:
  explicit outgoing_message(exchange::outgoing_state* self) noexcept : out_(self) {}

  ~outgoing_message() = default;

  exchange::outgoing_state* out_;

private:
  write_operation write_owned(std::string&& data);
  write_operation end_owned(std::string&& data);
  void start_write(net::const_buffer buffer, anode::detail::completion done);
};

}  // namespace anode::http
