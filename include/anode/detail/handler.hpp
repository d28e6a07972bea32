// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace anode::http::detail {

/// A type of a library whose requests often need no coroutine, such as `web::router`. Besides the
/// call operator it has `start`, which returns an empty awaitable for such a request: the response
/// is ended, or will be ended later, as that of a plain callback.
template <class D, class... Args>
concept starting_handler = requires(D const& d, Args... args) {
  { d.start(std::forward<Args>(args)...) } -> std::same_as<boost::asio::awaitable<void>>;
};

/// A type that answers the exceptions that leave its `start` and the awaitable of it. If that
/// throws, the server answers.
template <class D, class... Args>
concept answers_exceptions = starting_handler<D, Args...> &&
                             requires(D const& d, Args... args, std::exception_ptr const& error) {
                               {
                                 d.answer_exception(std::forward<Args>(args)..., error)
                               } -> std::same_as<void>;
                             };

/// The handler of an event that has one handler: a coroutine or a plain callback. Copies of the
/// object share a move-only callable.
template <class... Args>
class handler {
public:
  /// Makes an empty handler.
  handler() = default;

  /// Stores a callable that returns void or `net::awaitable<void>`.
  template <class F, class D = std::decay_t<F>>
    requires(!std::same_as<D, handler> && std::invocable<D&, Args...>)
  handler(F&& f) {
    using result = std::invoke_result_t<D&, Args...>;
    static_assert(
        std::is_void_v<result> || std::is_convertible_v<result, boost::asio::awaitable<void>>,
        "anode: a handler returns void or boost::asio::awaitable<void>; its result would be lost, "
        "and a coroutine of another type would never run.");
    if constexpr (starting_handler<D, Args...>) {
      start = [d = D(f)](Args... args) { return d.start(std::forward<Args>(args)...); };
    }
    if constexpr (answers_exceptions<D, Args...>) {
      answer_exception = [d = D(f)](Args... args, std::exception_ptr const& error) {
        d.answer_exception(std::forward<Args>(args)..., error);
      };
    }
    if constexpr (!std::copy_constructible<D>) {
      set<result>([shared = std::make_shared<D>(std::forward<F>(f))](Args... args) -> result {
        return std::invoke(*shared, std::forward<Args>(args)...);
      });
    } else {
      set<result>(std::forward<F>(f));
    }
  }

  /// Returns whether a callable is stored.
  explicit operator bool() const noexcept { return callback || coroutine; }

  /// Set for a plain callback.
  std::function<void(Args...)> callback;
  /// Set for a coroutine.
  std::function<boost::asio::awaitable<void>(Args...)> coroutine;
  /// Set for a `starting_handler`, beside `coroutine`.
  std::function<boost::asio::awaitable<void>(Args...)> start;
  /// Set for a handler that `answers_exceptions`.
  std::function<void(Args..., std::exception_ptr const&)> answer_exception;

private:
  template <class Result, class F>
  void set(F&& f) {
    if constexpr (std::is_void_v<Result>) {
      callback = std::forward<F>(f);
    } else {
      coroutine = std::forward<F>(f);
    }
  }
};

}  // namespace anode::http::detail
