// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/retry.hpp"

namespace anode::http {

std::string_view to_string(verdict v) noexcept {
  switch (v) {
    case verdict::not_sent:
      return "not_sent";
    case verdict::maybe_processed:
      return "maybe_processed";
    case verdict::response_started:
      return "response_started";
  }
  return "unknown";
}

}  // namespace anode::http

namespace anode::policy {

std::string_view to_string(retry_reason reason) noexcept {
  switch (reason) {
    case retry_reason::nothing_sent:
      return "nothing_sent";
    case retry_reason::idempotent:
      return "idempotent";
    case retry_reason::disabled:
      return "disabled";
    case retry_reason::cancelled:
      return "cancelled";
    case retry_reason::response_started:
      return "response_started";
    case retry_reason::fresh_connection:
      return "fresh_connection";
    case retry_reason::not_idempotent:
      return "not_idempotent";
    case retry_reason::body_not_replayable:
      return "body_not_replayable";
    case retry_reason::budget_spent:
      return "budget_spent";
  }
  return "unknown";
}

retry_decision judge_failure(retry_context const& context) noexcept {
  retry_decision d;
  bool const sent = context.connected && context.request_sent != retry_context::sent::none;
  // A response may precede the request: for example, a server sends 408 before it reads a request.
  d.verdict = context.response_received ? http::verdict::response_started
              : sent                    ? http::verdict::maybe_processed
                                        : http::verdict::not_sent;

  // Reasons of the exchange precede reasons of the budget: they are reported even without a budget.
  if (d.verdict == http::verdict::response_started) {
    d.reason = retry_reason::response_started;
  } else if (context.cancelled) {
    d.reason = retry_reason::cancelled;
  } else if (!context.socket_reused || !context.connected) {
    d.reason = retry_reason::fresh_connection;
  } else if (!context.body_replayable) {
    // This also applies if nothing was sent: a part of the body may already be consumed.
    d.reason = retry_reason::body_not_replayable;
  } else if (sent && !context.idempotent) {
    d.reason = retry_reason::not_idempotent;
  } else if (context.retry_budget == 0) {
    d.reason = retry_reason::disabled;
  } else if (context.retries_done >= context.retry_budget) {
    d.reason = retry_reason::budget_spent;
  } else {
    d.may_retry = true;
    d.reason = sent ? retry_reason::idempotent : retry_reason::nothing_sent;
  }
  return d;
}

bool is_idempotent(std::string_view method) noexcept {
  // The last four are safe methods in the IANA registry that RFC 9110 does not define.
  static constexpr std::string_view names[] = {"GET",   "HEAD",     "PUT",    "DELETE", "OPTIONS",
                                               "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"};
  for (std::string_view n : names) {
    if (n == method) {
      return true;
    }
  }
  return false;
}

}  // namespace anode::policy
