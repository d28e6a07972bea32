// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime.hpp"

#include "../proxy_kit/reload.hpp"
#include "../proxy_kit/tunnel_log.hpp"

#include <anode/delay.hpp>

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

// Returns whether a pool can continue with other servers.
bool same_pool(pool_setting const& a, pool_setting const& b) {
  return a.order == b.order && a.queue == b.queue && a.queue_timeout == b.queue_timeout &&
         a.ca == b.ca && a.retry_percent == b.retry_percent && a.retry_least == b.retry_least;
}

proxy::proxy_timeouts timeouts_of(reverse_settings const& s) {
  proxy::proxy_timeouts t;
  t.body_silence = t.answer = t.answer_silence = t.client_write = s.silence;
  set_timeouts(t, s);
  return t;
}

void set_servers(proxy::upstream_pool& to, pool_setting const& pool, reverse_settings const& s) {
  proxy::forward_options const defaults;
  proxy::proxy_timeouts const timeouts = timeouts_of(s);
  std::vector<proxy::upstream> all;
  for (server_setting const& server : pool.servers) {
    http::request_options target = proxy::upstream(server.url).target();
    timeouts.apply_to(target);
    target.max_interim_responses = defaults.interim_heads;
    proxy::upstream u(server.name, std::move(target));
    u.weight(server.weight).max_requests(server.max_requests).send_proxy(pool.send_proxy);
    all.push_back(std::move(u));
  }
  to.set(std::move(all));
}

// Returns the counters of a name, or new ones.
std::shared_ptr<traffic_counters> counters_of(std::shared_ptr<traffic_counters> const& previous) {
  return previous ? previous : std::make_shared<traffic_counters>();
}

unrouted why_unrouted(route_table::result end) {
  switch (end) {
    case route_table::result::no_path:
      return {404, "there is no route for the path"};
    case route_table::result::no_host:
      return {421, "there is no route for the host"};
    case route_table::result::found:
    case route_table::result::unclear:
      break;
  }
  return {400, "the host is malformed, or the path ambiguous"};
}

route_table::match route_of(reverse_runtime const& with, http::incoming_message const& req) {
  return with.table.find(asked_by(req.url(), req.headers().get("Host").value_or("")));
}

void note_unrouted(reverse_runtime const& with, proxy::exchange_record const& record,
                   http::incoming_message const& req, std::string_view client) {
  with.unrouted->add(record);
  with.log.write(record, req, client);
}

}  // namespace

bool reverse_listeners::keeps_pool(reverse_settings const& s, std::string const& name) const {
  auto const previous = settings_.pools.find(name);
  return current_ && previous != settings_.pools.end() &&
         same_pool(previous->second, s.pools.find(name)->second) &&
         settings_.connect_timeout == s.connect_timeout;
}

void reverse_listeners::add_pools(reverse_runtime& to, reverse_settings const& s) const {
  http::agent_options options;
  options.keep_alive = true;
  options.connect_timeout = s.connect_timeout;
  for (auto const& [name, pool] : s.pools) {
    if (keeps_pool(s, name)) {
      to.pools.emplace(name, (*current_)->pools.find(name)->second);
      continue;
    }
    http::agent const agent = client_tls(pool.ca).make_agent(executor_, options);
    proxy::upstream_pool_options selection;
    selection.order(order_of(pool.order)).queue_limit(pool.queue);
    selection.queue_timeout(pool.queue_timeout);
    selection.retry_budget(pool.retry_percent, pool.retry_least);
    proxy::upstream_pool made(agent, selection);
    set_servers(made, pool, s);
    to.pools.emplace(name, reverse_runtime::named_pool{agent, std::move(made)});
  }
}

