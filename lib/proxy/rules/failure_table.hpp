// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/proxy/exchange_record.hpp>
#include <anode/verdict.hpp>

#include <array>
#include <cstdint>

namespace anode::proxy::rules {

/// The side that the exchange waits for when it fails.
enum class waited_side : std::uint8_t { client, upstream, resource, killed };

/// How it fails.
enum class failure_kind : std::uint8_t {
  ended,      ///< refused, closed or reset
  timed_out,  ///< silent for too long
  invalid,    ///< what was received is unusable, a certificate included
  status,     ///< a response with 502, 503 or 504
};

/// What a second execution of the method does (RFC 9110 section 9.2).
enum class method_kind : std::uint8_t { safe, idempotent, other };

/// What is left of the request's body.
enum class body_state : std::uint8_t {
  none,    ///< there is none
  whole,   ///< it is completely in memory
  unread,  ///< nothing of it was read
  gone,    ///< a part of it was read and is not kept
};

/// The facts of a failed attempt.
struct failure_facts {
  waited_side side = waited_side::upstream;
  exchange_phase phase = exchange_phase::response_head;
  failure_kind kind = failure_kind::ended;
  http::verdict verdict = http::verdict::maybe_processed;
  bool reused = false;  ///< the connection carried a request before
  method_kind method = method_kind::safe;
  body_state body = body_state::none;
  bool answer_begun = false;  ///< the client was sent a part of the response
};

/// Where a request may be sent again.
enum class retry_place : std::uint8_t {
  none,   ///< nowhere
  same,   ///< to the same upstream, on a new connection
  other,  ///< to another upstream
};

/// What follows from a failure.
struct failure_action {
  std::uint8_t row = 0;  ///< of the table in docs/proxy.md
  retry_place retry = retry_place::none;
  bool budgeted = false;     ///< the retry needs the budget
  std::uint8_t eighths = 0;  ///< of a point that the upstream is charged
  bool provisional = false;  ///< 1/8 if the same request fails at a second upstream too
  bool optional = false;     ///< a setting can allow the retry, or set the charge
  int status = 502;          ///< for a client that has no response; 0: none is sent
};

namespace table {

constexpr bool can_send_again(failure_facts const& f) {
  return !f.answer_begun && f.body != body_state::gone;
}

constexpr bool is_before_request(exchange_phase p) {
  return p == exchange_phase::preface || p == exchange_phase::request_head;
}

constexpr bool is_connecting(exchange_phase p) {
  return p == exchange_phase::lookup || p == exchange_phase::connect || p == exchange_phase::secure;
}

constexpr bool is_exchanging(exchange_phase p) {
  return p == exchange_phase::request_body || p == exchange_phase::response_head;
}

/// A failure of the upstream before the client was sent a part of its response.
constexpr bool is_early(failure_facts const& f) {
  return f.side == waited_side::upstream && !f.answer_begun && f.kind != failure_kind::status;
}

constexpr bool ends_exchanging(failure_facts const& f) {
  return is_early(f) && is_exchanging(f.phase) && f.kind == failure_kind::ended &&
         f.verdict != http::verdict::response_started;
}

/// The connection ends when a part of the head is received, which nobody has seen.
constexpr bool ends_in_head(failure_facts const& f) {
  return is_early(f) && is_exchanging(f.phase) && f.kind == failure_kind::ended &&
         f.verdict == http::verdict::response_started;
}

constexpr bool may_be_stale(failure_facts const& f) {
  return f.body != body_state::gone &&
         (f.verdict == http::verdict::not_sent || f.method != method_kind::other);
}

constexpr int status_of(failure_kind k) { return k == failure_kind::timed_out ? 504 : 502; }

constexpr failure_action elsewhere(std::uint8_t row, failure_facts const& f) {
  return {row,
          can_send_again(f) ? retry_place::other : retry_place::none,
          true,
          8,
          false,
          false,
          status_of(f.kind)};
}

/// One row: which failures it is for, and what follows from them. The rows exclude each other.
struct failure_row {
  bool (*covers)(failure_facts const& f);
  failure_action (*action)(failure_facts const& f);
};

inline constexpr std::array<failure_row, 15> all{{
    // 1: the client has left or is too slow.
    {[](failure_facts const& f) { return f.side == waited_side::client; },
     [](failure_facts const& f) {
       return failure_action{.row = 1, .status = f.kind == failure_kind::timed_out ? 408 : 0};
     }},
    // 2: a lack of resources of the proxy.
    {[](failure_facts const& f) {
       return f.side == waited_side::resource && f.phase != exchange_phase::queue;
     },
     [](failure_facts const&) { return failure_action{.row = 2, .status = 503}; }},
    // 3: the look-up fails.
    {[](failure_facts const& f) { return is_early(f) && f.phase == exchange_phase::lookup; },
     [](failure_facts const& f) { return elsewhere(3, f); }},
    // 4: no connection, or a new one of which nothing was sent.
    {[](failure_facts const& f) {
       return (is_early(f) &&
               (f.phase == exchange_phase::connect ||
                (f.phase == exchange_phase::secure && f.kind != failure_kind::invalid))) ||
              (ends_exchanging(f) && !f.reused && f.verdict == http::verdict::not_sent);
     },
     [](failure_facts const& f) { return elsewhere(4, f); }},
    // 5: the certificate is refused.
    {[](failure_facts const& f) {
       return is_early(f) && f.phase == exchange_phase::secure && f.kind == failure_kind::invalid;
     },
     [](failure_facts const& f) { return elsewhere(5, f); }},
    // 6: a kept connection ends before a byte, and the request may be sent again.
    {[](failure_facts const& f) { return ends_exchanging(f) && f.reused && may_be_stale(f); },
     [](failure_facts const&) { return failure_action{.row = 6, .retry = retry_place::same}; }},
    // 7: the same, and it may not.
    {[](failure_facts const& f) { return ends_exchanging(f) && f.reused && !may_be_stale(f); },
     [](failure_facts const&) { return failure_action{.row = 7}; }},
    // 8: after something was sent, a new connection ends before a byte of the response, or any one
    // within its head. A kept one that is only stale sends no byte.
    {[](failure_facts const& f) {
       return ends_in_head(f) ||
              (ends_exchanging(f) && !f.reused && f.verdict == http::verdict::maybe_processed);
     },
     [](failure_facts const& f) {
       bool const again = can_send_again(f) && f.method == method_kind::safe;
       return failure_action{8, again ? retry_place::other : retry_place::none, true, 8, true};
     }},
    // 9: the head of the response is unusable. A client can provoke it.
    {[](failure_facts const& f) {
       return is_early(f) && is_exchanging(f.phase) && f.kind == failure_kind::invalid;
     },
     [](failure_facts const&) { return failure_action{.row = 9, .eighths = 2}; }},
    // 10: no head in time.
    {[](failure_facts const& f) {
       return is_early(f) && is_exchanging(f.phase) && f.kind == failure_kind::timed_out;
     },
     [](failure_facts const& f) {
       bool const again = can_send_again(f) && f.method == method_kind::safe;
       return failure_action{
           10, again ? retry_place::other : retry_place::none, true, 4, true, true, 504};
     }},
    // 11: the response ends early.
    {[](failure_facts const& f) {
       bool const inside = f.answer_begun || f.phase == exchange_phase::response_body ||
                           f.phase == exchange_phase::tunnel || f.phase == exchange_phase::complete;
       return f.side == waited_side::upstream && f.kind != failure_kind::status && inside &&
              f.phase != exchange_phase::queue && !is_before_request(f.phase);
     },
     [](failure_facts const& f) {
       return failure_action{
           .row = 11, .eighths = 8, .status = f.answer_begun ? 0 : status_of(f.kind)};
     }},
    // 12: 502, 503 or 504 as the response, which is passed on.
    {[](failure_facts const& f) {
       return f.side == waited_side::upstream && f.kind == failure_kind::status &&
              f.phase != exchange_phase::queue && !is_before_request(f.phase);
     },
     [](failure_facts const&) {
       return failure_action{.row = 12, .eighths = 4, .optional = true, .status = 0};
     }},
    // 13: no upstream before the deadline of the queue.
    {[](failure_facts const& f) {
       return f.phase == exchange_phase::queue &&
              (f.side == waited_side::resource || f.side == waited_side::upstream);
     },
     [](failure_facts const&) { return failure_action{.row = 13, .status = 503}; }},
    // 14: the program ends the exchange.
    {[](failure_facts const& f) { return f.side == waited_side::killed; },
     [](failure_facts const&) { return failure_action{.row = 14, .status = 0}; }},
    // 15: no exchange with an upstream has begun: a fault of the program.
    {[](failure_facts const& f) {
       return f.side == waited_side::upstream && is_before_request(f.phase);
     },
     [](failure_facts const&) { return failure_action{.row = 15, .status = 500}; }},
}};

}  // namespace table

/// Decides what follows from a failure. Exactly one row covers each combination of facts.
/// @param timeouts_too whether row 10 may be sent again
constexpr failure_action judge_failure(failure_facts const& facts, bool timeouts_too = false) {
  for (table::failure_row const& row : table::all) {
    if (row.covers(facts)) {
      failure_action action = row.action(facts);
      if (action.row == 10 && !timeouts_too) {
        action.retry = retry_place::none;
      }
      return action;
    }
  }
  return {};
}

}  // namespace anode::proxy::rules
