// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ascii.hpp"

#include <anode/merged_headers.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <numeric>

namespace anode::http {

namespace {

enum class repetition { first_counts, list, cookie, joined };

/// Returns how Node merges repeated field lines with this name.
repetition repetition_of(std::string_view name) noexcept {
  auto const is = [&](std::string_view other) { return base::names_equal(name, other); };
  bool first = false;
  switch (name.size()) {
    case 3:
      first = is("age");
      break;
    case 4:
      first = is("host") || is("from") || is("etag");
      break;
    case 6:
      if (is("cookie")) {
        return repetition::cookie;
      }
      first = is("server");
      break;
    case 7:
      first = is("referer") || is("expires");
      break;
    case 8:
      first = is("location");
      break;
    case 10:
      if (is("set-cookie")) {
        return repetition::list;
      }
      first = is("user-agent");
      break;
    case 11:
      first = is("retry-after");
      break;
    case 12:
      first = is("content-type") || is("max-forwards");
      break;
    case 13:
      first = is("authorization") || is("last-modified");
      break;
    case 14:
      first = is("content-length");
      break;
    case 17:
      first = is("if-modified-since");
      break;
    case 19:
      first = is("proxy-authorization") || is("if-unmodified-since");
      break;
    default:
      break;
  }
  return first ? repetition::first_counts : repetition::joined;
}

/// Compares two names, ignoring case. Returns a negative, zero or positive number.
int compare_names(std::string_view a, std::string_view b) noexcept {
  std::size_t const n = std::min(a.size(), b.size());
  for (std::size_t i = 0; i != n; ++i) {
    auto const x = static_cast<unsigned char>(base::to_lower(a[i]));
    auto const y = static_cast<unsigned char>(base::to_lower(b[i]));
    if (x != y) {
      return x < y ? -1 : 1;
    }
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

constexpr std::uint32_t no_array_index = 0xffffffffU;

/// Returns the number if a name is an array index of JavaScript, else `no_array_index`. JavaScript
/// lists such keys first.
std::uint32_t array_index(std::string_view name) noexcept {
  if (name.size() > 10 || (name.size() > 1 && name[0] == '0')) {
    return no_array_index;
  }
  std::uint32_t index = no_array_index;
  auto const end = name.data() + name.size();
  auto const [stop, failure] = std::from_chars(name.data(), end, index);
  return stop == end && failure == std::errc() ? index : no_array_index;
}

}  // namespace

std::size_t header_values::next(field_lines const& lines, std::string_view name,
                                std::size_t from) noexcept {
  std::size_t const size = lines.size();
  while (from < size && !base::names_equal(lines[from].name, name)) {
    ++from;
  }
  return from;
}

std::size_t header_values::size() const noexcept {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

std::vector<std::string> header_values::to_vector() const {
  return std::vector<std::string>(begin(), end());
}

void merged_headers::reset(field_lines const& lines, bool join_duplicates) noexcept {
  lines_ = &lines;
  join_duplicates_ = join_duplicates;
  built_ = false;
}

std::optional<std::string_view> merged_headers::get(std::string_view name) const {
  header_values const found = values(name);
  auto at = found.begin();
  if (at == found.end()) {
    return std::nullopt;
  }
  std::string_view const first = *at;
  if (++at == found.end()) {
    return first;
  }
  repetition const how = repetition_of(name);
  if (how == repetition::list || (how == repetition::first_counts && !join_duplicates_)) {
    return first;
  }
  build();
  auto const found_group = std::ranges::find_if(
      groups_, [&](auto const& g) { return base::names_equal((*lines_)[g.first].name, name); });
  return value_of(*found_group);
}

bool merged_headers::contains(std::string_view name) const noexcept {
  return !values(name).empty();
}

header_values merged_headers::values(std::string_view name) const noexcept {
  return lines_ == nullptr ? header_values() : header_values(*lines_, name);
}

std::size_t merged_headers::size() const {
  build();
  return groups_.size();
}

merged_headers::field merged_headers::at(std::size_t index) const {
  group const& g = groups_[index];
  std::string_view const name(text_.data() + g.name, g.name_size);
  return {name, value_of(g), header_values(*lines_, name, g.first)};
}

std::string_view merged_headers::value_of(group const& g) const noexcept {
  return g.joined ? std::string_view(text_.data() + g.value, g.value_size)
                  : (*lines_)[g.first].value;
}

void merged_headers::build() const {
  if (built_) {
    return;
  }
  built_ = true;
  groups_.clear();
  text_.clear();
  order_.resize(lines_ == nullptr ? 0 : lines_->size());
  std::iota(order_.begin(), order_.end(), std::uint32_t{0});

  // Group the lines of each name by sorting, because comparing all pairs is quadratic in the number
  // of names, which the peer chooses.
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    int const c = compare_names((*lines_)[a].name, (*lines_)[b].name);
    return c != 0 ? c < 0 : a < b;
  });
  std::uint32_t const* const end = order_.data() + order_.size();
  for (std::uint32_t const* begin = order_.data(); begin != end;) {
    std::uint32_t const* next = begin + 1;
    while (next != end && base::names_equal((*lines_)[*next].name, (*lines_)[*begin].name)) {
      ++next;
    }
    add_group(begin, next);
    begin = next;
  }
  std::ranges::sort(groups_, [](group const& a, group const& b) {
    return a.array_index != b.array_index ? a.array_index < b.array_index : a.first < b.first;
  });
}

void merged_headers::add_group(std::uint32_t const* begin, std::uint32_t const* end) const {
  std::string_view const spelled = (*lines_)[*begin].name;
  group g{*begin, array_index(spelled), 0, 0, 0, 0, false};
  g.name = static_cast<std::uint32_t>(text_.size());
  g.name_size = static_cast<std::uint32_t>(spelled.size());
  std::ranges::transform(spelled, std::back_inserter(text_), base::to_lower);

  repetition const how = repetition_of(spelled);
  if (end - begin > 1 && how != repetition::list &&
      (how != repetition::first_counts || join_duplicates_)) {
    g.joined = true;
    g.value = static_cast<std::uint32_t>(text_.size());
    for (std::uint32_t const* line = begin; line != end; ++line) {
      if (line != begin) {
        text_ += how == repetition::cookie ? "; " : ", ";
      }
      text_ += (*lines_)[*line].value;
    }
    g.value_size = static_cast<std::uint32_t>(text_.size()) - g.value;
  }
  groups_.push_back(g);
}

}  // namespace anode::http
