// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/endpoint.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::proxy::socks {

/// The replies of a SOCKS5 server (RFC 1928 section 6).
enum class reply : std::uint8_t {
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

/// Writes a reply (RFC 1928 section 6).
/// @param bound the local end of the connection to the target, with the type of its own address;
///   0.0.0.0 and port 0 if it is not an IP address.
std::string write_reply(reply code, endpoint const& bound);

/// The server's side of a SOCKS5 handshake up to the request (RFC 1928, RFC 1929), as received
/// bytes and bytes to send.
///
/// The client cannot make it grow: it stores the message that it parses, at most 515 bytes. Bytes
/// behind the request belong to the tunnel and are not used.
class server_handshake {
public:
  /// The outcome so far.
  enum class status : std::uint8_t {
    need_more,     ///< send `output`, then feed what the client sends
    authenticate,  ///< call `authenticated` after a look at `user` and `password`
    request,       ///< the client asks for `host` and `port`
    refused,       ///< send `output`, then close the connection; see `why`
  };

  /// The most bytes of a message: a user name and a password of 255 bytes each.
  static constexpr std::size_t longest_message = 3 + 255 + 255;

  /// @param with_users whether clients must send a user name and a password. Other methods of
  ///   authentication are then refused, also if the client offers them.
  explicit server_handshake(bool with_users) noexcept : with_users_(with_users) {}

  /// Returns the bytes to send now. The caller has sent them when it calls `sent`. Valid until the
  /// next call of `feed` or `authenticated`.
  std::string_view output() const noexcept { return output_; }

  /// Reports that the first `bytes` bytes of `output` are sent.
  void sent(std::size_t bytes) { output_.erase(0, bytes); }

  /// Parses the next bytes of the client, which may also send the next message before it has the
  /// answer to the previous one. Uses none unless the state is `need_more`.
  /// @param used set to the number of bytes that belong to the handshake; after `request`, the rest
  ///   is for the target.
  status feed(std::string_view bytes, std::size_t& used);

  /// Continues after `authenticate`.
  /// @param permitted whether the user may use the server
  status authenticated(bool permitted);

  /// Returns the number of bytes that are still part of the client's next message, whatever
  /// follows; 0 unless the state is `need_more`.
  std::size_t at_least() const noexcept;

  /// Returns the user name. Valid in the state `authenticate`.
  std::string_view user() const noexcept;

  /// Returns the password. Valid in the state `authenticate`.
  std::string_view password() const noexcept;

  /// Returns the name or address that the client asks for, as it has sent it. Valid after
  /// `request`.
  std::string const& host() const noexcept { return host_; }

  /// Returns the port that the client asks for.
  std::uint16_t port() const noexcept { return port_; }

  /// Returns the reason of `refused`, in static storage.
  std::string_view why() const noexcept { return why_; }

private:
  enum class step : std::uint8_t { greeting, user, request };

  std::string_view message() const noexcept { return {message_.data(), size_}; }
  status refuse(std::string_view why);
  status refuse(std::string_view why, reply code);
  status parse();
  status parse_greeting();
  status parse_request();

  std::array<char, longest_message> message_{};  // the received part of the current message
  std::size_t size_ = 0;
  std::string output_;
  std::string host_;
  std::string_view why_;
  std::uint16_t port_ = 0;
  step step_ = step::greeting;
  status status_ = status::need_more;
  bool with_users_;
};

}  // namespace anode::proxy::socks