void reverse_listeners::add_routes(reverse_runtime& to, reverse_settings const& s) const {
  reverse_runtime const* const previous = current_ ? current_->get() : nullptr;
  proxy::proxy_timeouts const timeouts = timeouts_of(s);
  for (route_setting const& setting : s.routes) {
    reverse_runtime::named_pool const& pool = to.pools.find(setting.pool)->second;
    auto p = std::make_unique<reverse_proxy>(pool.agent, pool.pool);
    p->how.timeouts = timeouts;
    p->how.trusted = s.trusted;
    p->how.limit = to.limit;
    p->how.tries = s.tries;
    p->how.strip_prefix = setting.strip;
    p->how.add_prefix = setting.add;
    p->how.preserve_host = setting.preserve_host;
    p->spans = s.trace ? stdout : nullptr;
    p->log = to.log;
    p->pool_name = setting.pool;
    p->cut_at = cut_at_;
    std::shared_ptr<traffic_counters> counters;
    for (std::size_t i = 0; previous != nullptr && i < settings_.routes.size(); ++i) {
      counters =
          settings_.routes[i].name == setting.name ? previous->routes[i]->counters : counters;
    }
    p->counters = counters_of(counters);
    to.table.add(setting.rule);
    to.routes.push_back(std::move(p));
  }
}

reverse_listeners::runtime reverse_listeners::make(reverse_settings const& s) const {
  reverse_runtime const* const previous = current_ ? current_->get() : nullptr;
  bool const same_limit = previous != nullptr && s.client_requests == settings_.client_requests;
  auto made = std::make_shared<reverse_runtime>(
      same_limit ? previous->limit : proxy::client_limit(s.client_requests));
  open_log(made->log, s);
  add_pools(*made, s);
  add_routes(*made, s);
  made->unrouted = counters_of(previous != nullptr ? previous->unrouted : nullptr);
  // A reload does not change the number of listeners.
  for (std::size_t i = 0; i < s.listeners.size(); ++i) {
    listen_setting const& l = s.listeners[i];
    made->server_names.push_back(l.routes);
    made->passed.push_back(l.protocol != "passthrough"
                               ? nullptr
                               : counters_of(previous != nullptr ? previous->passed[i] : nullptr));
  }
  made->passing.preface_timeout = s.preface_timeout;
  made->passing.connect_timeout = s.connect_timeout;
  made->passing.idle_timeout = s.tunnel_idle;
  made->passing.half_closed_timeout = s.half_closed;
  return made;
}

