// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Includes the whole library except `anode/beast.hpp` and `anode/testing.hpp`.

#include <anode/agent.hpp>
#include <anode/client_request.hpp>
#include <anode/client_trace.hpp>
#include <anode/cluster.hpp>
#include <anode/error.hpp>
#include <anode/headers.hpp>
#include <anode/incoming_message.hpp>
#include <anode/network_list.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/pipe.hpp>
#include <anode/proxy_protocol.hpp>
#include <anode/relay.hpp>
#include <anode/server.hpp>
#include <anode/server_response.hpp>
#include <anode/service.hpp>
#include <anode/socket.hpp>
#include <anode/status.hpp>
