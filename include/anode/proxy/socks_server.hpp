// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// A SOCKS5 server. Needs the library `anode-proxy`.
///
/// ```cpp
/// proxy::socks_options how;
/// socket_server server(ex, [&how](socket client) -> net::awaitable<void> {
///   proxy::socks_record const done = co_await proxy::serve_socks(client, how);
///   log(done);
/// });
/// ```

#include <anode/agent_options.hpp>
#include <anode/detail/export.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace anode::proxy {

/// Connects to "host:port", to an address that the look-up finds. A host that is an address is not
/// looked up.
using dial_function = std::function<boost::asio::awaitable<anode::socket>(
    std::string_view authority, http::lookup_function const& lookup)>;

/// The options of a SOCKS5 server. They must exist until each operation that uses them completes.
class ANODE_EXPORT socks_options {
public:
  /// Makes the default options: no authentication, public targets only.
  socks_options() {}

  /// Judges the targets; null: `target_rules()`, which allows all but special addresses.
  std::shared_ptr<target_rules const> rules;
  /// Returns whether a user name and a password are right (RFC 1929); both have at most 255 bytes,
  /// any bytes. If it is set, clients must authenticate in this way; if not, they need not. An
  /// exception leaves `serve_socks`.
  std::function<bool(std::string_view user, std::string_view password)> authenticate;
  /// The time after which wrong credentials are answered. It is part of `preface_timeout`.
  std::chrono::milliseconds failure_delay{1'000};
  /// The time limit for the handshake up to the request; at least 1 ms.
  std::chrono::milliseconds preface_timeout{10'000};
  /// The time limit for look-up and connection; at least 1 ms.
  std::chrono::milliseconds connect_timeout{10'000};
  /// The time without a byte in either direction after which a tunnel is closed; 0: no limit.
  std::chrono::milliseconds idle_timeout{3'600'000};
  /// The time without a byte after one side of a tunnel has ended; 0: as `idle_timeout`.
  std::chrono::milliseconds half_closed_timeout{30'000};
  /// Connects in place of the system's sockets; empty: `anode::connect`.
  dial_function dial;
  /// Resolves names in place of the system's resolver. The rules judge each address.
  http::lookup_function lookup;
};

/// What became of a connection to a SOCKS5 server.
class ANODE_EXPORT socks_record {
public:
  /// Makes an empty record.
  socks_record() {}

  target to;                        ///< what the client asked for; empty if it did not get so far
  std::string user;                 ///< the user name, once it is received; the client chose it
  bool connected = false;           ///< the tunnel was open
  std::uint8_t reply = 0xff;        ///< what the request was answered with; 0xff: no reply
  boost::system::error_code cause;  ///< the failure of the look-up, the connection or the client
  std::string detail;               ///< why there was no tunnel; contains nothing that was received
  std::uint64_t up = 0;             ///< bytes from the client through the tunnel
  std::uint64_t down = 0;           ///< bytes to the client through the tunnel
};

/// Serves one connection of a SOCKS5 client (RFC 1928, RFC 1929): CONNECT only; BIND and UDP
/// ASSOCIATE are refused with reply 7.
///
/// A target is judged by its host, and each address of it before it is used. The end of one
/// direction is passed on as a half-close. Bytes that the client sends behind its request are the
/// first ones for the target.
///
/// Replies: 2 the rules deny the target; 3, 4, 5 the system's error (4 also for names that are not
/// found, and at `connect_timeout`); 7 another command; 8 an unknown type of address; otherwise 1.
/// A client that does not speak SOCKS5, or is too slow, gets no answer.
///
/// @param client closed when the operation completes.
/// @return what became of the connection. Nothing that a peer does is thrown.
/// **Concurrency**: call it on the executor of the connection.
/// **Cancellation**: closes the connections, and completes; the record has the cause
/// `operation_aborted`.
ANODE_EXPORT boost::asio::awaitable<socks_record> serve_socks(anode::socket client,
                                                              socks_options const& how);

}  // namespace anode::proxy
