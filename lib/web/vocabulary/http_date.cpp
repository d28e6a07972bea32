// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/http_date.hpp"

#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <array>

namespace anode::web {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& out, unsigned value, unsigned digits) {
  std::array<char, 4> text{};
  for (unsigned i = digits; i-- > 0; value /= 10) {
    text[i] = static_cast<char>('0' + value % 10);
  }
  out.append(text.data(), digits);
}

/// Reads a date from left to right. After a mismatch all further results are meaningless.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return good_ && rest_.empty(); }

  void literal(std::string_view text) {
    good_ = good_ && rest_.starts_with(text);
    if (good_) {
      rest_.remove_prefix(text.size());
    }
  }

  /// Reads exactly `digits` digits; with `padded`, the first one can be a space.
  unsigned number(unsigned digits, bool padded = false) {
    unsigned value = 0;
    for (unsigned i = 0; i < digits && good_; ++i) {
      char const c = rest_.empty() ? 'x' : rest_.front();
      bool const space = padded && i == 0 && c == ' ';
      good_ = space || (c >= '0' && c <= '9');
      if (good_) {
        value = value * 10 + (space ? 0 : static_cast<unsigned>(c - '0'));
        rest_.remove_prefix(1);
      }
    }
    return value;
  }

  /// Reads one of `names` and returns its index.
  template <std::size_t Count>
  unsigned one_of(std::array<std::string_view, Count> const& names) {
    for (unsigned i = 0; i < Count && good_; ++i) {
      if (rest_.starts_with(names[i])) {
        rest_.remove_prefix(names[i].size());
        return i;
      }
    }
    good_ = false;
    return 0;
  }

private:
  std::string_view rest_;
  bool good_ = true;
};

struct clock_time {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

clock_time read_time(scanner& in) {
  clock_time t;
  t.hour = in.number(2);
  in.literal(":");
  t.minute = in.number(2);
  in.literal(":");
  t.second = in.number(2);
  return t;
}

std::optional<sys_seconds> parse_fixdate(std::string_view text) {
  scanner in(text);
  in.one_of(days);
  in.literal(", ");
  unsigned const day = in.number(2);
  in.literal(" ");
  unsigned const month = in.one_of(months) + 1;
  in.literal(" ");
  unsigned const year = in.number(4);
  in.literal(" ");
  clock_time const t = read_time(in);
  in.literal(" GMT");
  if (!in.at_end()) {
    return std::nullopt;
  }
  return make_time(static_cast<int>(year), month, day, t.hour, t.minute, t.second);
}

std::optional<sys_seconds> parse_rfc850(std::string_view text, sys_seconds now) {
  scanner in(text);
  in.one_of(long_days);
  in.literal(", ");
  unsigned const day = in.number(2);
  in.literal("-");
  unsigned const month = in.one_of(months) + 1;
  in.literal("-");
  unsigned const short_year = in.number(2);
  in.literal(" ");
  clock_time const t = read_time(in);
  in.literal(" GMT");
  if (!in.at_end()) {
    return std::nullopt;
  }
  std::chrono::year_month_day const today(std::chrono::floor<std::chrono::days>(now));
  int const this_year = static_cast<int>(today.year());
  int year = this_year - this_year % 100 + static_cast<int>(short_year);
  if (year > this_year + 50) {
    year -= 100;
  }
  return make_time(year, month, day, t.hour, t.minute, t.second);
}

std::optional<sys_seconds> parse_asctime(std::string_view text) {
  scanner in(text);
  in.one_of(days);
  in.literal(" ");
  unsigned const month = in.one_of(months) + 1;
  in.literal(" ");
  unsigned const day = in.number(2, true);
  in.literal(" ");
  clock_time const t = read_time(in);
  in.literal(" ");
  unsigned const year = in.number(4);
  if (!in.at_end()) {
    return std::nullopt;
  }
  return make_time(static_cast<int>(year), month, day, t.hour, t.minute, t.second);
}

}  // namespace

unsigned month_of(std::string_view text) noexcept {
  for (unsigned i = 0; i < months.size(); ++i) {
    if (equal_nocase(text.substr(0, 3), months[i])) {
      return i + 1;
    }
  }
  return 0;
}

std::optional<sys_seconds> make_time(int year, unsigned month, unsigned day, unsigned hour,
                                     unsigned minute, unsigned second) {
  std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  // A leap second is the first second of the next minute.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  return sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string format_http_date(sys_seconds time) {
  constexpr sys_seconds first = sys_days(std::chrono::year(0) / 1 / 1);
  constexpr sys_seconds last = sys_days(std::chrono::year(10000) / 1 / 1) - std::chrono::seconds(1);
  time = std::clamp(time, first, last);
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(time - day);
  std::string out;
  out.reserve(29);
  out += days[std::chrono::weekday(day).c_encoding()];
  out += ", ";
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += ' ';
  out += months[static_cast<unsigned>(date.month()) - 1];
  out += ' ';
  append_number(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += ' ';
  append_number(out, static_cast<unsigned>(clock.hours().count()), 2);
  out += ':';
  append_number(out, static_cast<unsigned>(clock.minutes().count()), 2);
  out += ':';
  append_number(out, static_cast<unsigned>(clock.seconds().count()), 2);
  out += " GMT";
  return out;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  if (text.size() > 3 && text[3] == ',') {
    return parse_fixdate(text);
  }
  if (text.size() > 3 && text[3] == ' ') {
    return parse_asctime(text);
  }
  return parse_rfc850(text, now);
}

}  // namespace anode::web
