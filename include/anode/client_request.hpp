// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/error.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/verdict.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace anode::client {
class client_exchange;
}

namespace anode::http {

/// The step in which a request failed.
enum class request_phase : std::uint8_t {
  queued,   ///< it waited for a connection, see `agent_options::max_sockets`
  lookup,   ///< of the host's addresses
  connect,  ///< to the server, or to the proxy
  tunnel,   ///< CONNECT, answered by the proxy
  send,     ///< of the request
  head,     ///< of the response: the request was sent
  body,     ///< of the response
};

/// Returns the name of a value, as a view of static storage: "connect".
ANODE_EXPORT std::string_view to_string(request_phase p) noexcept;

/// Why a request failed, with what is needed to decide what to do next.
class ANODE_EXPORT request_error : public exception {
public:
  request_error(error_code ec, std::string message, request_phase phase, http::verdict v,
                bool reused_socket, std::uint64_t bytes_sent, std::uint64_t bytes_received);

  request_phase phase() const noexcept { return phase_; }
  http::verdict verdict() const noexcept { return verdict_; }

  /// Returns whether the connection had carried a request before: then the server may have closed
  /// it while this one was on its way, and sending it again on a fresh one may help.
  bool reused_socket() const noexcept { return reused_; }

  /// Returns how many bytes of the request were handed to the system.
  std::uint64_t bytes_sent() const noexcept { return sent_; }

  /// Returns how many bytes of the response came.
  std::uint64_t bytes_received() const noexcept { return received_; }

  // Of a response that is not HTTP (`HPE_*`), else empty.

  /// Returns what is wrong with it: "Invalid header token". **Node**: `err.reason`.
  std::string_view reason() const noexcept { return reason_; }

  /// Returns how many bytes of `raw_packet` are right. **Node**: `err.bytesParsed`.
  std::size_t bytes_parsed() const noexcept { return parsed_; }

  /// Returns what was received last. **Node**: `err.rawPacket`.
  std::string_view raw_packet() const noexcept {
    return packet_ ? std::string_view(*packet_) : std::string_view();
  }

  /// Returns the exception behind this error, to be thrown again by who wants to look at it: what
  /// `agent_options::create_connection` or a `lookup` has thrown, or the `request_error` of a
  /// CONNECT that got no answer from the proxy. Null if there is none. **Node**: `err.cause`.
  std::exception_ptr cause() const noexcept { return cause_; }

  /// For the library itself. @param reason of static storage
  void set_parse_failure(std::string_view reason, std::size_t bytes_parsed,
                         std::shared_ptr<std::string const> raw_packet) noexcept {
    reason_ = reason;
    parsed_ = bytes_parsed;
    packet_ = std::move(raw_packet);
  }

  /// For the library itself.
  void set_cause(std::exception_ptr cause) noexcept { cause_ = std::move(cause); }

private:
  request_phase phase_;
  http::verdict verdict_;
  bool reused_;
  std::uint64_t sent_;
  std::uint64_t received_;
  std::string_view reason_;
  std::size_t parsed_ = 0;
  std::shared_ptr<std::string const> packet_;
  std::exception_ptr cause_;
};

/// An interim response: 100 to 199, other than 101.
struct information {
  int status_code = 0;
  std::string status_message;
  int http_version_major = 1;
  int http_version_minor = 1;
  field_lines raw_headers;

  /// Returns the headers by name, merged; a view of `raw_headers`.
  merged_headers headers() const { return merged_headers(raw_headers); }

  /// Returns the version, "1.1" or "1.0".
  std::string http_version() const {
    return std::to_string(http_version_major) + "." + std::to_string(http_version_minor);
  }
};

/// The outcome of a request to leave HTTP: the answer, and the connection if the server agreed.
class ANODE_EXPORT upgrade_result {
public:
  upgrade_result() = default;
  upgrade_result(incoming_message response, anode::socket socket)
      : response_(std::move(response)), socket_(std::move(socket)) {}

  /// Returns whether the server agreed: 101, or 2xx to CONNECT.
  explicit operator bool() const noexcept {
    int const status = response_ ? response_.status_code() : 0;
    return socket_ && (status == 101 || status / 100 == 2);
  }

  incoming_message& response() noexcept { return response_; }

