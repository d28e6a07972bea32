// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"
#include "support/tls/handshake.hpp"
#include "tls/context/context_impl.hpp"

#include <anode/tls.hpp>

#include <openssl/err.h>

#include <chrono>
#include <string>
#include <vector>

namespace unit_tls_trust {

using namespace std::chrono_literals;
namespace tls = anode::tls;
using support::handshake;
using support::handshake_result;
using support::thrown;
using support::certificates::authority;
using support::certificates::issued;
using support::certificates::purpose;

namespace {

tls::server_options server_of(issued const& own) {
  tls::server_options o;
  o.cert = {own.cert};
  o.key = {own.key};
  return o;
}

tls::server_options good_server(authority const& root) {
  return server_of(root.issue({.names = {"good.test"}}));
}

tls::client_options client_of(std::vector<std::string> const& ca) {
  tls::client_options o;
  o.ca = ca;
  return o;
}

std::string refused(tls::client_options const& o) {
  std::string const text = thrown([&] { (void)tls::context(o); });
  CHECK(ERR_peek_error() == 0);
  return text;
}

std::string client_error(tls::client_options const& c, tls::server_options const& s) {
  return handshake(tls::context(c), tls::context(s)).client_error;
}

std::string digest(tls::server_options const& o) { return tls::context(o).impl()->trust_digest(); }

}  // namespace

TEST_CASE("trust: one text can have several certificates") {
  authority const a;
  authority const b;
  CHECK(client_error(client_of({a.cert() + b.cert()}), good_server(b)) == "");
  CHECK(client_error(client_of({a.cert(), b.cert()}), good_server(b)) == "");
}

TEST_CASE("trust: a text without a certificate is refused by the name of its option") {
  authority const root;
  CHECK(refused(client_of({"x"})) ==
        "ERR_OSSL_PEM_NO_START_LINE: ca: error:0480006C:PEM routines::no start line");
  CHECK(refused(client_of({root.cert(), root.cert(), ""}))
            .starts_with("ERR_OSSL_PEM_NO_START_LINE: ca[2]: "));
  std::string damaged = root.cert();
  damaged.erase(damaged.size() / 2, 10);
  CHECK(refused(client_of({root.cert() + damaged})).find(" ca: error:") != std::string::npos);
  tls::client_options o = client_of({root.cert()});
  o.extra_ca = {"x"};
  CHECK(refused(o).starts_with("ERR_OSSL_PEM_NO_START_LINE: extra_ca: "));
  o.extra_ca.clear();
  o.crl = {root.cert()};
  CHECK(refused(o).starts_with("ERR_OSSL_PEM_NO_START_LINE: crl: "));
}

TEST_CASE("trust: a server refuses a damaged option that it does not use") {
  authority const root;
  tls::server_options o = good_server(root);
  o.ca = {"x"};
  CHECK(thrown([&] { (void)tls::context(o); }).starts_with("ERR_OSSL_PEM_NO_START_LINE: ca: "));
}

TEST_CASE("trust: extra_ca adds to ca") {
  authority const a;
  authority const b;
  tls::client_options o = client_of({a.cert()});
  CHECK(client_error(o, good_server(b)) == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  o.extra_ca = {b.cert()};
  CHECK(client_error(o, good_server(a)) == "");
  CHECK(client_error(o, good_server(b)) == "");
}

TEST_CASE("trust: an intermediate authority is trusted only with allow_partial_trust_chain") {
  authority const root;
  authority const middle = root.issue_authority();
  tls::client_options o = client_of({middle.cert()});
  tls::server_options const s = good_server(middle);
  CHECK(client_error(o, s) == "UNABLE_TO_GET_ISSUER_CERT");
  o.allow_partial_trust_chain = true;
  CHECK(client_error(o, s) == "");
}

TEST_CASE("trust: a revoked certificate is refused with a revocation list") {
  authority const root;
  issued const good = root.issue({.names = {"good.test"}});
  issued const bad = root.issue({.names = {"good.test"}});
  tls::client_options o = client_of({root.cert()});
  CHECK(client_error(o, server_of(bad)) == "");
  o.crl = {root.crl({bad})};
  CHECK(client_error(o, server_of(bad)) == "CERT_REVOKED");
  CHECK(client_error(o, server_of(good)) == "");
}

TEST_CASE("trust: each certificate of a chain needs a valid revocation list") {
  authority const root;
  authority const middle = root.issue_authority();
  tls::server_options const s = good_server(middle);
  tls::client_options o = client_of({root.cert()});
  o.crl = {root.crl()};
  CHECK(client_error(o, s) == "UNABLE_TO_GET_CRL");
  o.crl = {root.crl(), middle.crl()};
  CHECK(client_error(o, s) == "");
  o.crl = {root.crl() + middle.crl()};
  CHECK(client_error(o, s) == "");
  o.crl = {root.crl(), middle.crl({}, -1h)};
  CHECK(client_error(o, s) == "CRL_HAS_EXPIRED");
  authority const other;
  o.crl = {root.crl(), other.crl()};
  CHECK(client_error(o, s) == "UNABLE_TO_GET_CRL");
}

TEST_CASE("trust: a server that asks refuses a client without a certificate") {
  authority const root;
  tls::server_options s = good_server(root);
  s.request_cert = true;
  s.ca = {root.cert()};
  tls::client_options c = client_of({root.cert()});
  handshake_result const r = handshake(tls::context(c), tls::context(s));
  CHECK(r.server_error == "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE");
  CHECK(r.client_error == "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
  c.max_version = tls::version::tls1_2;
  CHECK(client_error(c, s) == "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE");
}

TEST_CASE("trust: a server that asks refuses a client whose certificate is not trusted") {
  authority const root;
  authority const other;
  tls::server_options s = good_server(root);
  s.request_cert = true;
  s.ca = {root.cert()};
  tls::client_options c = client_of({root.cert()});
  issued const own = other.issue({});
  c.cert = {own.cert};
  c.key = {own.key};
  handshake_result const r = handshake(tls::context(c), tls::context(s));
  CHECK(r.server_error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(r.client_error == "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA");
  issued const of_server = root.issue({.use = purpose::server});
  c.cert = {of_server.cert};
  c.key = {of_server.key};
  CHECK(handshake(tls::context(c), tls::context(s)).server_error == "INVALID_PURPOSE");
}

TEST_CASE("trust: a server that only asks accepts every client and stores the result") {
  authority const root;
  authority const other;
  tls::server_options s = good_server(root);
  s.request_cert = true;
  s.reject_unauthorized = false;
  s.ca = {root.cert()};
  tls::client_options c = client_of({root.cert()});
  handshake_result r = handshake(tls::context(c), tls::context(s));
  CHECK(r.server_error == "");
  CHECK_FALSE(r.client_certificate);
  issued const own = other.issue({.common_name = "stranger"});
  c.cert = {own.cert};
  c.key = {own.key};
  r = handshake(tls::context(c), tls::context(s));
  CHECK(r.server_error == "");
  CHECK(r.client_error == "");
  CHECK(r.server_verification == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(r.client_certificate.common_name() == "stranger");
}

TEST_CASE("trust: a server names the issuers that it trusts, each once") {
  authority const a;
  authority const b;
  tls::server_options s = good_server(a);
  s.ca = {a.cert(), b.cert(), a.cert()};
  auto const count = [&] {
    tls::context const c(s);
    return sk_X509_NAME_num(SSL_CTX_get_client_CA_list(c.impl()->native()));
  };
  CHECK(count() <= 0);
  s.request_cert = true;
  CHECK(count() == 2);
}

TEST_CASE("trust: a list of issuers that is too long to send is left out") {
  authority const root;
  tls::server_options s = good_server(root);
  s.request_cert = true;
  s.ca = {root.cert()};
  for (int i = 0; i != 1000; ++i) {
    authority const other{{.organization = std::string(60, 'x')}};
    s.ca.push_back(other.cert());
  }
  tls::context const c(s);
  CHECK(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(c.impl()->native())) <= 0);
}

TEST_CASE("trust: the digest differs for what decides whether a client is trusted") {
  authority const root;
  authority const other;
  tls::server_options plain = good_server(root);
  CHECK(digest(plain).size() == 32);
  CHECK(digest(plain) == digest(good_server(root)));
  tls::server_options unused = plain;
  unused.ca = {root.cert()};
  CHECK(digest(unused) == digest(plain));

  tls::server_options asks = unused;
  asks.request_cert = true;
  std::string const asking = digest(asks);
  CHECK(asking != digest(plain));
  CHECK(asking == digest(asks));
  tls::server_options changed = asks;
  changed.reject_unauthorized = false;
  CHECK(digest(changed) != asking);
  changed = asks;
  changed.ca = {other.cert()};
  CHECK(digest(changed) != asking);
  changed = asks;
  changed.extra_ca = {other.cert()};
  CHECK(digest(changed) != asking);
  changed = asks;
  changed.crl = {root.crl()};
  CHECK(digest(changed) != asking);
  changed = asks;
  changed.allow_partial_trust_chain = true;
  CHECK(digest(changed) != asking);
  changed = asks;
  changed.honor_cipher_order = false;
  CHECK(digest(changed) == asking);
}

}  // namespace unit_tls_trust
