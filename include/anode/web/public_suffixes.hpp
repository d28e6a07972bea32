// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The list of public suffixes (publicsuffix.org), by libpsl. Needs the library `anode-web-psl`.

#include <anode/detail/export.hpp>

#include <functional>
#include <string_view>

namespace anode::web {

/// Returns a function for `cookie_jar::public_suffixes`, which tells whether anyone can register
/// names below a domain. It uses the newer one of the system's list and the one in libpsl, with the
/// private section (for example "github.io"). A domain of an unknown top level is a public suffix
/// if it has no dot.
///
/// ```cpp
/// web::cookie_jar jar;
/// jar.public_suffixes(web::public_suffixes());
/// ```
///
/// The function may be called on several threads; copies share the list.
/// @throws std::runtime_error if there is no list.
/// **Node**: none; the package tldts, which tough-cookie uses.
ANODE_EXPORT std::function<bool(std::string_view domain)> public_suffixes();

}  // namespace anode::web
