// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares the validation of names and values with a simple implementation, and the merged view of
// received headers with a map.
#include "message/header_validation.hpp"

#include <anode/error.hpp>
#include <anode/headers.hpp>
#include <anode/merged_headers.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace http = anode::http;
using http::field_lines;
using namespace anode::base;
using namespace anode::message;

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "line %u\n", at.line());
    std::abort();
  }
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool plain_has_word(std::string_view text, std::string_view word) {
  std::string const all = lower(text);
  for (std::size_t at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) {
    std::size_t const end = at + word.size();
    if ((at == 0 || !is_word(all[at - 1])) && (end == all.size() || !is_word(all[end]))) {
      return true;
    }
  }
  return false;
}

void check_rules(std::string_view text) {
  require(is_header_text(text) == std::ranges::all_of(text, [](char c) {
            auto const u = static_cast<unsigned char>(c);
            return u == '\t' || (u >= 0x20 && u != 0x7f);
          }));
  require(is_token(text) == (!text.empty() && std::ranges::all_of(text, [](char c) {
            return (c > 0 && std::isalnum(static_cast<unsigned char>(c)) != 0) ||
                   (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string::npos);
          })));
  for (std::string_view const word : {"close", "chunked", "100-continue"}) {
    require(has_word(text, word) == plain_has_word(text, word));
  }
  auto const number = parse_decimal(text);
  if (number) {
    std::string_view digits = text;
    while (digits.size() > 1 && digits.front() == '0') {
      digits.remove_prefix(1);
    }
    require(std::to_string(*number) == digits);
  }
  if (is_link_value(text)) {
    require(text.front() == '<' && text.find('>') != std::string_view::npos);
  }
}

void check_merged(http::field_lines const& lines, bool join) {
  static std::set<std::string> const once{"age",
                                          "authorization",
                                          "content-length",
                                          "content-type",
                                          "etag",
                                          "expires",
                                          "from",
                                          "host",
                                          "last-modified",
                                          "if-modified-since",
                                          "location",
                                          "if-unmodified-since",
                                          "max-forwards",
                                          "proxy-authorization",
                                          "referer",
                                          "retry-after",
                                          "server",
                                          "user-agent"};
  std::map<std::string, std::vector<std::string>> model;
  for (auto const line : lines) {
    model[lower(line.name)].emplace_back(line.value);
  }

  http::merged_headers const headers(lines, join);
  std::size_t count = 0;
  for (auto const& field : headers) {
    ++count;
    auto const found = model.find(std::string(field.name));
    require(found != model.end());
    auto const& values = found->second;
    require(field.values.to_vector() == values);
    std::string expected = values[0];
    std::string const& name = found->first;
    if (name != "set-cookie" && (join || !once.contains(name))) {
      for (std::size_t i = 1; i != values.size(); ++i) {
        expected += (name == "cookie" ? "; " : ", ") + values[i];
      }
    }
    require(field.value == expected);
    require(headers.get(lower(name)) == expected);
    require(headers.contains(name));
  }
  require(count == model.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<char const*>(data), size);
  check_rules(rest);
  http::field_lines lines;
  while (!rest.empty()) {
    std::string_view const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    std::string_view const name = line.substr(0, line.find(':'));
    std::string_view const value = line.substr(std::min(line.size(), name.size() + 1));
    check_rules(name);
    check_rules(value);
    lines.append(name, value);
  }
  check_merged(lines, false);
  check_merged(lines, true);
  return 0;
}
