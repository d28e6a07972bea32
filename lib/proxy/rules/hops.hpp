// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/field_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::proxy::rules {

/// The most names that Connection may have. Each name costs a comparison for each field.
inline constexpr std::size_t most_connection_names = 32;

/// Returns whether Connection names at most `most_connection_names` fields.
bool has_few_connection_names(http::field_lines const& fields) noexcept;

/// Returns the value of Via for a message that is passed on (RFC 9110 section 7.6.3).
/// @param minor the minor version of HTTP of the received message
/// @param name the pseudonym of the proxy
/// @param tag identifies the instance of the proxy; empty: none
std::string via_value(int minor, std::string_view name, std::string_view tag);

/// Returns whether a member of a Via field has the pseudonym and the tag of this proxy, therefore
/// the request has come here before. Two proxies with one pseudonym have different tags.
bool is_loop(http::field_lines const& fields, std::string_view name, std::string_view tag) noexcept;

/// What Max-Forwards asks for (RFC 9110 section 7.6.2).
enum class hop_limit : std::uint8_t {
  none,     ///< nothing: the method has no such field, or its value is invalid
  pass,     ///< pass on with one hop less
  options,  ///< respond to OPTIONS here
  trace,    ///< TRACE ends here
};

/// Reads Max-Forwards.
/// @param left the hops that are left behind this one, for `pass`
hop_limit read_max_forwards(std::string_view method, http::field_lines const& fields,
                            unsigned& left) noexcept;

}  // namespace anode::proxy::rules
