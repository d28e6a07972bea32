// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/engine.hpp"
#include "tls/https/client_layer.hpp"

#include <exception>

namespace anode::tls {

/// The handshake of a client's connection.
class client_handshake final : public detail::secure_handshake {
public:
  client_handshake(std::unique_ptr<byte_stream> lower, detail::ptr<client_target> to,
                   detail::ptr<session_cache> sessions, detail::ptr<idle_memory> idle,
                   std::function<void(detail::secure_result)> done);

  void start();
  void cancel() override;

private:
  void report_no_memory();
  static void on_done(detail::counted& self, error_code ec, std::size_t);

  net::any_io_executor executor_;
  detail::ptr<engine> engine_;  // null if there was no memory for it
  detail::ptr<client_target> to_;
  detail::ptr<session_cache> sessions_;
  std::function<void(detail::secure_result)> done_;
};

}  // namespace anode::tls
