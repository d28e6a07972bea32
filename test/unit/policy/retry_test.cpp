// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/retry.hpp"

#include "support/catch.hpp"

namespace unit_policy_retry {

using namespace anode::policy;
using anode::http::verdict;

namespace {

constexpr retry_context::sent every_sent[] = {retry_context::sent::none, retry_context::sent::some,
                                              retry_context::sent::all};

/// Calls `f` with every combination of inputs.
template <class F>
void for_each_case(F f) {
  for (retry_context::sent sent : every_sent) {
    for (unsigned bits = 0; bits < 64; ++bits) {
      for (std::uint32_t budget = 0; budget < 3; ++budget) {
        for (std::uint32_t done = 0; done < 3; ++done) {
          retry_context x;
          x.request_sent = sent;
          x.response_received = bits & 1;
          x.socket_reused = bits & 2;
          x.connected = bits & 4;
          x.idempotent = bits & 8;
          x.body_replayable = bits & 16;
          x.cancelled = bits & 32;
          x.retry_budget = budget;
          x.retries_done = done;
          f(x);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("retry: every combination of inputs", "[retry]") {
  for_each_case([](retry_context const& x) {
    retry_decision const d = judge_failure(x);
    bool const sent = x.connected && x.request_sent != retry_context::sent::none;
    bool const safe = x.socket_reused && x.connected && x.body_replayable && !x.cancelled &&
                      !x.response_received && (!sent || x.idempotent);
    if (d.may_retry != (safe && x.retries_done < x.retry_budget)) {
      FAIL("may_retry is wrong");
    }

    verdict const expected = x.response_received ? verdict::response_started
                             : sent              ? verdict::maybe_processed
                                                 : verdict::not_sent;
    if (d.verdict != expected) {
      FAIL("the verdict is wrong");
    }
    bool const allows =
        d.reason == retry_reason::nothing_sent || d.reason == retry_reason::idempotent;
    if (d.may_retry != allows) {
      FAIL("the reason contradicts the decision");
    }
    if (safe && !d.may_retry && d.reason != retry_reason::disabled &&
        d.reason != retry_reason::budget_spent) {
      FAIL("only the budget may stop a safe retry");
    }
  });
  SUCCEED();
}

TEST_CASE("retry: reasons", "[retry]") {
  retry_context stale;  // an idempotent request that met the server's idle timeout
  stale.request_sent = retry_context::sent::all;
  stale.socket_reused = true;
  stale.idempotent = true;
  stale.retry_budget = 1;

  auto const reason = [](retry_context const& x) { return judge_failure(x).reason; };
  CHECK(reason(stale) == retry_reason::idempotent);
  CHECK(judge_failure(stale).may_retry);

  auto x = stale;
  x.request_sent = retry_context::sent::none;
  x.idempotent = false;
  CHECK(reason(x) == retry_reason::nothing_sent);

  x = stale;
  x.idempotent = false;
  CHECK(reason(x) == retry_reason::not_idempotent);
  CHECK(judge_failure(x).verdict == verdict::maybe_processed);

  x = stale;
  x.response_received = true;
  CHECK(reason(x) == retry_reason::response_started);

  x = stale;
  x.socket_reused = false;
  CHECK(reason(x) == retry_reason::fresh_connection);

  x = stale;
  x.body_replayable = false;
  x.request_sent = retry_context::sent::none;
  CHECK(reason(x) == retry_reason::body_not_replayable);

  x = stale;
  x.cancelled = true;
  CHECK(reason(x) == retry_reason::cancelled);

  x = stale;
  x.retries_done = 1;
  CHECK(reason(x) == retry_reason::budget_spent);

  x = stale;
  x.retry_budget = 0;
  CHECK(reason(x) == retry_reason::disabled);

  x = {};
  x.connected = false;
  CHECK(reason(x) == retry_reason::fresh_connection);
  CHECK(judge_failure(x).verdict == verdict::not_sent);
}

TEST_CASE("retry: idempotent methods", "[retry]") {
  for (auto m : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "QUERY"}) {
    CHECK(is_idempotent(m));
  }
  for (auto m : {"POST", "PATCH", "CONNECT", "LOCK", "get", "GETX", "GE", ""}) {
    CHECK_FALSE(is_idempotent(m));
  }
}

TEST_CASE("retry: names", "[retry]") {
  CHECK(to_string(verdict::not_sent) == "not_sent");
  CHECK(to_string(verdict::maybe_processed) == "maybe_processed");
  CHECK(to_string(verdict::response_started) == "response_started");
  CHECK(to_string(static_cast<verdict>(99)) == "unknown");
  CHECK(to_string(retry_reason::nothing_sent) == "nothing_sent");
  CHECK(to_string(retry_reason::idempotent) == "idempotent");
  CHECK(to_string(retry_reason::disabled) == "disabled");
  CHECK(to_string(retry_reason::cancelled) == "cancelled");
  CHECK(to_string(retry_reason::response_started) == "response_started");
  CHECK(to_string(retry_reason::fresh_connection) == "fresh_connection");
  CHECK(to_string(retry_reason::not_idempotent) == "not_idempotent");
  CHECK(to_string(retry_reason::body_not_replayable) == "body_not_replayable");
  CHECK(to_string(retry_reason::budget_spent) == "budget_spent");
  CHECK(to_string(static_cast<retry_reason>(99)) == "unknown");
}

}  // namespace unit_policy_retry
