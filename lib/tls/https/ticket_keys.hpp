// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace anode::tls {

/// The keys that encrypt the session tickets of a server: the present ones, and the previous ones
/// for tickets that are still in use.
class ticket_keys {
public:
  /// The size of the keys in Node's form: a name, an HMAC key and an AES-128 key of 16 bytes each.
  static constexpr std::size_t size = 48;

  /// Makes random keys.
  /// @throws std::bad_alloc or http::exception if OpenSSL cannot.
  ticket_keys();

  std::string bytes() const;

  /// Replaces the present keys, which become the previous ones.
  void set(std::string_view bytes);

  /// Prepares the encryption (`encrypt` is 1) or decryption of a ticket.
  /// @return the result of the callback of SSL_CTX_set_tlsext_ticket_key_evp_cb
  int prepare(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              int encrypt) const;

private:
  struct keys {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 16> hmac{};
    std::array<unsigned char, 16> aes{};
  };

  static int use(keys const& k, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                 int encrypt);

  keys present_;
  std::optional<keys> previous_;
};

}  // namespace anode::tls
