// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace support {

/// Returns a number in decimal (0), octal (1) or hexadecimal (2), as `inet_aton` reads it.
inline std::string spelled_number(std::uint32_t value, unsigned radix) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), radix == 0 ? "%u" : radix == 1 ? "0%o" : "0x%x", value);
  return text.data();
}

/// Returns the spellings of an IPv4 address with one to four numbers, each decimal, octal or
/// hexadecimal: 3 + 9 + 27 + 81, the usual one among them.
inline std::vector<std::string> numeric_spellings(std::array<std::uint8_t, 4> const& address) {
  std::vector<std::string> all;
  for (std::size_t numbers = 1; numbers <= 4; ++numbers) {
    std::uint32_t combinations = 1;
    for (std::size_t i = 0; i < numbers; ++i) {
      combinations *= 3;
    }
    for (std::uint32_t c = 0; c < combinations; ++c) {
      std::string text;
      std::uint32_t radix = c;
      for (std::size_t i = 0; i < numbers; ++i, radix /= 3) {
        std::uint32_t value = address[i];
        for (std::size_t j = i + 1; i + 1 == numbers && j < 4; ++j) {
          value = value << 8U | address[j];
        }
        text += (i == 0 ? "" : ".") + spelled_number(value, radix % 3);
      }
      all.push_back(std::move(text));
    }
  }
  return all;
}

/// Returns other spellings of 127.0.0.1 as a host without brackets: addresses that contain it, and
/// text that some parser or resolver reads as it.
inline std::vector<std::string> loopback_spellings() {
  return {
      "127.0.0.01",
      "127.0.0.001",
      "127.000.000.001",
      "127.00.0.1",
      "0127.0.0.1",
      "127.0.0.1.",
      "127.0.0.1..",
      ".127.0.0.1",
      "127..0.1",
      "127.0.0.1 ",
      " 127.0.0.1",
      "127.0.0.1\t",
      "127.0.0.1%lo",
      "127.0.0.1%2525",
      "127.0.0.1%00",
      "127.0.0.1%2e",
      "%31%32%37.0.0.1",
      "127%2e0%2e0%2e1",
      "0X7F000001",
      "0X7f.0X0.0X0.0X1",
      "0x7F.0.0.0x01",
      "0x000000007f000001",
      "0x00000000000000000000007f000001",
      "00000000000000000177.0.0.1",
      "0000000000000000000000017700000001",
      "4294967296",
      "2130706433.",
      "0x7f000001.",
      "127.1.",
      "127.0x1",
      "127.0.0x1",
      "127.255.255.255",
      "127.0.0.2",
      "0",
      "00",
      "0x0",
      "0x",
      "0.0",
      "0.0.0.0",
      "000.000.000.000",
      "1.0x",
      "::",
      "::1",
      "0:0:0:0:0:0:0:1",
      "::0001",
      "0::1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "::FFFF:127.0.0.1",
      "0:0:0:0:0:ffff:7f00:0001",
      "::ffff:0:127.0.0.1",
      "::ffff:0.0.0.0",
      "::127.0.0.1",
      "::7f00:1",
      "64:ff9b::127.0.0.1",
      "64:ff9b::7f00:1",
      "64:ff9b:1::127.0.0.1",
      "2002:7f00:1::",
      "2002:7f00:0001:1::1",
      "2001:0:7f00:1::",
      "2001:0:4136:e378:8000:63bf:80ff:fffe",
      "2001:db8::5efe:127.0.0.1",
      "2001:db8::200:5efe:127.0.0.1",
      "::1%lo",
      "::1%25lo",
      "::1%1",
      "::ffff:127.0.0.1%lo",
      "::ffff:127.0.0.01",
      "::ffff:0x7f.0.0.1",
      "::ffff:127.1",
      "[::1]",
      "*",
      "*.0.0.1",
      "",
      ".",
      "..",
      "a..b",
      ".a",
      "a.",
      "localhost.",
      "localhost\xff",
      "1\xe3\x80\x82"
      "1",
      "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",
      "12\xcc\xb7"
      "7.0.0.1",
      "\xe2\x91\xa0.0.0.1",
      std::string("127.0.0.1\0", 10),
      std::string("127.0.0.1\0.example.org", 22),
      "127.0.0.1@example.org",
      "example.org@127.0.0.1",
      "127.0.0.1#example.org",
      "127.0.0.1?example.org",
      "127.0.0.1/example.org",
      "127.0.0.1\\example.org",
      "127.0.0.1,example.org",
      "example.org:80",
      "a.0x7f",
      "a.1",
      "a.08",
      "a.0xzz.0x1",
      std::string(64, 'a') + ".example",
      std::string(254, 'a'),
  };
}

}  // namespace support
