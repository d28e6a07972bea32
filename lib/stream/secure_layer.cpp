// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/detail/secure_layer.hpp>

namespace anode::detail {

secure_server::~secure_server() = default;
secure_target::~secure_target() = default;
secure_handshake::~secure_handshake() = default;
secure_client::~secure_client() = default;

}  // namespace anode::detail
