// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The TLS options of the samples. In a build without anode-tls the options exist, and using one
// is an error.
#pragma once

#include "options.hpp"

#include <anode/http.hpp>
#include <anode/tls_context.hpp>

#include <string>
#include <string_view>

namespace samples {

/// The TLS options of a server: --cert, --key, --client-ca.
class server_tls {
public:
  /// Adds the options to a command line.
  void add_to(options& to);

  /// Makes a server, which uses TLS if --cert is given. All servers share one context and the keys
  /// of session tickets, therefore a client can resume its session with any of them.
  /// @throws std::exception if a file is missing or invalid, or in a build without TLS
  anode::http::server make_server(boost::asio::any_io_executor const& ex,
                                  anode::http::request_handler on_request = {},
                                  anode::http::server_options options = {});

  /// Returns the scheme of the servers, "http" or "https".
  std::string_view scheme() const { return cert_.empty() ? "http" : "https"; }

private:
  std::string cert_;
  std::string key_;
  std::string client_ca_;
  anode::tls::context context_;
  std::string ticket_keys_;
};

/// The TLS options of a client: --cacert, and more for a client that a person uses.
class client_tls {
public:
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
