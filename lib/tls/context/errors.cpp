// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/errors.hpp"

#include "tls/certificate/verify_names.hpp"

#include <anode/detail/named_category.hpp>

#include <boost/system/system_category.hpp>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <map>
#include <mutex>
#include <utility>

namespace anode::tls {
namespace {

// The values of the category: those of `error`, then X509_V_ERR_* after an offset, then OpenSSL's
// packed errors. These begin at 1 << 23, because the number of their library is not 0.
constexpr int verify_offset = 1000;
constexpr int verify_end = verify_offset + 1000;
constexpr int packed_begin = 1 << 23;

using names = anode::detail::error_texts<error>;

constexpr names table[] = {
    {error::cert_altname_invalid, "ERR_TLS_CERT_ALTNAME_INVALID",
     "Hostname/IP does not match certificate's altnames"},
    {error::handshake_timeout, "ERR_TLS_HANDSHAKE_TIMEOUT", "TLS handshake timeout"},
    {error::invalid_context, "ERR_TLS_INVALID_CONTEXT", "The context is empty or of another side"},
    {error::no_trusted_certificates, "ERR_TLS_NO_TRUSTED_CERTIFICATES",
     "The system has no trusted certificates"},
    {error::no_certificate, "ERR_TLS_NO_CERTIFICATE", "The server has no certificate"},
    {error::too_many_records, "ERR_TLS_TOO_MANY_RECORDS",
     "The peer sends too many records without data"},
    {error::no_application_protocol, "ERR_SSL_NO_APPLICATION_PROTOCOL",
     "The peer has chosen another application protocol"},
};

names const* find(int value) noexcept { return anode::detail::find_texts(table, value); }

bool is_verify_value(int value) noexcept { return value > verify_offset && value < verify_end; }

char const* reason_text(int value) noexcept {
  return ERR_reason_error_string(static_cast<unsigned long>(value));
}

// Returns what Node writes between "ERR_" and the reason. Node knows these libraries by name.
std::string_view library_prefix(int library) noexcept {
  switch (library) {
#define ANODE_LIBRARY(name) \
  case ERR_LIB_##name:      \
    return "OSSL_" #name "_"
    ANODE_LIBRARY(SYS);
    ANODE_LIBRARY(BN);
    ANODE_LIBRARY(RSA);
    ANODE_LIBRARY(DH);
    ANODE_LIBRARY(EVP);
    ANODE_LIBRARY(BUF);
    ANODE_LIBRARY(OBJ);
    ANODE_LIBRARY(PEM);
    ANODE_LIBRARY(DSA);
    ANODE_LIBRARY(X509);
    ANODE_LIBRARY(ASN1);
    ANODE_LIBRARY(CONF);
    ANODE_LIBRARY(CRYPTO);
    ANODE_LIBRARY(EC);
    ANODE_LIBRARY(BIO);
    ANODE_LIBRARY(PKCS7);
    ANODE_LIBRARY(X509V3);
    ANODE_LIBRARY(PKCS12);
    ANODE_LIBRARY(RAND);
    ANODE_LIBRARY(DSO);
    ANODE_LIBRARY(ENGINE);
    ANODE_LIBRARY(OCSP);
    ANODE_LIBRARY(UI);
    ANODE_LIBRARY(COMP);
    ANODE_LIBRARY(ECDSA);
    ANODE_LIBRARY(ECDH);
    ANODE_LIBRARY(OSSL_STORE);
    ANODE_LIBRARY(CMS);
    ANODE_LIBRARY(TS);
    ANODE_LIBRARY(HMAC);
    ANODE_LIBRARY(CT);
    ANODE_LIBRARY(ASYNC);
    ANODE_LIBRARY(KDF);
    ANODE_LIBRARY(SM2);
    ANODE_LIBRARY(USER);
#undef ANODE_LIBRARY
    case ERR_LIB_SSL:
      return "SSL_";
    default:
      return "OSSL_";
  }
}

// Makes the name from the text of the reason, as Node does.
std::string make_name(int value, std::string_view reason) {
  int const library = ERR_GET_LIB(static_cast<unsigned long>(value));
  std::string name = "ERR_";
  name += library_prefix(library);
  // OpenSSL 3.2 has changed these texts. The names stay those of earlier releases.
  constexpr std::string_view newer = "ssl/tls ";
  if (library == ERR_LIB_SSL && reason.starts_with(newer)) {
    name += "SSLV3_";
    reason.remove_prefix(newer.size());
  }
  for (char const c : reason) {
    if (c == ' ') {
      name += '_';
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    }
  }
  return name;
}

// Returns the name of a packed error; a view of static storage.
std::string_view openssl_name(int value) noexcept {
  char const* const reason = reason_text(value);
  if (reason == nullptr) {
    return "UNKNOWN";
  }
  try {
    // Never destroyed, because the views may be used until the program has ended.
    static auto& mutex = *new std::mutex;
    static auto& cache = *new std::map<int, std::string>;
    std::lock_guard const lock(mutex);
    auto at = cache.find(value);
    if (at == cache.end()) {
      at = cache.emplace(value, make_name(value, reason)).first;
    }
    return at->second;
  } catch (...) {
    return "UNKNOWN";
  }
}

class category final : public anode::detail::named_category {
public:
  char const* name() const noexcept override { return "anode.tls"; }

  std::string_view code_name(int value) const noexcept override {
    if (value >= packed_begin) {
      return openssl_name(value);
    }
    if (is_verify_value(value)) {
      return verify_name(value - verify_offset);
    }
    names const* n = find(value);
    return n != nullptr ? n->code : "UNKNOWN";
  }

  std::string message(int value) const override {
    if (value >= packed_begin) {
      char text[256];
      ERR_error_string_n(static_cast<unsigned long>(value), text, sizeof text);
      return text;
    }
    if (is_verify_value(value)) {
      return X509_verify_cert_error_string(value - verify_offset);
    }
    names const* n = find(value);
    return n != nullptr ? n->message : "unknown error";
  }
};

}  // namespace

boost::system::error_category const& error_category() noexcept {
  static category const instance;
  return instance;
}

boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

boost::system::error_code verify_error(long value) noexcept {
  if (value <= X509_V_OK || value >= verify_end - verify_offset) {
    value = X509_V_ERR_UNSPECIFIED;
  }
  return {verify_offset + static_cast<int>(value), error_category()};
}

boost::system::error_code openssl_error(unsigned long packed) noexcept {
  if (ERR_SYSTEM_ERROR(packed)) {
    return {ERR_GET_REASON(packed), boost::system::system_category()};
  }
  return {static_cast<int>(packed), error_category()};
}

bool is_openssl_error(boost::system::error_code const& ec) noexcept {
  return ec.category() == error_category() && ec.value() >= packed_begin;
}

boost::system::error_code take_error(boost::system::error_code fallback) noexcept {
  unsigned long const packed = ERR_peek_error();
  ERR_clear_error();
  return packed != 0 ? openssl_error(packed) : fallback;
}

std::string openssl_text(boost::system::error_code const& ec) { return ec.message(); }

void throw_error(std::string_view what) {
  boost::system::error_code const invalid = http::error::invalid_arg_value;
  boost::system::error_code const ec = take_error(invalid);
  std::string text(what);
  text += ": ";
  text += ec == invalid ? "invalid value" : openssl_text(ec);
  throw http::exception(ec, std::move(text));
}

}  // namespace anode::tls
