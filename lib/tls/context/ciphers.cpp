// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/ciphers.hpp"

#include "tls/context/errors.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <string>
#include <string_view>

namespace anode::tls {
namespace {

// Those with authenticated encryption and forward secrecy. AES-128 is first for TLS 1.2, as in
// Node.
constexpr std::string_view default_list =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// The groups by default. A client sends key shares of both groups with a star, therefore a server
// without the post-quantum group does not cost a round trip. OpenSSL has both since 3.5.
constexpr char const* newest_groups = "*X25519MLKEM768:*X25519:P-256:P-384";
constexpr char const* default_groups = "X25519:P-256:P-384";

int version_number(version v) noexcept {
  switch (v) {
    case version::tls1:
      return TLS1_VERSION;
    case version::tls1_1:
      return TLS1_1_VERSION;
    case version::tls1_2:
      return TLS1_2_VERSION;
    case version::tls1_3:
      break;
  }
  return TLS1_3_VERSION;
}

// The cipher suites of TLS 1.3 and those of earlier versions, which OpenSSL takes apart.
struct suites {
  std::string tls1_3;
  std::string earlier;
};

suites split(std::string_view list) {
  constexpr std::string_view separators = ":, ;";
  suites out;
  while (!list.empty()) {
    std::size_t const end = list.find_first_of(separators);
    std::string_view const name = list.substr(0, end);
    list = end == list.npos ? std::string_view{} : list.substr(end + 1);
    if (!name.empty()) {
      std::string& to = name.starts_with("TLS_") ? out.tls1_3 : out.earlier;
      to += to.empty() ? "" : ":";
      to += name;
    }
  }
  return out;
}

[[noreturn]] void throw_no_cipher() {
  ERR_clear_error();
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_CIPHER_MATCH);
  throw_error("ciphers");
}

// Returns whether a cipher suite of TLS 1.3, or of an earlier version, is enabled.
bool has_suite(SSL_CTX* of, bool tls1_3) {
  STACK_OF(SSL_CIPHER)* const all = SSL_CTX_get_ciphers(of);
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    bool const is_1_3 = SSL_CIPHER_get_kx_nid(sk_SSL_CIPHER_value(all, i)) == NID_kx_any;
    if (is_1_3 == tls1_3) {
      return true;
    }
  }
  return false;
}

// Node's rule: a list that names suites of only one kind disables the other versions.
void set_suites(SSL_CTX* of, std::string_view list, int& lowest, int& highest) {
  suites const s = split(list.empty() ? default_list : list);
  if (SSL_CTX_set_ciphersuites(of, s.tls1_3.c_str()) != 1 ||
      (!s.tls1_3.empty() && !has_suite(of, true))) {
    throw_no_cipher();
  }
  if (!s.earlier.empty()) {
    if (SSL_CTX_set_cipher_list(of, s.earlier.c_str()) != 1 || !has_suite(of, false)) {
      throw_no_cipher();
    }
  } else if (lowest < TLS1_3_VERSION) {
    lowest = TLS1_3_VERSION;
  }
  if (s.tls1_3.empty() && highest > TLS1_2_VERSION) {
    highest = TLS1_2_VERSION;
  }
  if (lowest > highest) {
    throw_no_cipher();
  }
}

void set_groups(SSL_CTX* of, std::string const& groups) {
  if (!groups.empty()) {
    if (SSL_CTX_set1_groups_list(of, groups.c_str()) != 1) {
      throw_error("groups");
    }
  } else if (SSL_CTX_set1_groups_list(of, newest_groups) != 1) {
    ERR_clear_error();
    if (SSL_CTX_set1_groups_list(of, default_groups) != 1) {
      throw_error("groups");
    }
  }
}

}  // namespace

std::string_view default_ciphers() noexcept { return default_list; }

void set_ciphers(SSL_CTX* of, common_options const& options) {
  if (options.min_version > options.max_version) {
    throw http::exception(http::error::out_of_range,
                          "The value of \"min_version\" is out of range. It must be <= "
                          "max_version.");
  }
  int lowest = version_number(options.min_version);
  int highest = version_number(options.max_version);
  set_suites(of, options.ciphers, lowest, highest);
  if (SSL_CTX_set_min_proto_version(of, lowest) != 1) {
    throw_error("min_version");
  }
  if (SSL_CTX_set_max_proto_version(of, highest) != 1) {
    throw_error("max_version");
  }
  set_groups(of, options.groups);
  if (!options.sigalgs.empty() && SSL_CTX_set1_sigalgs_list(of, options.sigalgs.c_str()) != 1) {
    throw_error("sigalgs");
  }
}

}  // namespace anode::tls
