// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy {

/// What the first message of a TLS client says in clear text (RFC 8446 section 4.1.2).
class ANODE_EXPORT client_hello {
public:
  /// Makes an empty object.
  client_hello() {}

  /// The name of the server that the client asks for (SNI, RFC 6066 section 3), in lower case and
  /// without a dot at the end: 1 to 253 letters, digits, "-", "_" and ".". Empty if the client
  /// names none, or an IP address. With encrypted client hello it is the public name of the
  /// provider.
  std::string server_name;

  /// The application protocols that the client offers (ALPN, RFC 7301), in its order, for example
  /// "h2"; any bytes.
  std::vector<std::string> protocols;

  /// The versions that the client offers, in its order, for example 0x0304 for TLS 1.3; without the
  /// extension `supported_versions` the version of the message only. Reserved values (GREASE) are
  /// among them.
  std::vector<std::uint16_t> versions;

  /// Whether the client sends an encrypted client hello, or pretends to (GREASE).
  bool encrypted_hello = false;
};

/// Parses the first message of a TLS client from bytes that arrive in any division, and over
/// several records. Uses no library for TLS, because it decrypts nothing.
///
/// Limits: a message of 16,384 bytes in 64 records. Each length inside of the
/// message is checked against the length around it, and no extension may occur twice.
class ANODE_EXPORT client_hello_parser {
public:
  /// The state of the parser.
  enum class status : std::uint8_t {
    need_more,  ///< the message is not complete
    done,       ///< the message is complete, see `hello`
    bad,        ///< the bytes are not such a message, see `why`
  };

  /// The most bytes of the message with its header of 4 bytes.
  static constexpr std::size_t max_message = 16384;
  /// The most records over which the message is divided.
  static constexpr std::size_t max_records = 64;
  /// The most bytes that the parser uses: the message, and 5 for each record.
  static constexpr std::size_t max_bytes = max_message + max_records * 5;

  /// Makes a parser.
  client_hello_parser();

  /// Parses the next bytes. After `done` and `bad` it uses none.
  /// @param used set to the number of bytes up to the end of the message. The bytes are not kept:
  ///   the caller passes them on.
  status feed(std::string_view bytes, std::size_t& used);

  /// Returns the number of bytes that are still part of the message whatever follows; 0 if it is
  /// complete or bad.
  std::size_t at_least() const noexcept;

  /// Returns the message. Valid after `done`.
  client_hello const& hello() const noexcept { return hello_; }

  /// Returns whether the bytes begin as a TLS record with a handshake message, as far as they are
  /// known. A client that does not speak TLS does not understand an alert either.
  bool is_tls() const noexcept { return tls_; }

  /// Returns the reason of `bad`, in static storage; empty otherwise.
  std::string_view why() const noexcept { return why_; }

private:
  status fail(std::string_view why) noexcept;
  status begin_record();
  status parse_message();

  client_hello hello_;
  std::string header_;   // the received part of the current record's header
  std::string message_;  // without the headers of its records
  std::string_view why_;
  std::size_t of_record_ = 0;  // bytes of the current record that are missing
  std::size_t records_ = 0;
  status status_ = status::need_more;
  bool tls_ = true;
};

/// Returns a fatal TLS alert in clear text, for a client whose first message is not answered
/// otherwise (RFC 8446 section 6).
/// @param description for example 112, unrecognized_name, or 50, decode_error
ANODE_EXPORT std::string write_tls_alert(std::uint8_t description);

}  // namespace anode::proxy
