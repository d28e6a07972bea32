// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// Returns the host of the value of a Host header or of an authority: without port, in lower case,
/// without a final dot. IPv6 addresses keep their brackets.
std::string host_of(std::string_view authority);

/// Returns the authority of a target in absolute-form, "http://host/path"; nothing in other forms.
std::optional<std::string_view> authority_of(std::string_view target) noexcept;

/// Finds a number by the name of a host: an exact name, or `*.` and a name for all hosts below it.
class host_table {
public:
  /// Adds a name.
  /// @return false if the table has it.
  /// @throws exception with `error::invalid_arg_value` if it is no name of a host.
  bool add(std::string_view name, std::uint32_t value);

  /// Returns the number of a host, as `host_of` returns it: of the exact name, else of the longest
  /// `*.` that matches.
  std::optional<std::uint32_t> find(std::string_view host) const noexcept;

  /// Returns whether the table has no names.
  bool empty() const noexcept { return names_.empty(); }

private:
  std::vector<std::pair<std::string, std::uint32_t>> names_;  // sorted; of `*.a.b` the text ".a.b"
};

}  // namespace anode::web
