// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/header_value.hpp>
#include <anode/http_validation.hpp>
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

/// Throws unless `name` is a valid header name: a token (RFC 9110 section 5.6.2).
/// @param label the first words of the message.
/// @throws exception with `error::invalid_http_token`, for example "Header name must be a valid
///   HTTP token ["a b"]".
///
/// **Node**: `http.validateHeaderName`.
ANODE_EXPORT void validate_header_name(std::string_view name,
                                       std::string_view label = "Header name");

/// Throws unless `value` is a valid header value: tabs, spaces, visible characters and bytes from
/// 0x80. Validates each text of a list.
/// @param name the header's name, for the message.
/// @throws exception with `error::invalid_char`, "Invalid character in header content ["name"]".
///
/// **Node**: `http.validateHeaderValue`.
ANODE_EXPORT void validate_header_value(std::string_view name, header_value_ref value);

/// Returns whether `name` is a valid header name, without throwing.
///
/// **Node**: `http.isValidHeaderName` of later versions.
ANODE_EXPORT bool is_valid_header_name(std::string_view name) noexcept;

/// Returns whether `value` is a valid header value, without throwing.
/// @param validation `relaxed` accepts all bytes but NUL, CR and LF. With `insecure` the result is
///   that of `strict`.
///
/// **Node**: `http.isValidHeaderValue` of later versions.
ANODE_EXPORT bool is_valid_header_value(
    std::string_view value, http_validation validation = http_validation::strict) noexcept;

/// A name with its value, as one element of a braced list. The object borrows both, therefore they
/// must outlive it.
class header_field {
public:
  /// Refers to a name and a value.
  header_field(std::string_view name, header_value_ref value) noexcept
      : name_(name), value_(value) {}

  /// Refers to the two texts of a pair.
  template <class Name, class Value>
    requires std::convertible_to<Name const&, std::string_view>
  header_field(std::pair<Name, Value> const& field) noexcept
      : name_(field.first), value_(field.second) {}

  /// Returns the name.
  std::string_view name() const noexcept { return name_; }

  /// Returns the value.
  header_value_ref const& value() const noexcept { return value_; }

private:
  std::string_view name_;
  header_value_ref value_;
};

/// An ordered list of headers that a program passes to the library: in request options, to
/// `write_head` or to `add_trailers`. The list owns its texts.
///
/// The list has one of two forms. Pairs:
/// `{{"Content-Type", "text/csv"}, {"Set-Cookie", {"a=1", "b=2"}}}`. Flat:
/// `{"Content-Type", "text/csv", "X-A", "1"}`, as Node's `rawHeaders`. A flat list keeps a repeated
/// name as separate lines, also when the list is merged with headers set before.
///
/// This is a class and not an aggregate, because aggregates do not work inside `co_await`
/// expressions with g++ 12. Braced pairs do not work there either; the flat form does. The list
/// does not validate its content; the function that receives the list does.
class ANODE_EXPORT header_list {
public:
  /// A name with its value.
  struct entry {
    std::string name;                               ///< as spelled by the program
    header_value value;                             ///< a text, a number or a list
    bool operator==(entry const&) const = default;  ///< compares name and value as spelled
  };
  using value_type = entry;                                   ///< a name with its value
  using const_iterator = std::vector<entry>::const_iterator;  ///< in the order of the list

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

  /// Makes a list from a flat one whose size is known only at run time.
  /// @throws exception with `error::invalid_arg_value` if the number of texts is odd.
  static header_list from_flat(std::vector<std::string> const& flat);

  /// Adds a header at the end, even if the list has that name.
  header_list& append(std::string_view name, header_value_ref value);

  /// Returns the first header of that name, or null if there is none. Names are compared
  /// case-insensitively. The pointer is valid until the list changes.
  entry const* find(std::string_view name) const noexcept;

  /// Returns whether the list has a header of that name. Names are compared case-insensitively.
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// Removes all headers of that name. Names are compared case-insensitively.
  /// @return the number of removed headers.
  std::size_t erase(std::string_view name);

  /// Returns whether the list is empty.
  bool empty() const noexcept { return entries_.empty(); }

  /// Returns the number of headers.
  std::size_t size() const noexcept { return entries_.size(); }

  /// Returns the header at `index`, which must be less than `size()`.
  entry const& operator[](std::size_t index) const noexcept { return entries_[index]; }

  /// Returns an iterator to the first header.
  const_iterator begin() const noexcept { return entries_.begin(); }

  /// Returns the end of the list.
  const_iterator end() const noexcept { return entries_.end(); }

  /// Returns whether the list has the flat form. The form decides how the list is merged with
  /// headers set before.
  bool is_flat() const noexcept { return flat_; }

  /// Compares names (case-sensitively), values and form.
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
