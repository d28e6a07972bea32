// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime.hpp"

#include "../proxy_kit/reload.hpp"
#include "../proxy_kit/tunnel_log.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace samples {

namespace {

proxy::selection_order order_of(std::string_view name) {
  return name == "round_robin" ? proxy::selection_order::round_robin
         : name == "first"     ? proxy::selection_order::first
                               : proxy::selection_order::least_requests;
}

pool_setting const* pool_of(reverse_settings const& s) {
  auto const found = s.pools.find(s.pool);
  return found == s.pools.end() ? nullptr : &found->second;
}

// Returns whether a pool can continue with other servers.
bool same_pool(reverse_settings const& a, reverse_settings const& b) {
  pool_setting const* const x = pool_of(a);
  pool_setting const* const y = pool_of(b);
  return x != nullptr && y != nullptr && a.pool == b.pool && x->order == y->order &&
         x->queue == y->queue && x->queue_timeout == y->queue_timeout && x->ca == y->ca &&
         a.connect_timeout == b.connect_timeout;
}

}  // namespace

void reverse_listeners::set_servers(reverse_proxy& p, pool_setting const& pool) {
  std::vector<proxy::upstream> all;
  for (server_setting const& s : pool.servers) {
    http::request_options target = proxy::upstream(s.url).target();
    p.how.timeouts.apply_to(target);
    target.max_interim_responses = p.how.interim_heads;
    proxy::upstream u(s.name, std::move(target));
    u.weight(s.weight).max_requests(s.max_requests).send_proxy(s.send_proxy);
    all.push_back(std::move(u));
  }
  p.pool.set(std::move(all));
}

reverse_listeners::runtime reverse_listeners::make(reverse_settings const& s,
                                                   bool& keeps_pool) const {
  pool_setting const* const pool = pool_of(s);
  http::agent_options options;
  options.keep_alive = true;
  options.connect_timeout = s.connect_timeout;
  proxy::upstream_pool_options selection;
  if (pool != nullptr) {
    selection.order(order_of(pool->order)).queue_limit(pool->queue);
    selection.queue_timeout(pool->queue_timeout);
  }
  auto made = std::make_shared<reverse_runtime>(
      client_tls(pool != nullptr ? pool->ca : std::string()).make_agent(executor_, options),
      selection);
  reverse_proxy& p = made->proxy;
  reverse_runtime const* const previous = current_ ? current_->get() : nullptr;
  keeps_pool = previous != nullptr && same_pool(settings_, s);
  if (keeps_pool) {
    p.agent = previous->proxy.agent;
    p.pool = previous->proxy.pool;
  }
  p.set_silence(s.silence);
  set_timeouts(p.how.timeouts, s);
  p.how.trusted = s.trusted;
  if (previous != nullptr && s.client_requests == settings_.client_requests) {
    p.how.limit = previous->proxy.how.limit;
  } else {
    p.how.limit.emplace(s.client_requests);
  }
  p.spans = s.trace ? stdout : nullptr;
  open_log(p.log, s);
  for (listen_setting const& l : s.listeners) {
    made->routes.push_back(l.routes);
  }
  made->passing.preface_timeout = s.preface_timeout;
  made->passing.connect_timeout = s.connect_timeout;
  made->passing.idle_timeout = s.tunnel_idle;
  made->passing.half_closed_timeout = s.half_closed;
  return made;
}

reverse_listeners::reverse_listeners(net::any_io_executor ex, reverse_settings settings)
    : executor_(std::move(ex)), settings_(std::move(settings)) {
  bool keeps_pool = false;
  current_ = std::make_shared<runtime>(make(settings_, keeps_pool));
  if (pool_setting const* const pool = pool_of(settings_)) {
    set_servers((*current_)->proxy, *pool);
  }
  for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
    open(settings_.listeners[i], i);
  }
}

void reverse_listeners::open(listen_setting const& setting, std::size_t index) {
  if (setting.protocol == "passthrough") {
    listeners_.add(executor_, setting, "tls", [current = current_, index](anode::socket client) {
      return pass(*current, index, std::move(client));
    });
    return;
  }
  auto const forward = [current = current_](http::incoming_message& req,
                                            http::server_response& res) -> net::awaitable<void> {
    runtime const with = *current;
    co_await forward_request(with->proxy, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  serving.should_upgrade_callback = proxy::wants_websocket;
  http::server& server =
      listeners_.add(executor_, setting, forward, serving, (*current_)->proxy.log);
  server.on_check_continue(forward);  // the upstream decides whether to send 100 Continue
  server.on_upgrade([current = current_](http::incoming_message& req,
                                         anode::socket client) -> net::awaitable<void> {
    runtime const with = *current;
    co_await forward_upgrade(with->proxy, req, client);
  });
}

net::awaitable<void> reverse_listeners::pass(runtime with, std::size_t index,
                                             anode::socket client) {
  auto const begun = std::chrono::steady_clock::now();
  std::string const address = client.remote_endpoint().address;
  proxy::client_limit::permit const within = with->proxy.how.limit->begin(address);
  proxy::pass_through_record record;
  if (within) {
    record = co_await proxy::pass_through(client, with->routes[index], with->passing);
  } else {
    record.detail = "too many requests of this client";
    client.destroy();
  }
  log_tunnel(with->proxy.log, record, address, begun);
}

void reverse_listeners::reload(reverse_settings settings) {
  if (std::string const why = why_not_reloadable(settings_.listeners, settings.listeners);
      !why.empty()) {
    throw std::runtime_error(why);
  }
  bool keeps_pool = false;
  runtime made = make(settings, keeps_pool);
  if (pool_setting const* const pool = pool_of(settings); pool != nullptr && !keeps_pool) {
    set_servers(made->proxy, *pool);
  }
  std::vector<server_tls> certificates = checked_certificates(settings.listeners);
  // Nothing fails from here on, unless a file changes at this moment.
  if (keeps_pool) {
    set_servers(made->proxy, *pool_of(settings));
  }
  listeners_.renew(certificates);
  *current_ = std::move(made);
  settings_ = std::move(settings);
  // Logs the requests whose heads are refused to the new log.
  listeners_.watch((*current_)->proxy.log);
}

void reverse_listeners::reopen_log() {
  if (samples::reopen_log((*current_)->proxy.log, settings_)) {
    listeners_.watch((*current_)->proxy.log);
  }
}

net::awaitable<void> reverse_listeners::drain_on_signal(reverse_listeners& self) {
  co_await stop_signal(self.executor_);
  co_await proxy_listeners::drain(self.listeners_, self.settings_.grace);
  (*self.current_)->proxy.agent.destroy();
}

}  // namespace samples
