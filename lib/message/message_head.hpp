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

/// One received head: start line, field lines, and the resulting framing.
///
/// A reused head keeps its memory. It stores offsets and creates the views on each call, therefore
/// it can be moved and swapped. A view is valid until the head is filled again, moved from or
/// destroyed.
class message_head {
public:
  message_kind kind = message_kind::request;
  std::uint8_t version_major = 1;
  std::uint8_t version_minor = 1;
  message::method method = message::method::unknown;  ///< requests only
  std::uint16_t status = 0;                           ///< responses only
  framing_fields framing_values;                      ///< the raw framing fields
  body_kind body = body_kind::none;
  std::uint64_t content_length = 0;  ///< for `body_kind::length`
  bool upgrade = false;              ///< see `framing::upgrade`
  bool should_keep_alive = false;    ///< see `framing::should_keep_alive`
  bool lenient = false;              ///< not parsed strictly: values may be invalid to send
  http::field_lines fields;          ///< in order, original spelling: Node's `rawHeaders`

  /// Returns the method's name; empty for a response.
  std::string_view method_name() const noexcept { return name_of(method); }

  /// Returns the request target; empty for a response. **Node**: `message.url`.
  std::string_view target() const noexcept { return view(start_line_text_); }

  /// Returns the reason phrase, which may be empty; empty for a request.
  /// **Node**: `message.statusMessage`.
  std::string_view reason() const noexcept { return view(start_line_text_); }

  /// Returns whether the head has a field line with that name.
  bool has(field_id f) const noexcept { return known_.has(f); }

  /// Returns the value of the first field line with that name; empty if there is none.
  std::string_view value(field_id f) const noexcept {
    return known_.has(f) ? fields[known_.first(f)].value : std::string_view();
  }

  /// Returns the index of the first field line with that name. Requires `has(f)`.
  std::size_t first(field_id f) const noexcept { return known_.first(f); }

  /// Returns whether the head has more than one field line with that name.
  bool repeats(field_id f) const noexcept { return known_.repeats(f); }

  /// Resets the head, except `kind` and the version. Keeps the memory.
  void clear() noexcept;

  /// Records that the field line with index `at` has the name `f`. For the parser.
  void note(field_id f, std::size_t at) noexcept { known_.note(f, at); }

  /// Sets the indexes of the known fields in `fields`. For the parser.
  void set_field_index(field_index const& known) noexcept { known_ = known; }

  /// Sets offset and size of the target or reason phrase in `fields.bytes()`. For the parser.
  void set_start_line_text(std::size_t at, std::size_t size) noexcept {
    start_line_text_ = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)};
  }

private:
  struct text_range {
    std::uint32_t at = 0, size = 0;
  };

  std::string_view view(text_range p) const noexcept { return fields.bytes().substr(p.at, p.size); }

  text_range start_line_text_;
  field_index known_;
};

}  // namespace anode::message
