// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"
#include "support/tls/handshake.hpp"

#include <anode/tls.hpp>

#include <openssl/err.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace unit_tls_credentials {

namespace tls = anode::tls;
namespace certificates = support::certificates;
using certificates::authority;
using certificates::issued;
using certificates::key_type;

namespace {

std::string refused(tls::server_options const& o) {
  std::string const text = support::thrown([&] { (void)tls::context(o); });
  CHECK(ERR_peek_error() == 0);
  return text;
}

tls::server_options server_of(issued const& own) {
  tls::server_options o;
  o.cert = {own.cert};
  o.key = {own.key};
  return o;
}

tls::context client_of(authority const& root, std::string const& sigalgs = {}) {
  tls::client_options o;
  o.ca = {root.cert()};
  o.sigalgs = sigalgs;
  return tls::context(o);
}

// A file that exists as long as the object.
class temporary_file {
public:
  explicit temporary_file(std::string const& text) {
    static int count = 0;
    path_ = (std::filesystem::temp_directory_path() /
             ("anode_credentials_" + std::to_string(::getpid()) + '_' + std::to_string(++count)))
                .string();
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~temporary_file() { std::remove(path_.c_str()); }
  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;

  std::string const& path() const { return path_; }

private:
  std::string path_;
};

}  // namespace

TEST_CASE("credentials: a server needs a certificate") {
  CHECK(refused({}) ==
        "ERR_TLS_NO_CERTIFICATE: A server needs \"cert\" and \"key\", \"cert_file\" and "
        "\"key_file\", or \"pfx\"");
}

TEST_CASE("credentials: each certificate needs its key") {
  authority const root;
  issued const a = root.issue({});
  issued const b = root.issue({});
  tls::server_options o = server_of(a);
  o.key = {b.key};
  CHECK(refused(o) ==
        "ERR_OSSL_X509_KEY_VALUES_MISMATCH: key: error:05800074:x509 certificate routines::key "
        "values mismatch");
  o.key = {root.issue({.key = key_type::rsa}).key};
  CHECK(refused(o).find(": key: error:") != std::string::npos);
  o.key.clear();
  CHECK(refused(o).starts_with("ERR_INVALID_ARG_VALUE: cert: each certificate needs a key"));
  o.cert.clear();
  o.key = {a.key};
  CHECK(refused(o).starts_with("ERR_INVALID_ARG_VALUE: cert: each certificate needs a key"));
}

TEST_CASE("credentials: texts that are not PEM are refused by the name of their option") {
  authority const root;
  issued const own = root.issue({});
  tls::server_options o = server_of(own);
  o.cert = {"x"};
  CHECK(refused(o) ==
        "ERR_OSSL_PEM_NO_START_LINE: cert: error:0480006C:PEM routines::no start line");
  o = server_of(own);
  o.key = {"x"};
  CHECK(refused(o).starts_with("ERR_OSSL_UNSUPPORTED: key: error:"));
  o.key = {own.cert};
  CHECK(refused(o).find(" key: ") != std::string::npos);
  o = server_of(own);
  o.cert.push_back("");
  o.key.push_back("");
  CHECK(refused(o).starts_with("ERR_OSSL_PEM_NO_START_LINE: cert[1]: "));
  o = server_of(own);
  o.cert[0].erase(o.cert[0].size() / 2, 10);
  CHECK(refused(o).find(" cert: error:") != std::string::npos);
}

TEST_CASE("credentials: messages contain nothing of a key") {
  authority const root;
  issued const own = root.issue({});
  tls::server_options o = server_of(own);
  std::string const secret = own.key.substr(60, 24);
  o.key[0].erase(100, 5);
  CHECK(refused(o).find(secret) == std::string::npos);
  o.key = {root.issue({}).key};
  CHECK(refused(o).find(secret) == std::string::npos);
}

TEST_CASE("credentials: a server has certificates of several key types") {
  authority const root;
  issued const ec = root.issue({.names = {"good.test"}});
  issued const rsa = root.issue({.names = {"good.test"}, .key = key_type::rsa});
  tls::server_options o;
  o.cert = {ec.cert, rsa.cert};
  o.key = {ec.key, rsa.key};
  tls::context const server(o);
  auto const used = [&](std::string const& sigalgs) {
    return support::handshake(client_of(root, sigalgs), server).server_certificate.pem();
  };
  CHECK(used("ECDSA+SHA256:RSA-PSS+SHA256") == ec.leaf);
  CHECK(used("RSA-PSS+SHA256:ECDSA+SHA384") == rsa.leaf);
}

TEST_CASE("credentials: two certificates of one key type are refused") {
  authority const root;
  issued const a = root.issue({});
  issued const b = root.issue({});
  tls::server_options o;
  o.cert = {a.cert, b.cert};
  o.key = {a.key, b.key};
  CHECK(refused(o).starts_with("ERR_SSL_NOT_REPLACING_CERTIFICATE: cert[1]: "));
}

TEST_CASE("credentials: certificate and key are read from files") {
  authority const root;
  authority const middle = root.issue_authority();
  issued const own = middle.issue({.names = {"good.test"}});
  temporary_file const cert(own.cert);
  temporary_file const key(own.key);
  tls::server_options o;
  o.cert_file = cert.path();
  o.key_file = key.path();
  CHECK(support::handshake(client_of(root), tls::context(o)).client_error == "");
  o.key_file = "/nonexistent/key.pem";
  CHECK(refused(o) == "ENOENT: key_file \"/nonexistent/key.pem\": No such file or directory");
  o.key_file = cert.path();
  CHECK(refused(o).find(" key_file \"" + cert.path() + "\": ") != std::string::npos);
  o.key_file.clear();
  CHECK(refused(o) == "ERR_INVALID_ARG_VALUE: key_file: missing, but \"cert_file\" is given");
  o.cert_file = "/";
  o.key_file = key.path();
  CHECK(refused(o).find(" cert_file \"/\": ") != std::string::npos);
}

TEST_CASE("credentials: an encrypted key needs its passphrase, and nobody is asked for it") {
  authority const root;
  issued const own = root.issue({.names = {"good.test"}});
  tls::server_options o = server_of(own);
  o.key = {certificates::encrypt_key(own.key, "secret")};
  o.passphrase = "secret";
  CHECK(support::handshake(client_of(root), tls::context(o)).client_error == "");
  o.passphrase = "wrong";
  CHECK(refused(o).starts_with("ERR_OSSL_BAD_DECRYPT: key: "));
  CHECK(refused(o).find("wrong") == std::string::npos);
  o.passphrase.clear();
  CHECK(refused(o).starts_with("ERR_OSSL_BAD_DECRYPT: key: "));
  o.passphrase = std::string(100000, 'a');
  CHECK(refused(o).find(" key: ") != std::string::npos);
}

TEST_CASE("credentials: a PKCS 12 file has certificate, chain and key") {
  authority const root;
  authority const middle = root.issue_authority();
  authority const low = middle.issue_authority();
  issued own = low.issue({.names = {"good.test"}});
  tls::server_options o;
  o.pfx = certificates::pfx(own, "secret");
  o.passphrase = "secret";
  CHECK(support::handshake(client_of(root), tls::context(o)).client_error == "");
  // The order in the file does not matter, and the root is not sent.
  own.cert = own.leaf + root.cert() + middle.cert() + low.cert();
  o.pfx = certificates::pfx(own, "");
  o.passphrase.clear();
  support::handshake_result const r = support::handshake(client_of(root), tls::context(o));
  CHECK(r.client_error == "");
  CHECK(r.server_certificate.pem() == own.leaf);
}

TEST_CASE("credentials: a PKCS 12 file that cannot be read is refused") {
  authority const root;
  tls::server_options o;
  o.pfx = certificates::pfx(root.issue({}), "secret");
  o.passphrase = "wrong";
  CHECK(refused(o) ==
        "ERR_OSSL_PKCS12_MAC_VERIFY_FAILURE: pfx: error:11800071:PKCS12 routines::mac verify "
        "failure");
  o.passphrase.clear();
  CHECK(refused(o).starts_with("ERR_OSSL_PKCS12_MAC_VERIFY_FAILURE: pfx: "));
  o.pfx.resize(o.pfx.size() / 2);
  CHECK(refused(o).starts_with("ERR_OSSL_ASN1_"));
  o.pfx = "x";
  CHECK(refused(o).starts_with("ERR_OSSL_ASN1_"));
}

TEST_CASE("credentials: a server completes its chain from the trusted certificates") {
  authority const root;
  authority const middle = root.issue_authority();
  issued const own = middle.issue({.names = {"good.test"}});
  tls::server_options o;
  o.cert = {own.leaf};
  o.key = {own.key};
  CHECK(support::handshake(client_of(root), tls::context(o)).client_error ==
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  o.ca = {middle.cert() + root.cert()};
  CHECK(support::handshake(client_of(root), tls::context(o)).client_error == "");
}

TEST_CASE("credentials: weak certificates are refused when the context is made") {
  authority const root;
  CHECK(refused(server_of(root.issue({.key = key_type::rsa, .bits = 1024})))
            .starts_with("ERR_SSL_EE_KEY_TOO_SMALL: cert: "));
  CHECK(refused(server_of(root.issue({.digest = "SHA1"})))
            .starts_with("ERR_SSL_CA_MD_TOO_WEAK: cert: "));
}

TEST_CASE("credentials: a client sends its certificate to a server that asks") {
  authority const root;
  issued const own = root.issue({.common_name = "the client"});
  tls::client_options c;
  c.ca = {root.cert()};
  c.cert = {own.cert};
  c.key = {own.key};
  tls::server_options s = server_of(root.issue({.names = {"good.test"}}));
  CHECK_FALSE(support::handshake(tls::context(c), tls::context(s)).client_certificate);
  s.request_cert = true;
  s.ca = {root.cert()};
  support::handshake_result const r = support::handshake(tls::context(c), tls::context(s));
  CHECK(r.server_error == "");
  CHECK(r.server_verification == "OK");
  CHECK(r.client_certificate.common_name() == "the client");
}

}  // namespace unit_tls_credentials
