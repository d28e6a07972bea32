// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace anode::http {

namespace detail {

/// A type that converts to `std::string_view`, except a null pointer.
template <class T>
concept header_text = std::convertible_to<T const&, std::string_view> &&
                      !std::same_as<std::remove_cvref_t<T>, std::nullptr_t>;

}  // namespace detail

/// One text in a braced list of header values. With this type `{"a", "b"}` is a list of two texts
/// and never one text made from two iterators. The object borrows its text, which must outlive it.
class header_item {
public:
  /// Refers to a text.
  template <detail::header_text T>
  header_item(T const& text) noexcept : text_(text) {}

  /// Returns the text.
  std::string_view text() const noexcept { return text_; }

private:
  std::string_view text_;
};

}  // namespace anode::http
