// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/credentials.hpp"

#include "tls/certificate/pem.hpp"
#include "tls/context/errors.hpp"

#include <openssl/pkcs12.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace anode::tls {
namespace {

// A certificate with the chain behind it, and its key.
struct key_pair {
  std::vector<x509_ptr> chain;  // leaf first
  key_ptr key;
};

// @param cert, key  names of the options in messages
void use(SSL_CTX* of, key_pair const& pair, std::string_view cert, std::string_view key) {
  X509* const leaf = pair.chain.front().get();
  if (X509_check_private_key(leaf, pair.key.get()) != 1) {
    throw_error(key);
  }
  // The stack does not own the certificates.
  std::unique_ptr<STACK_OF(X509), openssl_deleter<[](STACK_OF(X509) * s) { sk_X509_free(s); }>>
      rest{sk_X509_new_null()};
  if (!rest) {
    throw_error(cert);
  }
  for (std::size_t i = 1; i < pair.chain.size(); ++i) {
    if (sk_X509_push(rest.get(), pair.chain[i].get()) == 0) {
      throw_error(cert);
    }
  }
  constexpr int replace = 0;  // a second pair with the same type of key is an error
  if (SSL_CTX_use_cert_and_key(of, leaf, pair.key.get(), rest.get(), replace) != 1) {
    throw_error(cert);
  }
  // A server completes a chain that is not given from the trusted certificates. It does so here,
  // because OpenSSL would do it again in each handshake. Failures leave the certificate alone.
  if (pair.chain.size() == 1) {
    SSL_CTX_build_cert_chain(of, SSL_BUILD_CHAIN_FLAG_NO_ROOT | SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR |
                                     SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR);
    ERR_clear_error();
  }
}

void use_texts(SSL_CTX* of, common_options const& o) {
  if (o.cert.size() != o.key.size()) {
    throw http::exception(http::error::invalid_arg_value,
                          "cert: each certificate needs a key. \"cert\" has " +
                              std::to_string(o.cert.size()) + " elements, \"key\" has " +
                              std::to_string(o.key.size()));
  }
  for (std::size_t i = 0; i != o.cert.size(); ++i) {
    std::string const cert = element_name("cert", i, o.cert.size());
    std::string const key = element_name("key", i, o.key.size());
    key_pair pair;
    pair.chain = read_certificates(open_text(o.cert[i], cert).get(), cert);
    pair.key = read_key(open_text(o.key[i], key).get(), o.passphrase, key);
    use(of, pair, cert, key);
  }
}

void use_files(SSL_CTX* of, common_options const& o) {
  std::string const cert = "cert_file \"" + o.cert_file + '"';
  std::string const key = "key_file \"" + o.key_file + '"';
  if (o.cert_file.empty() || o.key_file.empty()) {
    throw http::exception(http::error::invalid_arg_value,
                          o.cert_file.empty() ? "cert_file: missing, but \"key_file\" is given"
                                              : "key_file: missing, but \"cert_file\" is given");
  }
  key_pair pair;
  pair.chain = read_certificates(open_file(o.cert_file, "cert_file").get(), cert);
  pair.key = read_key(open_file(o.key_file, "key_file").get(), o.passphrase, key);
  use(of, pair, cert, key);
}

// Moves the issuers of the last certificate of `chain` from `others` to its end, without the root.
void append_issuers(std::vector<x509_ptr>& chain, std::vector<x509_ptr>& others) {
  for (;;) {
    auto const at = std::find_if(others.begin(), others.end(), [&](x509_ptr const& c) {
      return X509_check_issued(c.get(), chain.back().get()) == X509_V_OK;
    });
    if (at == others.end() || X509_self_signed(at->get(), 0) == 1) {
      return;
    }
    chain.push_back(std::move(*at));
    others.erase(at);
  }
}

void use_pfx(SSL_CTX* of, common_options const& o) {
  bio_ptr const from = open_text(o.pfx, "pfx");
  pkcs12_ptr const container{d2i_PKCS12_bio(from.get(), nullptr)};
  if (!container) {
    throw_error("pfx");
  }
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* others = nullptr;
  int const parsed = PKCS12_parse(container.get(), o.passphrase.c_str(), &key, &leaf, &others);
  key_pair pair;
  pair.key.reset(key);
  x509_ptr owned_leaf{leaf};
  certificate_stack_ptr const owned_others{others};
  if (parsed != 1) {
    throw_error("pfx");
  }
  if (!owned_leaf || !pair.key) {
    throw http::exception(http::error::invalid_arg_value,
                          leaf == nullptr ? "pfx: no certificate of a key" : "pfx: no key");
  }
  pair.chain.push_back(std::move(owned_leaf));
  std::vector<x509_ptr> rest;
  while (sk_X509_num(others) > 0) {
    rest.emplace_back(sk_X509_shift(others));
  }
  append_issuers(pair.chain, rest);
  use(of, pair, "pfx", "pfx");
}

}  // namespace

std::size_t set_credentials(SSL_CTX* of, common_options const& options) {
  std::size_t pairs = options.cert.size();
  use_texts(of, options);
  if (!options.cert_file.empty() || !options.key_file.empty()) {
    use_files(of, options);
    ++pairs;
  }
  if (!options.pfx.empty()) {
    use_pfx(of, options);
    ++pairs;
  }
  return pairs;
}

}  // namespace anode::tls
