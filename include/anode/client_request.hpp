// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>
#include <anode/detail/data_slot.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/detail/own_type.hpp>
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

/// The step in which a request fails.
enum class request_phase : std::uint8_t {
  queued,   ///< waiting for a connection, see `agent_options::max_sockets`
  lookup,   ///< resolving the host name
  connect,  ///< connecting to the server or to the proxy
  tunnel,   ///< waiting for the proxy to answer CONNECT
  secure,   ///< performing the TLS handshake
  send,     ///< sending the request
  head,     ///< the request is sent, the head of the response is not received
  body,     ///< receiving the body of the response
};

/// Returns the name of a phase, for example "connect". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(request_phase p) noexcept;

/// Reports why a request failed, and the facts that decide whether a retry is safe.
///
/// `code()` is a value of `error` or a system error. `what()` is the whole message.
class ANODE_EXPORT request_error : public exception {
public:
  /// Makes an error from its parts. The library calls this; programs need it only in tests.
  /// @param ec the failure.
  /// @param message the whole text that `what()` returns.
  /// @param phase the step that failed.
  /// @param v what the failure implies about the server.
  /// @param reused_socket whether the connection carried a request before.
  /// @param bytes_sent bytes of the request passed to the system.
  /// @param bytes_received bytes of the response received.
  request_error(error_code ec, std::string message, request_phase phase, http::verdict v,
                bool reused_socket, std::uint64_t bytes_sent, std::uint64_t bytes_received);

  /// Returns the step in which the request failed.
  request_phase phase() const noexcept { return phase_; }

  /// Returns whether the server may have processed the request.
  http::verdict verdict() const noexcept { return verdict_; }

  /// Returns whether the connection carried another request before. In that case the server may
  /// have closed the connection while this request was under way, and a retry on a new connection
  /// may succeed.
  bool reused_socket() const noexcept { return reused_; }

  /// Returns the number of bytes of the request that were passed to the operating system, the head
  /// and earlier attempts included.
  std::uint64_t bytes_sent() const noexcept { return sent_; }

  /// Returns the number of bytes that the connection received for this request.
  std::uint64_t bytes_received() const noexcept { return received_; }

  // Details of a response that is not valid HTTP (`HPE_*`). Empty or 0 for other failures.

  /// Returns what is wrong with the response, for example "Invalid header token". After a failed
  /// TLS handshake (phase `secure`), returns OpenSSL's name of the failure, for example
  /// "ERR_SSL_WRONG_VERSION_NUMBER". The view refers to static storage.
  /// **Node**: `err.reason`.
  std::string_view reason() const noexcept { return reason_; }

  /// Returns the number of bytes of `raw_packet()` that are valid.
  /// **Node**: `err.bytesParsed`.
  std::size_t bytes_parsed() const noexcept { return parsed_; }

  /// Returns the bytes of the last read. The view is valid as long as a copy of this error exists.
  /// **Node**: `err.rawPacket`.
  std::string_view raw_packet() const noexcept {
    return packet_ ? std::string_view(*packet_) : std::string_view();
  }

  /// Returns the exception that caused this error, or null: the exception that
  /// `agent_options::create_connection`, `allow_address` or a `lookup` threw; the `request_error`
  /// of a CONNECT that got no answer from the proxy; or a `boost::system::system_error` with the
  /// system's error of a lost connection, which "socket hang up" (`ECONNRESET`) does not name. Use
  /// `std::rethrow_exception` to inspect it.
  /// **Node**: `err.cause`.
  std::exception_ptr cause() const noexcept { return cause_; }

private:
  friend struct anode::detail::access;

  // Sets the details of a parse error, and the cause.
  void set_details(std::string_view reason, std::size_t bytes_parsed,
                   std::shared_ptr<std::string const> raw_packet,
                   std::exception_ptr cause) noexcept {
    reason_ = reason;
    parsed_ = bytes_parsed;
    packet_ = std::move(raw_packet);
    cause_ = std::move(cause);
  }

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

/// An informational response: status 100 to 199, except 101.
///
/// **Node**: the argument of event 'information'.
struct information {
  /// The status, 100 to 199.
  int status_code = 0;
  /// The reason phrase as received.
  std::string status_message;
  /// The major version of HTTP, 1.
  int http_version_major = 1;
  /// The minor version of HTTP, 0 or 1.
  int http_version_minor = 1;
  /// The headers as received.
  field_lines raw_headers;

  /// Returns the headers by name, repeated ones merged. The result is a view of `raw_headers`,
  /// which must outlive the view.
  merged_headers headers() const { return merged_headers(raw_headers); }

  /// Returns the version, "1.1" or "1.0".
  std::string http_version() const {
    return std::to_string(http_version_major) + "." + std::to_string(http_version_minor);
  }
};

/// The outcome of an upgrade or CONNECT request: the response, and the connection if the server
/// switched protocols.
class ANODE_EXPORT upgrade_result {
public:
  /// Makes a result without response and connection.
  upgrade_result() = default;

