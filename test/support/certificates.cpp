// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace support::certificates {
namespace {

using bio = std::shared_ptr<BIO>;
using cert_ref = std::shared_ptr<X509>;
using key_ref = std::shared_ptr<EVP_PKEY>;

// Throws if a call of OpenSSL has failed.
template <class T>
T check(T result, char const* what) {
  if (!result) {
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    throw std::runtime_error(std::string("certificates: ") + what + ": " + text);
  }
  return result;
}

int size_of(std::string_view text) { return static_cast<int>(text.size()); }

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

bio memory() { return {check(BIO_new(BIO_s_mem()), "memory"), BIO_free_all}; }

bio reader(std::string const& text) {
  return {check(BIO_new_mem_buf(text.data(), size_of(text)), "text"), BIO_free_all};
}

std::string contents(bio const& from) {
  char* data = nullptr;
  long const size = BIO_get_mem_data(from.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(cert_ref const& c) {
  bio const out = memory();
  check(PEM_write_bio_X509(out.get(), c.get()), "certificate");
  return contents(out);
}

std::string pem_of(key_ref const& k) {
  bio const out = memory();
  check(PEM_write_bio_PrivateKey(out.get(), k.get(), nullptr, nullptr, 0, nullptr, nullptr), "key");
  return contents(out);
}

key_ref parse_key(std::string const& pem) {
  return {check(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr), "key"),
          EVP_PKEY_free};
}

std::vector<cert_ref> parse_certificates(std::string const& pem) {
  std::vector<cert_ref> all;
  bio const from = reader(pem);
  while (X509* const one = PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)) {
    all.emplace_back(one, X509_free);
  }
  ERR_clear_error();
  return all;
}

key_ref make_key(description const& d) {
  if (d.key == key_type::ec) {
    return {check(EVP_EC_gen("P-256"), "key"), EVP_PKEY_free};
  }
  static std::map<unsigned, key_ref> made;  // RSA keys take long to make
  key_ref& key = made[d.bits];
  if (!key) {
    key.reset(check(EVP_RSA_gen(d.bits), "key"), EVP_PKEY_free);
  }
  return key;
}

long next_number() {
  static std::atomic<long> last{1000};
  return ++last;
}

void add_text(X509_NAME* to, char const* attribute, std::string const& text) {
  check(X509_NAME_add_entry_by_txt(to, attribute, MBSTRING_UTF8, bytes_of(text), size_of(text), -1,
                                   0),
        attribute);
}

void add_extension(X509* to, X509* issuer, int nid, std::string const& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  std::shared_ptr<X509_EXTENSION> const e(
      check(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), value.c_str()),
      X509_EXTENSION_free);
  check(X509_add_ext(to, e.get(), -1), value.c_str());
}

void add_raw_extension(X509* to, char const* oid, bool critical, std::string const& bytes) {
  std::shared_ptr<ASN1_OCTET_STRING> const data(ASN1_OCTET_STRING_new(), ASN1_OCTET_STRING_free);
  check(ASN1_OCTET_STRING_set(data.get(), bytes_of(bytes), size_of(bytes)), "extension");
  std::shared_ptr<ASN1_OBJECT> const id(check(OBJ_txt2obj(oid, 1), "extension"), ASN1_OBJECT_free);
  std::shared_ptr<X509_EXTENSION> const e(
      check(X509_EXTENSION_create_by_OBJ(nullptr, id.get(), critical ? 1 : 0, data.get()),
            "extension"),
      X509_EXTENSION_free);
  check(X509_add_ext(to, e.get(), -1), "extension");
}

// The values are set byte by byte, because OpenSSL's text form has no NUL and no comma.
void add_name(GENERAL_NAMES* to, int type, std::string const& value) {
  GENERAL_NAME* const name = check(GENERAL_NAME_new(), "name");
  ASN1_STRING* text = nullptr;
  if (type == GEN_IPADD) {
    text = check(a2i_IPADDRESS(value.c_str()), "address");
  } else {
    text = check(ASN1_IA5STRING_new(), "name");
    check(ASN1_STRING_set(text, value.data(), size_of(value)), "name");
  }
  GENERAL_NAME_set0_value(name, type, text);
  check(sk_GENERAL_NAME_push(to, name), "name");
}

