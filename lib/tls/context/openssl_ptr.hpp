// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

/// Owning pointers to objects of OpenSSL.
namespace anode::tls {

template <auto Free>
struct openssl_deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

struct certificate_stack_deleter {
  void operator()(STACK_OF(X509) * s) const noexcept { sk_X509_pop_free(s, X509_free); }
};

using bio_ptr = std::unique_ptr<BIO, openssl_deleter<BIO_free_all>>;
using certificate_stack_ptr = std::unique_ptr<STACK_OF(X509), certificate_stack_deleter>;
using crl_ptr = std::unique_ptr<X509_CRL, openssl_deleter<X509_CRL_free>>;
using general_names_ptr = std::unique_ptr<GENERAL_NAMES, openssl_deleter<GENERAL_NAMES_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_deleter<EVP_PKEY_free>>;
using pkcs12_ptr = std::unique_ptr<PKCS12, openssl_deleter<PKCS12_free>>;
using store_ptr = std::unique_ptr<X509_STORE, openssl_deleter<X509_STORE_free>>;
using x509_ptr = std::unique_ptr<X509, openssl_deleter<X509_free>>;

/// Empties this thread's queue of errors now and at the end of the scope. An error that remains
/// there makes a later operation of another connection fail.
class clean_error_queue {
public:
  clean_error_queue() noexcept { ERR_clear_error(); }
  ~clean_error_queue() { ERR_clear_error(); }
  clean_error_queue(clean_error_queue const&) = delete;
  clean_error_queue& operator=(clean_error_queue const&) = delete;
};

}  // namespace anode::tls
