// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/failure_table.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace unit_proxy_rules_failure_table {

namespace http = anode::http;
using namespace anode::proxy;
using namespace anode::proxy::rules;

namespace {

constexpr std::array all_phases{
    exchange_phase::preface, exchange_phase::request_head,  exchange_phase::request_body,
    exchange_phase::queue,   exchange_phase::lookup,        exchange_phase::connect,
    exchange_phase::secure,  exchange_phase::response_head, exchange_phase::response_body,
    exchange_phase::tunnel,  exchange_phase::complete,
};

// Calls `f` with each combination of facts.
template <class F>
std::size_t for_each_combination(F f) {
  std::size_t n = 0;
  failure_facts x;
  for (int side = 0; side < 4; ++side) {
    for (exchange_phase const phase : all_phases) {
      for (int kind = 0; kind < 4; ++kind) {
        for (int verdict = 0; verdict < 3; ++verdict) {
          for (int method = 0; method < 3; ++method) {
            for (int body = 0; body < 4; ++body) {
              for (int flags = 0; flags < 4; ++flags) {
                x.side = static_cast<waited_side>(side);
                x.phase = phase;
                x.kind = static_cast<failure_kind>(kind);
                x.verdict = static_cast<http::verdict>(verdict);
                x.method = static_cast<method_kind>(method);
                x.body = static_cast<body_state>(body);
                x.reused = (flags & 1) != 0;
                x.answer_begun = (flags & 2) != 0;
                f(x);
                ++n;
              }
            }
          }
        }
      }
    }
  }
  return n;
}

failure_facts upstream(exchange_phase phase, failure_kind kind, http::verdict verdict,
                       method_kind method = method_kind::safe, body_state body = body_state::none) {
  failure_facts f;
  f.phase = phase;
  f.kind = kind;
  f.verdict = verdict;
  f.method = method;
  f.body = body;
  return f;
}

failure_facts on_kept(failure_facts f) {
  f.reused = true;
  return f;
}

}  // namespace

TEST_CASE("failure table: exactly one row covers each combination of facts") {
  std::set<unsigned> used;
  std::size_t wrong = 0;
  std::size_t const n = for_each_combination([&](failure_facts const& f) {
    auto const rows = std::ranges::count_if(
        table::all, [&](table::failure_row const& row) { return row.covers(f); });
    wrong += rows == 1 ? 0 : 1;
    used.insert(judge_failure(f).row);
  });
  CHECK(n == 4 * 11 * 4 * 3 * 3 * 4 * 4);
  CHECK(wrong == 0);
  CHECK(used.size() == table::all.size());
  CHECK(*used.begin() == 1);
}

TEST_CASE("failure table: the number of a row is its place in the table") {
  for_each_combination([](failure_facts const& f) {
    for (std::size_t i = 0; i < table::all.size(); ++i) {
      if (table::all[i].covers(f) && table::all[i].action(f).row != i + 1) {
        FAIL("row " << i + 1);
      }
    }
  });
}

TEST_CASE("failure table: nothing is sent again after the first byte to the client") {
  for (bool const timeouts_too : {false, true}) {
    for_each_combination([&](failure_facts const& f) {
      failure_action const a = judge_failure(f, timeouts_too);
      if (f.answer_begun && a.retry != retry_place::none) {
        FAIL("row " << static_cast<unsigned>(a.row));
      }
    });
  }
  failure_facts f = on_kept(
      upstream(exchange_phase::response_head, failure_kind::ended, http::verdict::not_sent));
  f.answer_begun = true;
  CHECK(judge_failure(f).retry == retry_place::none);
  CHECK(judge_failure(f).status == 0);
}

TEST_CASE("failure table: only an upstream is charged, and only a failure of its own") {
  for_each_combination([](failure_facts const& f) {
    failure_action const a = judge_failure(f);
    if (a.eighths > 0 && f.side != waited_side::upstream) {
      FAIL("row " << static_cast<unsigned>(a.row));
    }
    if (f.side != waited_side::upstream && a.retry != retry_place::none) {
      FAIL("row " << static_cast<unsigned>(a.row));
    }
  });
}

TEST_CASE("failure table: a body that is gone is never sent again") {
  for (bool const timeouts_too : {false, true}) {
    for_each_combination([&](failure_facts const& f) {
      if (f.body == body_state::gone && judge_failure(f, timeouts_too).retry != retry_place::none) {
        FAIL("row " << static_cast<unsigned>(judge_failure(f, timeouts_too).row));
      }
    });
  }
}

TEST_CASE(
    "failure table: a request that may have been processed is sent again only if it is safe") {
  for_each_combination([](failure_facts const& f) {
    failure_action const a = judge_failure(f, true);
    if (f.verdict == http::verdict::maybe_processed && f.phase != exchange_phase::lookup &&
        f.phase != exchange_phase::connect && f.phase != exchange_phase::secure &&
        a.retry == retry_place::other && f.method != method_kind::safe) {
      FAIL("row " << static_cast<unsigned>(a.row));
    }
    if (f.verdict == http::verdict::maybe_processed && a.retry == retry_place::same &&
        f.method == method_kind::other) {
      FAIL("row " << static_cast<unsigned>(a.row));
    }
  });
}

