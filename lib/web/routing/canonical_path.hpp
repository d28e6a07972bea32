// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anode::web {

// The canonical form of a path has its segments decoded, except that a slash and a percent sign
// inside of a segment are written `%2F` and `%25`. Therefore each `/` separates segments, and two
// spellings of one path have one canonical form. Nothing is decoded twice.

/// Finds the canonical form of a path.
/// @param raw the path of a request, without query.
/// @return false if the path must be refused: it does not begin with `/`, has a malformed escape or
///   a control byte, or a segment that is `.` or `..`, also as a part of a segment between encoded
///   slashes or backslashes.
bool canonical_path(std::string_view raw, std::string& out);

/// Returned instead of a position if a part of a path can differ from its canonical form.
inline constexpr std::size_t not_plain = std::string_view::npos;

/// Returns where the segment that begins at `at` ends in a target: at a slash, a `?`, a `#` or the
/// end. Returns `not_plain` unless the segment is its own canonical form for certain.
std::size_t plain_segment_end(std::string_view target, std::size_t at) noexcept;

/// Returns the same for the rest of the path, of which a segment begins at `at`.
std::size_t plain_path_end(std::string_view target, std::size_t at) noexcept;

/// Appends the canonical form of one segment, which contains no `/`.
/// @return false if it must be refused; `out` is then unspecified.
bool append_canonical_segment(std::string& out, std::string_view raw);

/// Appends the decoded text of a canonical segment or path.
void append_decoded(std::string& out, std::string_view canonical);

}  // namespace anode::web
