// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/timers.hpp"

#include <string>
#include <string_view>

namespace anode::server {

/// The Date field line of the current second.
class date_cache {
public:
  /// Returns the whole field line for now, rendered once a second.
  std::string_view line(runtime::timers& time) {
    if (time.now() >= valid_until_) {
      renew(time);
    }
    return line_;
  }

  /// Returns until when that line stays as it is.
  runtime::protocol_time valid_until() const noexcept { return valid_until_; }

private:
  void renew(runtime::timers& time);

  std::string line_;
  runtime::protocol_time valid_until_{};
};

}  // namespace anode::server
