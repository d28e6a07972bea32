// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/rules/failure_table.hpp"
#include "proxy/rules/target_rewrite.hpp"

#include <anode/agent.hpp>
#include <anode/client_request.hpp>
#include <anode/incoming_message.hpp>
#include <anode/pipe.hpp>
#include <anode/proxy/exchange_record.hpp>
#include <anode/proxy/forward_options.hpp>
#include <anode/server_response.hpp>
#include <anode/socket.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace anode::proxy {

namespace net = boost::asio;
using namespace rules;

/// Why a request gets no attempt, and what its response says. Status 0: it gets one.
class refusal {
public:
  refusal() {}
  refusal(int s, failure_side of, std::string_view why) : status(s), side(of), detail(why) {}

  explicit operator bool() const noexcept { return status != 0; }

  int status = 0;
  failure_side side = failure_side::none;
  std::string_view detail;  ///< in static storage
};

/// A request on its way: what its attempts share. The request, the options and the record must
/// exist until the exchange is complete.
class passage {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param link the connection of the client
  passage(http::incoming_message& request, anode::socket link, forward_options const& options,
          exchange_record& facts);

  http::incoming_message& req;
  forward_options const& how;
  exchange_record& record;
  time_point const begun;
  anode::socket const client;  ///< the connection of the client
  std::string const peer;      ///< the address of the client; empty if it has none
  bool const secure;           ///< the client uses TLS
  bool const with_body;        ///< the request has a body
  std::string changed_path;    ///< owns the path in `target`, if it is changed
  target_parts const target;
  std::string_view const asked;  ///< the authority of the target, or Host
  std::string replay;            ///< a copy of the body
  bool body_read = false;        ///< a part of the body was read
  bool body_kept = false;        ///< the whole body is in `replay`
  std::size_t sent_tries = 0;    ///< attempts of which something was sent

  /// Counts the request of the client, and returns why it cannot be forwarded.
  refusal admit();

  /// Returns the path for an upstream.
  /// @param prefix the path of the upstream
  /// @param changed owns the path if it is not a part of the target
  /// @return the path; empty if it may leave a prefix
  std::string_view path_for(std::string_view prefix, std::string& changed) const;

  /// Returns what is left of the body.
  body_state body() const noexcept;

  /// Makes the request to an upstream.
  /// @param like the options of the upstream
  /// @param path the path to send
  /// @param upgrade whether the request may leave HTTP
  /// @return the request; empty if the path cannot be sent
  /// @throws what `forward_options::on_request` throws
  http::client_request make_request(http::agent& by, http::request_options const& like,
                                    std::string_view path, bool upgrade, attempt_record const& of);

  /// Returns the time that is left of `proxy_timeouts::total`; 0 if there is no limit, at least
  /// 1 ms.
  std::chrono::milliseconds left() const;

  /// Returns the time since the begin.
  std::chrono::microseconds elapsed() const;

  /// Completes the record.
  void finish();

  /// Stores the end of an exchange without a response of an upstream.
  void refuse(refusal const& why);

private:
  refusal objection() const;
  bool is_trusted() const;
  void add_forwarded(http::client_request& out, bool trusted) const;

  client_limit::permit permit_;
};

/// Returns the kind of a method.
method_kind kind_of(std::string_view method) noexcept;

/// Responds to OPTIONS and TRACE with `Max-Forwards: 0` (RFC 9110 section 7.6.2).
/// @return whether it has responded
bool answer_last_hop(passage& p, http::server_response& res);

/// Sends the error response of a record. Adds Connection: close if the request is not received
/// completely, and Retry-After to 503.
/// @param other how the text calls the other side
void send_refusal(passage const& p, http::server_response& res, std::string_view other);

/// Sends the error response on a connection that has left HTTP, and ends its direction.
void send_refusal(passage const& p, anode::socket client, std::string_view other);

}  // namespace anode::proxy
