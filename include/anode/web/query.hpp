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

/// The names and values of a query or of an urlencoded form, in their order. A name can occur more
/// than once; names and values can be empty, and are bytes that need not be UTF-8.
///
/// Look-up is linear, therefore names cannot be chosen to make it slow.
/// **Node**: `URLSearchParams`.
class ANODE_EXPORT form_fields {
public:
  /// A name with its value.
  using value_type = std::pair<std::string, std::string>;
  using const_iterator = std::vector<value_type>::const_iterator;  ///< in the order of the form

  /// Makes an empty list.
  form_fields() = default;

  /// Parses `name=value&name=value`, as the URL standard says: `+` is a space, escapes are decoded,
  /// empty parts are skipped, and a part without `=` is a name with an empty value. No input is an
  /// error.
  static form_fields parse(std::string_view text);

  /// Returns the first value of that name, or `fallback` if there is none.
  std::string value(std::string_view name, std::string_view fallback = {}) const;

  /// Returns the first value of that name, or null if there is none. The pointer is valid until the
  /// list changes.
  std::string const* find(std::string_view name) const noexcept;

  /// Returns all values of that name, as views that are valid until the list changes.
  std::vector<std::string_view> values(std::string_view name) const;

  /// Returns whether there is a value of that name.
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// Adds a name with its value at the end.
  form_fields& append(std::string_view name, std::string_view value);

  /// Replaces the first value of that name and removes the others; adds it if there is none.
  form_fields& set(std::string_view name, std::string_view value);

  /// Removes all values of that name.
  /// @return the number of removed values.
  std::size_t erase(std::string_view name);

  /// Returns the urlencoded text, the inverse of `parse`.
  std::string to_string() const;

  /// Returns whether the list is empty.
  bool empty() const noexcept { return fields_.empty(); }

  /// Returns the number of values.
  std::size_t size() const noexcept { return fields_.size(); }

  /// Returns the field at `index`, which must be less than `size()`.
  value_type const& operator[](std::size_t index) const noexcept { return fields_[index]; }

  /// Returns an iterator to the first field.
  const_iterator begin() const noexcept { return fields_.begin(); }

  /// Returns the end of the list.
  const_iterator end() const noexcept { return fields_.end(); }

  /// Compares names, values and order.
  bool operator==(form_fields const&) const = default;

private:
  std::vector<value_type> fields_;
};

}  // namespace anode::web
