// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Support for the tests of programs that use TLS: certificates, and peers in memory. It extends
/// `anode/testing.hpp` and needs the library `anode-tls`.
///
/// ```cpp
/// testing::event_loop loop;
/// testing::tls_authority authority;
/// https::server server{loop.get_executor(), authority.server_context("example.org"), hello};
/// testing::peer client =
///     testing::connect_tls(loop, server, authority.client_context(), "example.org");
/// client.send("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
/// client.expect("HTTP/1.1 200 OK\r\n");
/// ```

#include <anode/detail/export.hpp>
#include <anode/https.hpp>
#include <anode/testing.hpp>
#include <anode/tls.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::testing {

/// A certificate with its chain, and its private key; both are PEM texts.
class ANODE_EXPORT tls_identity {
public:
  /// Makes an empty identity.
  tls_identity() {}  // not defaulted, because the class must not be an aggregate

  /// Makes an identity from texts.
  tls_identity(std::string certificate, std::string private_key)
      : cert(std::move(certificate)), key(std::move(private_key)) {}

  std::string cert;  ///< for `tls::common_options::cert`
  std::string key;   ///< for `tls::common_options::key`
};

/// What a certificate of a `tls_authority` contains.
class ANODE_EXPORT tls_subject {
public:
  /// Makes a subject without names.
  tls_subject() {}  // not defaulted, because the class must not be an aggregate

  /// Makes a subject with one name.
  explicit tls_subject(std::string_view name) : names{std::string(name)} {}

  /// DNS names, of which the first label may be "*", and IP addresses.
  std::vector<std::string> names;
  /// The common name, which identifies a client; empty: the first of `names`.
  std::string common_name;
  /// The beginning of the validity.
  std::chrono::sys_seconds valid_from{};
  /// The end of the validity; the default is in the year 9999. OpenSSL compares both with the clock
  /// of the system, not with that of an `event_loop`.
  std::chrono::sys_seconds valid_to{std::chrono::seconds(253'402'300'799)};
};

/// An authority that issues certificates for tests. Only contexts that name it trust them.
///
/// Its keys are made at run time, in about a millisecond each. Copies share one authority.
class ANODE_EXPORT tls_authority {
public:
  /// Makes an authority with a new key.
  /// @throws http::exception with OpenSSL's code.
  tls_authority();

  /// Returns the certificate of the authority, for `tls::common_options::ca`.
  std::string const& cert() const noexcept;

  /// Issues a certificate with a new key, for servers and clients.
  /// @throws http::exception with OpenSSL's code, and with `http::error::invalid_arg_value` for a
  ///   subject without a name.
  tls_identity issue(tls_subject const& subject) const;

  /// Issues a certificate for one name.
  tls_identity issue(std::string_view name) const;

  /// Makes a server's context with a new certificate.
  /// @param options further settings.
  tls::context server_context(std::string_view name, tls::server_options options) const;

  /// Makes a server's context with a new certificate and default settings.
  tls::context server_context(std::string_view name) const;

  /// Makes a client's context that trusts this authority.
  /// @param options further settings.
  tls::context client_context(tls::client_options options) const;

  /// Makes a client's context that trusts this authority, with default settings.
  tls::context client_context() const;

private:
  struct state;

  std::shared_ptr<state const> state_;
};

/// Connects to an https server; the test acts as the client. Settles, which performs the handshake.
///
/// The functions of the peer are about decrypted bytes. `peer::end` announces the end
/// (close_notify) and half-closes; `peer::close` closes without announcing it, as a broken
/// connection does.
/// @param client the client's context. It checks the server's certificate as an agent does.
/// @param servername the name that is sent and checked.
/// @param capacity maximum number of unread encrypted bytes in each direction.
/// @return the peer. If the handshake has failed, it has ended, and `peer::error` is the reason.
/// @throws http::exception with `tls::error::invalid_context` if the context is not a client's.
ANODE_EXPORT peer connect_tls(event_loop& loop, https::server& to, tls::context const& client,
                              std::string_view servername, std::size_t capacity = 65536);

/// Makes an origin whose connections use TLS; the test acts as the servers.
///
/// ```cpp
/// testing::origin origin = testing::tls_origin(loop, authority.server_context("example.org"));
/// https::agent_options options;
/// options.secure = authority.client_context();
/// options.create_connection = origin.connections();
/// ```
/// @param server the servers' context.
/// @param capacity maximum number of unread encrypted bytes in each direction of a connection.
/// @throws http::exception with `tls::error::invalid_context` if the context is not a server's.
ANODE_EXPORT origin tls_origin(event_loop& loop, tls::context const& server,
                               std::size_t capacity = 65536);

}  // namespace anode::testing
