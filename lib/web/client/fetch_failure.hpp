// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/fetch_error.hpp>

#include <string>

namespace anode::web {

/// Returns what a failure of the agent is for the program.
fetch_failure failure_of(http::request_error const& e) noexcept;

/// Returns the facts of a failure of the client itself, after a response has begun.
http::request_error protocol_failure(std::string text, http::request_phase phase);

/// Returns the facts of a fetch whose time is over between two requests.
http::request_error expired_failure();

}  // namespace anode::web
