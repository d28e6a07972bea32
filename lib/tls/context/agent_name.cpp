// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/agent_name.hpp"

#include "tls/context/errors.hpp"

#include <openssl/evp.h>

#include <string_view>
#include <vector>

namespace anode::tls {
namespace {

// Appends the beginning of the SHA-256 digest of a text, in hexadecimal digits.
void append_digest(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t shown = 8;
  unsigned char bytes[EVP_MAX_MD_SIZE];
  if (EVP_Digest(text.data(), text.size(), bytes, nullptr, EVP_sha256(), nullptr) != 1) {
    throw_error("digest");
  }
  for (std::size_t i = 0; i != shown; ++i) {
    to += digits[bytes[i] >> 4U];
    to += digits[bytes[i] & 15U];
  }
}

void append_digests(std::string& to, std::vector<std::string> const& texts) {
  for (std::size_t i = 0; i != texts.size(); ++i) {
    if (i != 0) {
      to += ',';
    }
    append_digest(to, texts[i]);
  }
}

std::string_view name_of(version v) noexcept {
  constexpr std::string_view names[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  return names[static_cast<unsigned>(v)];
}

}  // namespace

agent_name make_agent_name(client_options const& options, std::uint64_t id) {
  client_options const unset;
  agent_name name;
  std::string& before = name.before;
  before = ':';  // ca
  append_digests(before, options.ca);
  if (!options.extra_ca.empty()) {
    before += '+';
    append_digests(before, options.extra_ca);
  }
  before += ':';  // cert
  append_digests(before, options.cert);
  if (!options.cert_file.empty()) {
    before += options.cert.empty() ? "" : ",";
    before += options.cert_file;
  }
  before += "::";  // clientCertEngine
  before += options.ciphers;
  before += "::";  // key
  if (!options.pfx.empty()) {
    append_digest(before, options.pfx);
  }
  before += options.reject_unauthorized ? ":" : ":false";
  before += ':';

  std::string& behind = name.behind;
  behind = ':';
  if (options.min_version != unset.min_version) {
    behind += name_of(options.min_version);
  }
  behind += ':';
  if (options.max_version != unset.max_version) {
    behind += name_of(options.max_version);
  }
  behind += "::";  // secureProtocol
  append_digests(behind, options.crl);
  behind += "::";  // honorCipherOrder
  behind += options.groups;
  behind += "::::";  // dhparam, secureOptions, sessionIdContext
  if (!options.sigalgs.empty()) {
    behind += '"' + options.sigalgs + '"';
  }
  behind += "::";  // privateKeyIdentifier, privateKeyEngine
  name.id = ':' + std::to_string(id);
  return name;
}

}  // namespace anode::tls
