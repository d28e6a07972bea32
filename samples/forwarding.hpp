// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Forwards a request whose target is known. Both proxies use this part.
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

/// The result of a forwarded request.
struct outcome {
  int status = 0;              ///< the response's status; 0: no response was sent
  std::uint64_t received = 0;  ///< bytes of the request body
  std::uint64_t sent = 0;      ///< bytes of the response body
  std::string_view error;      ///< error name in static storage; empty: no error
  http::verdict verdict = http::verdict::response_started;  ///< set if the request failed
};

/// Returns whether a request has a body (RFC 9112 section 6.3).
bool has_body(http::incoming_message const& req);

/// Sends an error response with a one-line text body.
void refuse(http::server_response& res, int status, std::string_view why);

/// Sends an error response on a connection that has left HTTP, and half-closes it.
/// @param header an additional header line with its CRLF, or empty
void refuse(anode::socket client, int status, std::string_view why, std::string_view header = {});

/// Returns the status for an error of the other side: 504 for a timeout, otherwise 502.
int status_of(anode::error_code ec);

/// Forwards a request. Its body and the response are streamed at the same time.
///
/// @param out has its headers set; destroyed after `silence` without activity (0: no limit)
/// @param via is added to the response
/// @return an outcome without a status if there was no response. In that case no response was sent
///   to the client, and the caller can retry elsewhere or refuse the request.
net::awaitable<outcome> pass_on(http::incoming_message& req, http::server_response& res,
                                http::client_request& out, std::chrono::milliseconds silence,
                                std::string_view via);

/// Forwards an upgrade request and its response. After 101, relays bytes until both sides have
/// ended. After any other response, closes the client's connection.
/// @return an outcome without a status if there was no response
net::awaitable<outcome> pass_upgrade_on(anode::socket client, http::client_request& out,
                                        std::chrono::milliseconds silence, std::string_view via);

/// Drains on the first SIGINT or SIGTERM. The second signal has no handler, therefore it ends the
/// program.
net::awaitable<void> drain_on_signal(http::server& server, http::agent& agent,
                                     std::chrono::seconds grace);

}  // namespace samples
