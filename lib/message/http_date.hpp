// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <string>

namespace anode::message {

/// Returns a time as an HTTP date (RFC 9110 section 5.6.7), for example "Sun, 06 Nov 1994 08:49:37
/// GMT". The year must be in the range 0 to 9999.
std::string format_http_date(std::chrono::sys_seconds time);

/// Returns the complete Date field line, for example "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".
std::string date_line(std::chrono::sys_seconds time);

}  // namespace anode::message
