// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/tunnel.hpp"

#include <utility>

namespace anode::proxy {

void note_tunnel(relay_result const& result, exchange_record& record) {
  record.tunnel_up = result.a_to_b;
  record.tunnel_down = result.b_to_a;
  switch (result.end) {
    case relay_end::ended:
      return;
    case relay_end::a_failed:
      record.side = failure_side::client;
      record.detail = "the client has closed the tunnel";
      break;
    case relay_end::b_failed:
      record.side = failure_side::upstream;
      record.detail = "closed the tunnel";
      break;
    case relay_end::idle:
      record.side = failure_side::client;
      record.timed_out = true;
      record.detail = "the tunnel is idle";
      break;
    case relay_end::half_closed:
      // The side that has not ended is the one that was due.
      record.side = result.a_ended ? failure_side::upstream : failure_side::client;
      record.timed_out = true;
      record.detail = "does not end the tunnel";
      break;
  }
  record.phase = exchange_phase::tunnel;
}

net::awaitable<void> run_tunnel(passage& p, anode::socket client, anode::socket upstream) {
  relay_options limits;
  limits.idle_timeout = p.how.timeouts.tunnel_idle;
  limits.half_closed = p.how.timeouts.half_closed;
  relay_result const result = co_await anode::relay(std::move(client), std::move(upstream), limits);
  note_tunnel(result, p.record);
}

}  // namespace anode::proxy