void add_alt_names(X509* to, description const& d) {
  std::shared_ptr<GENERAL_NAMES> const all(GENERAL_NAMES_new(), GENERAL_NAMES_free);
  for (std::string const& n : d.names) {
    add_name(all.get(), GEN_DNS, n);
  }
  for (std::string const& n : d.addresses) {
    add_name(all.get(), GEN_IPADD, n);
  }
  for (std::string const& n : d.emails) {
    add_name(all.get(), GEN_EMAIL, n);
  }
  for (std::string const& n : d.uris) {
    add_name(all.get(), GEN_URI, n);
  }
  if (sk_GENERAL_NAME_num(all.get()) > 0) {
    check(X509_add1_ext_i2d(to, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT), "names");
  }
}

void set_time(ASN1_TIME* to, std::string const& absolute, std::chrono::seconds relative) {
  if (absolute.empty()) {
    check(X509_gmtime_adj(to, static_cast<long>(relative.count())), "time");
  } else {
    check(ASN1_TIME_set_string_X509(to, absolute.c_str()), "time");
  }
}

std::string constraints(description const& d) {
  std::string text = "critical";
  for (std::string const& n : d.permitted) {
    text += ",permitted;" + n;
  }
  for (std::string const& n : d.excluded) {
    text += ",excluded;" + n;
  }
  return text;
}

char const* usage(purpose p) {
  switch (p) {
    case purpose::server:
      return "serverAuth";
    case purpose::client:
      return "clientAuth";
    case purpose::server_and_client:
      break;
  }
  return "serverAuth,clientAuth";
}

void add_extensions(X509* to, X509* issuer, description const& d, bool is_authority) {
  add_extension(to, issuer, NID_subject_key_identifier, "hash");
  if (issuer != to) {
    add_extension(to, issuer, NID_authority_key_identifier, "keyid:always");
  }
  if (is_authority) {
    std::string const length = d.path_length < 0 ? "" : ",pathlen:" + std::to_string(d.path_length);
    add_extension(to, issuer, NID_basic_constraints, "critical,CA:TRUE" + length);
    add_extension(to, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    add_extension(to, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(to, issuer, NID_ext_key_usage, usage(d.use));
  }
  if (!d.permitted.empty() || !d.excluded.empty()) {
    add_extension(to, issuer, NID_name_constraints, constraints(d));
  }
  add_alt_names(to, d);
  if (d.unknown_critical_extension) {
    add_raw_extension(to, "1.3.6.1.4.1.99999.1", true, "\x05" + std::string(1, '\0'));
  }
  if (d.padding > 0) {
    add_raw_extension(to, "1.3.6.1.4.1.99999.2", false, std::string(d.padding, 'x'));
  }
}

// Makes a certificate without a signature.
cert_ref make_unsigned(EVP_PKEY* key, description const& d, X509* issuer) {
  cert_ref const c(check(X509_new(), "certificate"), X509_free);
  check(X509_set_version(c.get(), 2), "version");
  long const number = next_number();
  check(ASN1_INTEGER_set(X509_get_serialNumber(c.get()), number), "serial");
  X509_NAME* const subject = X509_get_subject_name(c.get());
  if (!d.organization.empty()) {
    add_text(subject, "O", d.organization);
  }
  add_text(subject, "CN", d.common_name.empty() ? "test " + std::to_string(number) : d.common_name);
  check(X509_set_issuer_name(c.get(), X509_get_subject_name(issuer != nullptr ? issuer : c.get())),
        "issuer");
  set_time(X509_getm_notBefore(c.get()), d.not_before, d.valid_from);
  set_time(X509_getm_notAfter(c.get()), d.not_after, d.valid_to);
  check(X509_set_pubkey(c.get(), key), "key");
  return c;
}

cert_ref make(EVP_PKEY* key, description const& d, bool is_authority, X509* issuer,
              EVP_PKEY* issuer_key) {
  cert_ref const c = make_unsigned(key, d, issuer);
  add_extensions(c.get(), issuer != nullptr ? issuer : c.get(), d, is_authority);
  check(X509_sign(c.get(), issuer_key, check(EVP_get_digestbyname(d.digest.c_str()), "digest")),
        "signature");
  return c;
}

}  // namespace

struct authority::state {
  description about;
  key_ref key;
  cert_ref cert;
  std::string above;  // the certificates from this one to below the root
};

authority::authority(description const& d) {
  auto s = std::make_shared<state>();
  s->about = d;
  if (d.common_name.empty()) {
    s->about.common_name = "root " + std::to_string(next_number());
  }
  s->key = make_key(d);
  s->cert = make(s->key.get(), s->about, true, nullptr, s->key.get());
  state_ = std::move(s);
}

authority authority::issue_authority(description const& d) const {
  auto s = std::make_shared<state>();
  s->about = d;
  if (d.common_name.empty()) {
    s->about.common_name = "intermediate " + std::to_string(next_number());
  }
  s->key = make_key(d);
  s->cert = make(s->key.get(), s->about, true, state_->cert.get(), state_->key.get());
  s->above = pem_of(s->cert) + state_->above;
  return authority(std::shared_ptr<state const>(std::move(s)));
}

issued authority::issue(description const& d) const {
  key_ref const key = make_key(d);
  issued out;
  out.leaf = pem_of(make(key.get(), d, false, state_->cert.get(), state_->key.get()));
  out.cert = out.leaf + state_->above;
  out.key = pem_of(key);
  return out;
}

std::string authority::cross_sign(authority const& other) const {
  return pem_of(make(other.state_->key.get(), other.state_->about, true, state_->cert.get(),
                     state_->key.get()));
}

std::string authority::cert() const { return pem_of(state_->cert); }

issued authority::own() const {
  issued out;
  out.leaf = cert();
  out.cert = state_->above.empty() ? out.leaf : state_->above;
  out.key = pem_of(state_->key);
  return out;
}

std::string authority::crl(std::vector<issued> const& revoked,
                           std::chrono::seconds next_update) const {
  std::shared_ptr<X509_CRL> const list(check(X509_CRL_new(), "crl"), X509_CRL_free);
  std::shared_ptr<ASN1_TIME> const time(check(ASN1_TIME_new(), "time"), ASN1_TIME_free);
  check(X509_CRL_set_version(list.get(), 1), "crl");
  check(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(state_->cert.get())), "crl");
  set_time(time.get(), {}, std::chrono::hours(-2));
  check(X509_CRL_set1_lastUpdate(list.get(), time.get()), "crl");
  for (issued const& one : revoked) {
    X509_REVOKED* const entry = check(X509_REVOKED_new(), "crl");
    check(X509_REVOKED_set_serialNumber(
              entry, X509_get_serialNumber(parse_certificates(one.leaf).front().get())),
          "crl");
    check(X509_REVOKED_set_revocationDate(entry, time.get()), "crl");
    check(X509_CRL_add0_revoked(list.get(), entry), "crl");
  }
  set_time(time.get(), {}, next_update);
  check(X509_CRL_set1_nextUpdate(list.get(), time.get()), "crl");
  check(X509_CRL_sign(list.get(), state_->key.get(), EVP_sha256()), "crl");
  bio const out = memory();
  check(PEM_write_bio_X509_CRL(out.get(), list.get()), "crl");
  return contents(out);
}

