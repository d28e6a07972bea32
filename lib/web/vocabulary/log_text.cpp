// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/log_text.hpp"

#include "web/vocabulary/http_date.hpp"

#include <algorithm>

namespace anode::web {

void append_log_text(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\') {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
}

std::string format_log_time(std::chrono::sys_seconds time) {
  // "Mon, 30 Nov 2026 05:06:07 GMT" has the same parts.
  std::string const date = format_http_date(time);
  return date.substr(5, 2) + '/' + date.substr(8, 3) + '/' + date.substr(12, 4) + ':' +
         date.substr(17, 8) + " +0000";
}

void append_seconds(std::string& out, std::chrono::steady_clock::duration time) {
  auto const all = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(time).count(),
                            std::chrono::milliseconds::rep{0});
  std::string const fraction = std::to_string(all % 1000 + 1000);
  out += std::to_string(all / 1000) + '.' + fraction.substr(1);
}

}  // namespace anode::web
