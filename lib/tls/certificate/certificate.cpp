// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/alt_names.hpp"
#include "tls/certificate/certificate_impl.hpp"
#include "tls/certificate/identity.hpp"
#include "tls/certificate/pem.hpp"
#include "tls/context/errors.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>

#include <ctime>
#include <string>
#include <utility>

namespace anode::tls {
namespace {

std::string contents(BIO* memory) {
  char* data = nullptr;
  long const size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// Writes one attribute a line in UTF-8, with control characters escaped, as Node does.
std::string name_text(X509_NAME const* name) {
  constexpr unsigned long flags = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL |
                                  ASN1_STRFLGS_UTF8_CONVERT | XN_FLAG_SEP_MULTILINE | XN_FLAG_FN_SN;
  clean_error_queue const clean;
  bio_ptr const out{BIO_new(BIO_s_mem())};
  if (!out || X509_NAME_print_ex(out.get(), name, 0, flags) < 0) {
    return {};
  }
  return contents(out.get());
}

// Returns 1970-01-01 if the time is invalid.
std::chrono::sys_seconds time_of(ASN1_TIME const* time) noexcept {
  std::tm t{};
  if (ASN1_TIME_to_tm(time, &t) != 1) {
    ERR_clear_error();
    return {};
  }
  using namespace std::chrono;
  auto const day = sys_days{year{t.tm_year + 1900} / month{static_cast<unsigned>(t.tm_mon) + 1} /
                            std::chrono::day{static_cast<unsigned>(t.tm_mday)}};
  return day + hours{t.tm_hour} + minutes{t.tm_min} + seconds{t.tm_sec};
}

// Makes the chain from `leaf` to the last issuer that is among `others`.
std::vector<x509_ptr> ordered(X509* leaf, STACK_OF(X509) * others) {
  std::vector<X509*> rest;
  for (int i = 0; i < sk_X509_num(others); ++i) {
    X509* const c = sk_X509_value(others, i);
    if (X509_cmp(c, leaf) != 0) {
      rest.push_back(c);
    }
  }
  std::vector<x509_ptr> chain;
  for (X509* next = leaf; next != nullptr;) {
    X509_up_ref(next);
    chain.emplace_back(next);
    X509* const last = std::exchange(next, nullptr);
    if (X509_self_signed(last, 0) == 1) {
      break;
    }
    for (X509*& c : rest) {
      if (c != nullptr && X509_check_issued(c, last) == X509_V_OK) {
        next = std::exchange(c, nullptr);
        break;
      }
    }
  }
  return chain;
}

certificate make_handle(std::shared_ptr<std::vector<x509_ptr> const> chain, std::size_t index) {
  auto impl = std::make_shared<certificate_impl>();
  impl->chain = std::move(chain);
  impl->index = index;
  return certificate(std::shared_ptr<void const>(std::move(impl)));
}

}  // namespace

X509* native_certificate(certificate const& c) noexcept {
  auto const* impl = static_cast<certificate_impl const*>(c.impl().get());
  return impl != nullptr ? impl->native() : nullptr;
}

certificate make_certificate(X509* leaf, STACK_OF(X509) * chain) {
  if (leaf == nullptr) {
    return {};
  }
  clean_error_queue const clean;
  return make_handle(std::make_shared<std::vector<x509_ptr> const>(ordered(leaf, chain)), 0);
}

certificate peer_certificate_of(SSL* ssl) {
  STACK_OF(X509)* const verified = SSL_get0_verified_chain(ssl);
  return make_certificate(SSL_get0_peer_certificate(ssl),
                          verified != nullptr ? verified : SSL_get_peer_cert_chain(ssl));
}

certificate certificate::from_pem(std::string_view pem) {
  clean_error_queue const clean;
  x509_ptr const one = read_certificate(open_text(pem, "certificate").get(), "certificate");
  return make_certificate(one.get(), nullptr);
}

std::string certificate::subject() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? name_text(X509_get_subject_name(c)) : std::string();
}

std::string certificate::issuer() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? name_text(X509_get_issuer_name(c)) : std::string();
}

std::string certificate::common_name() const {
  X509* const c = native_certificate(*this);
  if (c == nullptr) {
    return {};
  }
  X509_NAME const* const name = X509_get_subject_name(c);
  int const at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) {
    return {};
  }
  unsigned char* utf8 = nullptr;
  int const size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::unique_ptr<unsigned char, openssl_deleter<[](unsigned char* p) { OPENSSL_free(p); }>> const
      owned{utf8};
  return {reinterpret_cast<char const*>(utf8), static_cast<std::size_t>(size)};
}

std::string certificate::subject_alt_name() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? read_alt_names(c).text : std::string();
}

std::string certificate::serial_number() const {
  X509* const c = native_certificate(*this);
  if (c == nullptr) {
    return {};
  }
  std::unique_ptr<BIGNUM, openssl_deleter<BN_free>> const number{
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(c), nullptr)};
  std::unique_ptr<char, openssl_deleter<[](char* p) { OPENSSL_free(p); }>> const text{
      number ? BN_bn2hex(number.get()) : nullptr};
  return text ? text.get() : std::string();
}

std::string certificate::fingerprint256() const {
  X509* const c = native_certificate(*this);
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  std::string out;
  if (c == nullptr || X509_digest(c, EVP_sha256(), bytes, &size) != 1) {
    return out;
  }
  for (unsigned int i = 0; i != size; ++i) {
    constexpr char hex[] = "0123456789ABCDEF";
    out += i == 0 ? "" : ":";
    out += hex[bytes[i] >> 4];
    out += hex[bytes[i] & 15];
  }
  return out;
}

std::chrono::sys_seconds certificate::valid_from() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? time_of(X509_get0_notBefore(c)) : std::chrono::sys_seconds{};
}

std::chrono::sys_seconds certificate::valid_to() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? time_of(X509_get0_notAfter(c)) : std::chrono::sys_seconds{};
}

std::string certificate::pem() const {
  X509* const c = native_certificate(*this);
  return c != nullptr ? pem_of(c) : std::string();
}

std::string certificate::der() const {
  X509* const c = native_certificate(*this);
  bio_ptr const out{BIO_new(BIO_s_mem())};
  return c != nullptr && out && i2d_X509_bio(out.get(), c) == 1 ? contents(out.get())
                                                                : std::string();
}

certificate certificate::issuer_certificate() const {
  auto const* impl = static_cast<certificate_impl const*>(impl_.get());
  if (impl == nullptr || impl->index + 1 >= impl->chain->size()) {
    return {};
  }
  return make_handle(impl->chain, impl->index + 1);
}

}  // namespace anode::tls