issued issue_by(issued const& signer, description const& d) {
  key_ref const key = make_key(d);
  issued out;
  out.leaf = pem_of(make(key.get(), d, false, parse_certificates(signer.leaf).front().get(),
                         parse_key(signer.key).get()));
  out.cert = out.leaf + signer.cert;
  out.key = pem_of(key);
  return out;
}

issued self_signed(description const& d) {
  key_ref const key = make_key(d);
  issued out;
  out.leaf = pem_of(make(key.get(), d, false, nullptr, key.get()));
  out.cert = out.leaf;
  out.key = pem_of(key);
  return out;
}

std::string encrypt_key(std::string const& key, std::string const& passphrase) {
  bio const out = memory();
  check(PEM_write_bio_PKCS8PrivateKey(out.get(), parse_key(key).get(), EVP_aes_256_cbc(),
                                      passphrase.data(), size_of(passphrase), nullptr, nullptr),
        "key");
  return contents(out);
}

std::string pfx(issued const& from, std::string const& passphrase) {
  std::vector<cert_ref> const all = parse_certificates(from.cert);
  std::shared_ptr<STACK_OF(X509)> const rest(sk_X509_new_null(),
                                             [](STACK_OF(X509) * s) { sk_X509_free(s); });
  for (std::size_t i = 1; i < all.size(); ++i) {
    check(sk_X509_push(rest.get(), all[i].get()), "pfx");
  }
  std::shared_ptr<PKCS12> const container(
      check(PKCS12_create(passphrase.c_str(), "test", parse_key(from.key).get(), all[0].get(),
                          rest.get(), 0, 0, 0, 0, 0),
            "pfx"),
      PKCS12_free);
  bio const out = memory();
  check(i2d_PKCS12_bio(out.get(), container.get()), "pfx");
  return contents(out);
}

}  // namespace support::certificates
