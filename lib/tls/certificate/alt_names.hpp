// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <openssl/x509.h>

#include <cstddef>
#include <limits>
#include <string>

namespace anode::tls {

/// The alternative names of a certificate, for messages and checks.
struct alt_names {
  /// All names as Node writes them: "DNS:a.test, IP Address:127.0.0.1". A value that could be
  /// mistaken for several is in quotes, with JSON's escapes.
  std::string text;
  /// The IP addresses in their canonical form: "127.0.0.1, ::1".
  std::string addresses;
  /// Whether there is a DNS name.
  bool has_dns = false;
};

/// Returns the alternative names.
/// @param most  bytes of each text, after which the other names are replaced by "..."
alt_names read_alt_names(X509 const* from,
                         std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace anode::tls
