// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"
#include "support/tls/handshake.hpp"
#include "tls/context/context_impl.hpp"

#include <anode/openssl.hpp>
#include <anode/tls.hpp>

#include <openssl/err.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace unit_tls_context {

using namespace std::chrono_literals;
namespace tls = anode::tls;
using support::handshake;
using support::thrown;
using support::certificates::authority;
using support::certificates::issued;

namespace {

struct identities {
  authority root;
  issued leaf = root.issue({.names = {"good.test"}});
};

identities const& pki() {
  static identities const instance;
  return instance;
}

tls::client_options client_defaults() {
  tls::client_options o;
  o.ca = {pki().root.cert()};
  return o;
}

tls::server_options server_defaults() {
  tls::server_options o;
  o.cert = {pki().leaf.cert};
  o.key = {pki().leaf.key};
  return o;
}

template <class Change>
tls::context client(Change change) {
  tls::client_options o = client_defaults();
  change(o);
  return tls::context(o);
}

template <class Change>
tls::context server(Change change) {
  tls::server_options o = server_defaults();
  change(o);
  return tls::context(o);
}

tls::context client() { return tls::context(client_defaults()); }
tls::context server() { return tls::context(server_defaults()); }

// Returns what a client's context throws after a change of its options.
template <class Change>
std::string refused(Change change) {
  std::string const text = thrown([&] { (void)client(change); });
  CHECK(ERR_peek_error() == 0);
  return text;
}

}  // namespace

TEST_CASE("context: two default contexts agree on TLS 1.3 and HTTP/1.1") {
  support::handshake_result const r = handshake(client(), server());
  CHECK(r.client_error == "");
  CHECK(r.server_error == "");
  CHECK(r.protocol == "TLSv1.3");
  CHECK(r.cipher == "TLS_AES_256_GCM_SHA384");
  CHECK_FALSE(r.session_reused);
}

TEST_CASE("context: the versions are limited") {
  auto const lower = client([](auto& o) { o.max_version = tls::version::tls1_2; });
  CHECK(handshake(lower, server()).protocol == "TLSv1.2");
  auto const higher = server([](auto& o) { o.min_version = tls::version::tls1_3; });
  support::handshake_result const r = handshake(lower, higher);
  CHECK(r.server_error == "ERR_SSL_UNSUPPORTED_PROTOCOL");
  CHECK(r.client_error == "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
}

TEST_CASE("context: TLS 1.1 needs the security level 0 besides its version") {
  auto const old = [](auto& o) {
    o.min_version = tls::version::tls1_1;
    o.max_version = tls::version::tls1_1;
    o.ciphers = "ALL:@SECLEVEL=0";
  };
  CHECK(handshake(client(old), server(old)).protocol == "TLSv1.1");
  CHECK(handshake(client(old), server()).server_error == "ERR_SSL_UNSUPPORTED_PROTOCOL");
}

TEST_CASE("context: a range of versions without a version is refused") {
  CHECK(refused([](auto& o) {
          o.min_version = tls::version::tls1_3;
          o.max_version = tls::version::tls1_2;
        }) ==
        "ERR_OUT_OF_RANGE: The value of \"min_version\" is out of range. It must be <= "
        "max_version.");
}

TEST_CASE("context: the default cipher suites have forward secrecy and authenticated encryption") {
  tls::context const c = client();
  STACK_OF(SSL_CIPHER)* const all = SSL_CTX_get_ciphers(c.impl()->native());
  CHECK(sk_SSL_CIPHER_num(all) == 9);
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    SSL_CIPHER const* const suite = sk_SSL_CIPHER_value(all, i);
    INFO(SSL_CIPHER_get_name(suite));
    CHECK(SSL_CIPHER_is_aead(suite) == 1);
    int const exchange = SSL_CIPHER_get_kx_nid(suite);
    CHECK((exchange == NID_kx_ecdhe || exchange == NID_kx_any));
  }
  CHECK(tls::default_ciphers().starts_with("TLS_AES_256_GCM_SHA384:"));
}

