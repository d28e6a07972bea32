// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime.hpp"

#include "../proxy_kit/reload.hpp"
#include "../proxy_kit/tunnel_log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace samples {

using namespace net::experimental::awaitable_operators;
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

// Returns whether a pool can go on with other servers.
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
  p.how.timeouts.connect = s.connect_timeout;
  p.how.timeouts.total = s.total;
  p.how.timeouts.tunnel_idle = s.tunnel_idle;
  p.how.timeouts.half_closed = s.half_closed;
  p.how.trusted = s.trusted;
  if (previous != nullptr && s.client_requests == settings_.client_requests) {
    p.how.limit = previous->proxy.how.limit;
  } else {
    p.how.limit.emplace(s.client_requests);
  }
  p.spans = s.trace ? stdout : nullptr;
  if (!s.access_log.empty() && !p.log.open(s.access_log)) {
    throw std::runtime_error(fmt::format("the log '{}' cannot be opened", s.access_log));
  }
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
  listener& l = listeners_.emplace_back();
  if (setting.protocol == "passthrough") {
    l.passing = std::make_unique<anode::socket_server>(
        executor_, [current = current_, index](anode::socket client) {
          return pass(*current, index, std::move(client));
        });
    l.passing->listen(setting.where);
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
  l.tls = server_tls(setting.tls.cert, setting.tls.key, setting.tls.client_ca);
  l.http = l.tls.make_renewable_server(executor_, forward, serving);
  l.http->on_check_continue(forward);  // the upstream decides whether to send 100 Continue
  l.http->on_upgrade([current = current_](http::incoming_message& req,
                                          anode::socket client) -> net::awaitable<void> {
    runtime const with = *current;
    co_await forward_upgrade(with->proxy, req, client);
  });
  (*current_)->proxy.log.watch(*l.http);
  l.http->listen(setting.where);
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
  std::vector<server_tls> certificates;
  for (listen_setting const& l : settings.listeners) {
    certificates.emplace_back(l.tls.cert, l.tls.key, l.tls.client_ca).check();
  }
  // Nothing fails from here on, unless a file changes at this moment.
  if (keeps_pool) {
    set_servers(made->proxy, *pool_of(settings));
  }
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if (listeners_[i].http) {
      certificates[i].renew(*listeners_[i].http);
    }
  }
  *current_ = std::move(made);
  settings_ = std::move(settings);
  watch_log();
}

void reverse_listeners::reopen_log() {
  proxy_log next;
  if (!settings_.access_log.empty() && next.open(settings_.access_log)) {
    (*current_)->proxy.log = next;
    watch_log();
  }
}

// Logs the requests whose heads are refused to the present log.
void reverse_listeners::watch_log() {
  for (listener& l : listeners_) {
    if (l.http) {
      l.http->set_trace({});
      (*current_)->proxy.log.watch(*l.http);
    }
  }
}

void reverse_listeners::announce_all() const {
  for (listener const& l : listeners_) {
    if (l.passing) {
      announce(l.passing->address(), "tls");
    } else {
      announce(l.http->address(), l.tls.scheme());
    }
  }
}

net::awaitable<void> reverse_listeners::drain_one(reverse_listeners& self, std::size_t index) {
  listener& l = self.listeners_[index];
  if (l.passing) {
    co_await l.passing->drain(self.settings_.grace);
  } else {
    co_await l.http->drain(self.settings_.grace);
  }
}

// Drains all listeners at the same time.
net::awaitable<void> reverse_listeners::drain_from(reverse_listeners& self, std::size_t index) {
  if (index < self.listeners_.size()) {
    co_await (drain_one(self, index) && drain_from(self, index + 1));
  }
}

net::awaitable<void> reverse_listeners::drain_on_signal(reverse_listeners& self) {
  net::signal_set signals{self.executor_, SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  co_await drain_from(self, 0);
  (*self.current_)->proxy.agent.destroy();
}

}  // namespace samples
