// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/part_head.hpp"

#include "web/body/disposition_reader.hpp"
#include "web/vocabulary/tokens.hpp"
#include "web/vocabulary/utf8.hpp"

#include <anode/web/query.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace anode::web {

namespace {

bool is_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, is_control_but_tab);
}

// The text of a parameter as filename*=UTF-8''a%20b (RFC 8187). Nothing for another charset.
std::optional<std::string> parse_extended(std::string_view text) {
  std::size_t const charset = text.find('\'');
  std::size_t const language =
      charset == std::string_view::npos ? charset : text.find('\'', charset + 1);
  if (language == std::string_view::npos || !equal_nocase(text.substr(0, charset), "utf-8")) {
    return std::nullopt;
  }
  auto decoded = percent_decode_strict(text.substr(language + 1));
  return decoded && is_utf8(*decoded) ? std::move(decoded) : std::nullopt;
}

bool parse_disposition(std::string_view value, part_head& head) {
  disposition_reader reader(value);
  head.disposition = lower(reader.value());
  if (!is_token(head.disposition)) {
    return false;
  }
  std::optional<std::string> file_name;
  std::optional<std::string> extended;
  while (reader.next()) {
    if (equal_nocase(reader.name(), "name")) {
      if (head.has_name) {
        return false;
      }
      head.has_name = true;
      head.name = reader.text();
    } else if (equal_nocase(reader.name(), "filename")) {
      if (file_name) {
        return false;
      }
      file_name = reader.text();
    } else if (equal_nocase(reader.name(), "filename*") && !extended) {
      extended = parse_extended(reader.text());
    }
  }
  if (extended) {
    file_name = std::move(extended);
  }
  if (file_name) {
    head.is_file = true;
    head.file_name = base_name(*file_name);
  }
  return !reader.is_malformed();
}

}  // namespace

std::string_view part_head::header(std::string_view header_name) const noexcept {
  auto const found = std::ranges::find_if(
      headers, [&](auto const& header) { return equal_nocase(header.first, header_name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string base_name(std::string_view file_name) {
  std::string name(file_name.substr(file_name.find_last_of("/\\") + 1));  // npos + 1 is 0
  std::ranges::replace_if(name, is_control, '_');
  return name == "." || name == ".." ? std::string() : name;
}

bool parse_part_head(std::string_view lines, part_head& head) {
  while (!lines.empty()) {
    std::size_t const end = lines.find("\r\n");
    if (end == std::string_view::npos) {
      return false;
    }
    std::string_view const line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    if (!is_value(line)) {
      return false;
    }
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (head.headers.empty()) {
        return false;
      }
      head.headers.back().second.append(" ").append(trim(line));
      continue;
    }
    std::size_t const colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return false;
    }
    head.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  bool has_disposition = false;
  for (auto const& [name, value] : head.headers) {
    if (equal_nocase(name, "content-disposition")) {
      if (has_disposition || !parse_disposition(value, head)) {
        return false;
      }
      has_disposition = true;
    } else if (equal_nocase(name, "content-type") && head.content_type.empty()) {
      head.content_type = value;
    }
  }
  return true;
}

}  // namespace anode::web
