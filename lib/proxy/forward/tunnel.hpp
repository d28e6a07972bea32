// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/forward/passage.hpp"

#include <anode/relay.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>

namespace anode::proxy {

/// Relays bytes with the limits of a passage, and stores the end in its record.
net::awaitable<void> run_tunnel(passage& p, anode::socket client, anode::socket upstream);

/// Stores how a relay between a client (`a`) and an upstream (`b`) has ended.
void note_tunnel(relay_result const& result, exchange_record& record);

}  // namespace anode::proxy
