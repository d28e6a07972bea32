// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/header_item.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace anode::http {

namespace detail {

/// An integer type that can be a header value. `bool` and the character types are excluded.
template <class T>
concept header_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                        !std::same_as<T, char8_t> && !std::same_as<T, char16_t> &&
                        !std::same_as<T, char32_t> && !std::same_as<T, wchar_t>;

}  // namespace detail

class header_value;

/// A header value as a function parameter: a text, a number, or a list of texts. A list makes one
/// field line for each text.
///
/// The object borrows texts and lists, which must outlive it; `header_value` owns its content.
/// Bytes are sent as given (Latin-1 in the sense of RFC 9110 section 5.5); nothing is encoded.
///
/// **Node**: the `value` of `setHeader`: a string, a number or an array of strings.
class ANODE_EXPORT header_value_ref {
public:
  /// Refers to a text.
  template <detail::header_text T>
  header_value_ref(T const& text) noexcept : text_(text) {}

  /// Stores a number, which is sent in decimal digits.
  template <detail::header_number T>
  header_value_ref(T number) noexcept : kind_(kind::number) {
    auto const end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
    digit_count_ = static_cast<unsigned char>(end - digits_);
  }

  /// Refers to a list written in place, `{"a=1", "b=2"}`.
  header_value_ref(std::initializer_list<header_item> items) noexcept
      : size_(items.size()), kind_(kind::items) {
    items_ = std::data(items);  // borrowed, like all lists
  }

  /// Refers to a list of texts.
  header_value_ref(std::span<std::string_view const> items) noexcept
      : views_(items.data()), size_(items.size()), kind_(kind::views) {}

  /// Refers to a list of texts.
  header_value_ref(std::vector<std::string_view> const& items) noexcept
      : header_value_ref(std::span<std::string_view const>(items)) {}

  /// Refers to a list of texts.
  header_value_ref(std::vector<std::string> const& items) noexcept
      : strings_(items.data()), size_(items.size()), kind_(kind::strings) {}

  /// Refers to an owned value.
  header_value_ref(header_value const& value) noexcept;

  /// Returns whether this is a list. A list has any number of texts, including 0 and 1.
  bool is_list() const noexcept { return kind_ > kind::number; }

  /// Returns whether this was given as a number.
  bool is_number() const noexcept { return kind_ == kind::number; }

  /// Returns the number of texts; 1 unless this is a list.
  std::size_t size() const noexcept { return size_; }

  /// Returns the text at `index`, which must be less than `size()`.
  std::string_view operator[](std::size_t index) const noexcept {
    switch (kind_) {
      case kind::text:
        return text_;
      case kind::number:
        return {digits_, digit_count_};
      case kind::items:
        return items_[index].text();
      case kind::views:
        return views_[index];
      case kind::strings:
        break;
    }
    return strings_[index];
  }

private:
  enum class kind : unsigned char { text, number, items, views, strings };

  std::string_view text_;
  union {
    header_item const* items_ = nullptr;
    std::string_view const* views_;
    std::string const* strings_;
  };
  std::size_t size_ = 1;
  char digits_[21] = {};
  unsigned char digit_count_ = 0;
  kind kind_ = kind::text;
};

/// An owned header value: a text, a number, or a list of texts.
///
/// **Node**: the result of `getHeader`: a string, a number or an array, as it was set.
class ANODE_EXPORT header_value {
public:
  /// Makes an empty text.
  header_value() = default;

  /// Copies a text, a number or a list.
  header_value(header_value_ref value);

  /// Copies a text.
  template <detail::header_text T>
  header_value(T const& text) : text_(std::string_view(text)) {}

  /// Stores a number.
  template <detail::header_number T>
  header_value(T number) : header_value(header_value_ref(number)) {}

  /// Copies a list written in place, `{"a=1", "b=2"}`.
  header_value(std::initializer_list<header_item> items) : header_value(header_value_ref(items)) {}

  /// Moves a list into the value.
  header_value(std::vector<std::string> items) noexcept
      : list_(std::move(items)), kind_(kind::list) {}

  /// Makes a number from its decimal digits, which are not validated.
  static header_value number(std::string_view digits) {
    header_value value(digits);
    value.kind_ = kind::number;
    return value;
  }

  /// Returns whether this is a list.
  bool is_list() const noexcept { return kind_ == kind::list; }

  /// Returns whether this was given as a number.
  bool is_number() const noexcept { return kind_ == kind::number; }

  /// Returns the number of texts; 1 unless this is a list.
  std::size_t size() const noexcept { return is_list() ? list_.size() : 1; }

  /// Returns the text at `index`, which must be less than `size()`. Valid as long as this object is
  /// not changed.
  std::string_view operator[](std::size_t index) const noexcept {
    return is_list() ? std::string_view(list_[index]) : std::string_view(text_);
  }

  /// Returns the value as one text; a list is joined with ", ".
  std::string text() const;

  /// Returns whether both have the same kind and the same texts.
  bool operator==(header_value const& other) const = default;

private:
  friend class header_value_ref;
  enum class kind : unsigned char { text, number, list };

  std::string text_;
  std::vector<std::string> list_;
  kind kind_ = kind::text;
};

inline header_value_ref::header_value_ref(header_value const& value) noexcept : text_(value.text_) {
  if (value.is_list()) {
    strings_ = value.list_.data();
    size_ = value.list_.size();
    kind_ = kind::strings;
  } else if (value.is_number()) {
    digit_count_ = static_cast<unsigned char>(value.text_.copy(digits_, sizeof digits_));
    kind_ = kind::number;
  }
}

}  // namespace anode::http
