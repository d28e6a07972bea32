// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ip_address.hpp"

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <random>
#include <string>

namespace unit_base_ip_address {

using namespace anode::base;

namespace {

// Parses with the system's function.
ip_address reference(std::string const& text) {
  char bytes[16];
  if (text.find('\0') != text.npos) {
    return {};
  }
  if (::inet_pton(AF_INET, text.c_str(), bytes) == 1) {
    return make_ip({bytes, 4});
  }
  return ::inet_pton(AF_INET6, text.c_str(), bytes) == 1 ? make_ip({bytes, 16}) : ip_address{};
}

std::string printed(ip_address const& a) {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(a.is_v4() ? AF_INET : AF_INET6, a.bytes.data(), text, sizeof text);
}

}  // namespace

TEST_CASE("ip address: parses exactly the forms of inet_pton") {
  for (std::string const text : {"127.0.0.1",
                                 "0.0.0.0",
                                 "255.255.255.255",
                                 "256.0.0.1",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "01.2.3.4",
                                 "1.2.3.04",
                                 "1.2.3.",
                                 ".1.2.3",
                                 "1..2.3",
                                 "1.2.3.4 ",
                                 " 1.2.3.4",
                                 "0x7f.0.0.1",
                                 "2130706433",
                                 "127.1",
                                 "",
                                 "::",
                                 "::1",
                                 "1::",
                                 "1:2:3:4:5:6:7:8",
                                 "1:2:3:4:5:6:7::",
                                 "::2:3:4:5:6:7:8",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1::2::3",
                                 ":::",
                                 ":1",
                                 "1:",
                                 "1:::2",
                                 "12345::",
                                 "::fffff",
                                 "::g",
                                 "::1.2.3.4",
                                 "::ffff:1.2.3.4",
                                 "1:2:3:4:5:6:1.2.3.4",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "::1.2.3",
                                 "::01.2.3.4",
                                 "1.2.3.4::",
                                 "[::1]",
                                 "::1%lo",
                                 "::1/64",
                                 "FE80::ABCD",
                                 "1:2:3:4::5:6:7:8",
                                 ":",
                                 "::1:",
                                 "1.2.3.4:80",
                                 "::1.2.3.4.5",
                                 "::12345.1.1.1"}) {
    CAPTURE(text);
    CHECK(parse_ip(text) == reference(text));
  }
  CHECK_FALSE(parse_ip(std::string_view("127.0.0.1\0x", 11)));
}

TEST_CASE("ip address: random texts have the meaning that the system gives them") {
  std::mt19937 random(1);
  constexpr std::string_view characters = "0123456789abcdef:::..1f0";
  int valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 24; n > 0; --n) {
      text += characters[random() % characters.size()];
    }
    ip_address const expected = reference(text);
    if (parse_ip(text) != expected) {
      FAIL(text);
    }
    valid += expected ? 1 : 0;
  }
  CHECK(valid > 100);
}

TEST_CASE("ip address: prints as the system does, and reads it again") {
  std::mt19937 random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(i % 2 == 0 ? 4 : 16, '\0');
    for (char& c : bytes) {
      c = random() % 3 == 0 ? static_cast<char>(random()) : '\0';
    }
    bytes[0] = '\x20';  // outside of the ranges that inet_ntop prints with dots
    ip_address const a = make_ip(bytes);
    if (to_text(a) != printed(a) || parse_ip(to_text(a)) != a) {
      FAIL(to_text(a) << " " << printed(a));
    }
  }
  CHECK(to_text(parse_ip("::ffff:1.2.3.4")) == "::ffff:1.2.3.4");
  CHECK(to_text(parse_ip("0:0:0:0:0:0:0:0")) == "::");
  CHECK(to_text(parse_ip("::1")) == "::1");
  CHECK(to_text(parse_ip("1:0:0:2:0:0:0:3")) == "1:0:0:2::3");
  CHECK(to_text(parse_ip("1:0:0:2:3:0:0:4")) == "1::2:3:0:0:4");
  CHECK(to_text(parse_ip("1:0:2:3:4:5:6:7")) == "1:0:2:3:4:5:6:7");
  CHECK(to_text(ip_address{}) == "");
}

TEST_CASE("ip address: finds the IPv4 address inside an IPv6 address") {
  struct row {
    std::string_view text;
    std::string_view inside;
  };
  for (row const& r : std::initializer_list<row>{{"::ffff:127.0.0.1", "127.0.0.1"},
                                                 {"64:ff9b::a00:1", "10.0.0.1"},
                                                 {"2002:7f00:1::", "127.0.0.1"},
                                                 {"2002:7f00:1:2:3:4:5:6", "127.0.0.1"},
                                                 {"::7f00:1", "127.0.0.1"},
                                                 {"::2", "0.0.0.2"},
                                                 {"::", ""},
                                                 {"::1", ""},
                                                 {"64:ff9b:1::a00:1", ""},
                                                 {"2001:db8::1", ""},
                                                 {"127.0.0.1", ""}}) {
    CAPTURE(r.text);
    CHECK(to_text(embedded_v4(parse_ip(r.text))) == r.inside);
  }
  CHECK(to_text(unmapped(parse_ip("::ffff:1.2.3.4"))) == "1.2.3.4");
  CHECK(to_text(unmapped(parse_ip("::1.2.3.4"))) == to_text(parse_ip("::1.2.3.4")));
  CHECK(to_text(unmapped(parse_ip("1.2.3.4"))) == "1.2.3.4");
}

}  // namespace unit_base_ip_address
