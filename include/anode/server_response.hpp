// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/own_type.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/server_trace.hpp>

namespace anode::server {
class server_exchange;
}

namespace anode::http {

/// The response to one request that a server received.
///
/// The object lives until its exchange is closed and, for a coroutine handler, until the handler
/// returns. A callback handler may keep a reference and respond later, until `on_close` is emitted.
///
/// **Concurrency**: use the object only on the executor of its server.
/// **Node**: `http.ServerResponse`.
class ANODE_EXPORT server_response final : public detail::own_type<server_response> {
public:
  /// Returns the request of this response.
  /// **Node**: `response.req`.
  incoming_message& req() noexcept;

  /// Returns the status code; default 200.
  /// **Node**: `response.statusCode`.
  int status_code() const noexcept;

  /// Sets the status code of a head that is not made yet.
  /// @param status 100 to 999. An invalid status throws `exception` with
  ///   `error::invalid_status_code` when the head is made, not here.
  server_response& set_status_code(int status) noexcept;

  /// Returns the reason phrase that was set. If none was set, the result is empty before the head
  /// is made, and the standard phrase of the status after that ("unknown" if the status has none).
  /// **Node**: `response.statusMessage`.
  std::string_view status_message() const noexcept;

  /// Sets the reason phrase. An empty text selects the standard phrase of the status. An invalid
  /// phrase throws `exception` with `error::invalid_char` when the head is made, not here.
  server_response& set_status_message(std::string_view reason);
  server_response& set_status_message(std::initializer_list<header_item> texts) = delete;

  /// Returns whether the response can have a body: false for the response to HEAD and for the
  /// statuses 1xx, 204 and 304. A body that is written all the same is discarded, see
  /// `server_options::reject_non_standard_body_writes`.
  bool has_body() const noexcept;

  /// Sets the status and makes the head. The head is sent with the first bytes of the body.
  /// @param status 100 to 999. A status below 200 closes the connection after the response, because
  ///   it is not final (RFC 9110 section 15.2).
  /// @throws exception with `error::headers_sent`, `invalid_status_code`, `invalid_http_token`,
  ///   `invalid_char`, `invalid_header_value` or `trailer_invalid`.
  /// **Node**: `response.writeHead()`.
  server_response& write_head(int status);

  /// Sets status and headers, overriding earlier values, and makes the head. The list replaces
  /// headers of the same names. A flat list also keeps a repeated name as separate lines. Errors
  /// are those of the first overload.
  server_response& write_head(int status, header_list const& headers);

  /// Sets status and reason phrase and makes the head. Errors are those of the first overload.
  // A template, because `{"a", "b"}` must be a flat list and not a view made from two iterators.
  template <detail::header_text Reason>
  server_response& write_head(int status, Reason const& reason) {
    return write_head_with(status, reason);
  }

  /// Sets status, reason phrase and headers, overriding earlier values, and makes the head. Errors
  /// are those of the first overload.
  server_response& write_head(int status, std::string_view reason, header_list const& headers);

  // Informational responses (1xx). Awaiting one waits until the buffered output is below the
  // high-water mark. At or above the mark, an informational response is discarded, except the first
  // 100 Continue, because memory for a client that does not read must be bounded.
  //
  // All four functions throw `exception` with `error::headers_sent` after the head of the final
  // response is made.

  /// Sends 100 Continue.
  /// **Node**: `response.writeContinue()`.
  write_operation write_continue();

  /// Sends 102 Processing.
  /// **Node**: `response.writeProcessing()`.
  write_operation write_processing();

  /// Sends 103 Early Hints. Sends nothing if no hint has the name `link`, in lower case.
  /// @param hints the values of `link`, and other headers.
  /// @throws exception with `error::invalid_arg_value` for a malformed link, `invalid_http_token`,
  ///   `invalid_char`, or `invalid_header_value` for Content-Length and Transfer-Encoding.
  /// **Node**: `response.writeEarlyHints()`.
  write_operation write_early_hints(header_list const& hints);

