// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/upstream_choice.hpp"

#include <anode/proxy/forward.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace anode::proxy {
namespace {

// Ends an exchange: sends the error response, if there is one to send.
void end_exchange(passage& p, http::server_response& res, bool answered) {
  exchange_record& r = p.record;
  bool const open = !res.destroyed() && !res.headers_sent();
  if (!answered && open && r.status != 0) {
    send_refusal(p, res, "upstream");
  } else if (!answered) {
    if (res.destroyed() && r.side == failure_side::killed && r.phase == exchange_phase::queue) {
      r.side = failure_side::client;  // the loss of a client cancels its handler
      r.detail = "the client has left";
    }
    if (r.side == failure_side::client && !open) {
      r.status = 0;
    }
    if (open) {
      res.destroy();  // nobody waits, or the program does not
    }
  }
  p.finish();
}

net::awaitable<exchange_record> run_forward(http::incoming_message& req, http::server_response& res,
                                            upstream_pool pool, forward_options const& how) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await net::this_coro::throw_if_cancelled(false);
  exchange_record record;
  passage p(req, req.socket(), how, record);
  if (refusal const why = p.admit()) {
    p.refuse(why);
    end_exchange(p, res, false);
    co_return record;
  }
  if (answer_last_hop(p, res)) {
    p.finish();
    co_return record;
  }
  upstream_choice choice(p, std::move(pool));
  bool answered = false;
  bool again = true;
  while (again) {
    if (!choice.try_next()) {
      co_await choice.wait();
    }
    http::client_request out = choice.begin(false);
    if (!out) {
      break;
    }
    attempt a(p, &choice);
    co_await run_attempt(a, res, out);
    answered = a.answered;
    again = choice.ended(a) && !res.destroyed();
  }
  end_exchange(p, res, answered);
  co_return record;
}

}  // namespace

net::awaitable<exchange_record> forward(http::incoming_message& req, http::server_response& res,
                                        upstream_pool pool, forward_options const& how) {
  return run_forward(req, res, std::move(pool), how);
}

}  // namespace anode::proxy
