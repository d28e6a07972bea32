// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::preface {

/// The target of a SOCKS5 connection, and the credentials for the proxy.
struct socks_request {
  base::ip_address address;  ///< the target, if it is an address
  std::string name;          ///< the target otherwise; 1 to 255 bytes
  std::uint16_t port = 0;
  std::string user;      ///< empty: no authentication is offered; at most 255 bytes
  std::string password;  ///< 1 to 255 bytes if there is a user
};

/// The replies of a SOCKS5 server (RFC 1928 section 6).
enum class socks_reply : std::uint8_t {
  succeeded = 0,
  general_failure = 1,
  not_allowed = 2,
  network_unreachable = 3,
  host_unreachable = 4,
  connection_refused = 5,
  ttl_expired = 6,
  command_not_supported = 7,
  address_type_not_supported = 8,
};

/// Returns the text of a reply, for example "host unreachable". Static storage.
std::string_view to_string(socks_reply reply) noexcept;

/// Returns whether another address of the same target may succeed after this reply.
bool may_try_next_address(socks_reply reply) noexcept;

/// The client's side of a SOCKS5 handshake (RFC 1928, RFC 1929), as bytes to send and received
/// bytes.
///
/// The server cannot make it grow: the longest answer has 262 bytes and is parsed in place.
class socks_client_handshake {
public:
  /// The outcome so far.
  enum class status : std::uint8_t {
    need_more,  ///< send `output`, then feed what the server answers
    done,       ///< the connection to the target is established
    refused,    ///< the server has answered with `reply`
    bad,        ///< the server does not speak SOCKS5 or accepts no authentication, see `why`
  };

  explicit socks_client_handshake(socks_request request);

  /// Returns the bytes to send now; empty if an answer is awaited. The caller has sent them when it
  /// calls `sent`. Valid until the next `feed`.
  std::string_view output() const noexcept { return output_; }

  /// Reports that the first `bytes` bytes of `output` are sent.
  void sent(std::size_t bytes) { output_.erase(0, bytes); }

  /// Parses the next bytes of the server.
  /// @param used set to the number of bytes that belong to the handshake; the rest comes from the
  ///   target.
  status feed(std::string_view bytes, std::size_t& used);

  /// Returns the number of bytes that are still part of the server's next answer, whatever follows.
  std::size_t at_least() const noexcept;

  /// Returns the reply. Valid after `refused`.
  socks_reply reply() const noexcept { return reply_; }

  /// The reason of an answer that is received before what it answers is sent.
  static constexpr std::string_view too_early = "the proxy answers before it is asked";

  /// Returns the reason of `bad`, in static storage.
  std::string_view why() const noexcept { return why_; }

private:
  enum class step : std::uint8_t { method, authentication, reply };

  status fail(std::string_view why) noexcept;
  status parse();
  status parse_method();
  status parse_authentication();
  status parse_reply();
  void ask();

  socks_request request_;
  std::string output_;
  std::string answer_;  // received bytes of the current step
  std::string_view why_;
  step step_ = step::method;
  socks_reply reply_ = socks_reply::succeeded;
  status status_ = status::need_more;
};

}  // namespace anode::preface
