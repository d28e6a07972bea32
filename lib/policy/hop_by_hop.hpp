// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_map.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace anode::policy {

/// Says which fields of a received message concern one connection only, and so are not passed on:
/// those of RFC 9110 section 7.6.1, those that its Connection field names, and Transfer-Encoding
/// and Trailer with it, since a message is framed anew.
///
/// Borrows the fields. Making one is linear in the fields but for sorting the names in Connection,
/// asking for a name logarithmic in their number.
class hop_by_hop {
public:
  explicit hop_by_hop(http::field_lines const& fields);
  explicit hop_by_hop(message::message_head const& head);

  /// Returns whether a field of that name ends here.
  bool contains(std::string_view name) const noexcept {
    return (may_end_here(name) && is_listed(name)) || (!named_.empty() && is_named(name));
  }

private:
  // Nearly all names that do not end here are told by their length and first letter.
  static bool may_end_here(std::string_view name) noexcept {
    constexpr std::uint32_t sizes =
        1U << 2 | 1U << 7 | 1U << 10 | 1U << 16 | 1U << 17 | 1U << 18 | 1U << 19 | 1U << 25;
    constexpr std::uint32_t letters = 1U << ('c' & 31) | 1U << ('k' & 31) | 1U << ('p' & 31) |
                                      1U << ('t' & 31) | 1U << ('u' & 31);
    return name.size() < 32 && (sizes >> name.size() & 1U) != 0 &&
           (letters >> (name[0] & 31) & 1U) != 0;
  }
  bool is_listed(std::string_view name) const noexcept;
  bool is_named(std::string_view name) const noexcept;
  void add_names(std::string_view list);
  void sort_names();

  bool chunked_ = false;                 // then Trailer is passed on
  std::vector<std::string_view> named_;  // by Connection, beside those that end here anyway
};

/// Calls `f(line)` for each field line of a received message that is passed on: those that do not
/// end here; of a request without Host, which follows where it goes; of a response that has no body
/// whatever its fields say (1xx, 204) without Content-Length (RFC 9110 section 8.6).
template <class F>
void for_each_end_to_end(message::message_head const& from, F&& f) {
  hop_by_hop const ends_here(from);
  std::size_t skipped = from.fields.size();
  if (from.kind == message::message_kind::request) {
    if (from.has(message::field_id::host)) {
      skipped = from.first(message::field_id::host);
    }
  } else if ((from.status == 204 || from.status / 100 == 1) &&
             from.has(message::field_id::content_length)) {
    skipped = from.first(message::field_id::content_length);
  }
  for (std::size_t i = 0; i != from.fields.size(); ++i) {
    http::field_line const line = from.fields[i];
    if (i != skipped && !ends_here.contains(line.name)) {
      f(line);
    }
  }
}

/// Adds those field lines to a message that is passed on. They are not validated again.
/// @throws exception as `header_map::append` for what was read by lenient rules.
void pass_fields(message::message_head const& from, message::header_map& to);

/// Returns whether a trailer of that name may be passed on: not one that frames, routes, authorizes
/// or describes a body, or steers a cache (RFC 9110 section 6.5.1).
bool is_trailer_passed_on(std::string_view name) noexcept;

/// Returns whether the body is in no transfer coding, or `chunked` only: then it can be framed
/// anew. Others are not decoded, and their names would be lost.
bool can_be_reframed(message::message_head const& head) noexcept;

}  // namespace anode::policy
