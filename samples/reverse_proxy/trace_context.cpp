// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "trace_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace samples {
namespace {

bool is_id(std::string_view text) {
  bool const hex = std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return hex && text.find_first_not_of('0') != std::string_view::npos;
}

std::uint8_t digit(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

// An identifier needs no secrecy, therefore a plain generator with a random seed suffices.
std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  std::uint64_t bits = 0;
  while (bits == 0) {
    bits = generator();
  }
  return bits;
}

}  // namespace

std::string trace_parent::text() const {
  return fmt::format("00-{}-{}-{:02x}", trace_id, span_id, flags);
}

std::optional<trace_parent> parse_trace_parent(std::string_view value) {
  constexpr std::size_t size = 55;  // 00-<32>-<16>-<2>
  if (value.size() < size || value[2] != '-' || value[35] != '-' || value[52] != '-') {
    return std::nullopt;
  }
  std::string_view const version = value.substr(0, 2);
  bool const hex_version = version == "00" || is_id(version);
  bool const whole = value.size() == size || (version != "00" && value[size] == '-');
  std::string_view const flags = value.substr(53, 2);
  if (!hex_version || version == "ff" || !whole || !is_id(value.substr(3, 32)) ||
      !is_id(value.substr(36, 16)) || !(flags == "00" || is_id(flags))) {
    return std::nullopt;
  }
  return trace_parent{std::string(value.substr(3, 32)), std::string(value.substr(36, 16)),
                      static_cast<std::uint8_t>(digit(flags[0]) << 4 | digit(flags[1]))};
}

trace_parent next_span(std::optional<trace_parent> const& from) {
  trace_parent next;
  next.trace_id =
      from ? from->trace_id : fmt::format("{:016x}{:016x}", random_bits(), random_bits());
  next.span_id = fmt::format("{:016x}", random_bits());
  next.flags = from ? from->flags & 1 : 0;  // only "sampled" is known
  return next;
}

}  // namespace samples
