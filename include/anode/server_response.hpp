// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>

namespace anode::server {
class server_exchange;
}

namespace anode::http {

/// The response to one request of a server.
///
/// Lives until its exchange is closed and, for a coroutine handler, until that has returned; a
/// callback handler may keep a reference and answer later, until `on_close`.
///
/// **Node**: `http.ServerResponse`.
class ANODE_EXPORT server_response final : public outgoing_message {
public:
  /// Returns the request that this answers.
  incoming_message& req() noexcept;

  /// Returns the status, 200 unless set.
  int status_code() const noexcept;

  /// Sets the status of the head that is still to be sent.
  /// @param status 100 to 999, checked when the head is made.
  server_response& set_status_code(int status) noexcept;

  /// Returns the reason phrase that was set; if none was, nothing before the head is made, and the
  /// standard phrase from then on.
  std::string_view status_message() const noexcept;

  /// Sets the reason phrase; an empty one means the standard phrase of the status.
  server_response& set_status_message(std::string_view reason);
  server_response& set_status_message(std::initializer_list<header_item> texts) = delete;

  /// Makes the head: status and headers, which win over those set before. It leaves with the first
  /// bytes of the body.
  /// @throws exception with `error::headers_sent`, `invalid_status_code`, `invalid_char`...
  server_response& write_head(int status);
  server_response& write_head(int status, header_list const& headers);
  // A template, so that two texts in braces are a flat list and not a view made of two iterators.
  template <detail::header_text Reason>
  server_response& write_head(int status, Reason const& reason) {
    return write_head_with(status, reason);
  }
  server_response& write_head(int status, std::string_view reason, header_list const& headers);

  // Interim responses are advice that a client which reads slowly can do without. Awaiting one
  // waits for room below the high-water mark; one that is sent although the high-water mark is
  // reached is dropped, but for the first 100, so that a client that does not read costs no memory.

  /// Sends 100 Continue.
  write_operation write_continue();

  /// Sends 102 Processing.
  write_operation write_processing();

  /// Sends 103 Early Hints; nothing if there is no `link` among the hints.
  write_operation write_early_hints(header_list const& hints);

  /// Sends an interim response of a status from 100 to 199 other than 101.
  write_operation write_information(int status, header_list const& headers = {});

  /// Switches the Date header off or on.
  void set_send_date(bool on) noexcept;
  bool send_date() const noexcept;

  /// Decides whether the connection may be kept open after this response.
  void set_should_keep_alive(bool on) noexcept;
  bool should_keep_alive() const noexcept;

  /// Has `f`, and the listeners of `on_timeout`, called when nothing happens on the connection for
  /// `timeout`; if there are none the connection is closed. 0 switches that off.
  server_response& set_timeout(std::chrono::milliseconds timeout,
                               anode::detail::function<void()> f = {});
  server_response& on_timeout(anode::detail::function<void()> f);

  /// For the library itself.
  explicit server_response(anode::server::server_exchange& exchange) noexcept;

private:
  server_response& write_head_with(int status, std::string_view reason);
  void require_interim_allowed() const;

  anode::server::server_exchange& exchange_;
};

}  // namespace anode::http
