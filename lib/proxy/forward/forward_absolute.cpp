// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/attempt.hpp"
#include "proxy/rules/text_fields.hpp"

#include <anode/error.hpp>
#include <anode/proxy/forward.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace anode::proxy {
namespace {

// Reads the target. Its authority overrides Host (RFC 9112 section 3.2.2).
refusal read_target(passage const& p, target_rules const& rules, http::request_options& to) {
  if (!equal_text(p.target.scheme, "http")) {
    return {400, failure_side::policy,
            equal_text(p.target.scheme, "https") ? "https needs CONNECT"
                                                 : "the target must be http://host/path"};
  }
  try {
    to.set_url(p.req.url());
  } catch (http::exception const&) {
    return {400, failure_side::policy, "the target is not a valid URL"};
  }
  if (p.req.headers().contains("Authorization")) {
    to.auth.clear();  // the request has its own credentials
  }
  if (to.port == 0) {
    to.port = 80;
  }
  target_decision const decision = rules.judge(to.host, to.port);
  if (decision.verdict() == target_verdict::malformed) {
    return {400, failure_side::policy, "the host is neither a name nor an address"};
  }
  if (!decision) {
    return {403, failure_side::policy, "this host or port is not permitted"};
  }
  return {};
}

void end_absolute(passage& p, http::server_response& res, bool answered) {
  exchange_record& r = p.record;
  bool const open = !res.destroyed() && !res.headers_sent();
  if (!answered && open && r.status != 0) {
    send_refusal(p, res, "origin");
  } else if (!answered) {
    r.status = 0;
    if (open) {
      res.destroy();
    }
  }
  p.finish();
}

// An origin has no others beside it: a request is sent again on a new connection at most, by the
// agent.
void note_failure(attempt const& a) {
  exchange_record& r = a.p.record;
  if (a.code == net::error::access_denied) {
    r.side = failure_side::policy;
    r.phase = exchange_phase::lookup;
    r.detail = "no permitted address";
    r.status = 403;
    return;
  }
  failure_facts const f = a.facts();
  failure_action action = judge_failure(f);
  action.eighths = 0;  // nobody is charged
  a.record(f, action);
  if (!a.answered) {
    r.status = action.status;
  }
}

net::awaitable<exchange_record> run_absolute(http::incoming_message& req,
                                             http::server_response& res, http::agent by,
                                             connector through, target_rules const& rules,
                                             forward_options const& how) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await net::this_coro::throw_if_cancelled(false);
  exchange_record record;
  passage p(req, req.socket(), how, record);
  http::request_options to;
  refusal why = read_target(p, rules, to);
  if (!why) {
    why = p.admit();
  }
  if (why) {
    p.refuse(why);
    end_absolute(p, res, false);
    co_return record;
  }
  if (answer_last_hop(p, res)) {
    p.finish();
    co_return record;
  }
  to.lookup = through.judged_lookup(rules, to.port);
  attempt_record& of = record.add_attempt();
  of.upstream = to.host + ":" + std::to_string(to.port);
  std::optional<http::request_options> copy;
  http::client_request out = p.make_request(by, limited(p, to, copy), p.target.path, false, of);
  if (!out) {
    p.refuse({400, failure_side::policy, "the target has unsafe bytes"});
    end_absolute(p, res, false);
    co_return record;
  }
  attempt a(p);
  co_await run_attempt(a, res, out);
  if (!a.succeeded()) {
    note_failure(a);
  }
  end_absolute(p, res, a.answered);
  co_return record;
}

}  // namespace

net::awaitable<exchange_record> forward_absolute(http::incoming_message& req,
                                                 http::server_response& res, http::agent by,
                                                 connector through, target_rules const& rules,
                                                 forward_options const& how) {
  return run_absolute(req, res, std::move(by), std::move(through), rules, how);
}

}  // namespace anode::proxy
