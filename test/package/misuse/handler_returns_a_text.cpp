// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// fails: a handler returns void or boost::asio::awaitable<void>
#include "common.hpp"

net::io_context io;
http::server server{io.get_executor(),
                    [](http::incoming_message&, http::server_response&) { return std::string(); }};
