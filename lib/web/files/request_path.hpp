// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/files_options.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::web {

/// The path of a request beneath the root of served files.
struct request_path {
  /// What to respond.
  enum class verdict : std::uint8_t {
    good,       ///< look for the file
    malformed,  ///< 400: an escape is wrong, or the decoded path has bytes or segments that no
                ///< served file has
    hidden,     ///< 404: a name begins with a dot
  };

  verdict result = verdict::malformed;
  std::string path{};             ///< decoded segments, joined by `/`; empty: the root itself
  bool is_directory_url = false;  ///< the path is empty or ends with `/`
};

/// Decodes the path of a request beneath a root.
///
/// The path is split at `/`, then each segment is decoded once. Malformed are: a `%` without two
/// hexadecimal digits; `/`, `\` and control bytes in a segment, however spelled; the segments `.`
/// and `..`; and empty segments, except one at the end.
/// @param encoded the path behind the `/` of the root, as received, without the query.
request_path decode_request_path(std::string_view encoded, dotfiles dots);

/// Returns whether a decoded path is safe to open beneath a root: it has no control bytes and no
/// `\`, and no segment is empty, `.` or `..`. The empty path is safe.
bool is_safe_path(std::string_view path) noexcept;

}  // namespace anode::web
