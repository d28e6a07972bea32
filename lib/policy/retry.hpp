// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/verdict.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::policy {

/// The longest request in bytes that is kept for a retry.
inline constexpr std::size_t replay_limit = 65536;

/// Why a request may or may not be retried.
enum class retry_reason : std::uint8_t {
  nothing_sent,         ///< may: the server has not received it
  idempotent,           ///< may: the reused connection failed and the request is idempotent
  disabled,             ///< may not: the retry budget is 0
  cancelled,            ///< may not: the caller cancelled it
  response_started,     ///< may not: a part of the response was received
  fresh_connection,     ///< may not: a new connection failed, which is no idle timeout
  not_idempotent,       ///< may not: the server may have processed it
  body_not_replayable,  ///< may not: the body is not completely in memory
  budget_spent,         ///< may not: the retry budget is spent
};

/// Returns the name of a reason, for example "idempotent": a view of static storage.
std::string_view to_string(retry_reason reason) noexcept;

/// The state of an exchange whose connection failed.
struct retry_context {
  enum class sent : std::uint8_t { none, some, all };

  sent request_sent = sent::none;  ///< the part of head and body written to the socket
  bool response_received = false;  ///< a byte after the last complete response was received
  bool socket_reused = false;      ///< the connection has completed an exchange before
  bool connected = true;           ///< false: look-up or connect failed, nothing was sent
  bool idempotent = false;         ///< `is_idempotent`, or the caller's declaration
  bool body_replayable = true;     ///< there is no body, or it is completely in memory
  bool cancelled = false;          ///< destroyed by its owner, a signal or a timeout
  std::uint32_t retries_done = 0;  ///< the number of retries made
  std::uint32_t retry_budget = 0;  ///< the most retries; 0 disables retries (default)
};

/// The result of `judge_failure`.
struct retry_decision {
  http::verdict verdict = http::verdict::not_sent;
  bool may_retry = false;
  retry_reason reason = retry_reason::disabled;
};

/// Decides whether a request whose connection failed may be retried on a new connection.
///
/// Only the failure of a reused connection allows a retry, because the server may have closed the
/// connection while the request was in flight. The body must be replayable. The request must be
/// idempotent unless nothing was sent. The response must not have begun (RFC 9110 section 9.2.2).
///
/// **Node**: never retries. The rule is that of Go's `net/http`.
retry_decision judge_failure(retry_context const& context) noexcept;

/// Returns whether a method is idempotent: GET, HEAD, OPTIONS, TRACE, PUT and DELETE by RFC 9110
/// section 9.2.2, and the registered safe methods PROPFIND, REPORT, SEARCH and QUERY.
/// @param method  the method as sent; methods are case-sensitive
bool is_idempotent(std::string_view method) noexcept;

}  // namespace anode::policy