  /// Returns whether the server accepted: status 101, or 2xx to CONNECT.
  explicit operator bool() const noexcept {
    int const status = response_ ? response_.status_code() : 0;
    return socket_ && (status == 101 || status / 100 == 2);
  }

  /// Returns the response. Valid as long as this object.
  incoming_message& response() noexcept { return response_; }

  /// Returns the connection. Valid as long as this object.
  ///
  /// The first bytes read are those that the server sent after the head of its response (Node's
  /// `head`). If the server refuses CONNECT, these bytes are the body of the response. The handle
  /// is empty if the server answers an upgrade request with an ordinary response.
  anode::socket& socket() noexcept { return socket_; }

private:
  friend struct anode::detail::access;

  upgrade_result(incoming_message response, anode::socket socket)
      : response_(std::move(response)), socket_(std::move(socket)) {}

  incoming_message response_;
  anode::socket socket_;
};

/// A request of a client. The object is a handle: movable, not copyable.
///
/// Destroying the handle aborts the request unless `end` was called and a consumer for the response
/// exists: a completed `response()` or `upgraded()`, or a listener set by `on_response`,
/// `on_upgrade` or `on_connect`. A response that is already received completely and has no consumer
/// is discarded instead.
///
/// Cancelling an awaited operation aborts the request with `error::aborted`. This includes reads of
/// the response. An exception thrown by a listener is rethrown once from the executor's `run()`;
/// the request continues.
///
/// On an empty or moved-from handle, functions marked `noexcept` return the values of a destroyed
/// request, `socket` returns an empty handle, `abort` and `destroy` do nothing, and all other calls
/// throw `exception` with `error::invalid_this`.
///
/// **Concurrency**: use the object only on the executor of its agent.
/// **Node**: `http.ClientRequest`.
class ANODE_EXPORT client_request final : public detail::own_type<client_request> {
public:
  /// Makes an empty handle.
  client_request() noexcept : own_type(nullptr) {}

  /// Moves the handle; `other` becomes empty.
  client_request(client_request&& other) noexcept;

  /// Moves the handle and releases the previous request as the destructor does.
  client_request& operator=(client_request&& other) noexcept;

  /// Releases the request; aborts it if nothing consumes its response, see the class description.
  ~client_request();

  /// Returns whether the handle refers to a request.
  explicit operator bool() const noexcept { return exchange_ != nullptr; }

  // The response.

  /// Waits for the head of the response. Informational responses do not complete it.
  /// @return the response; its body is not read yet.
  /// @throws request_error if the request fails before a head is received.
  /// **Cancellation**: aborts the request.
  /// **Node**: event 'response'.
  net::awaitable<incoming_message> response();

  /// Waits for the response to a CONNECT request or to a request with an Upgrade header.
  ///
  /// A response that arrives before this call is kept until the call. However, if the request has
  /// an `on_response` handler and no coroutine is waiting, the connection of such a response is
  /// closed.
  /// @return the response, with the connection if the server switched protocols.
  /// @throws request_error if the request fails before a head is received.
  /// **Cancellation**: aborts the request.
  /// **Node**: events 'upgrade' and 'connect'.
  net::awaitable<upgrade_result> upgraded();

  /// Waits for 100 Continue, for a final response, or for a failure. Does not throw if the request
  /// fails; `response()` then throws the failure.
  /// @return whether the server sent 100 Continue, and therefore expects the body.
  /// **Cancellation**: aborts the request.
  /// **Node**: event 'continue'.
  net::awaitable<bool> continued();

  // Properties.

  /// Returns the method in upper case, for example "GET".
  /// **Node**: `request.method`.
  std::string_view method() const noexcept;

  /// Returns the path with the query, for example "/a?b=c". For CONNECT it is the authority.
  /// **Node**: `request.path`.
  std::string_view path() const noexcept;

  /// Returns the host without the port.
  /// **Node**: `request.host`.
  std::string_view host() const noexcept;

  /// Returns "http:" or "https:".
  /// **Node**: `request.protocol`.
  std::string_view protocol() const noexcept;

  /// Returns whether the request uses a connection that carried another request before, and did not
  /// have to wait for that connection.
  /// **Node**: `request.reusedSocket`.
  bool reused_socket() const noexcept;

  /// Returns how many times the request was sent again, see `agent_options::retry`.
  unsigned retries() const noexcept;

  /// Returns whether `abort` was called.
  /// **Node**: `request.aborted`.
  bool aborted() const noexcept;

  /// Returns the maximum number of field lines in the head of the response.
  /// **Node**: `maxHeadersCount`.
  std::size_t max_headers_count() const noexcept;

  // The program's data.

