// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/thrown.hpp"

#include <anode/proxy_protocol.hpp>

#include <random>
#include <string>

namespace unit_preface_proxy_header_writer {

using anode::endpoint;
using anode::proxy_header;
using anode::proxy_header_parser;
using anode::write_proxy_header;
using namespace std::string_literals;

namespace {

proxy_header announcing(endpoint source, endpoint destination, unsigned version) {
  proxy_header h;
  h.version = version;
  h.local = false;
  h.source = std::move(source);
  h.destination = std::move(destination);
  return h;
}

proxy_header parsed(std::string const& bytes) {
  proxy_header_parser p;
  std::size_t used = 0;
  REQUIRE(p.feed(bytes, used) == proxy_header_parser::status::done);
  REQUIRE(used == bytes.size());
  return p.header();
}

bool same(endpoint const& a, endpoint const& b) {
  return a.address == b.address && a.port == b.port && a.family == b.family;
}

endpoint const client{"203.0.113.7", 1000, "IPv4"};
endpoint const here{"10.0.0.1", 443, "IPv4"};

}  // namespace

TEST_CASE("proxy header writer: version 1") {
  CHECK(write_proxy_header(announcing(client, here, 1)) ==
        "PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n");
  CHECK(write_proxy_header(announcing({"2001:DB8::1", 1, "IPv6"}, {"::1", 65535, "IPv6"}, 1)) ==
        "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n");
  // A listener for both families names IPv4 addresses in the mapped form.
  CHECK(write_proxy_header(announcing({"::ffff:1.2.3.4", 1, "IPv6"}, {"::ffff:5.6.7.8", 2, "IPv6"},
                                      1)) == "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n");
  CHECK(write_proxy_header(announcing({"1.2.3.4", 1, "IPv4"}, {"2001:db8::1", 2, "IPv6"}, 1)) ==
        "PROXY TCP6 ::ffff:1.2.3.4 2001:db8::1 1 2\r\n");
  CHECK(write_proxy_header(announcing({"fe80::1%eth0", 1, "IPv6"}, {"fe80::2", 2, "IPv6"}, 1)) ==
        "PROXY TCP6 fe80::1 fe80::2 1 2\r\n");
  CHECK(write_proxy_header(announcing({"/run/x", 0, "Unix"}, {"", 0, "Unix"}, 1)) ==
        "PROXY UNKNOWN\r\n");
  proxy_header local;
  local.version = 1;
  CHECK(write_proxy_header(local) == "PROXY UNKNOWN\r\n");
}

TEST_CASE("proxy header writer: version 2") {
  CHECK(write_proxy_header(announcing(client, here, 2)) ==
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\x0a\0\0\x01\x03\xe8\x01\xbb"s);
  CHECK(write_proxy_header(proxy_header()) == "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s);
}

TEST_CASE("proxy header writer: the parser reads what it writes") {
  std::mt19937 random(4);
  auto const text = [&](std::size_t most) {
    std::string s(random() % (most + 1), '\0');
    for (char& c : s) {
      c = static_cast<char>(random());
    }
    return s;
  };
  for (int i = 0; i < 2000; ++i) {
    bool const v6 = random() % 2 == 0;
    std::string const prefix = v6 ? "2001:db8::" : "10.0.0.";
    proxy_header h = announcing({prefix + std::to_string(1 + random() % 9),
                                 static_cast<std::uint16_t>(random()), v6 ? "IPv6" : "IPv4"},
                                {prefix + std::to_string(1 + random() % 9),
                                 static_cast<std::uint16_t>(random()), v6 ? "IPv6" : "IPv4"},
                                i % 8 == 0 ? 1U : 2U);
    if (i % 16 == 1) {
      h.source = {"/run/client", 0, "Unix"};
      h.destination = {"/run/server", 0, "Unix"};
    }
    bool const fields = h.version == 2;
    if (fields) {
      h.alpn = text(255);
      h.unique_id = text(128);
      h.network_namespace = text(20);
      h.authority = random() % 2 == 0 ? "a-b_c.test" : "";
      if (random() % 2 == 0) {
        anode::proxy_tls& tls = h.tls.emplace();
        tls.secure = random() % 2 == 0;
        tls.has_certificate = random() % 2 == 0;
        tls.verified = tls.has_certificate && random() % 2 == 0;
        tls.version = text(9);
        tls.common_name = text(60);
        tls.cipher = text(30);
        tls.signature_algorithm = text(9);
        tls.key_algorithm = text(9);
      }
      for (std::size_t n = random() % 4; n > 0; --n) {
        h.fields.push_back({static_cast<std::uint8_t>(0xe0 + n), text(50)});
      }
    }
    proxy_header const again = parsed(write_proxy_header(h, random() % 2 == 0));
    CHECK(again.version == h.version);
    CHECK_FALSE(again.local);
    CHECK(same(again.source, h.source));
    CHECK(same(again.destination, h.destination));
    CHECK(again.alpn == h.alpn);
    CHECK(again.unique_id == h.unique_id);
    CHECK(again.authority == h.authority);
    CHECK(again.network_namespace == h.network_namespace);
    REQUIRE(again.tls.has_value() == h.tls.has_value());
    if (h.tls) {
      CHECK(again.tls->secure == h.tls->secure);
      CHECK(again.tls->has_certificate == h.tls->has_certificate);
      CHECK(again.tls->verified == h.tls->verified);
      CHECK(again.tls->version == h.tls->version);
      CHECK(again.tls->common_name == h.tls->common_name);
      CHECK(again.tls->cipher == h.tls->cipher);
      CHECK(again.tls->signature_algorithm == h.tls->signature_algorithm);
      CHECK(again.tls->key_algorithm == h.tls->key_algorithm);
    }
    REQUIRE(again.fields.size() == h.fields.size());
    for (std::size_t n = 0; n < h.fields.size(); ++n) {
      CHECK(again.fields[n].type == h.fields[n].type);
      CHECK(again.fields[n].value == h.fields[n].value);
    }
  }
}

TEST_CASE("proxy header writer: a checked header of a health check") {
  proxy_header const again = parsed(write_proxy_header(proxy_header(), true));
  CHECK(again.local);
}

TEST_CASE("proxy header writer: refuses what the protocol cannot express") {
  auto const refused = [](proxy_header const& h) {
    return support::thrown([&] { write_proxy_header(h); })
        .starts_with("ERR_INVALID_ARG_VALUE: The PROXY header cannot have ");
  };
  CHECK(refused(announcing({"localhost", 1, "IPv4"}, here, 1)));
  CHECK(refused(announcing(client, {}, 2)));
  CHECK(refused(announcing(client, here, 3)));
  CHECK(refused(announcing(client, here, 0)));
  CHECK(refused(announcing({std::string(109, 'x'), 0, "Unix"}, {"", 0, "Unix"}, 2)));
  proxy_header h = announcing(client, here, 2);
  h.authority = "a b";
  CHECK(refused(h));
  h.authority.clear();
  h.unique_id = std::string(129, 'x');
  CHECK(refused(h));
  h.unique_id.clear();
  h.alpn = std::string(256, 'x');
  CHECK(refused(h));
  h.alpn.clear();
  h.fields.push_back({0xe0, std::string(65536, 'x')});
  CHECK(refused(h));
  h.fields[0].value = std::string(65535, 'x');
  CHECK(refused(h));  // does not fit beside the addresses
  h.fields[0].value = std::string(60000, 'x');
  CHECK(write_proxy_header(h).size() == 16 + 12 + 3 + 60000);
}

}  // namespace unit_preface_proxy_header_writer
