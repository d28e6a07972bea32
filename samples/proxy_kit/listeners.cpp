// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "listeners.hpp"

#include <anode/service.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace samples {

namespace net = boost::asio;
namespace http = anode::http;
using namespace net::experimental::awaitable_operators;

http::server& proxy_listeners::add(net::any_io_executor const& ex, listen_setting const& setting,
                                   http::request_handler on_request,
                                   http::server_options const& options, proxy_log const& log) {
  listener& l = all_.emplace_back();
  l.name = setting.name;
  l.tls = server_tls(setting.tls.cert, setting.tls.key, setting.tls.client_ca);
  l.http = l.tls.make_renewable_server(ex, std::move(on_request), options);
  log.watch(*l.http);
  l.http->listen(setting.where);
  return *l.http;
}

void proxy_listeners::add(net::any_io_executor const& ex, listen_setting const& setting,
                          std::string_view scheme, anode::socket_server::handler on_connection) {
  listener& l = all_.emplace_back();
  l.name = setting.name;
  l.scheme = scheme;
  l.raw = std::make_unique<anode::socket_server>(ex, std::move(on_connection));
  l.raw->listen(setting.where);
}

void proxy_listeners::renew(std::vector<server_tls>& certificates) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].http) {
      certificates[i].renew(*all_[i].http);
    }
  }
}

void proxy_listeners::watch(proxy_log const& log) {
  for (listener& l : all_) {
    if (l.http) {
      l.http->set_trace({});
      log.watch(*l.http);
    }
  }
}

void proxy_listeners::announce_all() const {
  for (listener const& l : all_) {
    if (l.raw) {
      announce(l.raw->address(), l.scheme);
    } else {
      announce(l.http->address(), l.tls.scheme());
    }
  }
}

bool proxy_listeners::listening() const {
  return std::ranges::any_of(
      all_, [](listener const& l) { return l.raw ? l.raw->listening() : l.http->listening(); });
}

std::vector<proxy_listeners::load> proxy_listeners::loads() const {
  std::vector<load> all;
  for (listener const& l : all_) {
    all.push_back({l.name, l.raw ? l.raw->connection_count() : l.http->connection_count()});
  }
  return all;
}

net::awaitable<void> proxy_listeners::drain_one(listener& l, std::chrono::milliseconds grace) {
  if (l.raw) {
    co_await l.raw->drain(grace);
  } else {
    co_await l.http->drain(grace);
  }
}

net::awaitable<void> proxy_listeners::drain_from(proxy_listeners& self, std::size_t index,
                                                 std::chrono::milliseconds grace) {
  if (index < self.all_.size()) {
    co_await (drain_one(self.all_[index], grace) && drain_from(self, index + 1, grace));
  }
}

net::awaitable<void> proxy_listeners::drain(proxy_listeners& self,
                                            std::chrono::milliseconds grace) {
  return drain_from(self, 0, grace);
}

void adopt_inherited(std::vector<listen_setting>& listeners) {
  std::vector<anode::inherited_listener> sockets = anode::inherited_listeners();
  for (listen_setting& l : listeners) {
    if (l.inherited.empty()) {
      continue;
    }
    auto const found =
        std::ranges::find(sockets, l.inherited, [](auto const& s) { return s.name(); });
    if (found == sockets.end()) {
      throw std::runtime_error(fmt::format("no socket '{}' was passed", l.inherited));
    }
    l.where.descriptor = found->release();
    sockets.erase(found);
  }
  if (!sockets.empty()) {
    throw std::runtime_error(
        fmt::format("no listener names the passed socket '{}'", sockets.front().name()));
  }
}

std::vector<server_tls> checked_certificates(std::vector<listen_setting> const& listeners) {
  std::vector<server_tls> all;
  for (listen_setting const& l : listeners) {
    all.emplace_back(l.tls.cert, l.tls.key, l.tls.client_ca).check();
  }
  return all;
}

net::awaitable<void> stop_signal(net::any_io_executor ex) {
  net::signal_set signals{ex, SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
}

void open_log(proxy_log& log, proxy_settings const& s) {
  if (!s.access_log.empty() && !log.open(s.access_log)) {
    throw std::runtime_error(fmt::format("the log '{}' cannot be opened", s.access_log));
  }
}

bool reopen_log(proxy_log& log, proxy_settings const& s) {
  proxy_log next;
  bool const opened = !s.access_log.empty() && next.open(s.access_log);
  if (opened) {
    log = next;
  }
  return opened;
}

void set_timeouts(anode::proxy::proxy_timeouts& to, proxy_settings const& s) {
  to.connect = s.connect_timeout;
  to.total = s.total;
  to.tunnel_idle = s.tunnel_idle;
  to.half_closed = s.half_closed;
}

}  // namespace samples
