// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How an agent observes its connection attempts: it reports their steps to the traces of their
// requests, and asks the program which addresses are allowed.
#include "client/agent_impl.hpp"
#include "policy/default_headers.hpp"
#include "transport/endpoint.hpp"

#include <optional>
#include <utility>

namespace anode::client {

namespace {

bool has_hooks(http::client_trace const& t) noexcept {
  return t.created || t.queued || t.lookup_start || t.lookup_done || t.connect_start ||
         t.connect_done || t.tunnel || t.secure || t.socket || t.sent || t.first_byte ||
         t.information || t.response || t.retried || t.finished || t.failed;
}

}  // namespace

void agent_impl::set_trace(http::client_trace trace) {
  std::shared_ptr<http::client_trace const> made;
  if (has_hooks(trace)) {
    made = std::make_shared<http::client_trace const>(std::move(trace));
  }
  trace_.swap(made);  // the previous hooks may own anything, also the last handle of this agent
}

client_exchange* agent_impl::watched_request(connect_attempt const& o) {
  client_exchange* const x = o.over ? nullptr : find(pool_.request_of(o.id));
  return x != nullptr && x->watched() ? x : nullptr;
}

// Calls `f` with the exchange of the attempt. A look-up or a connect completes outside of a tick.
// While the attempt starts, the program may be inside of `request`: then no event is emitted before
// that call returns.
template <class F>
void agent_impl::connect_attempt::with_request(F const& f) {
  detail::ptr<agent_impl> const agent(of);
  detail::ptr<connect_attempt> const keep(this);
  std::optional<runtime::tick> t;
  if (!starting) {
    t.emplace(agent->executor_);
  }
  if (client_exchange* const x = agent->watched_request(*this)) {
    f(*x);
  }
}

// The function of the program may replace the options, which contain it.
bool agent_impl::connect_attempt::may_connect(endpoint const& at) {
  detail::ptr<agent_impl> const agent(of);
  detail::ptr<connect_attempt> const keep(this);
  if (over) {
    return false;
  }
  auto const allow = direct ? agent->options_.allow_address : nullptr;
  if (!allow) {
    return true;
  }
  std::optional<runtime::tick> t;
  if (!starting) {
    t.emplace(agent->executor_);
  }
  try {
    return allow(at) && !over;
  } catch (...) {
    thrown = std::current_exception();
    return false;
  }
}

// Closes the connections to addresses that new options refuse; those in use after their request.
void agent_impl::close_refused() {
  auto const allow = options_.allow_address;
  for (std::size_t i = 0; allow && i < connections_.size(); ++i) {
    detail::ptr<http1_client_connection> const c = connections_[i];
    if (!c || !c->direct()) {
      continue;
    }
    bool allowed = false;
    if (!c->core().connecting()) {
      runtime::tick::call_user(executor_, [&] {
        allowed = allow(transport::without_mapping(c->core().stream().remote_endpoint()));
      });
    }
    if (!allowed) {
      c->do_not_reuse();
      if (!c->busy()) {
        abandon(*c);
      }
    }
  }
}

void agent_impl::connect_attempt::lookup_started(std::string_view host) {
  with_request([&](client_exchange& x) { x.watch_lookup(host); });
}

void agent_impl::connect_attempt::lookup_done(std::span<endpoint const> found, error_code ec) {
  with_request([&](client_exchange& x) { x.watch_lookup_done(found, ec); });
}

void agent_impl::connect_attempt::attempt_started(endpoint const& at) {
  with_request([&](client_exchange& x) { x.watch_attempt(at); });
}

void agent_impl::connect_attempt::attempt_done(endpoint const& at, error_code ec) {
  with_request([&](client_exchange& x) { x.watch_attempt_done(at, ec); });
}

void agent_impl::report_tunnel(connect_attempt& o, int status) {
  if (client_exchange* const x = watched_request(o)) {
    x->watch_tunnel(policy::host_header({o.to.host, o.to.port}, 0), status);
  }
}

void agent_impl::report_secure(connect_attempt& o, byte_stream const& stream, bool with_proxy) {
  client_exchange* const x = watched_request(o);
  if (secure_info const* const info = stream.secure(); x != nullptr && info != nullptr) {
    x->watch_secure(*info, with_proxy);
  }
}

}  // namespace anode::client
