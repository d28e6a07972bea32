// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/hops.hpp"

#include "proxy/rules/text_fields.hpp"

#include <charconv>

namespace anode::proxy::rules {
namespace {

// Removes the first member of Via and returns it. A comma inside of a comment separates nothing.
std::string_view take_via_member(std::string_view& list) noexcept {
  std::size_t depth = 0;
  std::size_t end = 0;
  for (; end < list.size(); ++end) {
    char const c = list[end];
    if (c == '\\' && depth > 0) {
      ++end;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (c == ',' && depth == 0) {
      break;
    }
  }
  end = std::min(end, list.size());
  std::string_view const member = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return member;
}

// Removes the first word of a member and the space behind it.
std::string_view take_word(std::string_view& member) noexcept {
  std::size_t const end = std::min(member.find_first_of(" \t"), member.size());
  std::string_view const word = member.substr(0, end);
  member = trim(member.substr(end));
  return word;
}

bool is_own_hop(std::string_view member, std::string_view name, std::string_view tag) noexcept {
  take_word(member);  // the version
  if (!equal_text(take_word(member), name)) {
    return false;
  }
  return tag.empty() ? member.empty()
                     : member.size() == tag.size() + 2 && member.front() == '(' &&
                           member.back() == ')' && member.substr(1, tag.size()) == tag;
}

}  // namespace

bool has_few_connection_names(http::field_lines const& fields) noexcept {
  std::size_t names = 0;
  for (http::field_line const line : fields) {
    if (equal_text(line.name, "Connection")) {
      names += 1 + static_cast<std::size_t>(std::ranges::count(line.value, ','));
    }
  }
  return names <= most_connection_names;
}

std::string via_value(int minor, std::string_view name, std::string_view tag) {
  std::string value;
  value.reserve(name.size() + tag.size() + 7);
  value.append(minor == 0 ? "1.0 " : "1.1 ").append(name);
  if (!tag.empty()) {
    value.append(" (").append(tag).append(1, ')');
  }
  return value;
}

bool is_loop(http::field_lines const& fields, std::string_view name,
             std::string_view tag) noexcept {
  for (http::field_line const line : fields) {
    if (equal_text(line.name, "Via")) {
      for (std::string_view list = line.value; !list.empty();) {
        if (is_own_hop(take_via_member(list), name, tag)) {
          return true;
        }
      }
    }
  }
  return false;
}

hop_limit read_max_forwards(std::string_view method, http::field_lines const& fields,
                            unsigned& left) noexcept {
  if (method != "OPTIONS" && method != "TRACE") {
    return hop_limit::none;
  }
  for (http::field_line const line : fields) {
    if (equal_text(line.name, "Max-Forwards")) {
      unsigned hops = 0;
      char const* const end = line.value.data() + line.value.size();
      auto const [rest, ec] = std::from_chars(line.value.data(), end, hops);
      if (ec != std::errc{} || rest != end) {
        return hop_limit::none;
      }
      if (hops == 0) {
        return method == "TRACE" ? hop_limit::trace : hop_limit::options;
      }
      left = hops - 1;
      return hop_limit::pass;
    }
  }
  return hop_limit::none;
}

}  // namespace anode::proxy::rules
