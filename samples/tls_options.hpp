// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The TLS options of the samples. In a build without anode-tls the options exist, and using one
// is an error.
#pragma once

#include "options.hpp"

#include <anode/http.hpp>
#include <anode/tls_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace samples {

/// The TLS options of a server: --cert, --key, --client-ca.
class server_tls {
public:
  /// Makes options that the command line sets.
  server_tls() = default;

  /// Makes options with the files of a certificate chain, of its key (empty: in the same file), and
  /// of the issuers of the certificates that clients need (empty: none). All empty: no TLS.
  server_tls(std::string cert, std::string key, std::string client_ca)
      : cert_(std::move(cert)), key_(std::move(key)), client_ca_(std::move(client_ca)) {}

  /// Adds the options to a command line.
  void add_to(options& to);

  /// Makes a server, which uses TLS if --cert is given. All servers share one context and the keys
  /// of session tickets, therefore a client can resume its session with any of them.
  /// @throws std::exception if a file is missing or invalid, or in a build without TLS
  anode::http::server make_server(boost::asio::any_io_executor const& ex,
                                  anode::http::request_handler on_request = {},
                                  anode::http::server_options options = {});

  /// Makes a server as `make_server`, whose certificates `renew` can replace.
  std::unique_ptr<anode::http::server> make_renewable_server(
      boost::asio::any_io_executor const& ex, anode::http::request_handler on_request,
      anode::http::server_options options);

  /// Reads the files, and makes a server of `make_renewable_server` use them for new connections.
  /// Without TLS it does nothing.
  /// @throws std::exception as `make_server`; the server then keeps its certificates
  void renew(anode::http::server& of);

  /// Reads the files.
  /// @throws std::exception as `make_server`
  void check();

  /// Returns the scheme of the servers, "http" or "https".
  std::string_view scheme() const { return cert_.empty() ? "http" : "https"; }

private:
  void load();

  std::string cert_;
  std::string key_;
  std::string client_ca_;
  anode::tls::context context_;
  std::string ticket_keys_;
};

/// The TLS options of a client: --cacert, and more for a client that a person uses.
class client_tls {
public:
  /// Makes options that the command line sets.
  client_tls() = default;

  /// Makes options with a file of trusted certificates; empty: those of the system.
  explicit client_tls(std::string ca) : ca_(std::move(ca)) {}

  /// Adds the option --cacert to a command line.
  void add_to(options& to);

  /// Adds the options -k, --cert and --key to a command line.
  void add_own_to(options& to);

  /// Makes an agent for http and, in a build with TLS, for https.
  /// @throws std::exception if a file is missing or invalid, or if an option is given in a build
  ///   without TLS
  anode::http::agent make_agent(boost::asio::any_io_executor const& ex,
                                anode::http::agent_options pool) const;

  /// Checks that the agent supports the scheme of a URL.
  /// @throws std::exception for an https or wss URL in a build without TLS
  static void check(std::string_view url);

private:
  std::string ca_;
  std::string cert_;
  std::string key_;
  bool trust_all_ = false;
};

}  // namespace samples
