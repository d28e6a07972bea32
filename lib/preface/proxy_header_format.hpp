// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The constants of the PROXY protocol, from its specification "proxy-protocol.txt" by HAProxy.

namespace anode::preface {

inline constexpr std::string_view proxy_line_begin = "PROXY ";
inline constexpr std::size_t proxy_line_limit = 107;  ///< bytes of version 1, with the line end

inline constexpr std::string_view proxy_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
inline constexpr std::size_t proxy_binary_begin = 16;  ///< bytes before the addresses of version 2
inline constexpr std::size_t unix_path_size = 108;

enum class proxy_command : std::uint8_t { local = 0x20, proxy = 0x21 };

enum class proxy_family : std::uint8_t {
  unspecified = 0x00,
  tcp4 = 0x11,
  tcp6 = 0x21,
  unix_stream = 0x31,
};

enum class proxy_field_type : std::uint8_t {
  alpn = 0x01,
  authority = 0x02,
  crc32c = 0x03,
  no_operation = 0x04,
  unique_id = 0x05,
  tls = 0x20,
  tls_version = 0x21,
  tls_common_name = 0x22,
  tls_cipher = 0x23,
  tls_signature_algorithm = 0x24,
  tls_key_algorithm = 0x25,
  network_namespace = 0x30,
};

inline constexpr std::size_t field_head_size = 3;  ///< type and length
inline constexpr std::size_t checksum_size = 4;
inline constexpr std::size_t tls_head_size = 5;  ///< flags and result of the verification
inline constexpr std::size_t name_limit = 255;
inline constexpr std::size_t unique_id_limit = 128;

// The flags of the field `tls`.
inline constexpr unsigned tls_secure = 1;
inline constexpr unsigned tls_certificate_of_connection = 2;
inline constexpr unsigned tls_certificate_of_session = 4;

/// Returns the number at the beginning of the bytes, in network order.
inline std::uint16_t read_u16(std::string_view bytes) noexcept {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8U |
                                    static_cast<unsigned char>(bytes[1]));
}

inline std::uint32_t read_u32(std::string_view bytes) noexcept {
  return static_cast<std::uint32_t>(read_u16(bytes)) << 16U | read_u16(bytes.substr(2));
}

inline void append_u16(std::string& to, std::size_t value) {
  to += static_cast<char>(value >> 8U & 0xffU);
  to += static_cast<char>(value & 0xffU);
}

inline void append_u32(std::string& to, std::uint32_t value) {
  append_u16(to, value >> 16U);
  append_u16(to, value & 0xffffU);
}

/// Returns whether a text consists of the characters of a host name: letters, digits, "-", "_" and
/// dots, at most 255 of them.
inline bool is_host_name(std::string_view text) noexcept {
  constexpr std::string_view permitted =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !text.empty() && text.size() <= name_limit &&
         text.find_first_not_of(permitted) == text.npos;
}

}  // namespace anode::preface
