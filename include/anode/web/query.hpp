// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Percent-encoding, and the names and values of a query or of a form. Needs the library
/// `anode-web`.

#include <anode/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// The characters that `percent_encode` encodes, each set with the name of the URL standard.
/// Control bytes and bytes from 0x7F on belong to every set.
enum class percent_set : std::uint8_t {
  fragment,       ///< space, `"`, `<`, `>` and backtick
  query,          ///< space, `"`, `#`, `<` and `>`
  special_query,  ///< those of `query` and `'`
  path,           ///< those of `query`, and `?`, `^`, backtick, `{` and `}`
  userinfo,       ///< those of `path`, and `/`, `:`, `;`, `=`, `@`, `[`, `\`, `]` and `|`
  component,  ///< those of `userinfo`, and `$`, `%`, `&`, `+` and `,`: any text as a part of a URL
  form,       ///< all but letters, digits, `*`, `-`, `.` and `_`; a space becomes `+`
};

/// Returns `text` with the characters of `set` as `%XX`.
///
/// Only the sets `component` and `form` encode `%`. With the other sets, escapes in `text` stay as
/// they are.
/// **Node**: `encodeURIComponent`, which takes text instead of bytes and keeps `!'()*~`.
ANODE_EXPORT std::string percent_encode(std::string_view text,
                                        percent_set set = percent_set::component);

/// Returns `text` with each `%XX` replaced by its byte. A `%` without two hexadecimal digits stays.
/// The result can contain any byte, NUL included, and need not be UTF-8.
/// **Node**: `querystring.unescape`.
ANODE_EXPORT std::string percent_decode(std::string_view text);

/// Returns `text` with each `%XX` replaced by its byte, or nothing if a `%` has no two hexadecimal
/// digits.
/// **Node**: `decodeURIComponent`, which also refuses what is not UTF-8.
ANODE_EXPORT std::optional<std::string> percent_decode_strict(std::string_view text);

/// Returns `bytes` with each invalid UTF-8 sequence replaced by U+FFFD, as browsers do.
ANODE_EXPORT std::string utf8_lossy(std::string_view bytes);

}  // namespace anode::web
