// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Certificates, keys and settings of TLS. Needs the library `anode-tls`; includes nothing of
/// OpenSSL.

#include <anode/detail/export.hpp>
#include <anode/socket.hpp>
#include <anode/tls_context.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anode::tls {

class certificate;

/// The failures of TLS that anode itself reports.
///
/// Failures of a certificate's verification and of OpenSSL have codes of the same category;
/// `http::code_name` returns Node's name of each, for example "CERT_HAS_EXPIRED" and
/// "ERR_SSL_WRONG_VERSION_NUMBER".
enum class error : int {
  cert_altname_invalid = 1,  ///< ERR_TLS_CERT_ALTNAME_INVALID: the certificate is of another host
  handshake_timeout,         ///< ERR_TLS_HANDSHAKE_TIMEOUT
  invalid_context,          ///< ERR_TLS_INVALID_CONTEXT: an empty context, or one of the other side
  no_trusted_certificates,  ///< ERR_TLS_NO_TRUSTED_CERTIFICATES: the system has no trust store
  no_certificate,           ///< ERR_TLS_NO_CERTIFICATE: a server without certificate and key
  too_many_records,         ///< ERR_TLS_TOO_MANY_RECORDS: 1 MiB of records without data
  no_application_protocol,  ///< ERR_SSL_NO_APPLICATION_PROTOCOL: the peer chose another protocol
};

/// Returns the category of TLS failures. Its `name()` is "anode.tls".
ANODE_EXPORT boost::system::error_category const& error_category() noexcept;

/// Makes an error code from `e`. Boost finds this function by argument-dependent lookup.
ANODE_EXPORT boost::system::error_code make_error_code(error e) noexcept;

/// A version of TLS.
enum class version : std::uint8_t {
  tls1,    ///< TLS 1.0, which also needs "@SECLEVEL=0" in `ciphers`
  tls1_1,  ///< TLS 1.1, which also needs "@SECLEVEL=0" in `ciphers`
  tls1_2,  ///< TLS 1.2
  tls1_3,  ///< TLS 1.3
};

/// The settings of both sides. All texts are PEM unless said otherwise.
///
/// **Node**: the options of `tls.createSecureContext`.
class ANODE_EXPORT common_options {
public:
  /// Makes the default options.
  common_options() {}  // not defaulted, because the class must not be an aggregate

  /// Own certificates, each with its chain, leaf first. Several of different key types (RSA and
  /// ECDSA) are possible.
  std::vector<std::string> cert;
  /// The private keys of `cert`, in the same order.
  std::vector<std::string> key;
  /// Name of a file with one more certificate and its chain; empty: none.
  std::string cert_file;
  /// Name of the file with the key of `cert_file`.
  std::string key_file;
  /// Certificate, chain and key in the format PKCS #12 (binary, not PEM); empty: none.
  std::string pfx;
  /// Decrypts encrypted keys and `pfx`.
  std::string passphrase;
  /// Trusted certificates, in place of those of the system; empty: those of the system.
  std::vector<std::string> ca;
  /// Trusted certificates in addition to the others.
  /// **Node**: the variable NODE_EXTRA_CA_CERTS.
  std::vector<std::string> extra_ca;
  /// Accepts a chain that ends at a trusted certificate which is not a root.
  bool allow_partial_trust_chain = false;
  /// Revocation lists. With one, each certificate of a chain needs a valid list.
  std::vector<std::string> crl;
  /// Cipher suites in OpenSSL's syntax, those of TLS 1.3 in the same list; empty: see
  /// `default_ciphers`.
  std::string ciphers;
  /// The lowest version to accept.
  version min_version = version::tls1_2;
  /// The highest version to accept.
  version max_version = version::tls1_3;
  /// Key exchange groups in OpenSSL's syntax; empty: X25519, P-256 and P-384.
  /// **Node**: `ecdhCurve`.
  std::string groups;
  /// Signature algorithms in OpenSSL's syntax; empty: OpenSSL's.
  std::string sigalgs;
  /// Application protocols (ALPN) in the order of preference. No overlap with those of the peer
  /// fails the handshake; a peer that sends none is accepted.
  std::vector<std::string> alpn_protocols{"http/1.1"};
  /// Refuses a peer whose certificate cannot be verified. A client that sets this to false sends
  /// its requests to anybody.
  bool reject_unauthorized = true;
  /// The most bytes of data in one record, 512 to 16384.
  std::size_t record_size = 16384;
  /// How long a session can be resumed.
  std::chrono::seconds session_timeout{7200};
  /// Called with each line of the key log (NSS format), which decrypts recorded traffic.
  /// **Node**: event 'keylog'.
  std::function<void(std::string_view line)> on_keylog;
};

/// The TLS settings of a client.
class ANODE_EXPORT client_options : public common_options {
public:
  /// Makes the default options.
  client_options() {}

  /// Checks that a verified certificate belongs to `host`, in place of `check_server_identity`.
  /// Throws if it does not.
  /// **Node**: the option `checkServerIdentity`.
  std::function<void(std::string_view host, certificate const& peer)> check_server_identity;
};

