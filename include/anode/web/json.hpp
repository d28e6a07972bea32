// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The hook for JSON libraries.

#include <anode/web/error.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace anode::web {

/// How a type is written as JSON and read from it. The default is that of nlohmann::json: a member
/// function `dump()` and a static function `parse(text)`. Specialize it for others, for example for
/// Boost.JSON:
///
///     template <>
///     struct anode::web::json_traits<boost::json::value> {
///       static std::string write(boost::json::value const& v) { return serialize(v); }
///       static boost::json::value read(std::string_view text) { return boost::json::parse(text); }
///     };
///
/// `read` throws an exception derived from `std::exception` if the text is not valid JSON.
template <class T>
struct json_traits {
  /// Returns the JSON text of a value.
  static std::string write(T const& value) { return value.dump(); }

  /// Returns the value of a JSON text.
  static T read(std::string_view text) { return T::parse(text); }
};

namespace detail {

/// Reads JSON that a peer sent. The error names the position, if the library tells it, and nothing
/// of the text.
template <class T>
T read_json(std::string_view text) {
  if constexpr (requires(typename T::parse_error const& e) { std::to_string(e.byte); }) {
    try {
      return json_traits<T>::read(text);
    } catch (typename T::parse_error const& e) {
      throw http_error(400, "The body is not valid JSON at byte " + std::to_string(e.byte));
    }
  } else {
    try {
      return json_traits<T>::read(text);
    } catch (std::exception const&) {
      throw http_error(400, "The body is not valid JSON");
    }
  }
}

}  // namespace detail

}  // namespace anode::web
