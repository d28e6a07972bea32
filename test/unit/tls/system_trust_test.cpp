// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/system_trust.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/thrown.hpp"
#include "support/tls/fixture.hpp"
#include "support/tls/handshake.hpp"
#include "tls/context/context_impl.hpp"

#include <anode/tls.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace unit_tls_system_trust {

namespace tls = anode::tls;
namespace fs = std::filesystem;
using support::thrown;
using support::certificates::authority;

namespace {

// A directory that exists as long as the object.
class temporary_directory {
public:
  temporary_directory() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("anode_trust_" + std::to_string(::getpid()) + '_' + std::to_string(++count));
    fs::create_directory(path_);
  }
  ~temporary_directory() { fs::remove_all(path_); }
  temporary_directory(temporary_directory const&) = delete;
  temporary_directory& operator=(temporary_directory const&) = delete;

  std::string path() const { return path_.string(); }

  std::string write(std::string const& name, std::string const& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

private:
  fs::path path_;
};

// Sets a variable of the environment as long as the object exists.
class variable {
public:
  variable(char const* name, char const* value) : name_(name) {
    if (char const* before = std::getenv(name)) {
      before_ = before;
    }
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  variable(variable const&) = delete;
  variable& operator=(variable const&) = delete;

private:
  char const* name_;
  std::optional<std::string> before_;
};

bool contains(std::vector<std::string> const& list, char const* text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Returns whether a store verifies a certificate.
bool verifies(tls::system_trust const& trust, std::string const& pem) {
  tls::store_ptr const store{X509_STORE_new()};
  trust.add_to(store.get());
  tls::bio_ptr const text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  tls::x509_ptr const leaf{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)};
  std::unique_ptr<X509_STORE_CTX, tls::openssl_deleter<X509_STORE_CTX_free>> const check{
      X509_STORE_CTX_new()};
  X509_STORE_CTX_init(check.get(), store.get(), leaf.get(), nullptr);
  return X509_verify_cert(check.get()) == 1;
}

}  // namespace

TEST_CASE("system trust: the known systems are searched besides OpenSSL's own locations") {
  variable const file("SSL_CERT_FILE", nullptr);
  variable const directory("SSL_CERT_DIR", nullptr);
  tls::trust_locations const all = tls::system_trust_locations();
  CHECK(all.files.front() == X509_get_default_cert_file());
  CHECK(contains(all.files, "/etc/ssl/certs/ca-certificates.crt"));
  CHECK(contains(all.files, "/etc/pki/tls/certs/ca-bundle.crt"));
  CHECK(contains(all.files, "/etc/ssl/ca-bundle.pem"));
  CHECK(contains(all.files, "/etc/ssl/cert.pem"));
  CHECK(contains(all.directories, "/etc/ssl/certs"));
}

TEST_CASE("system trust: the variables replace all other locations") {
  variable const file("SSL_CERT_FILE", "/a/file");
  {
    variable const directory("SSL_CERT_DIR", nullptr);
    tls::trust_locations const only = tls::system_trust_locations();
    CHECK(only.files == std::vector<std::string>{"/a/file"});
    CHECK(only.directories.empty());
  }
  variable const directory("SSL_CERT_DIR", "/a/directory:/another:");
  tls::trust_locations const both = tls::system_trust_locations();
  CHECK(both.directories == std::vector<std::string>{"/a/directory", "/another"});
}

TEST_CASE("system trust: the first file with a certificate is used") {
  temporary_directory const at;
  authority const a;
  authority const b;
  tls::trust_locations from;
  from.files = {at.path() + "/missing", at.path(), at.write("empty", "no certificate\n"),
                at.write("two", "comment\n" + a.cert() + "more\n" + b.cert()),
                at.write("one", a.cert())};
  tls::system_trust const trust = tls::load_system_trust(from);
  CHECK(trust.certificates.size() == 2);
  CHECK(verifies(trust, a.issue({}).leaf));
  CHECK(verifies(trust, b.issue({}).leaf));
  CHECK_FALSE(verifies(trust, authority().issue({}).leaf));
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("system trust: certificates that cannot be parsed are skipped") {
  temporary_directory const at;
  authority const root;
  std::string damaged = root.cert();
  damaged.erase(damaged.size() / 2, 7);
  std::string const other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  tls::trust_locations from;
  from.files = {at.write("bundle", damaged + other + root.issue({}).key + root.cert())};
  CHECK(tls::load_system_trust(from).certificates.size() == 1);
}

TEST_CASE("system trust: a directory of hashed names is used") {
  temporary_directory const at;
  authority const root;
  tls::trust_locations from;
  from.directories = {at.path() + "/missing", at.path()};
  at.write("readme.0", "x");
  at.write("0123456g.0", "x");
  CHECK(thrown([&] { (void)tls::load_system_trust(from); }) != "nothing");

  std::string const pem = root.cert();
  tls::bio_ptr const text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  tls::x509_ptr const parsed{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)};
  char name[32];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(parsed.get()));
  at.write(name, pem);
  tls::system_trust const trust = tls::load_system_trust(from);
  CHECK(trust.certificates.empty());
  CHECK(trust.directories == std::vector<std::string>{at.path()});
  CHECK(verifies(trust, root.issue({}).leaf));
  CHECK_FALSE(verifies(trust, authority().issue({}).leaf));
}

