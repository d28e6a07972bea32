// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/awaited_connector.hpp"
#include "runtime/tick.hpp"
#include "transport/lookup.hpp"

#include <anode/agent.hpp>
#include <anode/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace anode {
namespace {

struct waiting_lookup final : client::awaited_connector {
  using awaited_connector::awaited_connector;
  std::vector<std::string> addresses;
};

net::awaitable<std::vector<std::string>> run_resolve(net::any_io_executor ex, std::string host) {
  detail::ptr<waiting_lookup> const w(new waiting_lookup(ex));
  transport::connect_target target;
  target.host = host;
  detail::ptr<transport::connector> const look_up = transport::start_lookup(
      ex, std::move(target), nullptr, [w, ex](error_code ec, std::vector<std::string> addresses) {
        runtime::tick const t(ex);
        w->addresses = std::move(addresses);
        w->complete(ec);
      });
  co_await w->wait(look_up);
  w->check("lookup", host);
  co_return std::move(w->addresses);
}

}  // namespace

net::awaitable<std::vector<std::string>> resolve(net::any_io_executor ex, std::string_view host) {
  return run_resolve(std::move(ex), std::string(host));
}

}  // namespace anode
