// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <memory>
#include <utility>

namespace anode::tls {

class client_options;
class server_options;
class context_impl;

/// Certificates, keys and settings of one side, parsed and checked once. Immutable.
///
/// The object is a handle that copies share. Connections and sessions belong to the context that
/// they were made with: two contexts never share one, even if their settings are equal.
///
/// **Concurrency**: one context may be used by several threads.
/// **Node**: `tls.SecureContext`.
class ANODE_EXPORT context {
public:
  /// Makes an empty handle, which stands for the default of its place.
  context() noexcept = default;

  /// Makes a client's context.
  /// @throws http::exception if a certificate, key or setting is invalid, or if the system has no
  ///   trusted certificates and the options name none.
  explicit context(client_options const& options);

  /// Makes a server's context.
  /// @throws http::exception if a certificate, key or setting is invalid, or if there is no
  ///   certificate.
  explicit context(server_options const& options);

  /// Returns whether the handle refers to a context.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

  /// Returns whether both handles refer to the same context.
  bool operator==(context const& other) const noexcept { return impl_ == other.impl_; }

  /// Internal: makes a handle.
  explicit context(std::shared_ptr<context_impl const> impl) noexcept : impl_(std::move(impl)) {}

  /// Internal: returns the context.
  std::shared_ptr<context_impl const> const& impl() const noexcept { return impl_; }

private:
  std::shared_ptr<context_impl const> impl_;
};

}  // namespace anode::tls
