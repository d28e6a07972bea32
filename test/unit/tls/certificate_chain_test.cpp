// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"
#include "support/tls/handshake.hpp"

#include <anode/tls.hpp>

#include <openssl/err.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace unit_tls_certificate_chain {

using namespace std::chrono_literals;
namespace tls = anode::tls;
using support::certificates::authority;
using support::certificates::description;
using support::certificates::issued;
using support::certificates::key_type;
using support::certificates::purpose;

namespace {

tls::context client_of(std::vector<std::string> const& ca) {
  tls::client_options o;
  o.ca = ca;
  return tls::context(o);
}

tls::context server_of(issued const& own, std::string const& ciphers = {}) {
  tls::server_options o;
  o.cert = {own.cert};
  o.key = {own.key};
  o.ciphers = ciphers;
  return tls::context(o);
}

// Returns why a client that trusts `ca` refuses the server; empty if it does not.
std::string refusal(issued const& own, std::string const& ca, std::string_view host = "good.test") {
  return support::handshake(client_of({ca}), server_of(own), host).client_error;
}

std::string refusal(description const& d, std::string_view host = "good.test") {
  authority const root;
  return refusal(root.issue(d), root.cert(), host);
}

issued signed_by(issued leaf, std::string const& others) {
  leaf.cert = leaf.leaf + others;
  return leaf;
}

}  // namespace

TEST_CASE("certificate chain: a good certificate is accepted") {
  CHECK(refusal({.names = {"good.test"}}) == "");
  CHECK(refusal({.names = {"good.test"}, .key = key_type::rsa}) == "");
  CHECK(refusal({.names = {"*.wild.test"}}, "a.wild.test") == "");
  CHECK(refusal({.names = {"*.wild.test"}}, "A.WILD.test.") == "");
  CHECK(refusal({.names = {"xn--bcher-kva.test"}}, "xn--bcher-kva.test") == "");
  CHECK(refusal({.addresses = {"127.0.0.1"}}, "127.0.0.1") == "");
  CHECK(refusal({.addresses = {"::1"}}, "::1") == "");
}

TEST_CASE("certificate chain: the certificate of another host is refused") {
  std::string const other = "ERR_TLS_CERT_ALTNAME_INVALID";
  CHECK(refusal({.names = {"other.test"}}) == other);
  CHECK(refusal({.common_name = "good.test"}) == other);
  CHECK(refusal({.names = {"other.test"}, .common_name = "good.test"}) == other);
  CHECK(refusal({.names = {"good.test"}}, "127.0.0.1") == other);
  CHECK(refusal({.names = {"127.0.0.1"}}, "127.0.0.1") == other);
  CHECK(refusal({.names = {"*.test"}}) == other);
  CHECK(refusal({.names = {"*.wild.test"}}, "a.b.wild.test") == other);
  CHECK(refusal({.names = {"*.wild.test"}}, "wild.test") == other);
  CHECK(refusal({}) == other);
}

TEST_CASE("certificate chain: the validity is checked") {
  CHECK(refusal({.names = {"good.test"}, .valid_from = -2h, .valid_to = -1h}) ==
        "CERT_HAS_EXPIRED");
  CHECK(refusal({.names = {"good.test"}, .valid_from = 1h, .valid_to = 2h}) ==
        "CERT_NOT_YET_VALID");
  CHECK(refusal({.names = {"good.test"}, .valid_to = -1s}) == "CERT_HAS_EXPIRED");
  CHECK(refusal({.names = {"good.test"}, .not_after = "99991231235959Z"}) == "");
  CHECK(refusal({.names = {"good.test"}, .not_before = "19500101000000Z"}) == "");
}

TEST_CASE("certificate chain: an expired authority is refused") {
  authority const root{description{.valid_from = -2h, .valid_to = -1h}};
  CHECK(refusal(root.issue({.names = {"good.test"}}), root.cert()) == "CERT_HAS_EXPIRED");
}

TEST_CASE("certificate chain: a self-signed certificate is refused") {
  authority const root;
  CHECK(refusal(support::certificates::self_signed({.names = {"good.test"}}), root.cert()) ==
        "DEPTH_ZERO_SELF_SIGNED_CERT");
}

TEST_CASE("certificate chain: a self-signed certificate that is trusted is accepted") {
  issued const own = support::certificates::self_signed({.names = {"good.test"}});
  CHECK(refusal(own, own.leaf) == "");
}