TEST_CASE("failure table: the rows in words") {
  using enum exchange_phase;
  using enum failure_kind;
  using enum http::verdict;
  struct row {
    failure_facts facts;
    unsigned number;
    retry_place retry;
    unsigned eighths;
    int status;
  };
  failure_facts slow_client = upstream(request_body, timed_out, maybe_processed);
  slow_client.side = waited_side::client;
  failure_facts lost_client = upstream(response_head, ended, maybe_processed);
  lost_client.side = waited_side::client;
  failure_facts own = upstream(connect, ended, not_sent);
  own.side = waited_side::resource;
  failure_facts cut = upstream(response_body, ended, response_started);
  cut.answer_begun = true;
  auto const other = method_kind::other;
  for (row const& r : {
           row{slow_client, 1, retry_place::none, 0, 408},
           row{lost_client, 1, retry_place::none, 0, 0},
           row{own, 2, retry_place::none, 0, 503},
           row{upstream(lookup, ended, not_sent), 3, retry_place::other, 8, 502},
           row{upstream(connect, ended, not_sent, other, body_state::unread), 4, retry_place::other,
               8, 502},
           row{upstream(connect, timed_out, not_sent, other, body_state::whole), 4,
               retry_place::other, 8, 504},
           row{upstream(secure, timed_out, not_sent), 4, retry_place::other, 8, 504},
           row{upstream(secure, invalid, not_sent), 5, retry_place::other, 8, 502},
           row{on_kept(upstream(response_head, ended, maybe_processed)), 6, retry_place::same, 0,
               502},
           row{on_kept(upstream(request_body, ended, not_sent, other, body_state::unread)), 6,
               retry_place::same, 0, 502},
           row{on_kept(upstream(response_head, ended, maybe_processed, other, body_state::whole)),
               7, retry_place::none, 0, 502},
           row{upstream(response_head, ended, maybe_processed), 8, retry_place::other, 8, 502},
           row{upstream(response_head, ended, maybe_processed, other), 8, retry_place::none, 8,
               502},
           row{upstream(response_head, invalid, response_started), 9, retry_place::none, 2, 502},
           row{upstream(response_head, timed_out, maybe_processed), 10, retry_place::none, 4, 504},
           row{cut, 11, retry_place::none, 8, 0},
           row{upstream(response_head, ended, response_started), 8, retry_place::other, 8, 502},
           row{upstream(response_head, ended, response_started, other), 8, retry_place::none, 8,
               502},
           row{on_kept(upstream(response_head, ended, response_started)), 8, retry_place::other, 8,
               502},
           row{upstream(response_head, status, response_started), 12, retry_place::none, 4, 0},
           row{upstream(queue, timed_out, not_sent), 13, retry_place::none, 0, 503},
       }) {
    CAPTURE(r.number);
    failure_action const a = judge_failure(r.facts);
    CHECK(a.row == r.number);
    CHECK(a.retry == r.retry);
    CHECK(a.eighths == r.eighths);
    CHECK(a.status == r.status);
  }
  CHECK(judge_failure(upstream(response_head, timed_out, maybe_processed), true).retry ==
        retry_place::other);
  CHECK(judge_failure(upstream(response_head, ended, maybe_processed)).provisional);
}

static_assert(judge_failure(failure_facts()).row == 8);

TEST_CASE("exchange record: two letters for each end") {
  exchange_record r;
  auto const end = [&] {
    auto const letters = r.end();
    return std::string(letters.begin(), letters.end());
  };
  CHECK(end() == "--");
  r.side = failure_side::upstream;
  r.phase = exchange_phase::response_head;
  CHECK(end() == "SH");
  r.timed_out = true;
  CHECK(end() == "sH");
  r.side = failure_side::client;
  r.phase = exchange_phase::request_body;
  CHECK(end() == "cB");
  r.timed_out = false;
  r.phase = exchange_phase::tunnel;
  CHECK(end() == "CU");
  r.side = failure_side::resource;
  r.phase = exchange_phase::queue;
  r.timed_out = true;
  CHECK(end() == "RQ");
  r.side = failure_side::policy;
  r.phase = exchange_phase::request_head;
  CHECK(end() == "PR");
  CHECK(to_string(failure_side::killed) == "killed");
  CHECK(to_string(exchange_phase::complete) == "complete");
}

TEST_CASE("exchange record: attempts beyond the fourth replace the last") {
  exchange_record r;
  CHECK(r.last_attempt() == nullptr);
  for (int i = 0; i < 6; ++i) {
    r.add_attempt().upstream = std::to_string(i);
  }
  CHECK(r.tries() == 6);
  REQUIRE(r.attempts().size() == 4);
  CHECK(r.attempts()[2].upstream == "2");
  CHECK(r.last_attempt()->upstream == "5");
}

}  // namespace unit_proxy_rules_failure_table
