// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <string>

namespace anode::message {

/// Returns a point in time as HTTP writes it (RFC 9110 section 5.6.7), "Sun, 06 Nov 1994 08:49:37
/// GMT". For years 0 to 9999.
std::string format_http_date(std::chrono::sys_seconds time);

/// Returns the whole field line, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".
std::string date_line(std::chrono::sys_seconds time);

}  // namespace anode::message
