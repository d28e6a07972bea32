// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/pem.hpp"

#include "tls/context/errors.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <limits>

namespace anode::tls {
namespace {

// Without a callback of ours, OpenSSL asks the terminal.
int give_passphrase(char* to, int size, int, void* passphrase) noexcept {
  if (passphrase == nullptr) {
    return 0;
  }
  std::string const& from = *static_cast<std::string const*>(passphrase);
  if (from.size() > static_cast<std::size_t>(size)) {
    return -1;
  }
  std::copy(from.begin(), from.end(), to);
  return static_cast<int>(from.size());
}

// Returns whether the end of the text is the only error.
bool is_end() noexcept {
  unsigned long const last = ERR_peek_last_error();
  return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

template <class Pointer, class Read>
std::vector<Pointer> read_all(BIO* from, std::string_view option, Read read) {
  std::vector<Pointer> all;
  ERR_clear_error();
  while (Pointer one{read(from)}) {
    all.push_back(std::move(one));
  }
  if (all.empty() || !is_end()) {
    throw_error(option);
  }
  ERR_clear_error();
  return all;
}

}  // namespace

std::string element_name(std::string_view option, std::size_t index, std::size_t size) {
  std::string name(option);
  if (size > 1) {
    name += '[' + std::to_string(index) + ']';
  }
  return name;
}

std::string pem_of(X509* certificate) {
  bio_ptr const out{BIO_new(BIO_s_mem())};
  if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) {
    return {};
  }
  char* text = nullptr;
  long const size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bio_ptr open_text(std::string_view text, std::string_view option) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw_error(option);
  }
  bio_ptr bio{
      BIO_new_mem_buf(text.data() == nullptr ? "" : text.data(), static_cast<int>(text.size()))};
  if (!bio) {
    throw_error(option);
  }
  return bio;
}

bio_ptr open_file(std::string const& name, std::string_view option) {
  bio_ptr bio{BIO_new_file(name.c_str(), "r")};
  if (!bio) {
    throw_error(std::string(option) + " \"" + name + '"');
  }
  return bio;
}

x509_ptr read_certificate(BIO* from, std::string_view option) {
  ERR_clear_error();
  x509_ptr one{PEM_read_bio_X509_AUX(from, nullptr, &give_passphrase, nullptr)};
  if (!one) {
    throw_error(option);
  }
  return one;
}

std::vector<x509_ptr> read_certificates(BIO* from, std::string_view option) {
  return read_all<x509_ptr>(from, option, [](BIO* bio) {
    return PEM_read_bio_X509_AUX(bio, nullptr, &give_passphrase, nullptr);
  });
}

std::vector<crl_ptr> read_revocation_lists(BIO* from, std::string_view option) {
  return read_all<crl_ptr>(from, option, [](BIO* bio) {
    return PEM_read_bio_X509_CRL(bio, nullptr, &give_passphrase, nullptr);
  });
}

key_ptr read_key(BIO* from, std::string const& passphrase, std::string_view option) {
  ERR_clear_error();
  // OpenSSL passes the pointer to the callback, which does not change the text.
  key_ptr key{PEM_read_bio_PrivateKey(from, nullptr, &give_passphrase,
                                      const_cast<std::string*>(&passphrase))};
  if (!key) {
    throw_error(option);
  }
  ERR_clear_error();
  return key;
}

}  // namespace anode::tls
