// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/system_trust.hpp"

#include "tls/certificate/pem.hpp"
#include "tls/context/errors.hpp"

#include <anode/tls.hpp>

#include <openssl/pem.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace anode::tls {
namespace {

constexpr char const* known_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL before 2025
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine, macOS, BSD
};
constexpr char const* known_directories[] = {
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
};

#ifdef _WIN32
constexpr char directory_separator = ';';
#else
constexpr char directory_separator = ':';
#endif

// Programs with more rights than their user ignore the variables, as OpenSSL does.
char const* variable(char const* name) noexcept {
#ifdef __GLIBC__
  return secure_getenv(name);
#else
  return std::getenv(name);
#endif
}

std::vector<std::string> split_path(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    std::size_t const end = list.find(directory_separator);
    if (end != 0) {
      out.emplace_back(list.substr(0, end));
    }
    list = end == list.npos ? std::string_view{} : list.substr(end + 1);
  }
  return out;
}

template <class Known>
void append(std::vector<std::string>& to, Known const& known) {
  for (char const* k : known) {
    if (std::find(to.begin(), to.end(), k) == to.end()) {
      to.emplace_back(k);
    }
  }
}

// One block of a PEM text.
struct block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  block() = default;
  block(block const&) = delete;
  block& operator=(block const&) = delete;
  ~block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
};

// Returns null if the block is not a certificate or cannot be parsed.
x509_ptr parse(block const& b) noexcept {
  std::string_view const name = b.name;
  unsigned char const* at = b.data;
  if (name == PEM_STRING_X509_TRUSTED) {
    return x509_ptr{d2i_X509_AUX(nullptr, &at, b.size)};
  }
  if (name == PEM_STRING_X509 || name == PEM_STRING_X509_OLD) {
    return x509_ptr{d2i_X509(nullptr, &at, b.size)};
  }
  return nullptr;
}

std::vector<x509_ptr> read_bundle(std::string const& file) {
  std::vector<x509_ptr> all;
  bio_ptr const from{BIO_new_file(file.c_str(), "r")};
  while (from) {
    block b;
    if (PEM_read_bio(from.get(), &b.name, &b.header, &b.data, &b.size) != 1) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
        break;  // the end of the file
      }
    } else if (x509_ptr one = parse(b)) {
      all.push_back(std::move(one));
    }
  }
  ERR_clear_error();
  return all;
}

// Returns whether a directory has a name as "002c0b4f.0".
bool has_hashed_names(std::string const& directory) {
  std::error_code ec;
  std::filesystem::directory_iterator at(directory, ec);
  for (; !ec && at != std::filesystem::directory_iterator{}; at.increment(ec)) {
    std::string const name = at->path().filename().string();
    constexpr std::string_view digits = "0123456789abcdef";
    if (name.size() > 9 && name.find_first_not_of(digits) == 8 && name[8] == '.' &&
        name.find_first_not_of("0123456789", 9) == name.npos) {
      return true;
    }
  }
  return false;
}

[[noreturn]] void throw_nothing_found(trust_locations const& from) {
  std::string text = "The system has no trusted certificates. Looked at:";
  for (std::vector<std::string> const* list : {&from.files, &from.directories}) {
    for (std::string const& path : *list) {
      text += " \"" + path + '"';
    }
  }
  throw http::exception(error::no_trusted_certificates, std::move(text));
}

}  // namespace

trust_locations system_trust_locations() {
  trust_locations out;
  char const* const file = variable(X509_get_default_cert_file_env());
  char const* const directories = variable(X509_get_default_cert_dir_env());
  if (file != nullptr || directories != nullptr) {
    if (file != nullptr) {
      out.files.emplace_back(file);
    }
    if (directories != nullptr) {
      out.directories = split_path(directories);
    }
    return out;
  }
  out.files.emplace_back(X509_get_default_cert_file());
  out.directories = split_path(X509_get_default_cert_dir());
  append(out.files, known_files);
  append(out.directories, known_directories);
  return out;
}

