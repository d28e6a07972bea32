// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "preface/socks_client.hpp"
#include "transport/connector.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace anode::transport {

/// The outcome of a SOCKS5 handshake.
struct socks_result {
  std::unique_ptr<byte_stream> stream;  ///< connected to the target; null after a failure
  /// The failure of the connection to the proxy; without one, the proxy has refused.
  error_code ec;
  /// What the proxy has answered, if it has.
  preface::socks_reply reply = preface::socks_reply::succeeded;
  std::string_view why;  ///< the reason of a failure without `ec` and `reply`; static storage
};

/// Asks a SOCKS5 proxy for a connection to a target, over a stream that is connected to the proxy.
/// Reads nothing behind the proxy's last answer. `done` is called once, on the executor of the
/// stream, never before this function returns.
/// @return the handshake; its `cancel` closes the stream
detail::ptr<connector> start_socks_handshake(std::unique_ptr<byte_stream> stream,
                                             preface::socks_request request,
                                             std::function<void(socks_result)> done);

}  // namespace anode::transport
