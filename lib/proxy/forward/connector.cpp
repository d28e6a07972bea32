// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/proxy/forward.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace anode::proxy {
namespace {

using found_function = std::function<void(error_code, std::vector<http::lookup_address>)>;

net::awaitable<void> find_allowed(connector::resolve_function resolve, target_rules const* rules,
                                  std::string host, std::uint16_t port, found_function done) {
  std::vector<http::lookup_address> found;
  error_code ec = net::error::access_denied;
  try {
    std::vector<std::string> const all = co_await resolve(host);
    for (std::string const& address : all) {
      if (rules->judge_address(host, address, port)) {
        found.push_back({address, address.find(':') == std::string::npos ? 4 : 6});
      }
    }
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  if (!found.empty()) {
    ec = {};
  }
  done(ec, std::move(found));
}

}  // namespace

connector::connector(net::any_io_executor ex)
    : connector(
          ex,
          [ex](std::string_view authority, http::lookup_function const& lookup) {
            return anode::connect(ex, authority, lookup);
          },
          [ex](std::string_view host) { return anode::resolve(ex, host); }) {}

connector::connector(net::any_io_executor ex, dial_function dial, resolve_function resolve)
    : executor_(std::move(ex)), dial_(std::move(dial)), resolve_(std::move(resolve)) {}

http::lookup_function connector::judged_lookup(target_rules const& rules,
                                               std::uint16_t port) const {
  return
      [ex = executor_, resolve = resolve_, rules = &rules, port](std::string_view host, auto done) {
        net::co_spawn(ex, find_allowed(resolve, rules, std::string(host), port, std::move(done)),
                      net::detached);
      };
}

net::awaitable<anode::socket> connector::dial(std::string_view authority,
                                              http::lookup_function const& lookup) const {
  return dial_(authority, lookup);
}

}  // namespace anode::proxy
