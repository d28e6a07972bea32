// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/timers.hpp"
#include "stream/read_scheduler.hpp"

namespace anode::stream {

/// The timers and the read scheduler that the sockets of one server or agent share.
class socket_context final : public runtime::timers {
public:
  using runtime::timers::timers;

  /// Returns the scheduler of deferred reads. Created on first use.
  read_scheduler& reads() {
    if (!reads_) {
      reads_ = new read_scheduler(executor());
    }
    return *reads_;
  }

private:
  detail::ptr<read_scheduler> reads_;
};

}  // namespace anode::stream
