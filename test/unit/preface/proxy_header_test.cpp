// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "preface/crc32c.hpp"
#include "support/catch.hpp"

#include <anode/proxy_protocol.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace unit_preface_proxy_header {

using anode::endpoint;
using anode::proxy_header;
using anode::proxy_header_parser;
using status = proxy_header_parser::status;
using namespace std::string_literals;

namespace {

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};

std::string u16(std::size_t n) {
  return {static_cast<char>(n >> 8U & 0xffU), static_cast<char>(n & 0xffU)};
}

// A header of version 2.
std::string binary(unsigned command, unsigned family, std::string const& rest) {
  return std::string(signature) + static_cast<char>(command) + static_cast<char>(family) +
         u16(rest.size()) + rest;
}

std::string field(unsigned type, std::string const& value) {
  return static_cast<char>(type) + u16(value.size()) + value;
}

// 203.0.113.7:1000 to 10.0.0.1:443.
std::string const tcp4 = "\xcb\x00\x71\x07\x0a\x00\x00\x01\x03\xe8\x01\xbb"s;

std::string text(endpoint const& e) {
  return e.family + " " + e.address + " " + std::to_string(e.port);
}

std::string text(proxy_header const& h) {
  if (h.local) {
    return "local v" + std::to_string(h.version);
  }
  return "v" + std::to_string(h.version) + " " + text(h.source) + ", " + text(h.destination);
}

// Parses a whole input. Returns the header, or the reason why it is bad, or "more".
std::string parsed(std::string_view bytes, std::size_t limit = 2048) {
  proxy_header_parser p(limit);
  std::size_t used = 0;
  switch (p.feed(bytes, used)) {
    case status::need_more:
      return "more";
    case status::bad:
      return "bad: " + std::string(p.why());
    case status::done:
      break;
  }
  return text(p.header());
}

std::vector<std::string> const& good() {
  static std::vector<std::string> const all{
      "PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n",
      "PROXY TCP6 2001:db8::1 ::1 65535 0\r\n",
      "PROXY UNKNOWN\r\n",
      "PROXY UNKNOWN ::1 x  y\r\n",
      "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n",
      binary(0x21, 0x11, tcp4),
      binary(0x21, 0x21, std::string(32, '\1') + "\0\1\0\2"s),
      binary(0x21, 0x31, "/run/a"s + std::string(210, '\0')),
      binary(0x20, 0, ""),
      binary(0x20, 0x11, "any junk: 12"),
      binary(0x21, 0x12, tcp4 + "junk"),
      binary(0x21, 0, "xyz"),
      binary(0x21, 0x11,
             tcp4 + field(1, "h2") + field(2, "a.test") + field(4, "padding") + field(5, "id") +
                 field(0xea, "\1vpce"s) + field(0xea, "again")),
      binary(0x21, 0x11,
             tcp4 +
                 field(0x20, "\x05\0\0\0\0"s + field(0x21, "TLSv1.3") + field(0x22, "me") +
                                 field(0x99, "?") + field(0x23, "AES") + field(0x24, "SHA256") +
                                 field(0x25, "RSA2048")) +
                 field(0x30, "blue")),
  };
  return all;
}

}  // namespace

TEST_CASE("proxy header: crc32c has the values of RFC 3720") {
  using anode::preface::crc32c;
  std::string ascending;
  for (int i = 0; i < 32; ++i) {
    ascending += static_cast<char>(i);
  }
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c(ascending) == 0x46dd794e);
}

