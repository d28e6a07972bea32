// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/field_lines.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/framing.hpp"
#include "protocol/method.hpp"

namespace anode::http::protocol {

/// The fields that the upper layers ask for in most messages; a head knows where they are.
enum class known_field : std::uint8_t {
  host,
  connection,
  content_length,
  transfer_encoding,
  expect,
  upgrade,
  date,
  keep_alive,
  te,
  trailer,
  none,  ///< any other name
};

/// Returns whether a name of this size may be that of a known field; most others are told by it.
constexpr bool may_be_known_field(std::size_t size) noexcept {
  constexpr std::uint32_t sizes =
      1u << 2 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 10 | 1u << 14 | 1u << 17;
  return size < 32 && (sizes >> size & 1) != 0;
}

/// Returns which of the known fields `name` is, without regard to case.
known_field find_known_field(std::string_view name) noexcept;

/// One received head: start line, field lines, and what they mean for body and connection.
///
/// Reused between messages, it keeps its memory; moved or swapped, its views move along (they are
/// made from offsets on each call). Views are valid until the head is filled anew, moved from or
/// destroyed.
class message_head {
public:
  message_kind kind = message_kind::request;
  std::uint8_t version_major = 1;
  std::uint8_t version_minor = 1;
  protocol::method method = protocol::method::unknown;  ///< requests only
  std::uint16_t status = 0;                             ///< responses only
  framing_fields framing_values;  ///< Connection, Content-Length and Transfer-Encoding as read
  body_kind body = body_kind::none;
  std::uint64_t content_length = 0;  ///< for `body_kind::length`
  bool upgrade = false;              ///< asks to leave HTTP, see `framing::upgrade`
  bool should_keep_alive = false;    ///< Node's `shouldKeepAlive` of the incoming message
  field_lines fields;                ///< in order, as spelled: Node's `rawHeaders`

  /// Returns the method's name; empty for a response.
  std::string_view method_name() const noexcept { return name_of(method); }

  /// Returns the request target; empty for a response. **Node**: `message.url`.
  std::string_view target() const noexcept { return view(start_line_text_); }

  /// Returns the reason phrase, which may be empty; empty for a request.
  /// **Node**: `message.statusMessage`.
  std::string_view reason() const noexcept { return view(start_line_text_); }

  /// Returns whether there is a field line of that name.
  bool has(known_field f) const noexcept { return first_[index(f)] != absent; }

  /// Returns the value of the first field line of that name; empty when there is none.
  std::string_view value(known_field f) const noexcept {
    std::uint32_t const at = first_[index(f)];
    return at == absent ? std::string_view() : fields[at].value;
  }

  /// Returns the number of field lines of that name.
  std::uint32_t count(known_field f) const noexcept { return count_[index(f)]; }

  /// Empties the head; keeps the memory.
  void clear() noexcept;

  /// Records that the field line with index `at`, the last one, is `f`. For who fills the head.
  void note(known_field f, std::size_t at) noexcept {
    if (f == known_field::none) {
      return;
    }
    if (count_[index(f)]++ == 0) {
      first_[index(f)] = static_cast<std::uint32_t>(at);
    }
  }

  /// Sets the place of target or reason in `fields.bytes()`. For who fills the head.
  void set_start_line_text(std::size_t at, std::size_t size) noexcept {
    start_line_text_ = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)};
  }

private:
  struct place {
    std::uint32_t at = 0, size = 0;
  };

  static constexpr std::uint32_t absent = 0xffffffff;
  static constexpr std::size_t known_count = static_cast<std::size_t>(known_field::none);

  static constexpr std::size_t index(known_field f) noexcept { return static_cast<std::size_t>(f); }

  std::string_view view(place p) const noexcept { return fields.bytes().substr(p.at, p.size); }

  static constexpr std::array<std::uint32_t, known_count> nowhere() noexcept {
    std::array<std::uint32_t, known_count> all{};
    all.fill(absent);
    return all;
  }

  place start_line_text_;
  std::array<std::uint32_t, known_count> first_ = nowhere();
  std::array<std::uint32_t, known_count> count_{};
};

}  // namespace anode::http::protocol
