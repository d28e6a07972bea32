// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/tls.hpp>

#include <memory>
#include <string_view>

namespace anode::testing {

/// Starts the handshake of a client over a stream.
/// @param client  a client's context
/// @param servername  the name that is sent and checked
/// @return the encrypted stream, whose first read reports a failure of the handshake
std::unique_ptr<byte_stream> start_tls_client(std::unique_ptr<byte_stream> lower,
                                              tls::context const& client,
                                              std::string_view servername);

}  // namespace anode::testing
