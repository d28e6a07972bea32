// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/shutdown_hook.hpp"

#include <anode/byte_stream.hpp>

#include <vector>

namespace anode::connection {

class socket_core;

/// The reads of connections that have just been served, started together when all that are ready
/// now have had their turn.
///
/// What has come in by then is read at once. A read that is started earlier finds nothing on a busy
/// server: a system call for nothing, since Asio tries before it waits.
class read_batch final : public detail::counted, private shutdown_hook {
public:
  explicit read_batch(net::any_io_executor ex);

  /// Has `socket.read_now` called soon, on the executor; keeps the socket alive until then.
  void add(socket_core& socket);

private:
  void context_ended() override;
  void run();
  void read_ready();

  net::any_io_executor executor_;
  std::vector<detail::ptr<socket_core>> due_;
  std::vector<detail::ptr<socket_core>> ready_;  // were due when a turn had ended
  std::vector<detail::ptr<socket_core>> spare_;  // memory
  bool posted_ = false;
};

}  // namespace anode::connection
