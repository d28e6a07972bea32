// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/vocabulary/tokens.hpp"

#include <anode/web/conditional.hpp>

#include <algorithm>
#include <limits>

namespace anode::web {

namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

// Reads a whole text of digits. A number that is too large becomes the largest one, which is behind
// the end of every representation.
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (char const c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    auto const digit = static_cast<std::uint64_t>(c - '0');
    value = value > (unlimited - digit) / 10 ? unlimited : value * 10 + digit;
  }
  return text.empty() ? std::nullopt : std::optional(value);
}

struct range_spec {
  byte_range range{};
  bool valid = false;
};

// Reads one int-range or suffix-range. The length of a valid range that is behind the end is 0.
range_spec parse_range(std::string_view text, std::uint64_t size) noexcept {
  std::size_t const dash = text.find('-');
  if (dash == std::string_view::npos) {
    return {};
  }
  std::string_view const first_text = trim(text.substr(0, dash));
  std::string_view const last_text = trim(text.substr(dash + 1));
  auto const last = parse_position(last_text);
  if (first_text.empty()) {
    if (!last) {
      return {};
    }
    std::uint64_t const length = std::min(*last, size);
    return {{size - length, length}, true};
  }
  auto const first = parse_position(first_text);
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) {
    return {};
  }
  if (*first >= size) {
    return {{}, true};
  }
  std::uint64_t const end = last && *last < size - 1 ? *last + 1 : size;
  return {{*first, end - *first}, true};
}

}  // namespace

range_selection::range_selection(std::string_view field, std::uint64_t size) noexcept {
  std::size_t const equals = field.find('=');
  if (size == 0 || equals == std::string_view::npos ||
      !equal_nocase(trim(field.substr(0, equals)), "bytes")) {
    return;
  }
  if (!parse(field.substr(equals + 1), size)) {
    size_ = 0;
  } else {
    kind_ = size_ == 0 ? kind::unsatisfiable : kind::partial;
  }
}

// Returns false if the field selects the whole representation.
bool range_selection::parse(std::string_view ranges, std::uint64_t size) noexcept {
  std::size_t count = 0;
  std::uint64_t sum = 0;
  while (!ranges.empty()) {
    std::string_view const element = next_element(ranges);
    if (element.empty()) {
      continue;
    }
    range_spec const spec = parse_range(element, size);
    if (++count > max_ranges || !spec.valid || spec.range.length > size - sum ||
        !append(spec.range)) {
      return false;
    }
    sum += spec.range.length;
  }
  return count != 0;
}

// Adds a range, or joins it with the last one. Returns false if the order is not ascending.
bool range_selection::append(byte_range range) noexcept {
  if (range.length == 0) {
    return true;
  }
  if (size_ != 0) {
    byte_range& last = ranges_[size_ - 1];
    if (range.first < last.first) {
      return false;
    }
    if (range.first <= last.first + last.length) {
      last.length = std::max(last.length, range.first + range.length - last.first);
      return true;
    }
  }
  ranges_[size_++] = range;
  return true;
}

std::string content_range(byte_range range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.first + range.length - 1) + "/" + std::to_string(size);
}

std::string unsatisfied_range(std::uint64_t size) { return "bytes */" + std::to_string(size); }

byteranges::byteranges(range_selection const& ranges, std::uint64_t size, std::string_view type,
                       std::string_view boundary)
    : ranges_(ranges), size_(size), type_(type), boundary_(boundary) {}

std::string byteranges::content_type() const {
  return "multipart/byteranges; boundary=" + boundary_;
}

std::string byteranges::delimiter(std::size_t index) const {
  std::string text = index == 0 ? "--" : "\r\n--";
  text += boundary_;
  if (index == ranges_.size()) {
    return text + "--\r\n";
  }
  if (!type_.empty()) {
    text.append("\r\nContent-Type: ").append(type_);
  }
  return text.append("\r\nContent-Range: ")
      .append(content_range(ranges_[index], size_))
      .append("\r\n\r\n");
}

std::uint64_t byteranges::length() const {
  std::uint64_t total = delimiter(ranges_.size()).size();
  for (std::size_t i = 0; i != ranges_.size(); ++i) {
    total += delimiter(i).size() + ranges_[i].length;
  }
  return total;
}

}  // namespace anode::web
