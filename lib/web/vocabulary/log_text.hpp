// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace anode::web {

/// Appends a text of a client for a line of a log: control bytes, quotes, backslashes and bytes
/// above ASCII become `\xNN`.
void append_log_text(std::string& out, std::string_view text);

/// Returns a time in the form of the common log format, "30/Nov/2026:05:06:07 +0000".
std::string format_log_time(std::chrono::sys_seconds time);

/// Appends a duration in seconds with three digits behind the point. A negative one becomes 0.
void append_seconds(std::string& out, std::chrono::steady_clock::duration time);

}  // namespace anode::web
