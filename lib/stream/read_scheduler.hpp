// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/shutdown_hook.hpp"

#include <anode/byte_stream.hpp>

#include <vector>

namespace anode::stream {

class buffered_socket;

/// Groups the next reads of the connections that were just served, and starts them after all ready
/// handlers have run.
///
/// By then the next input has often arrived and is read at once. An earlier read would find nothing
/// on a busy server and waste a system call, because Asio tries to read before it waits.
class read_scheduler final : public detail::counted, private runtime::shutdown_hook {
public:
  explicit read_scheduler(net::any_io_executor ex);

  /// Schedules a call of `socket.start_read` on the executor. Keeps the socket alive until then.
  void add(buffered_socket& socket);

private:
  void on_context_shutdown() override;
  void run();
  void read_ready();

  net::any_io_executor executor_;
  std::vector<detail::ptr<buffered_socket>> scheduled_;
  std::vector<detail::ptr<buffered_socket>> ready_;  // read in the next pass through the scheduler
  std::vector<detail::ptr<buffered_socket>> spare_;  // reused memory
  bool posted_ = false;
};

}  // namespace anode::stream
