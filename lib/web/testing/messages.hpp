// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/incoming_message.hpp>
#include <anode/web/testing.hpp>

#include <cstddef>

namespace anode::web::testing {

/// The largest body of a message of a test.
constexpr std::size_t most_test_body = std::size_t{64} << 20U;

/// Returns the header lines of a message.
header_lines lines_of(http::incoming_message const& m);

}  // namespace anode::web::testing
