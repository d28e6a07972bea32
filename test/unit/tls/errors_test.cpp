// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/errors.hpp"

#include "support/catch.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <string>

namespace unit_tls_errors {

namespace tls = anode::tls;
using anode::http::code_name;

namespace {

std::string name_of(int library, int reason) {
  return std::string(code_name(tls::openssl_error(ERR_PACK(library, 0, reason))));
}

}  // namespace

TEST_CASE("tls errors: anode's own codes have Node's names") {
  CHECK(code_name(tls::error::cert_altname_invalid) == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(code_name(tls::error::handshake_timeout) == "ERR_TLS_HANDSHAKE_TIMEOUT");
  CHECK(code_name(tls::error::no_application_protocol) == "ERR_SSL_NO_APPLICATION_PROTOCOL");
  CHECK(tls::make_error_code(tls::error::handshake_timeout).message() == "TLS handshake timeout");
  CHECK(std::string(tls::error_category().name()) == "anode.tls");
}

TEST_CASE("tls errors: failures of a verification have Node's names and messages") {
  CHECK(code_name(tls::verify_error(X509_V_ERR_CERT_HAS_EXPIRED)) == "CERT_HAS_EXPIRED");
  CHECK(code_name(tls::verify_error(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)) ==
        "DEPTH_ZERO_SELF_SIGNED_CERT");
  CHECK(code_name(tls::verify_error(X509_V_ERR_HOSTNAME_MISMATCH)) == "HOSTNAME_MISMATCH");
  CHECK(tls::verify_error(X509_V_ERR_CERT_HAS_EXPIRED).message() == "certificate has expired");
}

TEST_CASE("tls errors: failures that Node calls UNSPECIFIED have their own names") {
  CHECK(code_name(tls::verify_error(X509_V_ERR_PERMITTED_VIOLATION)) == "PERMITTED_VIOLATION");
  CHECK(code_name(tls::verify_error(X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION)) ==
        "UNHANDLED_CRITICAL_EXTENSION");
}

TEST_CASE("tls errors: an unknown result of a verification is UNSPECIFIED") {
  CHECK(code_name(tls::verify_error(999)) == "UNSPECIFIED");
  CHECK(code_name(tls::verify_error(1000000)) == "UNSPECIFIED");
  CHECK(code_name(tls::verify_error(-1)) == "UNSPECIFIED");
}

TEST_CASE("tls errors: failures of OpenSSL have the names that Node makes of their texts") {
  CHECK(name_of(ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER) == "ERR_SSL_WRONG_VERSION_NUMBER");
  CHECK(name_of(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER) == "ERR_SSL_NO_SHARED_CIPHER");
  CHECK(name_of(ERR_LIB_SSL, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED) ==
        "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
  CHECK(name_of(ERR_LIB_PEM, PEM_R_NO_START_LINE) == "ERR_OSSL_PEM_NO_START_LINE");
  CHECK(name_of(ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH) == "ERR_OSSL_X509_KEY_VALUES_MISMATCH");
}

TEST_CASE("tls errors: the name of an alert does not depend on the release of OpenSSL") {
  CHECK(name_of(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE) ==
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE");
}

TEST_CASE("tls errors: Node omits the names of OpenSSL's newer libraries") {
  CHECK(name_of(ERR_LIB_OSSL_DECODER, ERR_R_UNSUPPORTED) == "ERR_OSSL_UNSUPPORTED");
}

TEST_CASE("tls errors: a code without a text is UNKNOWN") {
  CHECK(code_name({0x7ffffff, tls::error_category()}) == "UNKNOWN");
  CHECK(code_name({500, tls::error_category()}) == "UNKNOWN");
  CHECK(code_name({-1, tls::error_category()}) == "UNKNOWN");
  CHECK(boost::system::error_code(500, tls::error_category()).message() == "unknown error");
}

TEST_CASE("tls errors: names are views of static storage") {
  std::string_view const first =
      code_name(tls::openssl_error(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_BAD_PACKET)));
  std::string_view const second =
      code_name(tls::openssl_error(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_BAD_PACKET)));
  CHECK(first.data() == second.data());
}

TEST_CASE("tls errors: failures of the system keep their category") {
  ERR_clear_error();
  ERR_raise(ERR_LIB_SYS, ENOENT);
  boost::system::error_code const ec = tls::take_error({});
  CHECK(ec == boost::system::errc::no_such_file_or_directory);
  CHECK(code_name(ec) == "ENOENT");
}

TEST_CASE("tls errors: take_error returns the oldest error and empties the queue") {
  ERR_clear_error();
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_CIPHER_MATCH);
  ERR_raise(ERR_LIB_SSL, SSL_R_BAD_PACKET);
  CHECK(code_name(tls::take_error({})) == "ERR_SSL_NO_CIPHER_MATCH");
  CHECK(ERR_peek_error() == 0);
  CHECK(tls::take_error(tls::error::handshake_timeout) == tls::error::handshake_timeout);
}

TEST_CASE("tls errors: the text of OpenSSL's failures is that of Node's messages") {
  CHECK(
      tls::openssl_text(tls::openssl_error(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_WRONG_VERSION_NUMBER))) ==
      "error:0A00010B:SSL routines::wrong version number");
}

TEST_CASE("tls errors: throw_error names the option") {
  ERR_clear_error();
  ERR_raise(ERR_LIB_PEM, PEM_R_NO_START_LINE);
  try {
    tls::throw_error("cert");
    FAIL("nothing thrown");
  } catch (anode::http::exception const& e) {
    CHECK(std::string(e.what()) == "cert: error:0480006C:PEM routines::no start line");
    CHECK(e.code_name() == "ERR_OSSL_PEM_NO_START_LINE");
  }
  try {
    tls::throw_error("sigalgs");
    FAIL("nothing thrown");
  } catch (anode::http::exception const& e) {
    CHECK(std::string(e.what()) == "sigalgs: invalid value");
    CHECK(e.code_name() == "ERR_INVALID_ARG_VALUE");
  }
}

}  // namespace unit_tls_errors
