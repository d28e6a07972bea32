// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/tunnel/dial.hpp"

#include <anode/proxy/forward.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <utility>

namespace anode::proxy {
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
  std::shared_ptr<target_rules const> const borrowed(std::shared_ptr<void>(), &rules);
  error_code const refused = net::error::access_denied;
  return tunnel::judged_lookup(borrowed, port, tunnel::lookup_by(executor_, resolve_, refused),
                               refused);
}

net::awaitable<anode::socket> connector::dial(std::string_view authority,
                                              http::lookup_function const& lookup) const {
  return dial_(authority, lookup);
}

}  // namespace anode::proxy
