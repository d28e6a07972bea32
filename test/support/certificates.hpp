// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// Certificates for tests, made at run time.
///
/// \code
///   support::certificates::authority root;
///   auto const leaf = root.issue({.names = {"good.test"}});
///   server_options.cert = {leaf.cert};  server_options.key = {leaf.key};
///   client_options.ca = {root.cert()};
/// \endcode
namespace support::certificates {

enum class key_type { ec, rsa };

/// What the owner of a certificate may use it for.
enum class purpose { server_and_client, server, client };

/// What a certificate contains. Texts may have any bytes.
struct description {
  /// DNS names, also wildcards.
  std::vector<std::string> names{};
  /// IP addresses in text form.
  std::vector<std::string> addresses{};
  std::vector<std::string> emails{};
  std::vector<std::string> uris{};
  /// The common name of the subject; empty: a name with a number that no other certificate has.
  std::string common_name{};
  /// The organization of the subject; empty: none.
  std::string organization{};
  /// The validity, relative to the present time.
  std::chrono::seconds valid_from = std::chrono::hours(-1);
  std::chrono::seconds valid_to = std::chrono::hours(24);
  /// The validity as absolute times, for example "99991231235959Z"; empty: see above.
  std::string not_before{};
  std::string not_after{};
  purpose use = purpose::server_and_client;
  key_type key = key_type::ec;
  /// The size of an RSA key. Certificates with RSA keys of one size share one key.
  unsigned bits = 2048;
  std::string digest = "SHA256";
  /// Names to which an authority is restricted, for example "DNS:good.test".
  std::vector<std::string> permitted{};
  std::vector<std::string> excluded{};
  /// The most authorities below an authority; -1: any number.
  int path_length = -1;
  /// Adds a critical extension that nobody knows.
  bool unknown_critical_extension = false;
  /// The size of an additional extension in bytes.
  std::size_t padding = 0;
};

/// A certificate and its key in PEM.
struct issued {
  /// The certificate and those of the authorities above it, without the root.
  std::string cert;
  /// The certificate alone.
  std::string leaf;
  std::string key;
};

/// A root or an intermediate authority. Copies share one authority.
class authority {
public:
  /// Makes a root. Its default common name is "root" with a number.
  explicit authority(description const& d = {});

  /// Makes an authority below this one.
  authority issue_authority(description const& d = {}) const;

  /// Issues a certificate to a server or a client.
  issued issue(description const& d) const;

  /// Issues a certificate with the name and key of another authority; PEM.
  std::string cross_sign(authority const& other) const;

  /// Returns the certificate of the authority alone; PEM.
  std::string cert() const;

  /// Returns the certificate and key as `issue` does, for an authority that acts as a server.
  issued own() const;

  /// Returns a revocation list that names some certificates; PEM.
  /// @param next_update  relative to the present time
  std::string crl(std::vector<issued> const& revoked = {},
                  std::chrono::seconds next_update = std::chrono::hours(24)) const;

private:
  struct state;
  explicit authority(std::shared_ptr<state const> s) : state_(std::move(s)) {}

  std::shared_ptr<state const> state_;
};

/// Issues a certificate with the key of one that is not an authority's.
issued issue_by(issued const& signer, description const& d);

/// Makes a certificate that signs itself and is not an authority.
issued self_signed(description const& d);

/// Encrypts a key; PEM.
std::string encrypt_key(std::string const& key, std::string const& passphrase);

/// Makes a file in the format PKCS #12 of a certificate with its chain and key.
std::string pfx(issued const& from, std::string const& passphrase);

}  // namespace support::certificates
