// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/context/openssl_ptr.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace anode::tls {

/// Where trusted certificates are searched for.
struct trust_locations {
  /// Bundles. The first one that has a certificate is used.
  std::vector<std::string> files;
  /// Directories with a file for each certificate, named by the hash of its subject
  /// (`openssl rehash`). All of them are used; OpenSSL reads a file when it needs it.
  std::vector<std::string> directories;
};

/// Returns the locations that SSL_CERT_FILE and SSL_CERT_DIR name, if at least one of them is set.
/// Otherwise those of OpenSSL and those of the known systems.
trust_locations system_trust_locations();

/// The certificates that a system trusts.
struct system_trust {
  std::vector<x509_ptr> certificates;
  std::vector<std::string> directories;

  /// Adds all certificates and directories to a store.
  /// @throws http::exception
  void add_to(X509_STORE* store) const;
};

/// Reads the certificates. Skips certificates that cannot be parsed.
/// @throws http::exception with `error::no_trusted_certificates` and all paths in the message if
///   there is none.
system_trust load_system_trust(trust_locations const& from);

/// Certificates that contexts without their own trust, and that they share.
struct shared_system_trust {
  system_trust trust;
  store_ptr store;
  bool replaced = false;  ///< by the program: these are not those of the system
};

/// Returns the certificates that the program has set as the default, or else those of this system,
/// which are loaded at the first use.
///
/// **Concurrency**: may be called by several threads.
/// @throws http::exception as `load_system_trust`; the next call tries again.
std::shared_ptr<shared_system_trust const> default_trust();

/// Returns the certificates of this system.
/// @throws http::exception as `load_system_trust`; the next call tries again.
std::shared_ptr<shared_system_trust const> shared_trust();

/// Returns how often the program has changed the default.
std::uint64_t default_trust_changes() noexcept;

}  // namespace anode::tls