/// The TLS settings of a server.
class ANODE_EXPORT server_options : public common_options {
public:
  /// Makes the default options.
  server_options() {}

  /// Asks clients for a certificate. With `reject_unauthorized`, a client without a trusted
  /// certificate is refused. `ca` should name who issues them.
  bool request_cert = false;
  /// Chooses cipher suites in the server's order of preference.
  bool honor_cipher_order = true;
  /// An OCSP response (DER) that is stapled to the certificate; empty: none.
  std::string ocsp_response;
};

/// The default cipher suites: those of TLS 1.3, and for TLS 1.2 those with forward secrecy and
/// authenticated encryption.
/// **Node**: `tls.DEFAULT_CIPHERS`.
ANODE_EXPORT std::string_view default_ciphers() noexcept;

/// Replaces the certificates that contexts without `ca` trust: those of the system, or those of an
/// earlier call. Applies to contexts that are made afterwards, and to further requests of agents
/// without a context, which use new connections. Contexts that exist do not change.
/// @param certificates PEM texts, each with one or more certificates; empty: nobody is trusted.
/// @throws http::exception with OpenSSL's code if one is invalid; the default stays.
///
/// **Concurrency**: may be called by several threads.
/// **Node**: `tls.setDefaultCACertificates()`.
ANODE_EXPORT void set_default_ca(std::vector<std::string> const& certificates);

/// Returns the certificates that contexts without `ca` trust, each as PEM text: those of
/// `set_default_ca`, or else those of `system_ca`.
/// @throws http::exception as `system_ca`.
/// **Node**: `tls.getCACertificates('default')`.
ANODE_EXPORT std::vector<std::string> default_ca();

/// Returns the certificates that the system trusts, each as PEM text. Certificates that OpenSSL
/// finds only in a directory, by the hash of their names, are not among them.
/// @throws http::exception with `error::no_trusted_certificates` if the system has none.
/// **Node**: `tls.getCACertificates('system')`.
ANODE_EXPORT std::vector<std::string> system_ca();

/// An X.509 certificate. The object is a handle to immutable data; an empty one has empty values.
///
/// **Node**: `X509Certificate` and the result of `socket.getPeerCertificate()`.
class ANODE_EXPORT certificate {
public:
  /// Makes an empty handle.
  certificate() noexcept = default;

  /// Parses the first certificate of a PEM text.
  /// @throws http::exception with OpenSSL's code.
  static certificate from_pem(std::string_view pem);

  /// Returns whether the handle refers to a certificate.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

  /// Returns the subject, one attribute a line, for example "C=DE\nCN=example.org".
  std::string subject() const;

  /// Returns the issuer, in the form of `subject`.
  std::string issuer() const;

  /// Returns the first common name of the subject; empty if there is none.
  std::string common_name() const;

  /// Returns the alternative names as Node writes them, for example
  /// "DNS:example.org, IP Address:127.0.0.1".
  std::string subject_alt_name() const;

  /// Returns the serial number in upper-case hexadecimal digits.
  std::string serial_number() const;

  /// Returns the SHA-256 digest of the certificate, "AB:CD:...".
  std::string fingerprint256() const;

  /// Returns the beginning of the validity.
  std::chrono::sys_seconds valid_from() const;

  /// Returns the end of the validity.
  std::chrono::sys_seconds valid_to() const;

  /// Returns the certificate as PEM text.
  std::string pem() const;

  /// Returns the certificate as DER bytes.
  std::string der() const;

  /// Returns the certificate of the issuer that the peer has sent or the verification has found;
  /// empty for the last one of the chain.
  certificate issuer_certificate() const;

  /// Internal: makes a handle.
  explicit certificate(std::shared_ptr<void const> impl) noexcept : impl_(std::move(impl)) {}

  /// Internal: returns the certificate.
  std::shared_ptr<void const> const& impl() const noexcept { return impl_; }

private:
  std::shared_ptr<void const> impl_;
};

/// Checks that a certificate belongs to a host: by a DNS name of its alternative names, of which
/// only the whole first label may be a wildcard, or by an IP address among them. The common name is
/// not considered (RFC 9525).
/// @throws http::exception with `error::cert_altname_invalid` and Node's message.
/// **Node**: `tls.checkServerIdentity()`.
ANODE_EXPORT void check_server_identity(std::string_view host, certificate const& peer);

/// Returns the certificate that the peer of a connection has sent, also on a resumed session; empty
/// for a plain connection and for a peer without one.
/// **Node**: `socket.getPeerCertificate()`.
ANODE_EXPORT certificate peer_certificate(anode::socket const& s);

/// Returns key material for another protocol over the connection (RFC 5705).
/// @param size number of bytes.
/// @throws http::exception with `error::invalid_context` for a plain connection.
/// **Node**: `socket.exportKeyingMaterial()`.
ANODE_EXPORT std::string export_keying_material(anode::socket const& s, std::size_t size,
                                                std::string_view label,
                                                std::optional<std::string_view> context = {});

}  // namespace anode::tls

/// @cond
template <>
struct boost::system::is_error_code_enum<anode::tls::error> : std::true_type {};
/// @endcond
