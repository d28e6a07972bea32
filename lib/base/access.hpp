// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>

#include <utility>

namespace anode::detail {

/// Opens the private parts of the public classes to the library and its tests. All members are
/// templates, because the classes belong to folders above this one.
struct access {
  /// Returns the object that a handle refers to; null for an empty handle.
  template <class Handle>
  static auto* impl(Handle const& handle) noexcept {
    return handle.impl();
  }

  /// Returns the exchange of a client's request; null for an empty handle.
  template <class Request>
  static auto* exchange(Request const& request) noexcept {
    return request.exchange_;
  }

  /// Empties a handle without the effects of its destructor, if it refers to `exchange`.
  template <class Request, class Exchange>
  static void forget(Request& request, Exchange const& exchange) noexcept {
    request.forget(exchange);
  }

  /// Makes an object of a public class from parts that only the library has.
  template <class T, class... Parts>
  static T make(Parts&&... parts) {
    return T(std::forward<Parts>(parts)...);
  }

  /// Sets the details that only some errors have.
  template <class Error, class... Details>
  static void set_details(Error& e, Details&&... details) {
    e.set_details(std::forward<Details>(details)...);
  }
};

}  // namespace anode::detail
