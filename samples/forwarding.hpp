// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Forwards a request whose target is known. Both proxies use this part.
#pragma once

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;

/// The result of a forwarded request.
struct outcome {
  int status = 0;              ///< the response's status; 0: no response was sent
  std::uint64_t received = 0;  ///< bytes of the request body
  std::uint64_t sent = 0;      ///< bytes of the response body
  std::string_view error{};    ///< error name in static storage; empty: no error
  http::verdict verdict = http::verdict::response_started;  ///< set if the request failed
  bool body_taken = false;  ///< a part of the request's body was read: it cannot be sent again
  /// The other side is out of order: it cannot be reached, or it has closed the connection before a
  /// response. A slow or an invalid response does not count, because a client can cause it.
  bool other_is_down = false;
  int refusal = 502;            ///< the status for the client if there was no response
  bool client_is_slow = false;  ///< the client has stopped sending its request
};

/// Limits the requests in progress of each client, by its address; of IPv6 addresses, by the first
/// 64 bits, because a client chooses the others.
class client_limit {
public:
  explicit client_limit(std::size_t most) : most_(most) {}

  /// One request in progress.
  class request {
  public:
    request() = default;
    request(client_limit& of, std::string client);
    request(request&&) noexcept = default;
    request& operator=(request&&) = delete;
    ~request();

    /// Returns whether the request is within the limit.
    explicit operator bool() const noexcept { return counts_ != nullptr; }

  private:
    std::shared_ptr<std::unordered_map<std::string, std::size_t>> counts_;
    std::string client_;
  };

  /// Counts a request of the peer of a connection. The result is false if the client has `most`
  /// requests in progress already.
  request begin(anode::endpoint const& client);

private:
  std::size_t most_;
  // Shared, because a request may outlive the limit when the context is destroyed.
  std::shared_ptr<std::unordered_map<std::string, std::size_t>> counts_ =
      std::make_shared<std::unordered_map<std::string, std::size_t>>();
};

/// The parts of a request target, as the client has written them.
struct target_parts {
  std::string_view authority{};  ///< of a target in absolute form, without userinfo
  std::string_view path{};       ///< with the query; "*" for OPTIONS of a whole server
};

/// Splits a target. The bytes of path and query stay as they are, because only the other side knows
/// their meaning (RFC 9112 section 3.2.2).
/// @param changed owns the path if it is not a part of the target
target_parts split_target(std::string_view method, std::string_view target, std::string& changed);

/// Responds to TRACE and OPTIONS with `Max-Forwards: 0` (RFC 9110 section 7.6.2).
/// @return whether it has responded
bool answer_last_hop(http::incoming_message const& req, http::server_response& res);

/// Passes Max-Forwards of TRACE and OPTIONS on, decremented.
void pass_max_forwards(http::incoming_message const& req, http::client_request& out);

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
/// @param result must outlive `out`. Without a status there was no response. In that case nothing
///   was sent to the client, and the caller can retry elsewhere or refuse the request. The body of
///   the request is not read before a connection exists.
net::awaitable<void> pass_on(http::incoming_message& req, http::server_response& res,
                             http::client_request& out, std::chrono::milliseconds silence,
                             std::string_view via, outcome& result);

/// Forwards an upgrade request and its response. After 101, relays bytes until both sides have
/// ended. After any other response, closes the client's connection.
/// @param result as for `pass_on`
net::awaitable<void> pass_upgrade_on(anode::socket client, http::client_request& out,
                                     std::chrono::milliseconds silence, std::string_view via,
                                     outcome& result);

/// Drains on the first SIGINT or SIGTERM. The second signal has no handler, therefore it ends the
/// program.
net::awaitable<void> drain_on_signal(http::server& server, http::agent& agent,
                                     std::chrono::seconds grace);

}  // namespace samples
