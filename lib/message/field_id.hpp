// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/ci_literal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::message {

/// The known fields: those with a meaning to the framing, the upper layers or the head writer.
/// `message_head` stores their positions.
enum class field_id : std::uint8_t {
  // These fields decide the framing.
  connection,
  proxy_connection,
  content_length,
  transfer_encoding,
  upgrade,
  // These fields do not.
  host,
  expect,
  date,
  keep_alive,
  te,
  trailer,
  cookie,
  none,  ///< any other name
};

/// Returns whether the framing of a message depends on the field.
constexpr bool decides_framing(field_id f) noexcept { return f <= field_id::upgrade; }

/// Returns the id of a field name, ignoring case; `field_id::none` for an unknown name.
[[gnu::always_inline]] inline field_id find_field_id(std::string_view name) noexcept {
  auto const if_equal = [name](auto const& lower, field_id f) {
    return lower.matches(name.data()) ? f : field_id::none;
  };
  switch (name.size()) {
    case 2:
      return if_equal(base::ci_literal("te"), field_id::te);
    case 4:
      return (name[0] | 0x20) == 'h' ? if_equal(base::ci_literal("host"), field_id::host)
                                     : if_equal(base::ci_literal("date"), field_id::date);
    case 6:
      return (name[0] | 0x20) == 'c' ? if_equal(base::ci_literal("cookie"), field_id::cookie)
                                     : if_equal(base::ci_literal("expect"), field_id::expect);
    case 7:
      return (name[0] | 0x20) == 'u' ? if_equal(base::ci_literal("upgrade"), field_id::upgrade)
                                     : if_equal(base::ci_literal("trailer"), field_id::trailer);
    case 10:
      return (name[0] | 0x20) == 'c'
                 ? if_equal(base::ci_literal("connection"), field_id::connection)
                 : if_equal(base::ci_literal("keep-alive"), field_id::keep_alive);
    case 14:
      return if_equal(base::ci_literal("content-length"), field_id::content_length);
    case 16:
      return if_equal(base::ci_literal("proxy-connection"), field_id::proxy_connection);
    case 17:
      return if_equal(base::ci_literal("transfer-encoding"), field_id::transfer_encoding);
    default:
      return field_id::none;
  }
}

namespace detail {

/// Returns, for each name size, the first letters of the known fields: bit 1 is A, bit 2 is B.
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

/// Returns false if no known field has a name of `size` bytes that begins with `first`. This test
/// excludes most unknown names without a comparison.
constexpr bool may_be_field_id(std::size_t size, char first) noexcept {
  return size < detail::first_letters.size() &&
         (detail::first_letters[size] >> (first & 0x1f) & 1) != 0;
}

/// The indexes of the known fields among the field lines of one head.
class field_index {
public:
  /// Returns whether the head has a field line with that name.
  bool has(field_id f) const noexcept { return (found_ & bit(f)) != 0; }

  /// Returns whether the head has more than one field line with that name.
  bool repeats(field_id f) const noexcept { return (repeated_ & bit(f)) != 0; }

  /// Returns the index of the first field line with that name. Requires `has(f)`.
  std::size_t first(field_id f) const noexcept { return first_[index(f)]; }

  /// Records that the field line with index `at` has the name `f`. Indexes must increase from call
  /// to call. Ignores `field_id::none`.
  void note(field_id f, std::size_t at) noexcept {
    if (f == field_id::none) {
      return;
    }
    repeated_ = static_cast<std::uint16_t>(repeated_ | (found_ & bit(f)));
    if (!has(f)) {
      found_ = static_cast<std::uint16_t>(found_ | bit(f));
      first_[index(f)] = static_cast<std::uint32_t>(at);
    }
  }

  /// Removes all entries.
  void clear() noexcept {
    found_ = 0;
    repeated_ = 0;
  }

private:
  static constexpr std::size_t size = static_cast<std::size_t>(field_id::none);
  static_assert(size <= 16);

  static constexpr std::size_t index(field_id f) noexcept { return static_cast<std::size_t>(f); }
  static constexpr unsigned bit(field_id f) noexcept { return 1u << index(f); }

  std::uint16_t found_ = 0;  // one bit for each id
  std::uint16_t repeated_ = 0;
  std::array<std::uint32_t, size> first_{};  // valid where `found_` has the bit
};

}  // namespace anode::message
