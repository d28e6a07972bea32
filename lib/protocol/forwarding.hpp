// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/field_lines.hpp>

#include <string_view>

namespace anode::http::protocol {

/// Says which fields of a received message concern one connection only, and so are not passed on:
/// those of RFC 9110 section 7.6.1, those that its Connection field names, and Transfer-Encoding
/// and Trailer with it, since a message is framed anew.
///
/// Borrows the fields. Time is linear in the length of Connection for every name asked.
class hop_by_hop {
public:
  explicit hop_by_hop(field_lines const& fields) noexcept;

  /// Returns whether a field of that name ends here.
  bool contains(std::string_view name) const noexcept;

private:
  field_lines const& fields_;
  bool chunked_ = false;      // then Trailer is passed on
  bool has_options_ = false;  // Connection names something else
};

/// Returns whether a trailer of that name may be passed on: not one that frames, routes, authorizes
/// or describes a body, or steers a cache (RFC 9110 section 6.5.1).
bool is_trailer_passed_on(std::string_view name) noexcept;

/// Returns whether the body is in no transfer coding, or `chunked` only: then it can be framed
/// anew. Others are not decoded, and their names would be lost.
bool can_be_reframed(field_lines const& fields) noexcept;

}  // namespace anode::http::protocol