TEST_CASE("proxy header: version 1") {
  CHECK(parsed("PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n") ==
        "v1 IPv4 203.0.113.7 1000, IPv4 10.0.0.1 443");
  CHECK(parsed("PROXY TCP6 2001:DB8:0::1 ::1 65535 0\r\n") ==
        "v1 IPv6 2001:db8::1 65535, IPv6 ::1 0");
  CHECK(parsed("PROXY UNKNOWN\r\n") == "local v1");
  CHECK(parsed("PROXY UNKNOWN ::1 x\r\n") == "local v1");
  CHECK(parsed("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "local v1");
}

TEST_CASE("proxy header: what version 1 does not permit") {
  for (std::string const line : {"PROXY  TCP4 1.1.1.1 2.2.2.2 1 2",
                                 "PROXY TCP4  1.1.1.1 2.2.2.2 1 2",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 ",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1",
                                 "PROXY TCP4",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 01 2",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1 65536",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 -1 2",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 +1 2",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1 2x",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1  2",
                                 "PROXY TCP4 01.1.1.1 2.2.2.2 1 2",
                                 "PROXY TCP4 1.1.1 2.2.2.2 1 2",
                                 "PROXY TCP4 ::1 ::1 1 2",
                                 "PROXY TCP6 1.1.1.1 2.2.2.2 1 2",
                                 "PROXY TCP6 [::1] ::1 1 2",
                                 "PROXY TCP6 fe80::1%eth0 ::1 1 2",
                                 "PROXY tcp4 1.1.1.1 2.2.2.2 1 2",
                                 "PROXY UDP4 1 2 3 4",
                                 "PROXY UNKNOWNX",
                                 "PROXY \t",
                                 "PROXY TCP4 1.1.1.1\t2.2.2.2 1 2",
                                 "PROXY ",
                                 "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3"}) {
    CAPTURE(line);
    CHECK(parsed(line + "\r\n").starts_with("bad: "));
  }
  CHECK(parsed("PROXY UNKNOWN\n") == "bad: the line end is not CRLF");
  CHECK(parsed("PROXY UNKNOWN\rx") == "bad: the line end is not CRLF");
  CHECK(parsed("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "bad: the line is too long");
  CHECK(parsed("PROXY UNKNOWN " + std::string(92, 'x')) == "bad: the line is too long");
  CHECK(parsed("PROXY UNKNOWN " + std::string(91, 'x')) == "more");
  CHECK(parsed("PROXY UNKNOWN " + std::string(92, 'x') + "\r") == "bad: the line is too long");
  CHECK(parsed("GET / HTTP/1.1\r\n") == "bad: the signature is wrong");
  CHECK(parsed("P") == "more");
  CHECK(parsed("POST / HTTP/1.1\r\n") == "bad: the signature is wrong");
  CHECK(parsed("\x16\x03\x01") == "bad: the signature is wrong");
  CHECK(parsed("") == "more");
}

TEST_CASE("proxy header: version 2") {
  CHECK(parsed(binary(0x21, 0x11, tcp4)) == "v2 IPv4 203.0.113.7 1000, IPv4 10.0.0.1 443");
  CHECK(parsed(binary(0x21, 0x21,
                      std::string(15, '\0') + "\1" + std::string(15, '\0') + "\2" + u16(1) +
                          u16(2))) == "v2 IPv6 ::1 1, IPv6 ::2 2");
  CHECK(parsed(binary(0x21, 0x31, "/run/a"s + std::string(102, '\0') + std::string(108, 'b'))) ==
        "v2 Unix /run/a 0, Unix " + std::string(108, 'b') + " 0");
  // Commands and families that announce nothing.
  CHECK(parsed(binary(0x20, 0, "")) == "local v2");
  CHECK(parsed(binary(0x20, 0x11, "any junk: 12")) == "local v2");
  CHECK(parsed(binary(0x21, 0, "junk")) == "local v2");
  CHECK(parsed(binary(0x21, 0x12, tcp4)) == "local v2");
  CHECK(parsed(binary(0x21, 0x22, "")) == "local v2");
  CHECK(parsed(binary(0x21, 0x51, "?")) == "local v2");
}

TEST_CASE("proxy header: what version 2 does not permit") {
  auto const bad = [](std::string const& bytes) {
    std::string const why = parsed(bytes);
    return why.starts_with("bad: ") ? why.substr(5) : "not bad: " + why;
  };
  CHECK(bad(binary(0x11, 0x11, tcp4)) == "the version or the command is unknown");
  CHECK(bad(binary(0x31, 0x11, tcp4)) == "the version or the command is unknown");
  CHECK(bad(binary(0x22, 0x11, tcp4)) == "the version or the command is unknown");
  CHECK(bad(std::string(signature.substr(0, 11)) + "\r") == "the signature is wrong");
  CHECK(bad("\r\nGET") == "the signature is wrong");
  CHECK(bad(binary(0x21, 0x11, tcp4.substr(1))) == "the addresses do not fit");
  CHECK(bad(binary(0x21, 0x21, std::string(35, '\0'))) == "the addresses do not fit");
  CHECK(bad(binary(0x21, 0x31, std::string(215, '\0'))) == "the addresses do not fit");
  auto const with = [&](std::string const& fields) {
    return bad(binary(0x21, 0x11, tcp4 + fields));
  };
  CHECK(with("\x01") == "a field does not fit");
  CHECK(with("\x01\0"s) == "a field does not fit");
  CHECK(with("\x01\0\1"s) == "a field does not fit");
  CHECK(with("\x01\0\5h2"s) == "a field does not fit");
  CHECK(with(field(1, std::string(256, 'a'))) == "a field is too long");
  CHECK(with(field(5, std::string(129, 'a'))) == "a field is too long");
  for (unsigned const type : {1U, 2U, 5U, 0x30U}) {
    CAPTURE(type);
    CHECK(with(field(type, "a") + field(type, "a")) == "a field occurs twice");
  }
  std::string const tls = field(0x20, "\1\0\0\0\0"s);
  CHECK(with(tls + tls) == "a field occurs twice");
  CHECK(with(field(0x20, "\1\0\0\0\0"s + field(0x22, "a") + field(0x22, "b"))) ==
        "a field occurs twice");
  CHECK(with(field(0x20, "\1\0\0\0"s)) == "the TLS field is too short");
  CHECK(with(field(0x20, "\1\0\0\0\0\x21\0\1"s)) == "a field inside the TLS field does not fit");
  for (std::string const host : {"", "a b", "a/b", "a:80", "\xc3\xa9", "a\r\nb", "[::1]"}) {
    CAPTURE(host);
    CHECK(with(field(2, host)) == "the authority is not a host name");
  }
  CHECK(with(field(2, std::string(256, 'a'))) == "the authority is not a host name");
  std::string many;
  for (int i = 0; i < 33; ++i) {
    many += field(4, "");
  }
  CHECK(with(many) == "too many fields");
  std::string inner;
  for (int i = 0; i < 32; ++i) {
    inner += field(0x99, "");
  }
  CHECK(with(field(0x20, "\1\0\0\0\0"s + inner)) == "too many fields");
}

TEST_CASE("proxy header: limits the bytes of version 2") {
  auto const of_size = [](std::size_t size) {
    return binary(0x21, 0x11, tcp4 + field(4, std::string(size - 16 - 12 - 3, 'x')));
  };
  CHECK(parsed(of_size(2048)).starts_with("v2"));
  CHECK(parsed(of_size(2049)) == "bad: the header is too long");
  CHECK(parsed(of_size(2049).substr(0, 16)) == "bad: the header is too long");
  CHECK(parsed(of_size(300), 299) == "bad: the header is too long");
  CHECK(parsed(of_size(232), 1) == text([&] {
          proxy_header_parser p;
          std::size_t used = 0;
          std::string const bytes = of_size(232);
          REQUIRE(p.feed(bytes, used) == status::done);
          return p.header();
        }()));
  CHECK(parsed(binary(0x20, 0, std::string(3000, 'x'))) == "bad: the header is too long");
}

TEST_CASE("proxy header: the checksum covers the whole header") {
  std::string bytes =
      binary(0x21, 0x11, tcp4 + field(3, "\0\0\0\0"s) + field(5, "id") + field(2, "a.test"));
  std::uint32_t const sum = anode::preface::crc32c(bytes);
  std::size_t const at = bytes.find("\3\0\4"s) + 3;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[at + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xffU);
  }
  CHECK(parsed(bytes).starts_with("v2"));
  for (std::size_t i = 16; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ 1U << bit);
      std::string const result = parsed(flipped);
      // A flipped type or length of the checksum makes it another field.
      bool const header_of_checksum = i >= at - 3 && i < at;
      if (!result.starts_with("bad: ") && !header_of_checksum) {
        FAIL("byte " << i << " bit " << bit << ": " << result);
      }
    }
  }
  CHECK(parsed(binary(0x21, 0x11, tcp4 + field(3, "abc"))) ==
        "bad: the checksum has the wrong size");
  CHECK(parsed(binary(0x21, 0x11, tcp4 + field(3, "\0\0\0\0"s))) == "bad: the checksum is wrong");
  std::string const once = binary(0x21, 0x11, tcp4 + field(3, "\0\0\0\0"s) + field(3, "\0\0\0\0"s));
  std::uint32_t const of_both = anode::preface::crc32c(once);
  std::string twice = once;
  for (std::size_t i = 0; i < 4; ++i) {
    twice[28 + 3 + i] = static_cast<char>(of_both >> (24 - 8 * i) & 0xffU);
  }
  CHECK(parsed(twice) == "bad: a field occurs twice");
}

TEST_CASE("proxy header: fields of version 2") {
  proxy_header_parser p;
  std::size_t used = 0;
  REQUIRE(p.feed(good()[12], used) == status::done);
  proxy_header const& h = p.header();
  CHECK(h.alpn == "h2");
  CHECK(h.authority == "a.test");
  CHECK(h.unique_id == "id");
  CHECK_FALSE(h.tls);
  REQUIRE(h.fields.size() == 2);
  CHECK(h.fields[0].type == 0xea);
  CHECK(h.fields[0].value == "\1vpce"s);
  CHECK(h.fields[1].value == "again");

  proxy_header_parser with_tls;
  REQUIRE(with_tls.feed(good()[13], used) == status::done);
  REQUIRE(with_tls.header().tls);
  anode::proxy_tls const& tls = *with_tls.header().tls;
  CHECK(tls.secure);
  CHECK(tls.has_certificate);
  CHECK(tls.verified);
  CHECK(tls.version == "TLSv1.3");
  CHECK(tls.common_name == "me");
  CHECK(tls.cipher == "AES");
  CHECK(tls.signature_algorithm == "SHA256");
  CHECK(tls.key_algorithm == "RSA2048");
  CHECK(with_tls.header().network_namespace == "blue");
}

TEST_CASE("proxy header: a certificate counts as verified only if there is one") {
  auto const tls = [](std::string const& begin) {
    proxy_header_parser p;
    std::size_t used = 0;
    std::string const bytes = binary(0x21, 0x11, tcp4 + field(0x20, begin));
    REQUIRE(p.feed(bytes, used) == status::done);
    return *p.header().tls;
  };
  CHECK_FALSE(tls("\1\0\0\0\0"s).verified);
  CHECK_FALSE(tls("\1\0\0\0\0"s).has_certificate);
  CHECK_FALSE(tls("\3\0\0\0\1"s).verified);
  CHECK(tls("\3\0\0\0\1"s).has_certificate);
  CHECK(tls("\3\0\0\0\0"s).verified);
  CHECK_FALSE(tls("\0\0\0\0\0"s).secure);
}

TEST_CASE("proxy header: any division of the bytes gives the same header") {
  for (std::string const& bytes : good()) {
    CAPTURE(bytes);
    std::string const expected = parsed(bytes);
    REQUIRE_FALSE(expected.starts_with("bad"));
    REQUIRE(expected != "more");
    std::string const all = bytes + "GET / HTTP/1.1\r\n";
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
      proxy_header_parser p;
      std::size_t used = 0;
      std::size_t second = 0;
      status const first = p.feed(std::string_view(all).substr(0, cut), used);
      CHECK(first == (cut < bytes.size() ? status::need_more : status::done));
      CHECK(used == std::min(cut, bytes.size()));
      CHECK(p.begun() == (cut > 0));
      CHECK(p.feed(std::string_view(all).substr(used), second) == status::done);
      CHECK(used + second == bytes.size());
      CHECK(text(p.header()) == expected);
      CHECK(p.at_least() == 0);
    }
    proxy_header_parser byte_by_byte;
    std::size_t used = 0;
    for (char const& c : bytes) {
      CHECK(byte_by_byte.feed({&c, 1}, used) ==
            (&c == &bytes.back() ? status::done : status::need_more));
      CHECK(used == 1);
    }
    CHECK(text(byte_by_byte.header()) == expected);
  }
}

