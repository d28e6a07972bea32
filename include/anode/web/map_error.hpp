// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// A layer that turns exceptions into responses. Needs the library `anode-web`.

#include <anode/web/router.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace anode::web {

namespace detail {

template <class Error, class F>
net::awaitable<void> run_mapped(F const& map, next rest) {
  std::optional<http_error> mapped;
  try {
    co_await rest();
  } catch (Error const& e) {
    mapped.emplace(std::invoke(map, e));
  }
  if (mapped) {
    throw *mapped;
  }
}

}  // namespace detail

/// Returns a layer that replaces exceptions of a type by an `http_error`:
///
///     app.use(web::map_error<std::out_of_range>(
///         [](auto const& e) { return web::http_error(404, e.what()); }));
/// @tparam Error the type of the exceptions, and of those derived from it.
/// @param map returns the `http_error`. It can also throw another exception.
template <class Error, class F>
  requires std::invocable<F const&, Error const&>
layer map_error(F map) {
  static_assert(std::is_convertible_v<std::invoke_result_t<F const&, Error const&>, http_error>,
                "anode: the function of map_error returns an http_error");
  return [map = std::move(map)](context&, next rest) -> net::awaitable<void> {
    return detail::run_mapped<Error>(map, rest);
  };
}

}  // namespace anode::web
