// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/verdict.hpp>

#include <cstdint>
#include <string_view>

namespace anode::policy {

/// Why a request may or may not be sent again.
enum class retry_reason : std::uint8_t {
  nothing_sent,         ///< may: the server cannot have seen it
  idempotent,           ///< may: a stale connection, and doing it twice is doing it once
  disabled,             ///< may not: no budget was given
  cancelled,            ///< may not: the caller gave it up
  response_started,     ///< may not: part of the answer has been seen
  fresh_connection,     ///< may not: a new connection failed, that is no race with an idle timeout
  not_idempotent,       ///< may not: the server may have acted on it
  body_not_replayable,  ///< may not: the body, or a part of it, is gone
  budget_spent,         ///< may not: it was sent again as often as allowed
};

/// Returns the name of a value, as a view of static storage: "idempotent".
std::string_view to_string(retry_reason reason) noexcept;

/// What is known about an exchange whose connection failed.
struct retry_context {
  enum class sent : std::uint8_t { none, some, all };

  sent request_sent = sent::none;  ///< handed to the operating system, of head and body
  bool response_received = false;  ///< any byte after the last complete response
  bool socket_reused = false;      ///< the connection has carried an exchange before
  bool connected = true;           ///< false: look-up or connect failed, nothing was tried on it
  bool idempotent = false;         ///< see `is_idempotent`, or the caller's word for it
  bool body_replayable = true;     ///< no body, or still whole in memory
  bool cancelled = false;          ///< destroyed by its owner, by a signal or by a deadline
  std::uint32_t retries_done = 0;  ///< how often the request was sent again already
  std::uint32_t retry_budget = 0;  ///< how often it may be; 0 switches retries off (default)
};

/// What `judge_failure` says.
struct retry_decision {
  http::verdict verdict = http::verdict::not_sent;
  bool may_retry = false;
  retry_reason reason = retry_reason::disabled;
};

/// Decides whether a request whose connection failed may be sent again on a fresh one.
///
/// Only a reused connection earns a retry: it may have been closed by the server while the request
/// was on its way. Then a request of which nothing was sent may go again, and an idempotent one
/// with a replayable body; never one whose response has begun (RFC 9110 section 9.2.2).
///
/// **Node**: never retries. The model is the rule of Go's `net/http`.
retry_decision judge_failure(retry_context const& facts) noexcept;

/// Returns whether a method is idempotent: GET, HEAD, OPTIONS, TRACE, PUT and DELETE by RFC 9110
/// section 9.2.2, and the registered safe methods PROPFIND, REPORT, SEARCH and QUERY.
/// @param method  as on the wire; methods are case-sensitive
bool is_idempotent(std::string_view method) noexcept;

}  // namespace anode::policy
