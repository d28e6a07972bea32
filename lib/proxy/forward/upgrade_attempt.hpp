// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/forward/attempt.hpp"

#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>

namespace anode::proxy {

/// Sends an upgrade request and passes the response on. After 101 it relays bytes; any other
/// response ends the connection of the client. A failure is stored in `a`; without a head, nothing
/// was sent to the client.
/// @param out has its headers set
net::awaitable<void> run_upgrade_attempt(attempt& a, anode::socket client,
                                         http::client_request& out);

}  // namespace anode::proxy
