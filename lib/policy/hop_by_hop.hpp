// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_map.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace anode::policy {

/// The hop-by-hop fields of a received message: a proxy does not forward them.
///
/// These are the fields of RFC 9110 section 7.6.1 and the fields that Connection names. They
/// include Transfer-Encoding, because a proxy frames the message again, and Trailer unless the
/// message has a Transfer-Encoding.
///
/// Keeps views of the fields, which must outlive the object. Construction is linear in the number
/// of fields, plus the sorting of the names in Connection. A look-up is logarithmic in the number
/// of these names.
class hop_by_hop {
public:
  explicit hop_by_hop(http::field_lines const& fields);
  explicit hop_by_hop(message::message_head const& head);

  /// Returns whether the field with this name is hop-by-hop. Ignores case.
  bool contains(std::string_view name) const noexcept {
    return (may_end_here(name) && is_listed(name)) || (!named_.empty() && is_named(name));
  }

private:
  // Length and first letter exclude nearly all end-to-end names without a comparison.
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

  bool chunked_ = false;                 // has a Transfer-Encoding: Trailer is forwarded
  std::vector<std::string_view> named_;  // names in Connection that are not always hop-by-hop
};

/// Calls `f(line)` for each field line of a received message that a proxy forwards.
///
/// Skips hop-by-hop fields; in a request Host, because it depends on the next hop; and in a 1xx or
/// 204 response Content-Length (RFC 9110 section 8.6).
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

/// Appends the end-to-end field lines of `from` to the forwarded message `to`. Validates them again
/// only if `from` was parsed leniently.
/// @param omit returns whether a field with this name is omitted; null: none is
/// @throws exception as `header_map::append` if `from` was parsed leniently
void pass_fields(message::message_head const& from, message::header_map& to,
                 bool (*omit)(std::string_view name) = nullptr);

/// Returns whether a trailer with this name may be forwarded. False for trailers that affect
/// framing, routing, authentication, content format or caching (RFC 9110 section 6.5.1).
bool is_trailer_passed_on(std::string_view name) noexcept;

/// Calls `f` with each member of a list that has no quoted commas, without the space around it.
template <class F>
void for_each_member(std::string_view list, F&& f) {
  while (!list.empty()) {
    std::size_t const comma = list.find(',');
    std::string_view member = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t')) {
      member.remove_prefix(1);
    }
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t')) {
      member.remove_suffix(1);
    }
    if (!member.empty()) {
      f(member);
    }
  }
}

/// Returns whether a proxy can frame the body again: the only transfer coding, if any, is
/// `chunked`. Other codings are not decoded, and their names are not forwarded.
bool can_be_reframed(message::message_head const& head) noexcept;

}  // namespace anode::policy
