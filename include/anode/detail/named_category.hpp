// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <boost/system/error_category.hpp>

#include <cstddef>
#include <string_view>

namespace anode::detail {

/// The texts of one value of an error enumeration.
template <class Error>
struct error_texts {
  Error value;            ///< the value
  std::string_view code;  ///< Node's name
  char const* message;    ///< the message
};

/// Returns the texts of `value` in a table; null if it is not there.
template <class Error, std::size_t N>
constexpr error_texts<Error> const* find_texts(error_texts<Error> const (&table)[N],
                                               int value) noexcept {
  for (error_texts<Error> const& texts : table) {
    if (static_cast<int>(texts.value) == value) {
      return &texts;
    }
  }
  return nullptr;
}

/// An error category whose codes have Node's names, see `http::code_name`.
class ANODE_EXPORT named_category : public boost::system::error_category {
public:
  /// Returns Node's name of a value; a view of static storage.
  virtual std::string_view code_name(int value) const noexcept = 0;

protected:
  named_category() = default;
  ~named_category();  // in the library: one type information for all libraries
};

}  // namespace anode::detail
