// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/certificates.hpp"

#include <anode/tls.hpp>

namespace support {

/// The context of a server, and that of a client which trusts it.
struct tls_contexts {
  /// @param leaf  what the certificate of the server contains
  explicit tls_contexts(certificates::description const& leaf) {
    certificates::authority const root;
    auto const issued = root.issue(leaf);
    anode::tls::server_options s;
    s.cert.push_back(issued.cert);
    s.key.push_back(issued.key);
    server = anode::tls::context(s);
    trust.ca.push_back(root.cert());
    client = anode::tls::context(trust);
  }

  anode::tls::client_options trust;  ///< of the client
  anode::tls::context server;
  anode::tls::context client;
};

}  // namespace support
