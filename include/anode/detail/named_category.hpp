// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>

namespace anode::detail {

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
