// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/http_date.hpp"

#include <array>
#include <string_view>

namespace anode::message {

namespace {

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_digits(std::string& out, unsigned number, unsigned width) {
  for (unsigned unit = width == 4 ? 1000 : 10; unit != 0; unit /= 10) {
    out += static_cast<char>('0' + number / unit % 10);
  }
}

}  // namespace

std::string format_http_date(std::chrono::sys_seconds time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(time - day);

  std::string text;
  text.reserve(29);
  text.append(days[std::chrono::weekday(day).c_encoding()]).append(", ");
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
  append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text += ' ';
  append_digits(text, static_cast<unsigned>(clock.hours().count()), 2);
  text += ':';
  append_digits(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text += ':';
  append_digits(text, static_cast<unsigned>(clock.seconds().count()), 2);
  return text.append(" GMT");
}

std::string date_line(std::chrono::sys_seconds time) {
  return "Date: " + format_http_date(time) + "\r\n";
}

}  // namespace anode::message
