// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace support {

/// Records events in order.
class event_log {
public:
  void note(std::string const& what) { text_ += (text_.empty() ? "" : ", ") + what; }

  /// Returns a listener that records `what`. The log must outlive it.
  std::function<void()> recorder(std::string what) {
    return [this, what = std::move(what)] { note(what); };
  }

  /// Returns the recorded events separated by commas, and clears the record.
  std::string pop_events() { return std::exchange(text_, {}); }

private:
  std::string text_;
};

}  // namespace support
