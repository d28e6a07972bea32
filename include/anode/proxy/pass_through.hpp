// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Passes TLS connections on without decrypting them. Needs the library `anode-proxy`.

#include <anode/agent_options.hpp>
#include <anode/detail/export.hpp>
#include <anode/proxy/client_hello.hpp>
#include <anode/proxy/sni_routes.hpp>
#include <anode/proxy/socks_server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::proxy {

/// The first bytes of a connection.
class ANODE_EXPORT received_hello {
public:
  /// Makes an empty object.
  received_hello() {}

  client_hello hello;     ///< valid if `complete`
  std::string bytes;      ///< as they were received, at most `client_hello_parser::max_bytes`
  bool complete = false;  ///< `hello` was received
  bool tls = true;        ///< the bytes begin as TLS, as far as they are known
  std::string_view why;   ///< why it is not complete; static storage
  boost::system::error_code cause;  ///< the failure of the connection
};

/// Reads the client hello of a TLS connection, and nothing behind it. There is no time limit: await
/// `read_client_hello(client) || delay(ex, limit)`.
/// @return also if the connection has failed or ended.
/// **Cancellation**: leaves the connection open; the bytes that were read are lost.
ANODE_EXPORT boost::asio::awaitable<received_hello> read_client_hello(anode::socket client);

/// The options of `pass_through`. They must exist until each operation that uses them completes.
class ANODE_EXPORT pass_through_options {
public:
  /// Makes the default options.
  pass_through_options() {}

  /// The time limit for the client hello; at least 1 ms.
  std::chrono::milliseconds preface_timeout{10'000};
  /// The time limit for look-up and connection of each upstream; at least 1 ms.
  std::chrono::milliseconds connect_timeout{5'000};
  /// The time without a byte in either direction after which a connection is closed; 0: no limit.
  std::chrono::milliseconds idle_timeout{3'600'000};
  /// The time without a byte after one side has ended; 0: as `idle_timeout`.
  std::chrono::milliseconds half_closed_timeout{30'000};
  /// The version of the PROXY header that announces the client to the upstream, 1 or 2; 0: none.
  /// Version 2 has the server name as authority, and a checksum.
  unsigned send_proxy = 0;
  /// Connects in place of the system's sockets; empty: `anode::connect`.
  dial_function dial;
  /// Resolves names in place of the system's resolver.
  http::lookup_function lookup;
};

/// What became of a connection that is passed through.
class ANODE_EXPORT pass_through_record {
public:
  /// Makes an empty record.
  pass_through_record() {}

  client_hello hello;               ///< empty if it was not received
  std::string upstream;             ///< the last one that was tried; empty: none
  std::size_t tries = 0;            ///< the number of upstreams that were tried
  bool connected = false;           ///< the upstream was connected
  std::uint8_t alert = 0;           ///< the TLS alert that was sent to the client; 0: none
  boost::system::error_code cause;  ///< the failure of the client or the last upstream
  std::string_view detail;          ///< why it was not passed on; static storage
  std::uint64_t up = 0;             ///< bytes from the client, with the client hello
  std::uint64_t down = 0;           ///< bytes to the client
};

/// Reads the client hello of a connection, and relays the connection to the upstream that `routes`
/// has for its server name. The bytes are passed on as they came. If an upstream cannot be
/// connected, the next one of the route is tried.
///
/// Without a route the client gets the alert 112 (unrecognized_name), without a working upstream
/// the alert 80 (internal_error), and for a malformed client hello the alert 50 (decode_error). A
/// client that does not speak TLS, or is too slow, gets no answer.
///
/// Encrypted client hello hides the name of the server: the visible one, of the provider, decides.
///
/// @param client closed when the operation completes.
/// @param routes must exist until the operation completes.
/// @return what became of the connection. Nothing that a peer does is thrown.
/// @throws http::exception from the call itself, with `error::out_of_range` for a wrong
///   `pass_through_options::send_proxy`.
/// **Concurrency**: call it on the executor of the connection.
/// **Cancellation**: closes the connections, and completes; the record has the cause
/// `operation_aborted`.
ANODE_EXPORT boost::asio::awaitable<pass_through_record> pass_through(
    anode::socket client, sni_routes const& routes, pass_through_options const& how);

}  // namespace anode::proxy
