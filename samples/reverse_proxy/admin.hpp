// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_kit/settings.hpp"
#include "metrics.hpp"

#include <anode/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace samples {

/// Serves the state of a proxy to its operator, on a listener of its own:
///
/// | path | response |
/// |---|---|
/// | /healthz | 200 as long as the program answers |
/// | /readyz | 200, or 503 while it drains |
/// | /metrics | counters in the text format of Prometheus |
/// | /upstreams | the pools and their upstreams as JSON |
///
/// It has few connections, and accepts GET and HEAD without a body.
class admin_listener {
public:
  /// Listens.
  /// @param state returns the state; called for each request for it
  /// @throws http::exception if the place cannot be used
  admin_listener(boost::asio::any_io_executor const& ex, listen_setting const& where,
                 std::function<proxy_state()> state);

  /// Returns the place at which it listens.
  anode::endpoint address() const { return server_.address(); }

  /// Closes the listener and its connections.
  void close();

private:
  anode::http::server server_;
};

/// Responds to a request to the admin listener.
void answer_admin(proxy_state const& state, anode::http::incoming_message const& req,
                  anode::http::server_response& res);

}  // namespace samples