void system_trust::add_to(X509_STORE* store) const {
  for (x509_ptr const& c : certificates) {
    if (X509_STORE_add_cert(store, c.get()) != 1) {
      throw_error("ca");
    }
  }
  if (directories.empty()) {
    return;
  }
  X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  for (std::string const& d : directories) {
    if (lookup == nullptr || X509_LOOKUP_add_dir(lookup, d.c_str(), X509_FILETYPE_PEM) != 1) {
      throw_error("ca");
    }
  }
}

system_trust load_system_trust(trust_locations const& from) {
  system_trust out;
  for (std::string const& file : from.files) {
    out.certificates = read_bundle(file);
    if (!out.certificates.empty()) {
      break;
    }
  }
  for (std::string const& d : from.directories) {
    if (has_hashed_names(d)) {
      out.directories.push_back(d);
    }
  }
  if (out.certificates.empty() && out.directories.empty()) {
    throw_nothing_found(from);
  }
  return out;
}

namespace {

// What the process trusts by default.
struct process_trust {
  std::mutex mutex;
  std::shared_ptr<shared_system_trust const> system;  // null until it is needed
  std::shared_ptr<shared_system_trust const> chosen;  // by the program; null: the system's
  std::atomic<std::uint64_t> changes{0};
};

process_trust& process() {
  // Never destroyed, because contexts with static storage may use it.
  static auto& instance = *new process_trust;
  return instance;
}

std::shared_ptr<shared_system_trust> make_shared_trust(system_trust from) {
  auto made = std::make_shared<shared_system_trust>();
  made->trust = std::move(from);
  made->store.reset(X509_STORE_new());
  if (!made->store) {
    throw_error("ca");
  }
  made->trust.add_to(made->store.get());
  return made;
}

std::shared_ptr<shared_system_trust const> system_of(process_trust& p) {
  if (!p.system) {
    p.system = make_shared_trust(load_system_trust(system_trust_locations()));
  }
  return p.system;
}

std::vector<std::string> texts_of(system_trust const& trust) {
  std::vector<std::string> all;
  for (x509_ptr const& c : trust.certificates) {
    all.push_back(pem_of(c.get()));
  }
  return all;
}

}  // namespace

std::shared_ptr<shared_system_trust const> default_trust() {
  process_trust& p = process();
  std::lock_guard const lock(p.mutex);
  return p.chosen ? p.chosen : system_of(p);
}

std::shared_ptr<shared_system_trust const> shared_trust() {
  process_trust& p = process();
  std::lock_guard const lock(p.mutex);
  return system_of(p);
}

std::uint64_t default_trust_changes() noexcept { return process().changes; }

void set_default_ca(std::vector<std::string> const& certificates) {
  clean_error_queue const clean;
  system_trust from;
  for (std::size_t i = 0; i != certificates.size(); ++i) {
    std::string const name = element_name("certificates", i, certificates.size());
    for (x509_ptr& c : read_certificates(open_text(certificates[i], name).get(), name)) {
      bool const known =
          std::any_of(from.certificates.begin(), from.certificates.end(),
                      [&](x509_ptr const& other) { return X509_cmp(c.get(), other.get()) == 0; });
      if (!known) {
        from.certificates.push_back(std::move(c));
      }
    }
  }
  std::shared_ptr<shared_system_trust> const made = make_shared_trust(std::move(from));
  made->replaced = true;
  process_trust& p = process();
  std::lock_guard const lock(p.mutex);
  p.chosen = made;
  ++p.changes;
}

std::vector<std::string> default_ca() {
  clean_error_queue const clean;
  return texts_of(default_trust()->trust);
}

std::vector<std::string> system_ca() {
  clean_error_queue const clean;
  return texts_of(shared_trust()->trust);
}

}  // namespace anode::tls
