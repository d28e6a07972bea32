// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/timers.hpp"

#include <string>
#include <string_view>

namespace anode::server {

/// Caches the Date field line of the current second.
class date_cache {
public:
  /// Returns the whole Date field line for now. It is rendered at most once per second.
  std::string_view line(runtime::timers& time) {
    if (time.now() >= valid_until_) {
      renew(time);
    }
    return line_;
  }

  /// Returns the time until which the line is valid.
  runtime::protocol_time valid_until() const noexcept { return valid_until_; }

private:
  void renew(runtime::timers& time);

  std::string line_;
  runtime::protocol_time valid_until_{};
};

}  // namespace anode::server
