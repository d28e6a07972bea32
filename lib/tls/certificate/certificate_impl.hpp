// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/context/openssl_ptr.hpp"

#include <anode/tls.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace anode::tls {

/// The state behind a `certificate`: its place in a chain, in which each certificate is followed by
/// that of its issuer.
struct certificate_impl {
  std::shared_ptr<std::vector<x509_ptr> const> chain;
  std::size_t index = 0;

  X509* native() const noexcept { return (*chain)[index].get(); }
};

/// Returns OpenSSL's object; null for an empty handle.
X509* native_certificate(certificate const& c) noexcept;

}  // namespace anode::tls
