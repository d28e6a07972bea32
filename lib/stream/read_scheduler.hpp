// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/shutdown_hook.hpp"

#include <anode/byte_stream.hpp>

#include <vector>

namespace anode::stream {

class buffered_socket;

/// The reads of connections that have just been served, started together when all that are ready
/// now have had their turn.
///
/// What has come in by then is read at once. A read that is started earlier finds nothing on a busy
/// server: a system call for nothing, since Asio tries before it waits.
class read_scheduler final : public detail::counted, private runtime::shutdown_hook {
public:
  explicit read_scheduler(net::any_io_executor ex);

  /// Has `socket.start_read` called soon, on the executor; keeps the socket alive until then.
  void add(buffered_socket& socket);

private:
  void on_context_shutdown() override;
  void run();
  void read_ready();

  net::any_io_executor executor_;
  std::vector<detail::ptr<buffered_socket>> scheduled_;
  std::vector<detail::ptr<buffered_socket>> ready_;  // were due when a turn had ended
  std::vector<detail::ptr<buffered_socket>> spare_;  // memory
  bool posted_ = false;
};

}  // namespace anode::stream
