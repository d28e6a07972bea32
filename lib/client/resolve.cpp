// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/async_condition.hpp"
#include "runtime/tick.hpp"
#include "transport/lookup.hpp"

#include <anode/agent.hpp>
#include <anode/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace anode {
namespace {

// A look-up that a coroutine awaits.
struct waiting_lookup final : detail::counted {
  explicit waiting_lookup(net::any_io_executor const& ex) : changed(ex) {}
  runtime::async_condition changed;
  std::vector<std::string> addresses;
  error_code ec;
  bool done = false;
};

net::awaitable<std::vector<std::string>> run_resolve(net::any_io_executor ex, std::string host) {
  detail::ptr<waiting_lookup> const w(new waiting_lookup(ex));
  transport::connect_target target;
  target.host = host;
  detail::ptr<transport::connector> const look_up = transport::start_lookup(
      ex, std::move(target), nullptr, [w, ex](error_code ec, std::vector<std::string> addresses) {
        runtime::tick const t(ex);
        w->ec = ec;
        w->addresses = std::move(addresses);
        w->done = true;
        w->changed.notify();
      });
  try {
    while (!w->done) {
      co_await w->changed.wait();
    }
  } catch (...) {
    look_up->cancel();
    throw;
  }
  if (w->ec) {
    throw http::exception(error_code(w->ec.value(), w->ec.category()),
                          "lookup " + std::string(http::code_name(w->ec)) + " " + host + " (" +
                              w->ec.message() + ")");
  }
  co_return std::move(w->addresses);
}

}  // namespace

net::awaitable<std::vector<std::string>> resolve(net::any_io_executor ex, std::string_view host) {
  return run_resolve(std::move(ex), std::string(host));
}

}  // namespace anode
