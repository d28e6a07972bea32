// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/body_framing.hpp"
#include "message/field_id.hpp"
#include "message/method.hpp"

#include <anode/field_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::message {

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
  message::method method = message::method::unknown;  ///< requests only
  std::uint16_t status = 0;                           ///< responses only
  framing_fields framing_values;  ///< Connection, Content-Length and Transfer-Encoding as read
  body_kind body = body_kind::none;
  std::uint64_t content_length = 0;  ///< for `body_kind::length`
  bool upgrade = false;              ///< asks to leave HTTP, see `framing::upgrade`
  bool should_keep_alive = false;    ///< Node's `shouldKeepAlive` of the incoming message
  bool lenient = false;              ///< read by rules that let more through than may be sent
  http::field_lines fields;          ///< in order, as spelled: Node's `rawHeaders`

  /// Returns the method's name; empty for a response.
  std::string_view method_name() const noexcept { return name_of(method); }

  /// Returns the request target; empty for a response. **Node**: `message.url`.
  std::string_view target() const noexcept { return view(start_line_text_); }

  /// Returns the reason phrase, which may be empty; empty for a request.
  /// **Node**: `message.statusMessage`.
  std::string_view reason() const noexcept { return view(start_line_text_); }

  /// Returns whether there is a field line of that name.
  bool has(field_id f) const noexcept { return known_.has(f); }

  /// Returns the value of the first field line of that name; empty when there is none.
  std::string_view value(field_id f) const noexcept {
    return known_.has(f) ? fields[known_.first(f)].value : std::string_view();
  }

  /// Returns the index of the first field line of that name; there must be one.
  std::size_t first(field_id f) const noexcept { return known_.first(f); }

  /// Returns whether there is more than one field line of that name.
  bool repeats(field_id f) const noexcept { return known_.repeats(f); }

  /// Empties the head; keeps the memory.
  void clear() noexcept;

  /// Records that the field line with index `at`, the last one, is `f`. For who fills the head.
  void note(field_id f, std::size_t at) noexcept { known_.note(f, at); }

  /// Says where the known fields are among `fields`. For who fills the head.
  void set_field_index(field_index const& known) noexcept { known_ = known; }

  /// Sets the place of target or reason in `fields.bytes()`. For who fills the head.
  void set_start_line_text(std::size_t at, std::size_t size) noexcept {
    start_line_text_ = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)};
  }

private:
  struct place {
    std::uint32_t at = 0, size = 0;
  };

  std::string_view view(place p) const noexcept { return fields.bytes().substr(p.at, p.size); }

  place start_line_text_;
  field_index known_;
};

}  // namespace anode::message
