// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::web {

/// The elements of a list of entity tags (RFC 9110 section 5.6.1), one at a time.
///
/// Empty elements are skipped. The list ends at its first malformed element.
class entity_tag_list {
public:
  /// Reads the value of If-Match or If-None-Match, which must outlive this object.
  explicit entity_tag_list(std::string_view value) noexcept : rest_(value) {}

  /// Returns the next entity tag with its quotes; an empty view at the end of the list.
  std::string_view next() noexcept;

  /// Returns whether the list ended at a malformed element. Valid after `next` returned an empty
  /// view.
  bool is_malformed() const noexcept { return malformed_; }

private:
  std::string_view fail() noexcept;

  std::string_view rest_;
  bool malformed_ = false;
};

}  // namespace anode::web
