// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/identity.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"

#include <openssl/err.h>

#include <string>
#include <string_view>
#include <vector>

namespace unit_tls_identity {

namespace tls = anode::tls;
using support::certificates::description;

namespace {

tls::certificate made(description const& d) {
  return tls::certificate::from_pem(support::certificates::self_signed(d).leaf);
}

bool matches(std::string_view host, tls::certificate const& c) {
  return support::thrown([&] { tls::check_server_identity(host, c); }) == "nothing";
}

bool matches(std::string_view host, description const& d) { return matches(host, made(d)); }

std::string failure(std::string_view host, tls::certificate const& c) {
  return support::thrown([&] { tls::check_server_identity(host, c); });
}

std::string const prefix =
    "ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: ";

}  // namespace

TEST_CASE("identity: a DNS name matches in any case and with a trailing dot") {
  tls::certificate const c = made({.names = {"other.test", "Good.test"}});
  CHECK(matches("good.test", c));
  CHECK(matches("GOOD.TEST", c));
  CHECK(matches("good.test.", c));
  CHECK_FALSE(matches("good.test..", c));
  CHECK_FALSE(matches(".good.test", c));
  CHECK_FALSE(matches("bad.test", c));
  CHECK_FALSE(matches("a.good.test", c));
  CHECK_FALSE(matches("good.test.evil", c));
  CHECK_FALSE(matches("test", c));
  CHECK_FALSE(matches("", c));
  CHECK_FALSE(matches(".", c));
}

TEST_CASE("identity: a wildcard stands for the whole first label") {
  tls::certificate const c = made({.names = {"*.wild.test"}});
  CHECK(matches("a.wild.test", c));
  CHECK(matches("A.WILD.test.", c));
  CHECK_FALSE(matches("a.b.wild.test", c));
  CHECK_FALSE(matches("wild.test", c));
  CHECK_FALSE(matches(".wild.test", c));
  CHECK_FALSE(matches("*.wild.test", c));
}

TEST_CASE("identity: other forms of wildcards match nothing") {
  CHECK_FALSE(matches("wild.test", {.names = {"*.test"}}));
  CHECK_FALSE(matches("test", {.names = {"*"}}));
  CHECK_FALSE(matches("wild.test", {.names = {"*"}}));
  CHECK_FALSE(matches("a.b.test", {.names = {"a.*.test"}}));
  CHECK_FALSE(matches("a.b.test", {.names = {"*.*.test"}}));
  CHECK_FALSE(matches("xn--a.wild.test", {.names = {"xn--*.wild.test"}}));
  CHECK_FALSE(matches("good.wild.test", {.names = {"g*d.wild.test"}}));
  CHECK_FALSE(matches("good.wild.test", {.names = {"g*.wild.test"}}));
  CHECK_FALSE(matches("good.wild.test", {.names = {"*d.wild.test"}}));
  CHECK_FALSE(matches("a.wild.test", {.names = {"*.wild.*"}}));
}

TEST_CASE("identity: a name of the form A-label matches") {
  CHECK(matches("xn--bcher-kva.test", {.names = {"xn--bcher-kva.test"}}));
  CHECK(matches("xn--bcher-kva.wild.test", {.names = {"*.wild.test"}}));
}

TEST_CASE("identity: hosts with bytes above 127 are refused") {
  CHECK_FALSE(
      matches("b\xc3\xbc"
              "cher.test",
              {.names = {"b\xc3\xbc"
                         "cher.test"}}));
  CHECK_FALSE(matches("\xff.wild.test", {.names = {"*.wild.test"}}));
}

TEST_CASE("identity: the common name is not considered") {
  CHECK_FALSE(matches("good.test", {.common_name = "good.test"}));
  CHECK_FALSE(matches("good.test", {.names = {"other.test"}, .common_name = "good.test"}));
  CHECK_FALSE(matches("127.0.0.1", {.common_name = "127.0.0.1"}));
}

TEST_CASE("identity: an IP address matches only IP addresses") {
  tls::certificate const c = made({.addresses = {"127.0.0.1", "::1", "2001:db8::2"}});
  CHECK(matches("127.0.0.1", c));
  CHECK(matches("::1", c));
  CHECK(matches("[::1]", c));
  CHECK(matches("2001:DB8:0:0::2", c));
  CHECK_FALSE(matches("127.0.0.2", c));
  CHECK_FALSE(matches("::2", c));
  CHECK_FALSE(matches("[127.0.0.1]", c));
  CHECK_FALSE(matches("::ffff:127.0.0.1", c));
  CHECK_FALSE(matches("127.0.0.1", {.names = {"127.0.0.1"}}));
  CHECK_FALSE(matches("127.0.0.1", {.names = {"*.0.0.1"}}));
  CHECK_FALSE(matches("::1", {.names = {"::1"}}));
}

TEST_CASE("identity: spellings of IP addresses that only resolvers accept are refused") {
  for (char const* host : {"127.1", "0x7f.1", "2130706433", "0x7f000001", "127.0.0.01", "1.2.3.4.5",
                           "a.1", "a.0x", "0x7F.0X1", "127.0.0.1.1"}) {
    INFO(host);
    CHECK(failure(host, made({.names = {host}, .addresses = {"127.0.0.1"}})) ==
          prefix + "Host is a non-canonical IP address");
    CHECK_FALSE(tls::is_checkable_host(host));
  }
}

TEST_CASE("identity: control bytes in a name or in a host never match") {
  std::string const with_nul("good.test\0.evil.test", 20);
  tls::certificate const c = made({.names = {with_nul}});
  CHECK_FALSE(matches("good.test", c));
  CHECK_FALSE(matches(with_nul, c));
  CHECK_FALSE(matches(with_nul, {.names = {"good.test"}}));
  CHECK_FALSE(matches("good.test", {.names = {"good.test\n"}}));
  CHECK_FALSE(matches("good.test\n", {.names = {"good.test"}}));
  CHECK_FALSE(matches("good.test", {.names = {std::string("good.test\0", 10)}}));
  CHECK_FALSE(matches("good.test ", {.names = {"good.test "}}));
}

TEST_CASE("identity: several names in one value match nothing") {
  CHECK_FALSE(matches("evil.test", {.names = {"good.test, DNS:evil.test"}}));
}

TEST_CASE("identity: an empty certificate belongs to no host") {
  CHECK(failure("good.test", {}) == prefix + "Cert does not contain a DNS name");
  CHECK(failure("::1", {}) == prefix + "IP: ::1 is not in the cert's list: ");
}

TEST_CASE("identity: the messages are Node's") {
  tls::certificate const c =
      made({.names = {"good.test", "*.wild.test"}, .addresses = {"127.0.0.1", "::1"}});
  CHECK(failure("bad.test.", c) ==
        prefix +
            "Host: bad.test. is not in the cert's altnames: DNS:good.test, DNS:*.wild.test, IP "
            "Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  CHECK(failure("BAD.test", c).starts_with(prefix + "Host: BAD.test. is not in"));
  CHECK(failure("::2", c) == prefix + "IP: ::2 is not in the cert's list: 127.0.0.1, ::1");
  CHECK(failure("fe80::1%1", c).starts_with(prefix + "IP: fe80::1%1 is not in"));
  CHECK(failure("o.test", made({.addresses = {"127.0.0.1"}})) ==
        prefix + "Cert does not contain a DNS name");
}

TEST_CASE("identity: messages contain no control bytes of the host") {
  CHECK(failure("a\r\nb", made({.names = {"good.test"}})) ==
        prefix + "Host: a??b. is not in the cert's altnames: DNS:good.test");
}

TEST_CASE("identity: ten thousand names are compared, and the message is cut") {
  description d;
  for (int i = 0; i != 10000; ++i) {
    d.names.push_back("host" + std::to_string(i) + ".example.test");
  }
  tls::certificate const c = made(d);
  CHECK(matches("host9999.example.test", c));
  std::string const text = failure("host10000.example.test", c);
  CHECK(text.size() < 1300);
  CHECK(text.ends_with(", ..."));
  CHECK(failure(std::string(100000, 'a'), c).size() < 2400);
}

TEST_CASE("identity: a host of a valid form can be checked") {
  for (char const* host : {"a", "a.b", "a.b.", "_x.a-b.test", "1a.test", "1.test", "127.0.0.1",
                           "::1", "[::1]", "0xg"}) {
    INFO(host);
    CHECK(tls::is_checkable_host(host));
  }
  for (char const* host :
       {"", ".", "..", "a..b", ".a", "a..", "a b", "a/b", "a:1", "[a]", "a@b", "*.a", "\xc3\xbc"}) {
    INFO(host);
    CHECK_FALSE(tls::is_checkable_host(host));
  }
  CHECK(tls::is_checkable_host(std::string(63, 'a')));
  CHECK_FALSE(tls::is_checkable_host(std::string(64, 'a')));
  std::string const longest = "a." + std::string(61, 'b') + "." + std::string(62, 'c') + "." +
                              std::string(62, 'd') + "." + std::string(62, 'e');
  REQUIRE(longest.size() == 252);
  CHECK(tls::is_checkable_host(longest + "f"));
  CHECK(tls::is_checkable_host(longest + "f."));
  CHECK_FALSE(tls::is_checkable_host(longest + "ff"));
}

TEST_CASE("identity: an IP address is what a resolver needs not resolve") {
  CHECK(tls::is_ip_address("127.0.0.1"));
  CHECK(tls::is_ip_address("::ffff:1.2.3.4"));
  CHECK(tls::is_ip_address("[::1]"));
  CHECK_FALSE(tls::is_ip_address("127.1"));
  CHECK_FALSE(tls::is_ip_address("[127.0.0.1]"));
  CHECK_FALSE(tls::is_ip_address("[]"));
  CHECK_FALSE(tls::is_ip_address(""));
  CHECK_FALSE(tls::is_ip_address(std::string_view("::1\0", 4)));
}

TEST_CASE("identity: a check leaves no error of OpenSSL behind") {
  (void)failure("good.test", made({.names = {std::string("a\0b", 3)}}));
  CHECK(ERR_peek_error() == 0);
}

}  // namespace unit_tls_identity
