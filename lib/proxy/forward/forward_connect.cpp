// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/passage.hpp"
#include "proxy/forward/time_limit.hpp"
#include "proxy/forward/tunnel.hpp"
#include "proxy/tunnel/dial.hpp"

#include <anode/error.hpp>
#include <anode/proxy/forward.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace anode::proxy {

using namespace net::experimental::awaitable_operators;

namespace {

net::awaitable<void> dial_or_leave(dial_function const& by, std::string_view authority,
                                   http::lookup_function const& lookup, anode::socket client,
                                   tunnel::dialed& result, bool& client_left) {
  auto const first = co_await (tunnel::try_dial(by, authority, lookup, result) || client.closed());
  client_left = first.index() == 1;
}

void note_dial_failure(error_code failure, bool client_left, bool expired, exchange_record& r) {
  bool const late =
      expired || failure == http::error::timed_out || failure == net::error::timed_out;
  r.phase = exchange_phase::connect;
  if (client_left) {
    r.side = failure_side::client;
    r.detail = "the client has left";
  } else if (!late && failure == net::error::access_denied) {
    r.side = failure_side::policy;
    r.phase = exchange_phase::lookup;
    r.status = 403;
    r.detail = "no permitted address";
  } else if (!late && failure == net::error::operation_aborted) {
    r.side = failure_side::killed;
    r.detail = "the proxy has cancelled the tunnel";
  } else if (!late && (failure == net::error::no_descriptors || failure == net::error::no_memory ||
                       failure == net::error::no_buffer_space)) {
    r.side = failure_side::resource;
    r.status = 503;
    r.cause = failure;
    r.detail = "the proxy has too few resources";
  } else {
    r.side = failure_side::upstream;
    r.status = late ? 504 : 502;
    r.timed_out = late;
    r.cause = late ? http::make_error_code(http::error::timed_out) : failure;
    r.detail = late ? "does not accept the connection in time" : "cannot be reached";
  }
}

refusal judge_target(std::string_view authority, target_rules const& rules, target& to) {
  target_decision const decision =
      split_target(authority, to) ? rules.judge(to) : target_decision();
  if (decision.verdict() == target_verdict::malformed) {
    return {400, failure_side::policy, "the target of CONNECT must be a host and a port"};
  }
  return decision ? refusal()
                  : refusal(403, failure_side::policy, "this host or port is not permitted");
}

void end_connect(passage& p, anode::socket& client) {
  if (p.record.status != 0 && !client.destroyed()) {
    send_refusal(p, client, "origin");
  } else {
    p.record.status = 0;
    client.destroy();
  }
  p.finish();
}

net::awaitable<exchange_record> run_connect(http::incoming_message& req, anode::socket client,
                                            connector through, target_rules const& rules,
                                            forward_options const& how) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await net::this_coro::throw_if_cancelled(false);
  exchange_record record;
  passage p(req, client, how, record);
  target to;
  refusal why = judge_target(req.url(), rules, to);
  if (!why) {
    why = p.admit();
  }
  if (why) {
    p.refuse(why);
    end_connect(p, client);
    co_return record;
  }
  tunnel::dialed result;
  bool client_left = false;
  bool expired = false;
  {
    std::string const authority(req.url());
    http::lookup_function const lookup = through.judged_lookup(rules, to.port);
    net::cancellation_state const outer = co_await net::this_coro::cancellation_state;
    dial_function const by = [&through](std::string_view at, http::lookup_function const& with) {
      return through.dial(at, with);
    };
    operation_limit limit(through.get_executor(), how.timeouts.connect, outer.slot());
    attempt_record& of = record.add_attempt();
    of.upstream = authority;
    co_await net::co_spawn(through.get_executor(),
                           dial_or_leave(by, authority, lookup, client, result, client_left),
                           net::bind_cancellation_slot(limit.slot(), net::use_awaitable));
    of.took = p.elapsed();
    expired = limit.has_expired() && !result.stream;
  }
  if (!result.stream) {
    note_dial_failure(result.cause, client_left, expired, record);
    end_connect(p, client);
    co_return record;
  }
  record.status = 200;
  record.to_first_byte = p.elapsed();
  // The relay starts with the input that followed the CONNECT request.
  client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  co_await run_tunnel(p, client, result.stream);
  p.finish();
  co_return record;
}

}  // namespace

net::awaitable<exchange_record> forward_connect(http::incoming_message& req, anode::socket client,
                                                connector through, target_rules const& rules,
                                                forward_options const& how) {
  return run_connect(req, std::move(client), std::move(through), rules, how);
}

}  // namespace anode::proxy
