// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/identity.hpp"
#include "tls/certificate/pem.hpp"
#include "tls/context/errors.hpp"
#include "tls/context/openssl_ptr.hpp"

#include <anode/error.hpp>
#include <anode/tls_testing.hpp>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

namespace anode::testing {

using tls::bio_ptr;
using tls::key_ptr;
using tls::x509_ptr;

namespace {

void require(bool right) {
  if (!right) {
    tls::throw_error("certificate");
  }
}

key_ptr make_key() {
  key_ptr key{EVP_EC_gen("P-256")};
  require(key != nullptr);
  return key;
}

std::string text_of(EVP_PKEY* key) {
  bio_ptr const out{BIO_new(BIO_s_mem())};
  require(out && PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
  char* text = nullptr;
  long const size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string text_of(X509* certificate) {
  std::string text = tls::pem_of(certificate);
  require(!text.empty());
  return text;
}

// A number of days, because time_t may have 32 bits.
void set_time(ASN1_TIME* of, std::chrono::sys_seconds to) {
  auto const days = std::chrono::floor<std::chrono::days>(to);
  require(ASN1_TIME_adj(of, 0, static_cast<int>(days.time_since_epoch().count()),
                        static_cast<long>((to - days).count())) != nullptr);
}

void set_common_name(X509* of, std::string const& name) {
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(of), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<unsigned char const*>(name.data()),
                                     static_cast<int>(name.size()), -1, 0) == 1);
}

void add_extension(X509* to, X509* issuer, int which, char const* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  std::unique_ptr<X509_EXTENSION, tls::openssl_deleter<X509_EXTENSION_free>> const made{
      X509V3_EXT_conf_nid(nullptr, &context, which, value)};
  require(made && X509_add_ext(to, made.get(), -1) == 1);
}

void add_name(GENERAL_NAMES* to, std::string const& name) {
  bool const address = tls::is_ip_address(name);
  std::unique_ptr<GENERAL_NAME, tls::openssl_deleter<GENERAL_NAME_free>> made{
      a2i_GENERAL_NAME(nullptr, nullptr, nullptr, address ? GEN_IPADD : GEN_DNS, name.c_str(), 0)};
  require(made && sk_GENERAL_NAME_push(to, made.get()) > 0);
  made.release();
}

void add_names(X509* to, std::vector<std::string> const& names) {
  tls::general_names_ptr const all{GENERAL_NAMES_new()};
  require(all != nullptr);
  for (std::string const& name : names) {
    add_name(all.get(), name);
  }
  require(X509_add1_ext_i2d(to, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1);
}

// Makes a certificate without extensions and signature.
x509_ptr make_certificate(EVP_PKEY* key, tls_subject const& subject, std::string const& name) {
  x509_ptr made{X509_new()};
  std::array<unsigned char, 16> serial{};
  require(made && RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1);
  serial[0] =
      static_cast<unsigned char>((serial[0] & 0x7fU) | 0x40U);  // positive, and of this size
  std::unique_ptr<BIGNUM, tls::openssl_deleter<BN_free>> const number{
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr)};
  require(
      number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr &&
      X509_set_version(made.get(), X509_VERSION_3) == 1 && X509_set_pubkey(made.get(), key) == 1);
  set_time(X509_getm_notBefore(made.get()), subject.valid_from);
  set_time(X509_getm_notAfter(made.get()), subject.valid_to);
  set_common_name(made.get(), name);
  return made;
}

}  // namespace

struct tls_authority::state {
  key_ptr key;
  x509_ptr certificate;
  std::string text;
};

tls_authority::tls_authority() {
  tls::clean_error_queue const clean;
  auto made = std::make_shared<state>();
  made->key = make_key();
  made->certificate = make_certificate(made->key.get(), tls_subject(), "anode test authority");
  X509* const c = made->certificate.get();
  require(X509_set_issuer_name(c, X509_get_subject_name(c)) == 1);
  add_extension(c, c, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(c, c, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(c, c, NID_subject_key_identifier, "hash");
  require(X509_sign(c, made->key.get(), EVP_sha256()) > 0);
  made->text = text_of(c);
  state_ = std::move(made);
}

std::string const& tls_authority::cert() const noexcept { return state_->text; }

tls_identity tls_authority::issue(tls_subject const& subject) const {
  tls::clean_error_queue const clean;
  std::string const name = subject.common_name.empty() && !subject.names.empty()
                               ? subject.names.front()
                               : subject.common_name;
  if (name.empty()) {
    throw http::exception(http::error::invalid_arg_value, "A certificate needs a name");
  }
  key_ptr const key = make_key();
  // The common name has at most 64 characters.
  x509_ptr const made = make_certificate(key.get(), subject, name.substr(0, 64));
  X509* const c = made.get();
  X509* const issuer = state_->certificate.get();
  require(X509_set_issuer_name(c, X509_get_subject_name(issuer)) == 1);
  add_extension(c, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(c, issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(c, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(c, issuer, NID_authority_key_identifier, "keyid:always");
  if (!subject.names.empty()) {
    add_names(c, subject.names);
  }
  require(X509_sign(c, state_->key.get(), EVP_sha256()) > 0);
  return {text_of(c), text_of(key.get())};
}

tls_identity tls_authority::issue(std::string_view name) const { return issue(tls_subject(name)); }

tls::context tls_authority::server_context(std::string_view name,
                                           tls::server_options options) const {
  tls_identity const own = issue(name);
  options.cert.push_back(own.cert);
  options.key.push_back(own.key);
  return tls::context(options);
}

tls::context tls_authority::server_context(std::string_view name) const {
  return server_context(name, tls::server_options());
}

tls::context tls_authority::client_context(tls::client_options options) const {
  options.ca.push_back(cert());
  return tls::context(options);
}

tls::context tls_authority::client_context() const { return client_context(tls::client_options()); }

}  // namespace anode::testing
