// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// A server behind a proxy. Needs the library `anode-proxy`.

#include <anode/agent.hpp>
#include <anode/agent_options.hpp>
#include <anode/detail/export.hpp>
#include <anode/proxy/admin_state.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode::proxy {

/// A server behind a proxy, and its share of the requests.
///
/// ```cpp
/// pool.set({upstream("http://10.0.0.1:8080").weight(3), upstream("http://10.0.0.2:8080")});
/// ```
class ANODE_EXPORT upstream {
public:
  /// The largest weight.
  static constexpr unsigned max_weight = 1000;

  /// Makes an upstream from its URL. Its path, without slashes at the end, precedes the path of
  /// each request. An https upstream needs an agent for https; it proves the name in its URL,
  /// whatever the Host header of a request is.
  /// @throws http::exception as `http::request_options::set_url`.
  upstream(std::string_view url);

  /// Makes an upstream from a name and a target. The target's path precedes that of each request.
  /// @param name the identity in a list, in `lease::name` and in events.
  upstream(std::string name, http::request_options target);

  /// Sets the name; default "host:port". Names in a list are unique.
  upstream& name(std::string value) {
    name_ = std::move(value);
    return *this;
  }

  /// Sets the share of the requests, 1 to `max_weight`; default 1.
  /// @throws http::exception with `error::out_of_range`.
  upstream& weight(unsigned value);

  /// Sets the most requests in progress; 0, the default: no limit. Further ones use other upstreams
  /// or wait.
  upstream& max_requests(std::size_t most) noexcept {
    max_requests_ = most;
    return *this;
  }

  /// Sets the most connections, upgraded ones included; 0, the default: no limit. A request in
  /// progress has one connection, and an idle one is reused first. A check can need one more.
  upstream& max_connections(std::size_t most) noexcept {
    max_connections_ = most;
    return *this;
  }

  /// Sets the agent; default: that of the pool. It has the executor of the pool.
  upstream& agent(http::agent value) {
    agent_ = std::move(value);
    return *this;
  }

  /// Sets what the operator wants; default `in`.
  upstream& admin(admin_state value) noexcept {
    admin_ = value;
    return *this;
  }

  /// Sets the version of the PROXY header that the upstream expects, 1 or 2; 0, the default: none.
  /// Checks announce nothing (LOCAL). `forward` and `forward_upgrade` announce the client with its
  /// addresses, and do not reuse the connection. Other programs find the version in
  /// `lease::send_proxy`.
  /// @throws http::exception with `error::out_of_range`.
  upstream& send_proxy(unsigned version);

  /// Returns the name.
  std::string const& name() const noexcept { return name_; }
  /// Returns the target: protocol, host, port, and the path that precedes each request's.
  http::request_options const& target() const noexcept { return target_; }
  /// Returns the share of the requests.
  unsigned weight() const noexcept { return weight_; }
  /// Returns the most requests in progress; 0: no limit.
  std::size_t max_requests() const noexcept { return max_requests_; }
  /// Returns the most connections; 0: no limit.
  std::size_t max_connections() const noexcept { return max_connections_; }
  /// Returns the agent; without one, that of the pool is used.
  std::optional<http::agent> const& agent() const noexcept { return agent_; }
  /// Returns what the operator wants.
  admin_state admin() const noexcept { return admin_; }
  /// Returns the version of the PROXY header; 0: none.
  unsigned send_proxy() const noexcept { return send_proxy_; }

private:
  std::string name_;
  http::request_options target_;
  unsigned weight_ = 1;
  std::size_t max_requests_ = 0;
  std::size_t max_connections_ = 0;
  std::optional<http::agent> agent_;
  admin_state admin_ = admin_state::in;
  unsigned send_proxy_ = 0;
};

}  // namespace anode::proxy
