// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/idle_memory.hpp"
#include "tls/context/context_impl.hpp"
#include "tls/https/session_cache.hpp"

#include <anode/detail/secure_layer.hpp>
#include <anode/https.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace anode::tls {

/// Whom a connection has to reach.
class client_target final : public detail::secure_target {
public:
  std::shared_ptr<context_impl const> context;
  std::string host;        // whose certificate is expected
  std::string servername;  // SNI; empty: none
  std::string key;         // of sessions
};

/// The TLS of an agent: its contexts and sessions.
class client_layer final : public detail::secure_client {
public:
  /// @throws http::exception with `error::invalid_context`
  explicit client_layer(https::agent_options const& options);

  void check(http::request_options const& options) const override;
  void append_key(http::request_options const& options, std::string_view host_header,
                  std::string& key) const override;
  detail::ptr<detail::secure_target> target(http::request_options const& options,
                                            std::string_view host_header,
                                            std::string_view key) const override;
  detail::ptr<detail::secure_target> proxy_target(std::string_view host,
                                                  std::string_view key) const override;
  detail::ptr<detail::secure_handshake> start(
      std::unique_ptr<byte_stream> lower, detail::secure_target& to,
      std::function<void(detail::secure_result)> done) override;
  bool allows_http() const override { return allow_http_; }

  session_cache& sessions() noexcept { return *sessions_; }
  idle_memory& idle() noexcept { return *idle_; }

private:
  context const& context_of(http::request_options const& options) const;

  context own_;
  context proxy_;
  mutable context default_;  // of an agent without one
  mutable std::uint64_t default_changes_ = 0;
  detail::ptr<session_cache> sessions_;
  detail::ptr<idle_memory> idle_{new idle_memory};
  bool allow_http_;
};

}  // namespace anode::tls
