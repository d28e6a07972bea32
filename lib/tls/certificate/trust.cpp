// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/trust.hpp"

#include "tls/certificate/pem.hpp"
#include "tls/certificate/system_trust.hpp"
#include "tls/context/errors.hpp"

#include <openssl/evp.h>

#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::tls {
namespace {

// Collects what decides whether a peer is trusted.
class digest {
public:
  digest() : state_(EVP_MD_CTX_new()) {
    if (!state_ || EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) != 1) {
      throw_error("digest");
    }
  }

  // Each part is preceded by its length, therefore different lists of parts differ.
  void add(std::string_view part) {
    std::string const size = std::to_string(part.size()) + ':';
    update(size);
    update(part);
  }

  void add(X509 const* c) { add_hash(&X509_digest, c); }
  void add(X509_CRL const* c) { add_hash(&X509_CRL_digest, c); }

  std::string result() {
    std::string out(32, '\0');
    if (EVP_DigestFinal_ex(state_.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) !=
        1) {
      throw_error("digest");
    }
    return out;
  }

private:
  template <class Hash, class Object>
  void add_hash(Hash hash, Object const* object) {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    if (hash(object, EVP_sha256(), reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1) {
      throw_error("digest");
    }
    add(std::string_view(bytes).substr(0, size));
  }

  void update(std::string_view bytes) {
    if (EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()) != 1) {
      throw_error("digest");
    }
  }

  std::unique_ptr<EVP_MD_CTX, openssl_deleter<EVP_MD_CTX_free>> state_;
};

std::vector<x509_ptr> read_list(std::vector<std::string> const& texts, std::string_view option) {
  std::vector<x509_ptr> all;
  for (std::size_t i = 0; i != texts.size(); ++i) {
    std::string const name = element_name(option, i, texts.size());
    for (x509_ptr& c : read_certificates(open_text(texts[i], name).get(), name)) {
      all.push_back(std::move(c));
    }
  }
  return all;
}

std::vector<crl_ptr> read_lists(std::vector<std::string> const& texts) {
  std::vector<crl_ptr> all;
  for (std::size_t i = 0; i != texts.size(); ++i) {
    std::string const name = element_name("crl", i, texts.size());
    for (crl_ptr& c : read_revocation_lists(open_text(texts[i], name).get(), name)) {
      all.push_back(std::move(c));
    }
  }
  return all;
}

void add(X509_STORE* to, std::vector<x509_ptr> const& certificates, std::string_view option) {
  for (x509_ptr const& c : certificates) {
    if (X509_STORE_add_cert(to, c.get()) != 1) {
      throw_error(option);
    }
  }
}

// Returns what is trusted by default; null if the system has nothing and the context can do
// without.
std::shared_ptr<shared_system_trust const> system_for(trust_use use) {
  if (use == trust_use::none) {
    return nullptr;
  }
  try {
    return default_trust();
  } catch (http::exception const&) {
    if (use == trust_use::required) {
      throw;
    }
    return nullptr;
  }
}

// The options in parsed form.
struct trust {
  std::vector<x509_ptr> ca;
  std::vector<x509_ptr> extra_ca;
  std::vector<crl_ptr> crl;
};

void set_store(SSL_CTX* of, trust const& t, shared_system_trust const* system) {
  if (system != nullptr && t.extra_ca.empty() && t.crl.empty()) {
    SSL_CTX_set1_cert_store(of, system->store.get());
    return;
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(of);  // empty, only of this context
  if (system != nullptr) {
    system->trust.add_to(store);
  }
  add(store, t.ca, "ca");
  add(store, t.extra_ca, "extra_ca");
  for (crl_ptr const& c : t.crl) {
    if (X509_STORE_add_crl(store, c.get()) != 1) {
      throw_error("crl");
    }
  }
}

std::string digest_of(common_options const& options, trust const& t, trust_use use,
                      shared_system_trust const* system) {
  digest d;
  if (use == trust_use::none) {
    d.add("none");
    return d.result();
  }
  d.add(use == trust_use::required ? "required" : "optional");
  d.add(options.allow_partial_trust_chain ? "partial" : "complete");
  if (t.ca.empty()) {
    d.add("system");
  }
  if (system != nullptr && system->replaced) {
    d.add("replaced");
    for (x509_ptr const& c : system->trust.certificates) {
      d.add(c.get());
    }
  }
  for (x509_ptr const& c : t.ca) {
    d.add(c.get());
  }
  for (x509_ptr const& c : t.extra_ca) {
    d.add(c.get());
  }
  for (crl_ptr const& c : t.crl) {
    d.add(c.get());
  }
  return d.result();
}

}  // namespace

std::string set_trust(SSL_CTX* of, common_options const& options, trust_use use) {
  trust t;
  t.ca = read_list(options.ca, "ca");
  t.extra_ca = read_list(options.extra_ca, "extra_ca");
  t.crl = read_lists(options.crl);
  std::shared_ptr<shared_system_trust const> const system =
      options.ca.empty() ? system_for(use) : nullptr;
  set_store(of, t, system.get());

  // These flags are of the context: the store may be shared.
  X509_VERIFY_PARAM* const rules = SSL_CTX_get0_param(of);
  unsigned long flags = options.allow_partial_trust_chain ? X509_V_FLAG_PARTIAL_CHAIN : 0;
  if (!t.crl.empty()) {
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  if (X509_VERIFY_PARAM_set_flags(rules, flags) != 1) {
    throw_error("ca");
  }
  return digest_of(options, t, use, system.get());
}

void set_client_issuers(SSL_CTX* of, common_options const& options) {
  // The list has to fit into one message field of 65,535 bytes. Without a list a client chooses by
  // itself.
  constexpr std::size_t most = 60000;
  std::size_t total = 0;
  std::set<std::string> known;
  std::unique_ptr<STACK_OF(X509_NAME), openssl_deleter<[](STACK_OF(X509_NAME) * s) {
                    sk_X509_NAME_pop_free(s, X509_NAME_free);
                  }>>
      names{sk_X509_NAME_new_null()};
  for (auto const* texts : {&options.ca, &options.extra_ca}) {
    for (x509_ptr const& c : read_list(*texts, "ca")) {
      unsigned char const* der = nullptr;
      std::size_t size = 0;
      std::unique_ptr<X509_NAME, openssl_deleter<X509_NAME_free>> name{
          X509_NAME_dup(X509_get_subject_name(c.get()))};
      if (!names || !name || X509_NAME_get0_der(name.get(), &der, &size) != 1) {
        throw_error("ca");
      }
      if (!known.emplace(reinterpret_cast<char const*>(der), size).second) {
        continue;
      }
      total += size + 2;
      if (total > most) {
        return;
      }
      if (sk_X509_NAME_push(names.get(), name.get()) == 0) {
        throw_error("ca");
      }
      name.release();
    }
  }
  SSL_CTX_set_client_CA_list(of, names.release());
}

}  // namespace anode::tls
