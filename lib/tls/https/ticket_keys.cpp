// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/ticket_keys.hpp"

#include "tls/context/errors.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>

namespace anode::tls {

ticket_keys::ticket_keys() {
  std::array<unsigned char, size> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw_error("ticket_keys");
  }
  set({reinterpret_cast<char const*>(random.data()), random.size()});
  previous_.reset();
}

std::string ticket_keys::bytes() const {
  std::string all;
  for (auto const& part : {present_.name, present_.hmac, present_.aes}) {
    all.append(reinterpret_cast<char const*>(part.data()), part.size());
  }
  return all;
}

void ticket_keys::set(std::string_view bytes) {
  previous_ = present_;
  for (auto* part : {&present_.name, &present_.hmac, &present_.aes}) {
    std::copy_n(bytes.data(), part->size(), reinterpret_cast<char*>(part->data()));
    bytes.remove_prefix(part->size());
  }
}

int ticket_keys::use(keys const& k, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                     int encrypt) {
  // OpenSSL takes the parameters as non-const and does not write to them.
  auto* const key = const_cast<unsigned char*>(k.hmac.data());
  char digest[] = "SHA256";
  OSSL_PARAM const parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, k.hmac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  bool const ready =
      EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
      EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), nullptr, k.aes.data(), iv, encrypt) == 1;
  return ready ? 1 : -1;
}

int ticket_keys::prepare(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                         EVP_MAC_CTX* mac, int encrypt) const {
  if (encrypt == 1) {
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_128_cbc())) != 1) {
      return -1;
    }
    std::copy(present_.name.begin(), present_.name.end(), name);
    return use(present_, iv, cipher, mac, encrypt);
  }
  if (std::equal(present_.name.begin(), present_.name.end(), name)) {
    return use(present_, iv, cipher, mac, encrypt);
  }
  if (previous_ && std::equal(previous_->name.begin(), previous_->name.end(), name)) {
    int const result = use(*previous_, iv, cipher, mac, encrypt);
    return result == 1 ? 2 : result;  // 2: renew the ticket
  }
  return 0;  // unknown: a full handshake follows
}

}  // namespace anode::tls
