// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/header_value.hpp>
#include <anode/merged_headers.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::http {

/// Throws unless `name` may be the name of a header: a token (RFC 9110 section 5.6.2).
/// @param label the first words of the message.
/// @throws exception with `error::invalid_http_token`, "Header name must be a valid HTTP token
///   ["a b"]".
///
/// **Node**: `http.validateHeaderName`.
ANODE_EXPORT void validate_header_name(std::string_view name,
                                       std::string_view label = "Header name");

/// Throws unless `value` may be the value of a header: tabs, visible characters, spaces and bytes
/// from 0x80; for a list, each of its texts.
/// @throws exception with `error::invalid_char`, "Invalid character in header content ["name"]".
///
/// **Node**: `http.validateHeaderValue`.
ANODE_EXPORT void validate_header_value(std::string_view name, header_value_ref value);

/// A name with its value, as written in a braced list; borrows both.
class header_field {
public:
  header_field(std::string_view name, header_value_ref value) noexcept
      : name_(name), value_(value) {}
  template <class Name, class Value>
    requires std::convertible_to<Name const&, std::string_view>
  header_field(std::pair<Name, Value> const& field) noexcept
      : name_(field.first), value_(field.second) {}

  std::string_view name() const noexcept { return name_; }
  header_value_ref const& value() const noexcept { return value_; }

private:
  std::string_view name_;
  header_value_ref value_;
};

/// An ordered list of headers that a program hands over: request options, `write_head`,
/// `add_trailers`.
///
/// Written as pairs, `{{"Content-Type", "text/csv"}, {"Set-Cookie", {"a=1", "b=2"}}}`, or flat,
/// `{"Content-Type", "text/csv", "X-A", "1"}`, as Node's `rawHeaders`; the flat form keeps a name
/// that occurs twice as two lines also when it meets headers set before. A class, not an aggregate,
/// so that it may stand inside a `co_await` expression; the braced pairs may not (g++ 12), the flat
/// form may. Checks nothing: what takes the list does.
class ANODE_EXPORT header_list {
public:
  struct entry {
    std::string name;
    header_value value;
    bool operator==(entry const&) const = default;
  };
  using value_type = entry;
  using const_iterator = std::vector<entry>::const_iterator;

  /// Makes an empty list.
  header_list() = default;

  /// Copies pairs of name and value.
  header_list(std::initializer_list<header_field> fields);

  /// Copies a flat list: name, value, name, value.
  template <detail::header_text Name, class Value, class... More>
    requires(std::constructible_from<header_value_ref, Value const&> && sizeof...(More) % 2 == 0)
  header_list(Name const& name, Value const& value, More const&... more) : flat_(true) {
    entries_.reserve(1 + sizeof...(More) / 2);
    append_flat(name, value, more...);
  }

  /// Copies a range of pairs, for example a `std::map<std::string, std::string>`.
  template <std::ranges::input_range Range>
    requires(!std::same_as<std::remove_cvref_t<Range>, header_list> &&
             std::constructible_from<header_field, std::ranges::range_reference_t<Range>>)
  explicit header_list(Range&& fields) {
    for (auto&& field : fields) {
      header_field const f(field);
      append(f.name(), f.value());
    }
  }

  /// Makes a list of a flat one whose size is known only at run time.
  /// @throws exception with `error::invalid_arg_value` when the number of texts is odd.
  static header_list from_flat(std::vector<std::string> const& flat);

  /// Adds a field at the end, also when the name is there already.
  header_list& append(std::string_view name, header_value_ref value);

  /// Returns the first field of that name, compared without regard to case; null when there is
  /// none. Valid until the list changes.
  entry const* find(std::string_view name) const noexcept;

  /// Returns whether a field of that name is in the list.
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// Removes all fields of that name.
  /// @return how many there were.
  std::size_t erase(std::string_view name);

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  entry const& operator[](std::size_t index) const noexcept { return entries_[index]; }
  const_iterator begin() const noexcept { return entries_.begin(); }
  const_iterator end() const noexcept { return entries_.end(); }

  /// Returns whether the list was given flat, which decides how it meets headers set before.
  bool is_flat() const noexcept { return flat_; }

  bool operator==(header_list const&) const = default;

private:
  void append_flat() {}
  template <class Name, class Value, class... More>
  void append_flat(Name const& name, Value const& value, More const&... more) {
    append(name, value);
    append_flat(more...);
  }

  std::vector<entry> entries_;
  bool flat_ = false;
};

}  // namespace anode::http
