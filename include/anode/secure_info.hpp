// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>

namespace anode {

/// Facts about the encryption of a connection.
///
/// **Node**: properties of `tls.TLSSocket`.
struct secure_info {
  /// Whether the certificate of the peer is verified: its chain, and for a server's certificate its
  /// name. False if the peer has sent no certificate.
  /// **Node**: `socket.authorized`.
  bool authorized = false;
  /// Why the peer is not authorized, for example "DEPTH_ZERO_SELF_SIGNED_CERT"; empty if it is, or
  /// if this side has not asked for a certificate.
  /// **Node**: `socket.authorizationError`.
  std::string authorization_error;
  /// The version, for example "TLSv1.3".
  /// **Node**: `socket.getProtocol()`.
  std::string protocol;
  /// The cipher suite in OpenSSL's spelling, for example "TLS_AES_256_GCM_SHA384".
  /// **Node**: `socket.getCipher().name`.
  std::string cipher;
  /// The application protocol (ALPN) that both sides agreed on; empty if none was negotiated.
  /// **Node**: `socket.alpnProtocol`.
  std::string alpn_protocol;
  /// The server name that the client has sent (SNI); empty if none.
  /// **Node**: `socket.servername`.
  std::string servername;
  /// Whether the handshake resumed an earlier session.
  /// **Node**: `socket.isSessionReused()`.
  bool session_reused = false;
};

}  // namespace anode
