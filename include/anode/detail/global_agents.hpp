// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent.hpp>

namespace anode::detail {

/// Returns the default agent of an executor that `make` has made; each function has its own agents.
/// See `http::global_agent` for their lifetime.
ANODE_EXPORT http::agent global_agent_of(net::any_io_executor const& ex,
                                         http::agent (*make)(net::any_io_executor const&));

}  // namespace anode::detail
