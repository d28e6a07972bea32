// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <string>
#include <string_view>

namespace support {

/// The result of a handshake between two contexts, without the stream of anode.
struct handshake_result {
  /// Node's name of what makes the client refuse: a code of the handshake or of the check of the
  /// name. Empty if the client has accepted the server.
  std::string client_error;
  /// Node's name of what makes the server fail; empty if it has not.
  std::string server_error;
  /// The results of the two verifications, "OK" if there was no failure.
  std::string client_verification;
  std::string server_verification;
  std::string protocol;
  std::string cipher;
  std::string alpn_protocol;
  bool session_reused = false;
  /// The certificate that the server has sent, and its chain.
  anode::tls::certificate server_certificate;
  anode::tls::certificate client_certificate;
};

/// Makes a handshake in memory. The client sends `host` as the name of the server, unless it is an
/// IP address, and checks it.
/// The callbacks of the contexts need a connection of anode, therefore the contexts lose them.
handshake_result handshake(anode::tls::context const& client, anode::tls::context const& server,
                           std::string_view host = "good.test");

}  // namespace support
