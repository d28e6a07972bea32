// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: a handler returns void or boost::asio::awaitable<void>
#include "common.hpp"

using awaitable = net::awaitable<void, net::io_context::executor_type>;

awaitable handle(http::incoming_message&, anode::socket) { co_return; }

void use(http::server& server) { server.on_upgrade(handle); }
