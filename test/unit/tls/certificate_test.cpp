// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"

#include <anode/tls.hpp>

#include <openssl/err.h>

#include <chrono>
#include <string>
#include <vector>

namespace unit_tls_certificate {

namespace tls = anode::tls;
using support::certificates::authority;
using support::certificates::description;
using support::certificates::self_signed;
using tls::certificate;

namespace {

certificate made(description const& d) { return certificate::from_pem(self_signed(d).leaf); }

std::string alt_names(description const& d) { return made(d).subject_alt_name(); }

// By `openssl req -x509 -subj '/C=DE/O=A, "B"/CN=good.test' -addext subjectAltName=...`. The
// expected texts below are what Node 23.5 prints for it.
constexpr char recorded[] = R"(-----BEGIN CERTIFICATE-----
MIICBzCCAa2gAwIBAgIUO2kguP1B+a40dNKea0SYMFcjINswCgYIKoZIzj0EAwIw
MjELMAkGA1UEBhMCREUxDzANBgNVBAoMBkEsICJCIjESMBAGA1UEAwwJZ29vZC50
ZXN0MB4XDTI2MTEzMDAxNTM1NVoXDTI2MTIzMDAxNTM1NVowMjELMAkGA1UEBhMC
REUxDzANBgNVBAoMBkEsICJCIjESMBAGA1UEAwwJZ29vZC50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEW6bUW4oHzJjn8tADrihpQ5R+gUzhGim9h9ZDONHj
055I9eehkXu25hEjACyQqRukHCum4dgorerBFBQF6RCLLaOBoDCBnTAdBgNVHQ4E
FgQUSUsqC4wBn8w2WrL1B6+RhJAOSpEwHwYDVR0jBBgwFoAUSUsqC4wBn8w2WrL1
B6+RhJAOSpEwDwYDVR0TAQH/BAUwAwEB/zBKBgNVHREEQzBBgglnb29kLnRlc3SC
Cyoud2lsZC50ZXN0hwR/AAABhxAAAAAAAAAAAAAAAAAAAAABhgpodHRwOi8vYS9i
gQNhQGIwCgYIKoZIzj0EAwIDSAAwRQIhAKoyowzb80FI89oz3AJV2J6VeaYh6rK7
7YqjuPQjoHecAiAr0mPvHSqhriGAlsZCKEo9pn4s9rjxo8hJrmutHwOyNg==
-----END CERTIFICATE-----
)";

}  // namespace

TEST_CASE("certificate: its texts are Node's") {
  certificate const c = certificate::from_pem(recorded);
  CHECK(c.subject() == "C=DE\nO=A\\, \\\"B\\\"\nCN=good.test");
  CHECK(c.issuer() == c.subject());
  CHECK(c.common_name() == "good.test");
  CHECK(c.subject_alt_name() ==
        "DNS:good.test, DNS:*.wild.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, "
        "URI:http://a/b, email:a@b");
  CHECK(c.serial_number() == "3B6920B8FD41F9AE3474D29E6B449830572320DB");
  CHECK(c.fingerprint256() ==
        "12:39:54:FC:B6:57:59:3B:A1:F8:12:25:2B:65:29:20:94:A4:86:5B:80:E8:98:90:87:5B:B9:52:CE:C9:"
        "5B:A5");
  CHECK(c.valid_from().time_since_epoch().count() == 1796003635);
  CHECK(c.valid_to().time_since_epoch().count() == 1798595635);
  CHECK(c.pem() == recorded);
  CHECK(c.der().size() == 523);
}

TEST_CASE("certificate: an empty handle has empty values") {
  certificate const c;
  CHECK_FALSE(c);
  CHECK(c.subject().empty());
  CHECK(c.issuer().empty());
  CHECK(c.common_name().empty());
  CHECK(c.subject_alt_name().empty());
  CHECK(c.serial_number().empty());
  CHECK(c.fingerprint256().empty());
  CHECK(c.valid_from() == std::chrono::sys_seconds{});
  CHECK(c.valid_to() == std::chrono::sys_seconds{});
  CHECK(c.pem().empty());
  CHECK(c.der().empty());
  CHECK_FALSE(c.issuer_certificate());
}

