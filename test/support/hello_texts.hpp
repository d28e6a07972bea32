// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace support {

/// Returns the bytes that hexadecimal text in a file describes.
inline std::string read_hex(std::string const& path) {
  std::ifstream in(path);
  std::string out;
  int half = -1;
  for (char c = '\0'; in.get(c);) {
    int const value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) {
      continue;
    }
    if (half < 0) {
      half = value;
    } else {
      out += static_cast<char>(half * 16 + value);
      half = -1;
    }
  }
  return out;
}

/// Returns a client hello that a program has sent, see `recorded_hellos`.
inline std::string recorded_hello(std::string const& name) {
  return read_hex("test/unit/proxy/hello/recorded/" + name + ".hex");
}

/// Returns text with its size in front, as a number of `size` bytes.
inline std::string counted(std::size_t size, std::string_view text) {
  std::string out;
  for (std::size_t i = size; i-- > 0;) {
    out += static_cast<char>(text.size() >> (8 * i) & 0xffU);
  }
  return out.append(text);
}

/// Returns an extension of a client hello.
inline std::string extension(std::uint16_t type, std::string_view content) {
  std::string out{static_cast<char>(type >> 8U), static_cast<char>(type & 0xffU)};
  return out + counted(2, content);
}

/// Returns the extension with the name of a server.
inline std::string server_name(std::string_view name) {
  return extension(0, counted(2, std::string(1, '\0') + counted(2, name)));
}

/// Returns the body of a client hello.
/// @param extensions with their length, or empty
inline std::string hello_body(std::string_view extensions) {
  return std::string("\3\3") + std::string(32, 'r') + counted(1, std::string(32, 's')) +
         counted(2, "\x13\x01\x13\x02") + counted(1, std::string(1, '\0')) +
         std::string(extensions);
}

/// Returns a handshake message.
inline std::string handshake_message(std::string_view body, char type = 1) {
  return type + counted(3, body);
}

/// Returns bytes as records of at most `most` bytes.
inline std::string records(std::string_view bytes, std::size_t most = 16384, char type = 22) {
  std::string out;
  while (!bytes.empty()) {
    out += type;
    out += "\3\1";
    out += counted(2, bytes.substr(0, most));
    bytes.remove_prefix(bytes.size() < most ? bytes.size() : most);
  }
  return out;
}

/// Returns a client hello with extensions, in one record.
inline std::string hello_with(std::string_view extensions) {
  return records(handshake_message(hello_body(counted(2, extensions))));
}

}  // namespace support
