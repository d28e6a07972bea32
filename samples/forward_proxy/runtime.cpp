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

std::shared_ptr<forward_runtime> make_runtime(net::any_io_executor ex, forward_settings const& s,
                                              forward_runtime const* previous) {
  http::agent_options pool;
  pool.keep_alive = true;
  pool.connect_timeout = s.connect_timeout;
  auto made = std::make_shared<forward_runtime>(http::agent(std::move(ex), std::move(pool)));
  forward_proxy& p = made->proxy;
  p.access = s.rules;
  p.users = credentials(s.users);
  p.set_silence(s.silence);
  p.how.timeouts.connect = s.connect_timeout;
  p.how.timeouts.total = s.total;
  p.how.timeouts.tunnel_idle = s.tunnel_idle;
  p.how.timeouts.half_closed = s.half_closed;
  if (previous != nullptr) {
    p.how.limit = previous->proxy.how.limit;
  } else {
    p.how.limit.emplace(s.client_requests);
  }
  if (!s.access_log.empty() && !p.log.open(s.access_log)) {
    throw std::runtime_error(fmt::format("the log '{}' cannot be opened", s.access_log));
  }
  made->socks.rules = std::make_shared<proxy::target_rules const>(s.rules);
  made->socks.preface_timeout = s.preface_timeout;
  made->socks.connect_timeout = s.connect_timeout;
  made->socks.idle_timeout = s.tunnel_idle;
  made->socks.half_closed_timeout = s.half_closed;
  if (p.users.required()) {
    made->socks.authenticate = [users = p.users](std::string_view name, std::string_view password) {
      return users.permit(name, password);
    };
  }
  return made;
}

forward_listeners::forward_listeners(net::any_io_executor ex, forward_settings settings)
    : executor_(std::move(ex)),
      settings_(std::move(settings)),
      current_(std::make_shared<std::shared_ptr<forward_runtime>>(
          make_runtime(executor_, settings_, nullptr))) {
  for (listen_setting const& setting : settings_.listeners) {
    open(setting);
  }
}

void forward_listeners::open(listen_setting const& setting) {
  listener& l = listeners_.emplace_back();
  l.protocol = setting.protocol;
  if (setting.protocol == "socks5") {
    l.socks = std::make_unique<anode::socket_server>(
        executor_, [current = current_](anode::socket client) {
          return serve_socks(*current, std::move(client));
        });
    l.socks->listen(setting.where);
    return;
  }
  auto const forward = [current = current_](http::incoming_message& req,
                                            http::server_response& res) -> net::awaitable<void> {
    std::shared_ptr<forward_runtime> const with = *current;
    co_await forward_request(with->proxy, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  l.tls = server_tls(setting.tls.cert, setting.tls.key, setting.tls.client_ca);
  l.http = l.tls.make_renewable_server(executor_, forward, serving);
  l.http->on_check_continue(forward);  // the origin decides whether to send 100 Continue
  l.http->on_connect([current = current_](http::incoming_message& req,
                                          anode::socket client) -> net::awaitable<void> {
    std::shared_ptr<forward_runtime> const with = *current;
    co_await open_tunnel(with->proxy, req, client);
  });
  (*current_)->proxy.log.watch(*l.http);
  l.http->listen(setting.where);
}

net::awaitable<void> forward_listeners::serve_socks(std::shared_ptr<forward_runtime> with,
                                                    anode::socket client) {
  auto const begun = std::chrono::steady_clock::now();
  std::string const address = client.remote_endpoint().address;
  proxy::client_limit::permit const within = with->proxy.how.limit->begin(address);
  proxy::socks_record record;
  if (within) {
    record = co_await proxy::serve_socks(client, with->socks);
  } else {
    record.detail = "too many requests of this client";
    client.destroy();
  }
  log_tunnel(with->proxy.log, record, address, begun);
}

void forward_listeners::reload(forward_settings settings) {
  if (std::string const why = why_not_reloadable(settings_.listeners, settings.listeners);
      !why.empty()) {
    throw std::runtime_error(why);
  }
  bool const same_limit = settings.client_requests == settings_.client_requests;
  std::shared_ptr<forward_runtime> made =
      make_runtime(executor_, settings, same_limit ? current_->get() : nullptr);
  std::vector<server_tls> certificates;
  for (listen_setting const& l : settings.listeners) {
    certificates.emplace_back(l.tls.cert, l.tls.key, l.tls.client_ca).check();
  }
  // Nothing fails from here on, unless a file changes at this moment.
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if (listeners_[i].http) {
      certificates[i].renew(*listeners_[i].http);
    }
  }
  *current_ = std::move(made);
  settings_ = std::move(settings);
  watch_log();
}

void forward_listeners::reopen_log() {
  proxy_log next;
  if (!settings_.access_log.empty() && next.open(settings_.access_log)) {
    (*current_)->proxy.log = next;
    watch_log();
  }
}

// Logs the requests whose heads are refused to the present log.
void forward_listeners::watch_log() {
  for (listener& l : listeners_) {
    if (l.http) {
      l.http->set_trace({});
      (*current_)->proxy.log.watch(*l.http);
    }
  }
}

void forward_listeners::announce_all() const {
  for (listener const& l : listeners_) {
    if (l.socks) {
      announce(l.socks->address(), "socks5");
    } else {
      announce(l.http->address(), l.tls.scheme());
    }
  }
}

net::awaitable<void> forward_listeners::drain_one(forward_listeners& self, std::size_t index) {
  listener& l = self.listeners_[index];
  if (l.socks) {
    co_await l.socks->drain(self.settings_.grace);
  } else {
    co_await l.http->drain(self.settings_.grace);
  }
}

// Drains all listeners at the same time.
net::awaitable<void> forward_listeners::drain_from(forward_listeners& self, std::size_t index) {
  if (index < self.listeners_.size()) {
    co_await (drain_one(self, index) && drain_from(self, index + 1));
  }
}

net::awaitable<void> forward_listeners::drain_on_signal(forward_listeners& self) {
  net::signal_set signals{self.executor_, SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  co_await drain_from(self, 0);
  (*self.current_)->proxy.agent.destroy();
}

}  // namespace samples
