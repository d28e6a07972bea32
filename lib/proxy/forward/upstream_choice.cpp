// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/upstream_choice.hpp"

#include "proxy/tunnel/client_header.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

namespace anode::proxy {
namespace {

std::string_view refusal_text(acquire_refusal why) noexcept {
  switch (why) {
    case acquire_refusal::queue_full:
      return "too many requests wait";
    case acquire_refusal::queue_timeout:
      return "no upstream became free in time";
    case acquire_refusal::closed:
      return "the proxy stops";
    default:
      return "no upstream is up";
  }
}

std::chrono::seconds seconds_of(http::incoming_message const& answer) {
  std::string_view const text = answer.headers().get("Retry-After").value_or("");
  unsigned value = 0;
  auto const [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const whole = ec == std::errc{} && rest == text.data() + text.size() && value < 86'400;
  return std::chrono::seconds(whole ? value : 0);
}

charge charge_of(failure_facts const& f, failure_action const& action) {
  if (f.phase == exchange_phase::lookup) {
    return charge(action.eighths, charge::kind::lookup);
  }
  return charge(action.eighths,
                action.provisional ? charge::kind::provisional : charge::kind::lasting);
}

}  // namespace

bool upstream_choice::try_next() {
  if (std::exchange(keeps_, false)) {
    return true;
  }
  lease_ = pool_.try_acquire(tried_);
  if (lease_.refusal() == acquire_refusal::would_wait) {
    return false;
  }
  note_choice();
  return true;
}

net::awaitable<void> upstream_choice::wait() {
  auto [ec, at] = co_await pool_.acquire(tried_, net::as_tuple(net::use_awaitable));
  lease_ = std::move(at);
  note_choice();
}

// A request that has failed keeps the failure as its end.
void upstream_choice::note_choice() {
  exchange_record& r = p_.record;
  if (lease_) {
    r.queued += std::chrono::duration_cast<std::chrono::microseconds>(lease_.queued());
    return;
  }
  if (r.tries() > 0) {
    return;
  }
  r.phase = exchange_phase::queue;
  if (lease_.refusal() == acquire_refusal::cancelled) {
    r.side = failure_side::killed;
    r.detail = "the proxy has cancelled the request";
    return;
  }
  r.status = 503;
  r.side = failure_side::resource;
  r.detail = refusal_text(lease_.refusal());
}

http::client_request upstream_choice::begin(bool upgrade) {
  if (!lease_) {
    return {};
  }
  attempt_record& a = p_.record.add_attempt();
  a.upstream = lease_.name();
  attempt_begun_ = p_.elapsed();
  std::optional<http::request_options> copy;
  http::request_options const* like = &limited(p_, lease_.target(), copy);
  bool const announces = lease_.send_proxy() != 0;
  if (announces) {
    if (!copy) {
      like = &copy.emplace(*like);
    }
    copy->proxy_header = tunnel::client_header(p_.client, lease_.send_proxy(), {});
  }
  std::string_view const path = p_.path_for(like->path, path_);
  http::client_request out;
  if (!path.empty()) {
    out = p_.make_request(lease_.agent(), *like, path, upgrade, a);
  }
  if (out && announces) {
    // Nobody else can use the connection, and it would outlive the client.
    out.set_header("Connection", upgrade ? "Upgrade, close" : "close");
  }
  if (!out) {
    p_.refuse({400, failure_side::policy, "the target has dot segments or unsafe bytes"});
    lease_.cancel();
  }
  return out;
}

void upstream_choice::answered(http::incoming_message const& answer) {
  int const status = answer.status_code();
  lease_.responded(status, p_.elapsed() - attempt_begun_,
                   status == 503 ? seconds_of(answer) : std::chrono::seconds(0));
}

bool upstream_choice::ended(attempt const& a) {
  if (a.succeeded()) {
    lease_.answered(a.status, {});
    return false;
  }
  return failed(a);
}

bool upstream_choice::failed(attempt const& a) {
  failure_facts const f = a.facts();
  failure_action action = judge_failure(f, p_.how.retry_timeouts);
  bool const expired = p_.how.timeouts.total.count() > 0 && p_.elapsed() >= p_.how.timeouts.total;
  if (expired && f.kind == failure_kind::timed_out) {
    action.eighths = 0;  // the time was not the upstream's alone
  }
  a.record(f, action);
  exchange_record& r = p_.record;
  if (!a.answered) {
    r.status = action.status;
  }
  if (f.verdict != http::verdict::not_sent) {
    ++p_.sent_tries;
  }
  if (action.retry == retry_place::same && !std::exchange(has_been_kept_, true)) {
    keeps_ = true;
    return true;
  }
  if (action.eighths > 0 || action.retry == retry_place::other) {
    lease_.failed(charge_of(f, action), tried_);
  } else {
    lease_.cancel();
  }
  bool const may = action.retry == retry_place::other &&
                   (f.verdict == http::verdict::not_sent || p_.sent_tries < p_.how.tries) &&
                   !expired;
  // The pool has chosen the trial, and the request must not suffer for it.
  if (may && !lease_.trial() && !pool_.retry_allowed()) {
    r.retry_denied = true;
    return false;
  }
  return may;
}

}  // namespace anode::proxy