TEST_CASE("certificate: from_pem rejects a text without a certificate") {
  CHECK(support::thrown([] { (void)certificate::from_pem("x"); }) ==
        "ERR_OSSL_PEM_NO_START_LINE: certificate: error:0480006C:PEM routines::no start line");
  CHECK(support::thrown([] {
          (void)certificate::from_pem({});
        }).starts_with("ERR_OSSL_PEM_NO_START_LINE"));
  std::string damaged = recorded;
  damaged[80] = damaged[80] == 'A' ? 'B' : 'A';
  damaged.erase(100, 7);
  CHECK(support::thrown([&] { (void)certificate::from_pem(damaged); }).starts_with("ERR_OSSL_"));
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("certificate: an encrypted certificate does not ask for a passphrase") {
  std::string text = recorded;
  text.insert(text.find('\n') + 1,
              "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
              "0123456789ABCDEF0123456789ABCDEF\n\n");
  CHECK(support::thrown([&] { (void)certificate::from_pem(text); }) != "nothing");
}

TEST_CASE("certificate: the subject is UTF-8 with escaped control characters") {
  CHECK(made({.common_name = "b\xc3\xbc"
                             "cher"})
            .subject() ==
        "CN=b\xc3\xbc"
        "cher");
  CHECK(made({.common_name = "a\nCN=evil.test"}).subject() == "CN=a\\0ACN=evil.test");
  CHECK(made({.common_name = std::string("a\0b", 3)}).subject() == "CN=a\\00b");
  CHECK(made({.common_name = "a\nb"}).common_name() == "a\nb");
}

TEST_CASE("certificate: values that could look like several names are quoted as in JSON") {
  CHECK(alt_names({.names = {"a.test, DNS:evil.test"}}) == R"(DNS:"a.test\u002c DNS:evil.test")");
  CHECK(alt_names({.names = {std::string("good.test\0.evil", 15)}}) ==
        R"(DNS:"good.test\u0000.evil")");
  CHECK(alt_names({.names = {"a\"b\\c'd"}}) == R"(DNS:"a\"b\\c'd")");
  CHECK(alt_names({.names = {"b\xfc.test", "plain"}}) == R"(DNS:"b\u00fc.test", DNS:plain)");
  CHECK(alt_names({.emails = {"a\n@b"}, .uris = {"http://a/?b,c"}}) ==
        R"(email:"a\u000a@b", URI:"http://a/?b\u002cc")");
}

TEST_CASE("certificate: times cover all years that a certificate can have") {
  using namespace std::chrono;
  certificate const c = made({.not_before = "19500101000000Z", .not_after = "99991231235959Z"});
  CHECK(c.valid_from() == sys_days{year{1950} / January / 1});
  CHECK(c.valid_to() == sys_days{year{9999} / December / 31} + seconds{86399});
  certificate const leap = made({.not_before = "20000229120000Z", .not_after = "20500101000000Z"});
  CHECK(leap.valid_from() == sys_days{year{2000} / February / 29} + hours{12});
  CHECK(leap.valid_to() == sys_days{year{2050} / January / 1});
}

TEST_CASE("certificate: ten thousand names are written in linear time") {
  std::vector<std::string> names;
  for (int i = 0; i != 10000; ++i) {
    names.push_back("host" + std::to_string(i) + ".example.test");
  }
  std::string const text = alt_names({.names = names});
  CHECK(text.starts_with("DNS:host0.example.test, DNS:host1."));
  CHECK(text.ends_with(", DNS:host9999.example.test"));
}

TEST_CASE("certificate: a copy refers to the same certificate") {
  certificate const c = made({.common_name = "one"});
  certificate const copy = c;
  CHECK(copy.impl() == c.impl());
  CHECK(copy.subject() == "CN=one");
}

}  // namespace unit_tls_certificate