  /// Returns the connection. Its first bytes are those that came behind the answer (Node's `head`);
  /// when a CONNECT is refused that is the body of the answer.
  anode::socket& socket() noexcept { return socket_; }

private:
  incoming_message response_;
  anode::socket socket_;
};

/// A request of a client: a handle, moved and not copied.
///
/// Dropped before its response was taken or a listener for it was set, the request is aborted.
/// Cancelling an operation that is awaited, reads of the response included, aborts the request as
/// well. What a listener throws is thrown again from the executor's `run`, once; the request goes
/// on.
///
/// **Concurrency**: everything on the executor of its agent. **Node**: `http.ClientRequest`.
class ANODE_EXPORT client_request final : public outgoing_message {
public:
  /// Makes a handle to nothing.
  client_request() noexcept : outgoing_message(nullptr) {}
  client_request(client_request&& other) noexcept;
  client_request& operator=(client_request&& other) noexcept;
  ~client_request();

  explicit operator bool() const noexcept { return exchange_ != nullptr; }

  // The answer.

  /// Waits for the head of the response.
  /// @throws request_error when there will be none.
  net::awaitable<incoming_message> response();

  /// Waits for the answer to a request to leave HTTP (CONNECT, or one with an Upgrade header). An
  /// answer that came before this is called waits for it, unless the request has an `on_response`:
  /// then the connection was closed, as without a listener.
  /// @return the answer, with the connection if the server agreed.
  /// @throws request_error when there will be none.
  net::awaitable<upgrade_result> upgraded();

  /// Waits for 100 Continue, or for any other answer that makes waiting pointless.
  /// @return whether the body is wanted
  net::awaitable<bool> continued();

  // Facts.

  std::string_view method() const noexcept;
  std::string_view path() const noexcept;
  std::string_view host() const noexcept;
  std::string_view protocol() const noexcept;

  /// Returns whether the request, without having to wait for it, got a connection used before.
  bool reused_socket() const noexcept;

  /// Returns how often the request was sent again. See `agent_options::retry`.
  unsigned retries() const noexcept;

  /// Returns whether `abort` was called.
  bool aborted() const noexcept;

  /// Returns the limit of field lines that the response's head may have. **Node**:
  /// `maxHeadersCount`.
  std::size_t max_headers_count() const noexcept;

  // Settings.

  /// Sets the limit of field lines of the response's head, 2000 unless told; 0: none. Takes effect
  /// on a request that has no connection yet or has just been made.
  client_request& set_max_headers_count(std::size_t lines);

  /// Aborts the request. **Node**: `request.abort()`, deprecated there in favour of `destroy`.
  [[deprecated("use destroy")]] void abort();

  /// Has `f`, and the listeners of `on_timeout`, called when nothing happens on the connection for
  /// `timeout`. It is notified, not ended.
  client_request& set_timeout(std::chrono::milliseconds timeout,
                              anode::detail::function<void()> f = {});
  client_request& set_no_delay(bool on = true);
  client_request& set_socket_keep_alive(bool on = false,
                                        std::chrono::milliseconds initial_delay = {});

  // Events that hand something over: one handler each.

  /// Is given the response.
  client_request& on_response(anode::detail::function<void(incoming_message)> f);

  /// Is given the answer 101 and the connection; without a handler, and nobody awaiting
  /// `upgraded`, the connection is closed.
  client_request& on_upgrade(anode::detail::function<void(incoming_message, anode::socket)> f);

  /// Is given the answer to CONNECT and the connection.
  client_request& on_connect(anode::detail::function<void(incoming_message, anode::socket)> f);

  // Events that notify: any number.

  /// Is told of each interim response.
  client_request& on_information(anode::detail::function<void(information const&)> f);
  client_request& on_continue(anode::detail::function<void()> f);

  /// Is told which connection the request has got.
  client_request& on_socket(anode::detail::function<void(anode::socket)> f);
  client_request& on_timeout(anode::detail::function<void()> f);

  /// Is told of `abort`.
  client_request& on_abort(anode::detail::function<void()> f);

  /// Is told why the request failed, before `on_close`.
  client_request& on_request_error(anode::detail::function<void(request_error const&)> f);

  /// For the library itself.
  explicit client_request(client::client_exchange& exchange) noexcept;

private:
  void drop() noexcept;

  client::client_exchange* exchange_ = nullptr;
};

}  // namespace anode::http
