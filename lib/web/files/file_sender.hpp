// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/files/file_plan.hpp"
#include "web/files/root_directory.hpp"

#include <anode/server_response.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <utility>

namespace anode::web {

/// Sends an opened file as the response to a request, as far as that needs no wait.
/// @param facts its size and time are set by this function.
/// @return sends the rest; empty if the response is ended.
net::awaitable<void> send_opened(http::incoming_message& req, http::server_response& res,
                                 opened_file file, file_facts facts);

/// Returns the work, or an awaitable that completes at once if it is empty.
net::awaitable<void> awaitable_of(net::awaitable<void> work);

}  // namespace anode::web
