// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/upgrade_attempt.hpp"
#include "proxy/forward/upstream_choice.hpp"
#include "proxy/rules/text_fields.hpp"

#include <anode/proxy/forward.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace anode::proxy {
namespace {

void end_upgrade(passage& p, anode::socket& client, bool answered) {
  exchange_record& r = p.record;
  if (!answered && r.status != 0 && !client.destroyed()) {
    send_refusal(p, client, "upstream");
  } else if (!answered) {
    if (client.destroyed()) {
      r.status = 0;
    }
    client.destroy();
  }
  p.finish();
}

net::awaitable<exchange_record> run_forward_upgrade(http::incoming_message& req,
                                                    anode::socket client, upstream_pool pool,
                                                    forward_options const& how) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await net::this_coro::throw_if_cancelled(false);
  exchange_record record;
  passage p(req, client, how, record);
  refusal why = p.admit();
  if (!why && p.with_body) {
    // Until the upstream responds, it is unknown whether the body belongs to HTTP.
    why = {501, failure_side::policy, "an upgrade with a body"};
  }
  if (why) {
    p.refuse(why);
    end_upgrade(p, client, false);
    co_return record;
  }
  bool const upgrade = wants_websocket(req);
  upstream_choice choice(p, std::move(pool));
  bool answered = false;
  bool again = true;
  while (again) {
    if (!choice.try_next()) {
      co_await choice.wait();
    }
    http::client_request out = choice.begin(upgrade);
    if (!out) {
      break;
    }
    attempt a(p, &choice);
    co_await run_upgrade_attempt(a, client, out);
    answered = a.answered;
    again = choice.ended(a) && !client.destroyed();
  }
  end_upgrade(p, client, answered);
  co_return record;
}

}  // namespace

net::awaitable<exchange_record> forward_upgrade(http::incoming_message& req, anode::socket client,
                                                upstream_pool pool, forward_options const& how) {
  return run_forward_upgrade(req, std::move(client), std::move(pool), how);
}

bool wants_websocket(http::incoming_message const& req) {
  return req.method() == "GET" &&
         equal_text(req.headers().get("Upgrade").value_or(""), "websocket") &&
         !req.headers().contains("Transfer-Encoding") &&
         req.headers().get("Content-Length").value_or("0") == "0";
}

}  // namespace anode::proxy