TEST_CASE("certificate chain: an unknown root is refused") {
  authority const root;
  authority const unknown;
  CHECK(refusal(unknown.issue({.names = {"good.test"}}), root.cert()) ==
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(refusal(signed_by(unknown.issue({.names = {"good.test"}}), unknown.cert()), root.cert()) ==
        "SELF_SIGNED_CERT_IN_CHAIN");
}

TEST_CASE("certificate chain: a root with the trusted name but another key is refused") {
  authority const root{description{.common_name = "root"}};
  authority const impostor{description{.common_name = "root"}};
  CHECK(refusal(impostor.issue({.names = {"good.test"}}), root.cert()) ==
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
}

TEST_CASE("certificate chain: intermediate authorities have to be sent") {
  authority const root;
  authority const middle = root.issue_authority();
  authority const low = middle.issue_authority();
  issued const leaf = low.issue({.names = {"good.test"}});
  CHECK(refusal(leaf, root.cert()) == "");
  CHECK(refusal(signed_by(leaf, low.cert()), root.cert()) == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
  CHECK(refusal(signed_by(leaf, {}), root.cert()) == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(refusal(signed_by(leaf, middle.cert() + low.cert()), root.cert()) == "");
}

TEST_CASE("certificate chain: a client's certificate is not a server's") {
  CHECK(refusal({.names = {"good.test"}, .use = purpose::client}) == "INVALID_PURPOSE");
  CHECK(refusal({.names = {"good.test"}, .use = purpose::server}) == "");
}

TEST_CASE("certificate chain: a certificate that is not an authority's cannot issue") {
  authority const root;
  issued const leaf = root.issue({.names = {"other.test"}});
  issued const forged = support::certificates::issue_by(leaf, {.names = {"good.test"}});
  CHECK(refusal(forged, root.cert()) == "INVALID_CA");
}

TEST_CASE("certificate chain: name constraints are checked") {
  authority const root;
  authority const permitted = root.issue_authority({.permitted = {"DNS:other.test"}});
  CHECK(refusal(permitted.issue({.names = {"good.test"}}), root.cert()) == "PERMITTED_VIOLATION");
  CHECK(refusal(permitted.issue({.names = {"other.test"}}), root.cert(), "other.test") == "");
  authority const excluded = root.issue_authority({.excluded = {"DNS:good.test"}});
  CHECK(refusal(excluded.issue({.names = {"good.test"}}), root.cert()) == "EXCLUDED_VIOLATION");
}

TEST_CASE("certificate chain: the path length is checked") {
  authority const root{description{.path_length = 0}};
  authority const middle = root.issue_authority();
  CHECK(refusal(middle.issue({.names = {"good.test"}}), root.cert()) == "PATH_LENGTH_EXCEEDED");
  CHECK(refusal(root.issue({.names = {"good.test"}}), root.cert()) == "");
}

TEST_CASE("certificate chain: a critical extension that is unknown is refused") {
  CHECK(refusal({.names = {"good.test"}, .unknown_critical_extension = true}) ==
        "UNHANDLED_CRITICAL_EXTENSION");
}

TEST_CASE("certificate chain: weak keys and digests are refused") {
  authority const root;
  // The server has to lower its level, otherwise it does not load them.
  std::string const weak = "DEFAULT:@SECLEVEL=0";
  CHECK(
      support::handshake(
          client_of({root.cert()}),
          server_of(root.issue({.names = {"good.test"}, .key = key_type::rsa, .bits = 1024}), weak))
          .client_error == "EE_KEY_TOO_SMALL");
  CHECK(support::handshake(client_of({root.cert()}),
                           server_of(root.issue({.names = {"good.test"}, .digest = "SHA1"}), weak))
            .client_error == "CA_MD_TOO_WEAK");
  authority const small{description{.key = key_type::rsa, .bits = 1024}};
  CHECK(support::handshake(client_of({small.cert()}),
                           server_of(small.issue({.names = {"good.test"}}), weak))
            .client_error == "CA_KEY_TOO_SMALL");
}

TEST_CASE("certificate chain: cross-signed authorities end at a trusted one") {
  authority const a{description{.common_name = "a"}};
  authority const b{description{.common_name = "b"}};
  issued const leaf = b.issue({.names = {"good.test"}});
  std::string const b_by_a = a.cross_sign(b);
  std::string const a_by_b = b.cross_sign(a);
  CHECK(refusal(signed_by(leaf, b_by_a), a.cert()) == "");
  CHECK(refusal(signed_by(leaf, b_by_a), b.cert()) == "");
  // A loop without an end.
  authority const other;
  CHECK(refusal(signed_by(leaf, b_by_a + a_by_b), other.cert()) ==
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
}

TEST_CASE("certificate chain: a long chain is refused, and does not take long") {
  authority const root;
  authority last = root;
  for (int i = 0; i != 110; ++i) {
    last = last.issue_authority();
  }
  std::string const result = refusal(last.issue({.names = {"good.test"}}), root.cert());
  INFO(result);
  CHECK((result == "CERT_CHAIN_TOO_LONG" || result == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"));
}

TEST_CASE("certificate chain: a certificate above OpenSSL's limit of size is refused") {
  CHECK(refusal({.names = {"good.test"}, .padding = 1000000}) == "ERR_SSL_EXCESSIVE_MESSAGE_SIZE");
}

TEST_CASE("certificate chain: the handle of the peer leads to the issuers") {
  authority const root;
  authority const middle = root.issue_authority();
  support::handshake_result const r = support::handshake(
      client_of({root.cert()}), server_of(middle.issue({.names = {"good.test"}})));
  tls::certificate const leaf = r.server_certificate;
  CHECK(leaf.subject_alt_name() == "DNS:good.test");
  CHECK(leaf.issuer_certificate().pem() == middle.cert());
  CHECK(leaf.issuer_certificate().issuer_certificate().pem() == root.cert());
  CHECK_FALSE(leaf.issuer_certificate().issuer_certificate().issuer_certificate());
  CHECK_FALSE(r.client_certificate);
}

TEST_CASE("certificate chain: the issuers of a loop end") {
  authority const a{description{.common_name = "a"}};
  authority const b{description{.common_name = "b"}};
  authority const other;
  issued const leaf =
      signed_by(b.issue({.names = {"good.test"}}), a.cross_sign(b) + b.cross_sign(a));
  tls::client_options o;
  o.ca = {other.cert()};
  o.reject_unauthorized = false;
  support::handshake_result const r = support::handshake(tls::context(o), server_of(leaf));
  int count = 0;
  for (tls::certificate c = r.server_certificate; c; c = c.issuer_certificate()) {
    ++count;
  }
  CHECK(count == 3);
}

}  // namespace unit_tls_certificate_chain
