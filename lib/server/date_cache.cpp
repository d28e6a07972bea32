// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/date_cache.hpp"

#include "message/http_date.hpp"

#include <chrono>

namespace anode::server {

void date_cache::renew(runtime::timers& time) {
  runtime::clock& source = runtime::clock::of(time.executor());
  std::chrono::sys_seconds const wall = source.wall_now();
  line_ = message::date_line(wall);
  // The line is valid until the next full second of the wall clock.
  valid_until_ = time.now() + std::chrono::seconds(1);
  if (!source.manual()) {
    auto const into_second = std::chrono::system_clock::now() - wall;
    valid_until_ -= std::chrono::duration_cast<std::chrono::steady_clock::duration>(into_second);
  }
}

}  // namespace anode::server
