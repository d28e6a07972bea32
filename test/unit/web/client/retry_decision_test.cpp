// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/retry_decision.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <optional>

namespace unit_web_client_retry_decision {

namespace http = anode::http;
namespace web = anode::web;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds retry_now = sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s;

}  // namespace

TEST_CASE("web retry: what may be sent again", "[web]") {
  for (bool const idempotent : {false, true}) {
    CHECK(web::may_retry(http::verdict::not_sent, idempotent));
    CHECK(web::may_retry(http::verdict::maybe_processed, idempotent) == idempotent);
    CHECK_FALSE(web::may_retry(http::verdict::response_started, idempotent));
  }
  for (int status = 100; status != 600; ++status) {
    bool const expected = status == 429 || status == 502 || status == 503 || status == 504;
    CHECK(web::may_retry(status) == expected);
  }
  for (char const* const method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    CHECK(web::is_idempotent(method));
  }
  for (char const* const method : {"POST", "PATCH", "CONNECT", "get", "TEST", ""}) {
    CHECK_FALSE(web::is_idempotent(method));
  }
}

TEST_CASE("web retry: Retry-After is a number of seconds or a date", "[web]") {
  auto const parse = [](std::string_view text) { return web::parse_retry_after(text, retry_now); };
  CHECK(parse("0") == 0s);
  CHECK(parse(" 120 ") == 120s);
  CHECK(parse("Sun, 06 Nov 1994 08:50:07 GMT") == 30s);
  CHECK(parse("Sunday, 06-Nov-94 08:49:38 GMT") == 1s);
  CHECK(parse("Sun, 06 Nov 1994 08:00:00 GMT") == 0s);
  CHECK(parse("99999999999999999999999999") == 8760h);
  CHECK(parse("Fri, 06 Nov 2026 08:00:00 GMT") == 8760h);
  for (std::string_view const text : {"", " ", "-1", "1.5", "1s", "soon", "+1", "0x1"}) {
    INFO(text);
    CHECK_FALSE(parse(text));
  }
}

TEST_CASE("web retry: the wait is random below a limit that doubles", "[web]") {
  web::retry_policy const policy = web::retry_policy(9).base(200ms).longest(1s);
  constexpr std::uint32_t most = UINT32_MAX;
  CHECK(web::backoff(policy, 0, most) == 200ms);
  CHECK(web::backoff(policy, 1, most) == 400ms);
  CHECK(web::backoff(policy, 2, most) == 800ms);
  CHECK(web::backoff(policy, 3, most) == 1s);
  CHECK(web::backoff(policy, 1000, most) == 1s);
  CHECK(web::backoff(policy, 1, most / 2) == 199ms);
  CHECK(web::backoff(policy, 5, 0) == 0ms);
  CHECK(web::backoff(web::retry_policy(1).base(5s).longest(1s), 0, most) == 1s);
  CHECK(web::backoff(web::retry_policy(1).base(-5s), 3, most) == 0ms);
  CHECK(web::backoff(web::retry_policy(1).longest(-5s), 3, most) == 0ms);
  auto const huge = std::chrono::milliseconds::max();
  CHECK(web::backoff(web::retry_policy(1).base(huge).longest(huge), 3, most) == 24h);
}

TEST_CASE("web retry: a client spends at most a tenth of its requests on retries", "[web]") {
  web::retry_budget budget;
  for (int i = 0; i != 10; ++i) {
    CHECK(budget.take());
  }
  CHECK_FALSE(budget.take());
  int retries = 0;
  for (int i = 0; i != 1000; ++i) {
    budget.add_request();
    retries += budget.take() ? 1 : 0;
  }
  CHECK(retries == 100);
  for (int i = 0; i != 1000; ++i) {
    budget.add_request();
  }
  for (int i = 0; i != 10; ++i) {
    CHECK(budget.take());
  }
  CHECK_FALSE(budget.take());
}

}  // namespace unit_web_client_retry_decision
