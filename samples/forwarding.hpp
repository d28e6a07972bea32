// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What both proxies do with a request, once they know where it goes.
#pragma once

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;

/// What became of a request that was passed on.
struct outcome {
  int status = 0;              ///< what the client was answered; 0: nothing
  std::uint64_t received = 0;  ///< bytes of the request's body
  std::uint64_t sent = 0;      ///< bytes of the answer's body
  std::string_view error;      ///< the name of what went wrong, of static storage; empty: nothing
  http::verdict verdict = http::verdict::response_started;  ///< if the other side failed
};

/// Returns whether a request has a body (RFC 9112 section 6.3).
bool has_body(http::incoming_message const& req);

/// Answers a request in one line of text.
void refuse(http::server_response& res, int status, std::string_view why);

/// Answers in one line of text on a connection that has left HTTP, and ends it.
/// @param header one more line of the head, with its end; or empty.
void refuse(anode::socket client, int status, std::string_view why, std::string_view header = {});

/// Returns the status for a failure of the other side: 504 when it took too long, else 502.
int status_of(anode::error_code ec);

/// Sends a request on, its body and its answer both while they arrive.
///
/// @param out has its headers already; is destroyed when it is silent for longer than `silence`.
/// @param via is added to the answer.
/// @return an outcome without a status if there was no answer: nothing has been sent to the client
///   then, so that it can be asked for elsewhere, or refused.
net::awaitable<outcome> pass_on(http::incoming_message& req, http::server_response& res,
                                http::client_request& out, std::chrono::milliseconds silence,
                                std::string_view via);

/// Sends a request on that wants to leave HTTP, with its Upgrade field, and the answer back; after
/// 101 passes bytes on until both sides have ended, else closes the client's connection.
/// @return an outcome without a status if there was no answer.
net::awaitable<outcome> pass_upgrade_on(anode::socket client, http::client_request& out,
                                        std::chrono::milliseconds silence, std::string_view via);

/// Drains on the first SIGINT or SIGTERM; the second one meets no handler any more and ends the
/// program.
net::awaitable<void> drain_on_signal(http::server& server, http::agent& agent,
                                     std::chrono::seconds grace);

}  // namespace samples
