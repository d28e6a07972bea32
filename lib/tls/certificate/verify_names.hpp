// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::tls {

/// Returns the name of an X509_V_ERR_* value without the prefix, for example "CERT_HAS_EXPIRED";
/// "UNSPECIFIED" for an unknown value. A view of static storage.
/// **Node**: the codes of certificate errors. Node writes "UNSPECIFIED" for the less common ones.
std::string_view verify_name(int value) noexcept;

}  // namespace anode::tls