TEST_CASE("system trust: a system without certificates is an error that names the paths") {
  tls::trust_locations from;
  from.files = {"/nonexistent/a", "/nonexistent/b"};
  from.directories = {"/nonexistent/c"};
  CHECK(thrown([&] { (void)tls::load_system_trust(from); }) ==
        "ERR_TLS_NO_TRUSTED_CERTIFICATES: The system has no trusted certificates. Looked at: "
        "\"/nonexistent/a\" \"/nonexistent/b\" \"/nonexistent/c\"");
}

// The store of the process is loaded once, therefore one case has all steps in their order.
TEST_CASE("system trust: contexts share one store, which is loaded when one is needed") {
  temporary_directory const at;
  authority const root;
  authority const other;
  {
    variable const file("SSL_CERT_FILE", "/nonexistent/file");
    tls::client_options o;
    std::string const result = thrown([&] { (void)tls::context(o); });
    if (result == "nothing") {
      return;  // another case has loaded the certificates of the system
    }
    CHECK(result ==
          "ERR_TLS_NO_TRUSTED_CERTIFICATES: The system has no trusted certificates. Looked at: "
          "\"/nonexistent/file\"");
    o.reject_unauthorized = false;
    CHECK(thrown([&] { (void)tls::context(o); }) == "nothing");
    o.reject_unauthorized = true;
    o.ca = {root.cert()};
    CHECK(thrown([&] { (void)tls::context(o); }) == "nothing");
  }
  std::string const bundle = at.write("bundle", root.cert());
  variable const file("SSL_CERT_FILE", bundle.c_str());
  std::vector<tls::context> made(4);
  {
    std::vector<std::thread> threads;
    for (tls::context& c : made) {
      threads.emplace_back([&c] { c = tls::context(tls::client_options()); });
    }
    for (std::thread& t : threads) {
      t.join();
    }
  }
  auto const store = [](tls::context const& c) {
    return SSL_CTX_get_cert_store(c.impl()->native());
  };
  for (tls::context const& c : made) {
    CHECK(store(c) == store(made.front()));
  }
  tls::client_options o;
  o.extra_ca = {other.cert()};
  tls::context const extra(o);
  CHECK(store(extra) != store(made.front()));
  CHECK(sk_X509_OBJECT_num(X509_STORE_get0_objects(store(extra))) == 2);
  CHECK(sk_X509_OBJECT_num(X509_STORE_get0_objects(store(made.front()))) == 1);
  o = {};
  o.crl = {root.crl()};
  CHECK(store(tls::context(o)) != store(made.front()));
  o = {};
  o.allow_partial_trust_chain = true;
  CHECK(store(tls::context(o)) == store(made.front()));
}

