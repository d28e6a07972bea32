// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::proxy {

/// Which upstreams get the TLS connections for a server name.
///
/// **Concurrency**: none; const functions may be called by several threads at once.
class ANODE_EXPORT sni_routes {
public:
  /// The upstreams of a name, in the order in which they are tried: "host:port".
  using upstreams = std::vector<std::string>;

  /// Makes routes for no name.
  sni_routes() {}

  /// Adds upstreams for a name, behind those that it has.
  /// @param name "db.example", "*.example" for all names below "example", or "*" for all other
  ///   connections, also those without a name.
  /// @throws http::exception with `error::invalid_arg_value` if the name or the upstream does not
  ///   have its form.
  sni_routes& add(std::string_view name, std::string upstream);

  /// Adds upstreams for a name if both have their form.
  /// @return whether they have.
  bool try_add(std::string_view name, std::string upstream);

  /// Returns whether there is no route.
  bool empty() const noexcept { return routes_.empty(); }

  /// Returns the upstreams for a server name: those of the name itself, otherwise those of the
  /// longest "*.example" that matches, otherwise those of "*". Empty if there are none. The name is
  /// in lower case, as in `client_hello::server_name`; empty: the client names none.
  upstreams const& find(std::string_view server_name) const noexcept;

private:
  std::vector<std::pair<std::string, upstreams>> routes_;
};

}  // namespace anode::proxy
