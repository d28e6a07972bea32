// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/event_format.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace anode::web {

namespace {

void append_lines(std::string& out, std::string_view field, std::string_view text) {
  while (true) {
    std::size_t const end = std::min(text.find_first_of("\r\n"), text.size());
    out.append(field).append(text.substr(0, end)) += '\n';
    if (end == text.size()) {
      return;
    }
    bool const is_pair = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (is_pair ? 2 : 1));
  }
}

void append_field(std::string& out, std::string_view field, std::string_view value) {
  out += field;
  std::ranges::copy_if(value, std::back_inserter(out),
                       [](char c) { return c != '\r' && c != '\n'; });
  out += '\n';
}

}  // namespace

void append_event(std::string& out, std::string_view data, std::string_view event,
                  std::string_view id) {
  if (!event.empty()) {
    append_field(out, "event: ", event);
  }
  if (!id.empty() && id.find('\0') == std::string_view::npos) {
    append_field(out, "id: ", id);
  }
  append_lines(out, "data: ", data);
  out += '\n';
}

void append_event_comment(std::string& out, std::string_view text) {
  append_lines(out, text.empty() ? ":" : ": ", text);
  out += '\n';
}

void append_event_retry(std::string& out, std::chrono::milliseconds time) {
  out += "retry: " + std::to_string(std::max<std::chrono::milliseconds::rep>(time.count(), 0)) +
         "\n\n";
}

}  // namespace anode::web
