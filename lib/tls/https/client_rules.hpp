// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/engine.hpp"
#include "tls/https/client_layer.hpp"

#include <exception>
#include <string>
#include <vector>

namespace anode::tls {

/// The rules of a client: the server's certificate is trusted and belongs to the host, and its
/// sessions are kept.
class client_rules final : public engine_rules {
public:
  client_rules(detail::ptr<client_target> to, detail::ptr<session_cache> sessions)
      : to_(std::move(to)), sessions_(std::move(sessions)) {}

  /// Also checks a resumed session, whose certificate may not be trusted for this host.
  error_code check_peer(engine& of, secure_info& info, std::string& message) override;
  void keep_session(session_ptr session) override;

  /// Returns what the program's check of the server's identity has thrown.
  std::exception_ptr const& thrown() const noexcept { return thrown_; }

private:
  error_code check_identity(engine& of, std::string& message);

  detail::ptr<client_target> to_;
  detail::ptr<session_cache> sessions_;
  std::vector<session_ptr> early_;  // offered before the peer is verified
  std::exception_ptr thrown_;
  bool verified_ = false;
};

}  // namespace anode::tls
