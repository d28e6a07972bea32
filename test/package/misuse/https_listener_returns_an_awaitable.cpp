// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: a listener is a plain function
#include "common.hpp"

#include <anode/https.hpp>

net::awaitable<void> notify(anode::socket) { co_return; }

void use(anode::https::server& server) { server.on_secure_connection(notify); }