TEST_CASE("proxy header: reading what is missing at least never reads too far") {
  for (std::string const& bytes : good()) {
    CAPTURE(bytes);
    proxy_header_parser p;
    std::size_t at = 0;
    std::size_t reads = 0;
    while (std::size_t const more = p.at_least()) {
      REQUIRE(at + more <= bytes.size());
      std::size_t used = 0;
      p.feed(std::string_view(bytes).substr(at, more), used);
      CHECK(used == more);
      at += more;
      ++reads;
    }
    CHECK(at == bytes.size());
    CHECK(reads < 60);
  }
}

TEST_CASE("proxy header: a flipped byte is never a crash, and used bytes never exceed the header") {
  std::mt19937 random(3);
  for (std::string const& bytes : good()) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string flipped = bytes + "tail";
      flipped[i] = static_cast<char>(random());
      proxy_header_parser p;
      std::size_t used = 0;
      status const s = p.feed(flipped, used);
      CHECK(used <= flipped.size());
      if (s == status::done && flipped[i] == bytes[i]) {
        CHECK(used == bytes.size());
      }
      CHECK((s == status::bad) == !p.why().empty());
    }
  }
}

TEST_CASE("proxy header: nothing is parsed after the end") {
  proxy_header_parser p;
  std::size_t used = 0;
  REQUIRE(p.feed("PROXY UNKNOWN\r\n", used) == status::done);
  CHECK(p.feed("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", used) == status::done);
  CHECK(used == 0);
  CHECK(p.header().local);
  proxy_header_parser bad;
  REQUIRE(bad.feed("x", used) == status::bad);
  CHECK(used == 1);
  CHECK(bad.feed("PROXY UNKNOWN\r\n", used) == status::bad);
  CHECK(used == 0);
  CHECK(bad.at_least() == 0);
}

}  // namespace unit_preface_proxy_header