reverse_listeners::reverse_listeners(net::any_io_executor ex, reverse_settings settings)
    : executor_(std::move(ex)), settings_(std::move(settings)) {
  current_ = std::make_shared<runtime>(make(settings_));
  for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
    open(settings_.listeners[i], i);
  }
  if (settings_.admin) {
    admin_.emplace(executor_, *settings_.admin, [this] { return state(); });
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
                                            http::server_response& res) {
    return serve(*current, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  serving.should_upgrade_callback = proxy::wants_websocket;
  http::server& server = listeners_.add(executor_, setting, forward, serving, (*current_)->log);
  server.on_check_continue(forward);  // the upstream decides whether to send 100 Continue
  server.on_upgrade([current = current_](http::incoming_message& req, anode::socket client) {
    return upgrade(*current, req, std::move(client));
  });
}

net::awaitable<void> reverse_listeners::serve(runtime with, http::incoming_message& req,
                                              http::server_response& res) {
  route_table::match const to = route_of(*with, req);
  if (to.end == route_table::result::found) {
    co_await forward_request(*with->routes[to.route], req, res);
    co_return;
  }
  std::string const client = req.socket().remote_endpoint().address;
  note_unrouted(*with, refuse_request(why_unrouted(to.end), req, res), req, client);
}

net::awaitable<void> reverse_listeners::upgrade(runtime with, http::incoming_message& req,
                                                anode::socket client) {
  route_table::match const to = route_of(*with, req);
  if (to.end == route_table::result::found) {
    co_await forward_upgrade(*with->routes[to.route], req, client);
    co_return;
  }
  std::string const address = client.remote_endpoint().address;
  note_unrouted(*with, refuse_upgrade(why_unrouted(to.end), client), req, address);
}

net::awaitable<void> reverse_listeners::pass(runtime with, std::size_t index,
                                             anode::socket client) {
  request_in_progress const counted(with->passed[index]);
  auto const begun = std::chrono::steady_clock::now();
  std::string const address = client.remote_endpoint().address;
  proxy::client_limit::permit const within = with->limit.begin(address);
  proxy::pass_through_record record;
  if (within) {
    record = co_await proxy::pass_through(client, with->server_names[index], with->passing);
  } else {
    record.detail = "too many requests of this client";
    client.destroy();
  }
  with->passed[index]->add(record_of(record));
  log_tunnel(with->log, record, address, begun);
}

void reverse_listeners::reload(reverse_settings settings) {
  if (std::string const why = why_not_reloadable(settings_.listeners, settings.listeners);
      !why.empty()) {
    throw std::runtime_error(why);
  }
  auto const admin = [](reverse_settings const& s) {
    return s.admin ? std::vector{*s.admin} : std::vector<listen_setting>();
  };
  if (!why_not_reloadable(admin(settings_), admin(settings)).empty()) {
    throw std::runtime_error("[admin] cannot change without a restart");
  }
  runtime made = make(settings);
  std::vector<server_tls> certificates = checked_certificates(settings.listeners);
  // Nothing fails from here on, unless a file changes at this moment.
  for (auto& [name, pool] : made->pools) {
    if (keeps_pool(settings, name)) {
      set_servers(pool.pool, settings.pools.find(name)->second, settings);
    }
  }
  listeners_.renew(certificates);
  *current_ = std::move(made);
  settings_ = std::move(settings);
  // Logs the requests whose heads are refused to the new log.
  listeners_.watch((*current_)->log);
}

void reverse_listeners::reopen_log() {
  reverse_runtime& now = **current_;
  if (samples::reopen_log(now.log, settings_)) {
    for (std::unique_ptr<reverse_proxy> const& p : now.routes) {
      p->log = now.log;
    }
    listeners_.watch(now.log);
  }
}

void reverse_listeners::announce_all() const {
  listeners_.announce_all();
  if (admin_) {
    announce(admin_->address(), "admin http");
  }
}

proxy_state reverse_listeners::state() const {
  reverse_runtime const& now = **current_;
  proxy_state s;
  for (std::size_t i = 0; i < now.routes.size(); ++i) {
    s.routes.push_back({settings_.routes[i].name, now.routes[i]->counters});
  }
  s.routes.push_back({"", now.unrouted});
  for (std::size_t i = 0; i < now.passed.size(); ++i) {
    if (now.passed[i]) {
      s.passed.push_back({settings_.listeners[i].name, now.passed[i]});
    }
  }
  for (auto const& [name, pool] : now.pools) {
    s.pools.push_back({name, pool.pool.snapshot()});
  }
  for (proxy_listeners::load const& l : listeners_.loads()) {
    s.listeners.push_back({l.name, l.connections});
  }
  s.reloads = reloads_;
  s.failed_reloads = failed_reloads_;
  s.draining = draining_;
  return s;
}

net::awaitable<void> reverse_listeners::drain(reverse_listeners& self) {
  self.draining_ = true;
  co_await anode::delay(self.executor_, self.settings_.lame_duck);
  *self.cut_at_ = std::chrono::steady_clock::now() + self.settings_.grace;
  co_await proxy_listeners::drain(self.listeners_, self.settings_.grace);
  for (auto& [name, pool] : (*self.current_)->pools) {
    pool.agent.destroy();
  }
  // What was cut ends soon, and has its lines in the log.
  constexpr std::chrono::milliseconds turn{10};
  for (int i = 0; i < 100 && self.in_progress() > 0; ++i) {
    co_await anode::delay(self.executor_, turn);
  }
}

std::size_t reverse_listeners::in_progress() const {
  std::size_t all = 0;
  for (std::unique_ptr<reverse_proxy> const& p : (*current_)->routes) {
    all += p->counters->in_progress;
  }
  for (std::shared_ptr<traffic_counters> const& c : (*current_)->passed) {
    all += c ? c->in_progress : 0;
  }
  return all;
}

net::awaitable<void> reverse_listeners::drain_on_signal(reverse_listeners& self,
                                                        anode::service_notifier service) {
  co_await stop_signal(self.executor_);
  service.stopping("finishes the requests in progress");
  co_await drain(self);
  if (self.admin_) {
    self.admin_->close();
  }
}

}  // namespace samples
