// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Returns the date of HTTP, for example "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
/// Years outside of 0 to 9999 are limited to these.
std::string format_http_date(std::chrono::sys_seconds time);

/// Parses each of the three forms of a date, or returns nothing.
/// @param now decides the century of the form with a year of two digits: at most 50 years ahead.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::sys_seconds now);

/// Returns the number 1 to 12 of a month by its first three letters, in any case; 0 if none.
unsigned month_of(std::string_view text) noexcept;

/// Returns a time, or nothing if a part is out of range or the day does not exist.
std::optional<std::chrono::sys_seconds> make_time(int year, unsigned month, unsigned day,
                                                  unsigned hour, unsigned minute, unsigned second);

}  // namespace anode::web
