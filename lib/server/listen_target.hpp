// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/listener.hpp"

#include <anode/server_options.hpp>

namespace anode::server {

/// Returns the place at which a listener opens for the options of a server.
inline transport::listen_target listen_target_of(http::listen_options const& options) {
  transport::listen_target target;
  target.host = options.host;
  target.port = options.port;
  target.path = options.path;
  target.backlog = options.backlog;
  target.reuse_port = options.reuse_port;
  target.ipv6_only = options.ipv6_only;
  return target;
}

}  // namespace anode::server
