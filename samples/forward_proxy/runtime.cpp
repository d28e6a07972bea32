// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime.hpp"

#include "../proxy_kit/reload.hpp"
#include "../proxy_kit/tunnel_log.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace samples {

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
  set_timeouts(p.how.timeouts, s);
  if (previous != nullptr) {
    p.how.limit = previous->proxy.how.limit;
  } else {
    p.how.limit.emplace(s.client_requests);
  }
  open_log(p.log, s);
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
  if (setting.protocol == "socks5") {
    listeners_.add(executor_, setting, "socks5", [current = current_](anode::socket client) {
      return serve_socks(*current, std::move(client));
    });
    return;
  }
  auto const forward = [current = current_](http::incoming_message& req,
                                            http::server_response& res) -> net::awaitable<void> {
    std::shared_ptr<forward_runtime> const with = *current;
    co_await forward_request(with->proxy, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  http::server& server =
      listeners_.add(executor_, setting, forward, serving, (*current_)->proxy.log);
  server.on_check_continue(forward);  // the origin decides whether to send 100 Continue
  server.on_connect([current = current_](http::incoming_message& req,
                                         anode::socket client) -> net::awaitable<void> {
    std::shared_ptr<forward_runtime> const with = *current;
    co_await open_tunnel(with->proxy, req, client);
  });
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
  std::vector<server_tls> certificates = checked_certificates(settings.listeners);
  // Nothing fails from here on, unless a file changes at this moment.
  listeners_.renew(certificates);
  *current_ = std::move(made);
  settings_ = std::move(settings);
  // Logs the requests whose heads are refused to the new log.
  listeners_.watch((*current_)->proxy.log);
}

void forward_listeners::reopen_log() {
  if (samples::reopen_log((*current_)->proxy.log, settings_)) {
    listeners_.watch((*current_)->proxy.log);
  }
}

net::awaitable<void> forward_listeners::drain_on_signal(forward_listeners& self) {
  co_await stop_signal(self.executor_);
  co_await proxy_listeners::drain(self.listeners_, self.settings_.grace);
  (*self.current_)->proxy.agent.destroy();
}

}  // namespace samples