  /// Stores an object of the program with the request and its response, see
  /// `incoming_message::emplace_data`.
  template <class T, class... Args>
  T& emplace_data(Args&&... args) {
    return slot().template emplace<T>(std::forward<Args>(args)...);
  }

  /// Returns the object that `emplace_data<T>` has stored; null if there is none or it has another
  /// type. Valid until it is replaced or the exchange is over.
  template <class T>
  T* data() noexcept {
    anode::detail::data_slot const* const s = find_slot();
    return s != nullptr ? s->get<T>() : nullptr;
  }

  /// Returns the object of a request that cannot be changed.
  template <class T>
  T const* data() const noexcept {
    anode::detail::data_slot const* const s = find_slot();
    return s != nullptr ? s->get<T>() : nullptr;
  }

  // Settings.

  /// Sets the maximum number of field lines in the head of the response. Without effect after the
  /// head is received. A head with more lines fails the request with `error::header_overflow`.
  /// @param lines default 2000; 0: unlimited.
  /// **Node**: `request.maxHeadersCount`.
  client_request& set_max_headers_count(std::size_t lines);

  /// Aborts the request.
  /// **Node**: `request.abort()`, deprecated in favour of `destroy`.
  [[deprecated("use destroy")]] void abort();

  /// Sets the inactivity timeout of the connection. When it expires, `f` and the `on_timeout`
  /// listeners are called once; the request continues. The time starts when the connection is
  /// established.
  /// @param timeout time without a byte in either direction; 0: no timeout.
  /// @param f an additional listener; may be empty.
  /// @throws exception with `error::out_of_range` if `timeout` is negative.
  /// **Node**: `request.setTimeout(msecs, callback)`.
  client_request& set_timeout(std::chrono::milliseconds timeout,
                              anode::detail::function<void()> f = {});

  /// Disables (`true`) or enables Nagle's algorithm on the connection. Without a connection, the
  /// setting applies when the request gets one.
  /// **Node**: `request.setNoDelay()`.
  client_request& set_no_delay(bool on = true);

  /// Enables or disables TCP keep-alive probes on the connection. Without a connection, the setting
  /// applies when the request gets one. The parameters are those of `socket::set_keep_alive`.
  /// **Node**: `request.setSocketKeepAlive()`, without interval and count.
  client_request& set_socket_keep_alive(bool on = false,
                                        std::chrono::milliseconds initial_delay = {},
                                        std::chrono::milliseconds interval = {},
                                        std::uint32_t count = 0);

  // Events that transfer ownership: one handler each, a later one replaces it.

  /// Sets the handler that receives the response when its head is complete.
  /// **Node**: event 'response'.
  client_request& on_response(anode::detail::function<void(incoming_message)> f);

  /// Sets the handler that receives a 101 response and the connection.
  ///
  /// Without a handler and without a waiting `upgraded()`, the connection is closed if
  /// `on_response` is set or the request handle is destroyed. Otherwise it is kept for
  /// `upgraded()`.
  /// **Node**: event 'upgrade'.
  client_request& on_upgrade(anode::detail::function<void(incoming_message, anode::socket)> f);

  /// Sets the handler that receives the response to CONNECT and the connection. Without a handler
  /// the rules of `on_upgrade` apply.
  /// **Node**: event 'connect'.
  client_request& on_connect(anode::detail::function<void(incoming_message, anode::socket)> f);

  // Events that notify: any number of listeners, called in the order of registration.

  /// Adds a listener for informational responses, 100 Continue included.
  /// **Node**: event 'information'.
  client_request& on_information(anode::detail::function<void(information const&)> f);

  /// Adds a listener for 100 Continue.
  /// **Node**: event 'continue'.
  client_request& on_continue(anode::detail::function<void()> f);

  /// Adds a listener for the assignment of a connection to the request. A retry emits the event
  /// again.
  /// **Node**: event 'socket'.
  client_request& on_socket(anode::detail::function<void(anode::socket)> f);

  /// Adds a listener for the inactivity timeout. The request continues.
  /// **Node**: event 'timeout'.
  client_request& on_timeout(anode::detail::function<void()> f);

  /// Adds a listener for `abort`.
  /// **Node**: event 'abort'.
  client_request& on_abort(anode::detail::function<void()> f);

  /// Adds a listener for the failure of the request. It is called after `on_error` and before
  /// `on_close`.
  /// **Node**: event 'error'.
  client_request& on_request_error(anode::detail::function<void(request_error const&)> f);

private:
  friend struct anode::detail::access;

  explicit client_request(client::client_exchange& exchange) noexcept;
  void drop() noexcept;
  anode::detail::data_slot& slot() const;
  anode::detail::data_slot const* find_slot() const noexcept;
  void forget(client::client_exchange const& exchange) noexcept;

  client::client_exchange* exchange_ = nullptr;
};

}  // namespace anode::http
