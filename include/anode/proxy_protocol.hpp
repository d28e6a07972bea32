// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode {

/// What a PROXY header says about the TLS connection between the client and the proxy.
struct proxy_tls {
  bool secure = false;                ///< the client used TLS
  bool has_certificate = false;       ///< it presented a certificate, now or in this session
  bool verified = false;              ///< the proxy has verified the certificate
  std::string version{};              ///< for example "TLSv1.3"
  std::string common_name{};          ///< of the certificate; bytes that the client chose
  std::string cipher{};               ///< for example "TLS_AES_256_GCM_SHA384"
  std::string signature_algorithm{};  ///< of the certificate
  std::string key_algorithm{};        ///< of the certificate
};

/// A field of a PROXY header without a member of its own in `proxy_header`.
struct proxy_field {
  std::uint8_t type = 0;  ///< its type, for example 0xEA (Amazon), 0xEE (Azure)
  std::string value{};    ///< the bytes
};

/// The header of the PROXY protocol, with which a proxy announces the addresses of a client to the
/// server behind it.
class ANODE_EXPORT proxy_header {
public:
  /// Makes a header that announces nothing.
  proxy_header() {}  // not defaulted, because the class must not be an aggregate

  unsigned version = 2;  ///< 1 (text) or 2 (binary)
  /// If true, nothing is announced: the proxy speaks for itself (command LOCAL, protocol UNKNOWN,
  /// or a family other than TCP and Unix sockets). The addresses below are empty then.
  bool local = true;
  endpoint source;       ///< the client
  endpoint destination;  ///< the address that the client has connected to

  // Fields of version 2.

  std::string
      authority;     ///< the server name (SNI) that the client asked for; letters, digits, ".-_"
  std::string alpn;  ///< the protocol chosen by ALPN
  std::string unique_id;            ///< of the connection; at most 128 bytes
  std::string network_namespace;    ///< of the connection
  std::optional<proxy_tls> tls;     ///< set if the proxy says something about TLS
  std::vector<proxy_field> fields;  ///< all other fields, in order
};

/// A connection that begins with a PROXY header: what is announced, and the connection's own
/// addresses.
struct proxied_connection {
  proxy_header header;  ///< what the proxy announces
  endpoint remote{};    ///< the address of the proxy itself
  endpoint local{};     ///< the address at which the proxy has connected
};

/// Writes a PROXY header, for example as the first bytes to a server behind a proxy.
///
/// IPv4 addresses that are mapped into IPv6 are written as IPv4. Addresses of different families
/// are both written as IPv6. A header with `local`, and in version 1 one with Unix sockets,
/// announces nothing.
/// @param header `version` decides the form; the fields are written in version 2 only.
/// @param checksum adds the field CRC32C, in version 2 only.
/// @throws http::exception with `error::invalid_arg_value` if `version` is neither 1 nor 2, an
///   address is invalid, a field is too long, or `authority` is not a host name.
ANODE_EXPORT std::string write_proxy_header(proxy_header const& header, bool checksum = false);

/// Parses a PROXY header, version 1 or 2, from bytes that arrive in any division.
///
/// Version 1 has at most 107 bytes with its line end, numbers without leading zeros, and exactly
/// one space between its parts. In version 2 the fields must fill the header exactly, a field that
/// occurs twice is an error (fields without a member in `proxy_header` may), and the checksum is
/// verified if there is one. There are at most 32 fields.
class ANODE_EXPORT proxy_header_parser {
public:
  /// The state of the parser.
  enum class status : std::uint8_t {
    need_more,  ///< the header is not complete
    done,       ///< the header is complete, see `header`
    bad,        ///< the bytes are not a PROXY header, see `why`
  };

  /// The most fields of a header.
  static constexpr std::size_t max_fields = 32;

  /// Makes a parser.
  /// @param limit the most bytes of a header of version 2, at least 232.
  explicit proxy_header_parser(std::size_t limit = 2048);

  /// Parses the next bytes. After `done` and `bad` it uses none.
  /// @param used set to the number of bytes that belong to the header; the rest is the first input
  ///   of the connection.
  status feed(std::string_view bytes, std::size_t& used);

  /// Returns the number of bytes that are still part of the header whatever follows: at least this
  /// many can be read without reading too far. 0 if the header is complete or bad.
  std::size_t at_least() const noexcept;

  /// Returns whether a byte was parsed.
  bool begun() const noexcept { return !bytes_.empty(); }

  /// Returns the header. Valid after `done`.
  proxy_header const& header() const noexcept { return header_; }

  /// Returns the reason of `bad`, in static storage; empty otherwise.
  std::string_view why() const noexcept { return why_; }

private:
  status fail(std::string_view why) noexcept;
  status parse_line();
  status parse_binary();

  std::size_t limit_;
  std::string bytes_;
  proxy_header header_;
  std::string_view why_;
  status status_ = status::need_more;
};

}  // namespace anode
