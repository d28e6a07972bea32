// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: a listener is a plain function
#include "common.hpp"

net::awaitable<void> notify() { co_return; }

void use(http::server_response& res) { res.on_finish(notify); }
