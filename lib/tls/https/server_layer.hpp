// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/engine.hpp"
#include "tls/context/context_impl.hpp"
#include "tls/context/context_map.hpp"
#include "tls/https/ticket_keys.hpp"

#include <anode/detail/secure_layer.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace anode::tls {

/// The TLS of a server: its contexts, ticket keys and limits. Connections share it.
class server_layer final : public detail::secure_server {
public:
  /// @throws http::exception with `error::invalid_context`
  explicit server_layer(context c);

  std::unique_ptr<byte_stream> accept(std::unique_ptr<byte_stream> lower) override;
  bool serves(byte_stream& connection, std::string_view authority) const override;
  std::chrono::milliseconds handshake_timeout() const override { return timeout_; }
  error_code timed_out() const override;

  void set_context(context c);
  void add_context(std::string_view pattern, context c);
  void set_chooser(std::function<context(std::string_view)> f) { choose_ = std::move(f); }
  void set_timeout(std::chrono::milliseconds timeout) noexcept { timeout_ = timeout; }
  ticket_keys& tickets() noexcept { return tickets_; }
  idle_memory& idle() noexcept { return *idle_; }

  /// Returns the context for a name; null for the default one.
  std::shared_ptr<context_impl const> find(std::string_view name) const;

private:
  bool serves_other(engine& on, std::string_view host) const;

  context default_;
  context_map by_name_;
  std::function<context(std::string_view)> choose_;
  ticket_keys tickets_;
  detail::ptr<idle_memory> idle_{new idle_memory};
  std::chrono::milliseconds timeout_{0};
};

}  // namespace anode::tls
