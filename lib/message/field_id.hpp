// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ci_literal.hpp"

namespace anode::http::protocol {

/// The fields that have a meaning here: to the framing, to the upper layers, or to the head writer.
/// A received head knows where they are.
enum class known_field : std::uint8_t {
  // These mean something to the framing.
  connection,
  proxy_connection,
  content_length,
  transfer_encoding,
  upgrade,
  // These do not.
  host,
  expect,
  date,
  keep_alive,
  te,
  trailer,
  cookie,
  none,  ///< any other name
};

/// Returns whether the framing depends on the field.
constexpr bool decides_framing(known_field f) noexcept { return f <= known_field::upgrade; }

/// Returns which of the known fields `name` is, without regard to case.
[[gnu::always_inline]] inline known_field find_known_field(std::string_view name) noexcept {
  auto const if_equal = [name](auto const& lower, known_field f) {
    return lower.matches(name.data()) ? f : known_field::none;
  };
  switch (name.size()) {
    case 2:
      return if_equal(ci_literal("te"), known_field::te);
    case 4:
      return (name[0] | 0x20) == 'h' ? if_equal(ci_literal("host"), known_field::host)
                                     : if_equal(ci_literal("date"), known_field::date);
    case 6:
      return (name[0] | 0x20) == 'c' ? if_equal(ci_literal("cookie"), known_field::cookie)
                                     : if_equal(ci_literal("expect"), known_field::expect);
    case 7:
      return (name[0] | 0x20) == 'u' ? if_equal(ci_literal("upgrade"), known_field::upgrade)
                                     : if_equal(ci_literal("trailer"), known_field::trailer);
    case 10:
      return (name[0] | 0x20) == 'c' ? if_equal(ci_literal("connection"), known_field::connection)
                                     : if_equal(ci_literal("keep-alive"), known_field::keep_alive);
    case 14:
      return if_equal(ci_literal("content-length"), known_field::content_length);
    case 16:
      return if_equal(ci_literal("proxy-connection"), known_field::proxy_connection);
    case 17:
      return if_equal(ci_literal("transfer-encoding"), known_field::transfer_encoding);
    default:
      return known_field::none;
  }
}

namespace detail {

/// The letters with which known fields of each size begin: bit 1 is A, bit 2 is B...
constexpr std::array<std::uint32_t, 18> make_first_letters() noexcept {
  std::array<std::uint32_t, 18> letters{};
  for (std::string_view name :
       {"te", "host", "date", "expect", "upgrade", "trailer", "connection", "keep-alive",
        "content-length", "proxy-connection", "transfer-encoding", "cookie"}) {
    letters[name.size()] |= 1u << (name[0] & 0x1f);
  }
  return letters;
}

inline constexpr std::array<std::uint32_t, 18> first_letters = make_first_letters();

}  // namespace detail

/// Returns whether a name of `size` bytes that begins with `first` may be that of a known field;
/// most others are told by it.
constexpr bool may_be_known_field(std::size_t size, char first) noexcept {
  return size < detail::first_letters.size() &&
         (detail::first_letters[size] >> (first & 0x1f) & 1) != 0;
}

/// Where the known fields are among the field lines of one head.
class known_fields {
public:
  /// Returns whether there is a field line of that name.
  bool has(known_field f) const noexcept { return (found_ & bit(f)) != 0; }

  /// Returns whether there is more than one.
  bool repeats(known_field f) const noexcept { return (repeated_ & bit(f)) != 0; }

  /// Returns the index of the first field line of that name; there must be one.
  std::size_t first(known_field f) const noexcept { return first_[index(f)]; }

  /// Records that the field line with index `at`, the last one so far, is `f`.
  void note(known_field f, std::size_t at) noexcept {
    if (f == known_field::none) {
      return;
    }
    repeated_ = static_cast<std::uint16_t>(repeated_ | (found_ & bit(f)));
    if (!has(f)) {
      found_ = static_cast<std::uint16_t>(found_ | bit(f));
      first_[index(f)] = static_cast<std::uint32_t>(at);
    }
  }

  void clear() noexcept {
    found_ = 0;
    repeated_ = 0;
  }

private:
  static constexpr std::size_t size = static_cast<std::size_t>(known_field::none);
  static_assert(size <= 16);

  static constexpr std::size_t index(known_field f) noexcept { return static_cast<std::size_t>(f); }
  static constexpr unsigned bit(known_field f) noexcept { return 1u << index(f); }

  std::uint16_t found_ = 0;  // a bit for each
  std::uint16_t repeated_ = 0;
  std::array<std::uint32_t, size> first_{};  // good where `found_` says so
};

}  // namespace anode::http::protocol