  /// Sends an informational response.
  /// @param status 100 to 199, except 101.
  /// @throws exception with `error::invalid_status_code`, and as `write_early_hints` for the
  ///   headers.
  /// **Node**: `response.writeInformation()` of later versions.
  write_operation write_information(int status, header_list const& headers = {});

  /// Enables or disables the automatic Date header; default true.
  /// **Node**: `response.sendDate`.
  server_response& set_send_date(bool on) noexcept;

  /// Returns whether a Date header is added automatically.
  bool send_date() const noexcept;

  /// Sets whether the connection may stay open after this response. The default follows from the
  /// version and the Connection header of the request.
  /// **Node**: `response.shouldKeepAlive`.
  server_response& set_should_keep_alive(bool on) noexcept;

  /// Returns whether the connection may stay open after this response.
  bool should_keep_alive() const noexcept;

  /// Sets the inactivity timeout of the connection. When it expires, `f` and the `on_timeout`
  /// listeners are called. If no timeout listener is set here, on the request or on the server, the
  /// connection is closed.
  /// @param timeout time without a byte in either direction; 0: no timeout.
  /// @param f an additional listener; may be empty.
  /// **Node**: `response.setTimeout(msecs, callback)`.
  server_response& set_timeout(std::chrono::milliseconds timeout,
                               anode::detail::function<void()> f = {});

  /// Adds a listener for the inactivity timeout. The connection stays open.
  /// **Node**: event 'timeout'.
  server_response& on_timeout(anode::detail::function<void()> f);

  /// Adds a listener for the facts of the exchange. It is called once, before `on_close`: when all
  /// bytes of the response are passed to the system, when the connection is lost, or when the
  /// response leaves HTTP. The facts are valid during the call.
  /// **Node**: none.
  server_response& on_done(anode::detail::function<void(exchange_facts const&)> f);

  // Leaving HTTP in an ordinary request handler, for example behind the program's own checks of all
  // requests. `server_options::upgrade_requests` makes the requests with an Upgrade header, and
  // CONNECT, safe for it: the bytes behind such a request are then not parsed before its response
  // is complete.
  //
  // Both functions act at once. Afterwards the response and the request have no connection, and
  // writes to the response fail with `error::stream_destroyed`. The bytes that the client sent
  // behind the request are the first bytes of the socket. An exception that the handler throws
  // later goes to `server::on_error`.
  //
  // If the connection is lost or being closed, the result is an empty socket. Both functions throw
  // `exception` with `error::headers_sent` if the head of the response is made, and with
  // `error::invalid_state` if the request is not completely received, if the response waits behind
  // another one, or if bytes behind the request are already parsed.

  /// Removes the connection from HTTP without a response. The program writes the whole response
  /// itself, for example by Boost.Beast (`accept_websocket` in `anode/beast.hpp`).
  /// @return the connection.
  /// **Node**: `response.detachSocket()`.
  anode::socket detach_socket();

  /// Calls the `on_head` listeners, sends 101 Switching Protocols with the headers set so far and
  /// `headers`, as `write_head` does, and removes the connection from HTTP. To CONNECT it sends the
  /// status that was set, if it is 2xx, or 200 Connection Established.
  /// @param headers `Connection: Upgrade` is added, and Upgrade with the first protocol that the
  ///   request offers, unless they are set.
  /// @return the connection, open for writing in the new protocol.
  /// @throws exception with `error::invalid_state` also if the request does not ask for an upgrade;
  ///   with `error::invalid_http_token` or `invalid_char` for invalid headers; with
  ///   `error::invalid_header_value` for Content-Length and Transfer-Encoding.
  /// **Node**: none; handlers of event 'upgrade' write the head themselves.
  anode::socket upgrade(header_list const& headers = {});

private:
  friend struct anode::detail::access;

  explicit server_response(anode::server::server_exchange& exchange) noexcept;

  server_response& write_head_with(int status, std::string_view reason);
  void require_interim_allowed() const;

  anode::server::server_exchange& exchange_;
};

}  // namespace anode::http
