// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/connector.hpp"

#include <functional>
#include <string>
#include <vector>

namespace anode::transport {

/// The callback of a look-up: an error, or at least one address as text.
using lookup_callback = std::function<void(error_code ec, std::vector<std::string> addresses)>;

/// Looks up the addresses of a host without connecting to them. The addresses of both families
/// alternate, beginning with the family of the first one (RFC 8305 section 4). A numeric host is
/// its own address. `done` is called on `ex`, never before this function returns.
/// @param target  its host, family and flags
/// @param lookup  the resolver; if empty, the resolver of the system
detail::ptr<connector> start_lookup(net::any_io_executor ex, connect_target target,
                                    lookup_function const& lookup, lookup_callback done);

}  // namespace anode::transport