namespace {

// Empties the default at the end, because that of the system cannot be restored.
struct changed_default {
  changed_default() = default;
  changed_default(changed_default const&) = delete;
  changed_default& operator=(changed_default const&) = delete;
  ~changed_default() { tls::set_default_ca({}); }
};

tls::context server_of(authority const& root) {
  auto const leaf = root.issue({.names = {"good.test"}});
  tls::server_options o;
  o.cert.push_back(leaf.cert);
  o.key.push_back(leaf.key);
  return tls::context(o);
}

}  // namespace

TEST_CASE("default trust: further contexts use it, present ones do not change") {
  changed_default const restore;
  authority const a;
  authority const b;
  tls::set_default_ca({a.cert()});
  tls::context const first{tls::client_options()};
  CHECK(tls::default_ca() == std::vector<std::string>{a.cert()});
  tls::set_default_ca({b.cert() + a.cert(), b.cert()});
  CHECK(tls::default_ca() == std::vector<std::string>{b.cert(), a.cert()});
  tls::context const second{tls::client_options()};
  CHECK(support::handshake(first, server_of(a)).client_error == "");
  CHECK(support::handshake(first, server_of(b)).client_error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(support::handshake(second, server_of(a)).client_error == "");
  CHECK(support::handshake(second, server_of(b)).client_error == "");

  tls::client_options o;
  o.ca = {a.cert()};
  CHECK(support::handshake(tls::context(o), server_of(b)).client_error ==
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  o.ca = {};
  o.extra_ca = {authority().cert()};
  CHECK(support::handshake(tls::context(o), server_of(b)).client_error == "");
}

TEST_CASE("default trust: an empty list trusts nobody, an invalid one changes nothing") {
  changed_default const restore;
  authority const a;
  tls::set_default_ca({a.cert()});
  CHECK(thrown([&] {
          tls::set_default_ca({a.cert(), "garbage"});
        }).starts_with("ERR_OSSL_PEM_NO_START_LINE: certificates[1]: "));
  CHECK(tls::default_ca() == std::vector<std::string>{a.cert()});
  CHECK(ERR_peek_error() == 0);
  tls::set_default_ca({});
  CHECK(tls::default_ca().empty());
  CHECK(support::handshake(tls::context(tls::client_options()), server_of(a)).client_error ==
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
}

TEST_CASE("default trust: sessions of a server belong to the certificates that it trusted") {
  changed_default const restore;
  authority const a;
  auto const leaf = a.issue({.names = {"good.test"}});
  tls::server_options o;
  o.cert.push_back(leaf.cert);
  o.key.push_back(leaf.key);
  o.request_cert = true;
  tls::set_default_ca({a.cert()});
  std::string const first = tls::context(o).impl()->trust_digest();
  CHECK(tls::context(o).impl()->trust_digest() == first);
  tls::set_default_ca({authority().cert()});
  CHECK(tls::context(o).impl()->trust_digest() != first);
}

TEST_CASE("default trust: an agent without a context follows it, with new connections") {
  changed_default const restore;
  support::tls_fixture f;
  anode::https::agent_options o;
  o.keep_alive = true;
  o.create_connection = f.connections_here();
  anode::https::agent agent(f.loop.get_executor(), o);
  anode::http::request_options r;
  r.host = "good.test";
  tls::set_default_ca({authority().cert()});
  CHECK(f.request(agent, r).error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  tls::set_default_ca({f.root.cert()});
  CHECK(f.request(agent, r).status == 200);
  CHECK(f.request(agent, r).status == 200);
  CHECK(f.connections == 2);
  CHECK(agent.totals().free_sockets == 1);
  tls::set_default_ca({});
  CHECK(f.request(agent, r).error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(f.connections == 3);
}

TEST_CASE("default trust: the certificates of the system stay available") {
  changed_default const restore;
  temporary_directory const at;
  authority const a;
  std::string const bundle = at.write("bundle", a.cert());
  variable const file("SSL_CERT_FILE", bundle.c_str());
  std::vector<std::string> const system = tls::system_ca();
  CHECK_FALSE(system.empty());
  tls::set_default_ca({});
  CHECK(tls::system_ca() == system);
}

}  // namespace unit_tls_system_trust