TEST_CASE("context: one list names the cipher suites of all versions") {
  auto const both = [](auto& o) {
    o.ciphers = "TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
  };
  CHECK(handshake(client(both), server()).cipher == "TLS_CHACHA20_POLY1305_SHA256");
  auto const lower = server([](auto& o) { o.max_version = tls::version::tls1_2; });
  CHECK(handshake(client(both), lower).cipher == "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_CASE("context: a list with suites of one kind disables the versions of the other") {
  auto const only_1_3 = client([](auto& o) { o.ciphers = "TLS_AES_128_GCM_SHA256"; });
  CHECK(handshake(only_1_3, server()).cipher == "TLS_AES_128_GCM_SHA256");
  auto const lower = server([](auto& o) { o.max_version = tls::version::tls1_2; });
  CHECK(handshake(only_1_3, lower).server_error == "ERR_SSL_UNSUPPORTED_PROTOCOL");
  auto const only_1_2 = client([](auto& o) { o.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"; });
  CHECK(handshake(only_1_2, server()).protocol == "TLSv1.2");
}

TEST_CASE("context: a list that leaves no cipher suite is refused") {
  std::string const text =
      "ERR_SSL_NO_CIPHER_MATCH: ciphers: error:0A0000B9:SSL routines::no cipher match";
  for (char const* list : {"NOPE", "TLS_NOPE", "TLS_NOPE:ECDHE-ECDSA-AES128-GCM-SHA256", ":", " ",
                           "@SECLEVEL=0", "TLS_AES_128_GCM_SHA256:NOPE", "!ALL"}) {
    INFO(list);
    CHECK(refused([&](auto& o) { o.ciphers = list; }) == text);
  }
  CHECK(refused([](auto& o) {
          o.ciphers = "TLS_AES_128_GCM_SHA256";
          o.max_version = tls::version::tls1_2;
        }) == text);
  CHECK(refused([](auto& o) {
          o.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
          o.min_version = tls::version::tls1_3;
        }) == text);
}

TEST_CASE("context: a server chooses the cipher suite unless it honors the client's order") {
  auto const of_client =
      client([](auto& o) { o.ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"; });
  CHECK(handshake(of_client, server()).cipher == "TLS_AES_256_GCM_SHA384");
  auto const polite = server([](auto& o) { o.honor_cipher_order = false; });
  CHECK(handshake(of_client, polite).cipher == "TLS_AES_128_GCM_SHA256");
}

TEST_CASE("context: groups and signature algorithms are limited") {
  auto const p384 = client([](auto& o) { o.groups = "P-384"; });
  CHECK(handshake(p384, server()).client_error == "");
  auto const p256 = server([](auto& o) { o.groups = "P-256"; });
  CHECK(handshake(p384, p256).server_error == "ERR_SSL_NO_SUITABLE_KEY_SHARE");
  auto const rsa = client([](auto& o) { o.sigalgs = "RSA-PSS+SHA256"; });
  CHECK(handshake(rsa, server()).server_error == "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM");
  CHECK(refused([](auto& o) { o.groups = "nope"; }).find(": groups: ") != std::string::npos);
  CHECK(refused([](auto& o) { o.sigalgs = "nope"; }).find(": sigalgs: ") != std::string::npos);
}

TEST_CASE("context: the default groups have no finite-field and no X448 group") {
  auto const x448 = client([](auto& o) { o.groups = "X448"; });
  CHECK(handshake(x448, server()).server_error == "ERR_SSL_NO_SUITABLE_KEY_SHARE");
  auto const ffdhe = client([](auto& o) { o.groups = "ffdhe2048"; });
  CHECK(handshake(ffdhe, server()).server_error == "ERR_SSL_NO_SUITABLE_KEY_SHARE");
}

TEST_CASE("context: sizes and times out of range are refused") {
  std::string const records =
      "ERR_OUT_OF_RANGE: The value of \"record_size\" is out of range. It must be >= 512 and <= "
      "16384.";
  CHECK(refused([](auto& o) { o.record_size = 511; }) == records);
  CHECK(refused([](auto& o) { o.record_size = 16385; }) == records);
  CHECK(refused([](auto& o) { o.record_size = 0; }) == records);
  CHECK(refused([](auto& o) { o.record_size = 512; }) == "nothing");
  std::string const times =
      "ERR_OUT_OF_RANGE: The value of \"session_timeout\" is out of range. It must be >= 0 and <= "
      "604800.";
  CHECK(refused([](auto& o) { o.session_timeout = -1s; }) == times);
  CHECK(refused([](auto& o) { o.session_timeout = 604801s; }) == times);
  CHECK(refused([](auto& o) { o.session_timeout = 604800s; }) == "nothing");
}

TEST_CASE("context: application protocols are checked and kept in the form of the wire") {
  auto const two = client([](auto& o) { o.alpn_protocols = {"h2", "http/1.1"}; });
  CHECK(two.impl()->alpn() == "\x02h2\x08http/1.1");
  CHECK(two.impl()->offers_http());
  auto const other = client([](auto& o) { o.alpn_protocols = {"h2"}; });
  CHECK_FALSE(other.impl()->offers_http());
  auto const none = client([](auto& o) { o.alpn_protocols.clear(); });
  CHECK(none.impl()->alpn().empty());
  CHECK_FALSE(none.impl()->offers_http());
  CHECK(refused([](auto& o) { o.alpn_protocols = {"http/1.1", ""}; }) ==
        "ERR_INVALID_ARG_VALUE: alpn_protocols[1]: the size must be 1 to 255 bytes");
  CHECK(refused([](auto& o) { o.alpn_protocols = {std::string(256, 'a')}; }) != "nothing");
  CHECK(refused([](auto& o) { o.alpn_protocols = {std::string(255, 'a')}; }) == "nothing");
  CHECK(refused([](auto& o) {
          o.alpn_protocols.assign(256, std::string(255, 'a'));
        }).starts_with("ERR_OUT_OF_RANGE"));
}

TEST_CASE("context: what must not be possible is disabled") {
  for (tls::context const& c : {client(), server()}) {
    SSL_CTX* const native = c.impl()->native();
    auto const options = SSL_CTX_get_options(native);
    CHECK((options & SSL_OP_NO_RENEGOTIATION) != 0);
    CHECK((options & SSL_OP_NO_COMPRESSION) != 0);
    CHECK((options & SSL_OP_IGNORE_UNEXPECTED_EOF) == 0);
    CHECK(SSL_CTX_get_max_early_data(native) == 0);
    // What is skipped of early data that a client sends all the same.
    CHECK(SSL_CTX_get_recv_max_early_data(native) == SSL3_RT_MAX_PLAIN_LENGTH);
  }
  tls::context const s = server();
  CHECK(SSL_CTX_get_num_tickets(s.impl()->native()) == 1);
  CHECK(SSL_CTX_get_session_cache_mode(s.impl()->native()) == SSL_SESS_CACHE_OFF);
}

TEST_CASE("context: a client rejects servers that are not verified, unless told otherwise") {
  authority const other;
  CHECK(client().impl()->rejects_unauthorized());
  auto const strict = client([&](auto& o) { o.ca = {other.cert()}; });
  support::handshake_result const r = handshake(strict, server());
  CHECK(r.client_error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(r.server_error == "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA");
  auto const lax = client([&](auto& o) {
    o.ca = {other.cert()};
    o.reject_unauthorized = false;
  });
  CHECK_FALSE(lax.impl()->rejects_unauthorized());
  support::handshake_result const accepted = handshake(lax, server());
  CHECK(accepted.client_error == "");
  CHECK(accepted.client_verification == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
}

TEST_CASE("context: each context has a number of its own") {
  tls::context const a = client();
  tls::context const b = client();
  CHECK(a.impl()->id() != b.impl()->id());
  CHECK_FALSE(a == b);
  CHECK(a == tls::context(a));
  CHECK_FALSE(tls::context());
}

TEST_CASE("context: a place for one side refuses a context of the other side") {
  tls::context const c = client();
  CHECK(&tls::require_context(c, tls::side::client) == c.impl().get());
  CHECK(thrown([] { (void)tls::require_context(client(), tls::side::server); }) ==
        "ERR_TLS_INVALID_CONTEXT: The context is not a server's");
  CHECK(thrown([] { (void)tls::require_context(server(), tls::side::client); }) ==
        "ERR_TLS_INVALID_CONTEXT: The context is not a client's");
  CHECK(thrown([] { (void)tls::require_context({}, tls::side::client); }) ==
        "ERR_TLS_INVALID_CONTEXT: The context is empty");
}

TEST_CASE("context: an SSL_CTX of the program is shared, not copied") {
  SSL_CTX* const native = SSL_CTX_new(TLS_method());
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  {
    tls::context const c = tls::from_ssl_ctx(native, tls::side::client);
    CHECK(c.impl()->native() == native);
    CHECK(c.impl()->rejects_unauthorized());
    CHECK(c.impl()->trust_digest().size() == 32);
    CHECK(c.impl()->trust_digest() !=
          tls::from_ssl_ctx(native, tls::side::client).impl()->trust_digest());
  }
  SSL_CTX_set_verify(native, SSL_VERIFY_NONE, nullptr);
  tls::context const c = tls::from_ssl_ctx(native, tls::side::server);
  SSL_CTX_free(native);
  CHECK_FALSE(c.impl()->rejects_unauthorized());
  CHECK_FALSE(c.impl()->asks_for_certificate());
  CHECK(c.impl()->of() == tls::side::server);
  CHECK(thrown([] { (void)tls::from_ssl_ctx(nullptr, tls::side::client); }) ==
        "ERR_TLS_INVALID_CONTEXT: The SSL_CTX is null");
}

}  // namespace unit_tls_context
