// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Finds the handler of a request by method and path. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/detail/handler.hpp>
#include <anode/server.hpp>
#include <anode/web/client_address.hpp>
#include <anode/web/context.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace anode::web {

namespace detail {
class router_state;
}

/// Wraps the handlers of a router: a function `net::awaitable<void>(context&, next)`, see `next`.
using layer = std::function<net::awaitable<void>(context&, next)>;

/// A handler of a route. Made from:
/// - a coroutine `net::awaitable<void>(context&)`;
/// - a function `void(context&)`, or one that returns the `write_operation` of `send` and the like.
///   It may answer later; the context exists until the exchange is closed;
/// - a handler of `http::server`, with the parameters `(incoming_message&, server_response&)`.
///   Unless a layer surrounds it, the router makes no context for it, which is cheaper.
class handler {
public:
  /// Makes an empty handler, which no route accepts.
  handler() = default;

  /// Stores a handler of one of these kinds.
  template <class F, class D = std::decay_t<F>>
    requires(!std::same_as<D, handler> &&
             (std::invocable<D&, context&> ||
              std::invocable<D&, http::incoming_message&, http::server_response&>))
  handler(F&& f) {
    if constexpr (http::detail::starting_handler<D, context&>) {
      coroutine_ = [d = D(std::forward<F>(f))](context& c) { return d.start(c); };
    } else if constexpr (std::invocable<D&, context&>) {
      set<std::invoke_result_t<D&, context&>>(std::forward<F>(f));
    } else {
      set_direct(D(std::forward<F>(f)));
    }
  }

  /// Returns whether a handler is stored.
  explicit operator bool() const noexcept { return plain_ || coroutine_ || direct_; }

private:
  friend struct detail::dispatcher;

  template <class Result>
  static constexpr void check_result() {
    static_assert(
        std::is_void_v<Result> || std::same_as<Result, write_operation> ||
            std::same_as<Result, net::awaitable<void>>,
        "anode: a handler returns void, boost::asio::awaitable<void> or a write_operation; another "
        "result would be lost, and a coroutine of another type would never run.");
  }

  template <class Result, class F>
  void set(F&& f) {
    check_result<Result>();
    if constexpr (std::is_void_v<Result>) {
      plain_ = std::forward<F>(f);
    } else if constexpr (std::same_as<Result, write_operation>) {
      plain_ = [f = std::decay_t<F>(std::forward<F>(f))](context& c) mutable {
        static_cast<void>(std::invoke(f, c));
      };
    } else {
      coroutine_ = std::forward<F>(f);
    }
  }

  template <class F>
  void set_direct(F f) {
    using result = std::invoke_result_t<F&, http::incoming_message&, http::server_response&>;
    check_result<result>();
    if constexpr (std::same_as<result, net::awaitable<void>>) {
      direct_ = std::move(f);
    } else {
      direct_ = [f = std::move(f)](http::incoming_message& req,
                                   http::server_response& res) mutable {
        static_cast<void>(std::invoke(f, req, res));
        return net::awaitable<void>();
      };
    }
  }

  // One of them is set. The last two may return an empty awaitable.
  std::function<void(context&)> plain_;
  std::function<net::awaitable<void>(context&)> coroutine_;
  std::function<net::awaitable<void>(http::incoming_message&, http::server_response&)> direct_;
};

/// A route of a router, for documentation and tests.
struct route_info {
  std::string method{};    ///< empty: any
  std::string host{};      ///< empty: any
  std::string pattern{};   ///< with the prefixes of the routers above it
  std::size_t layers = 0;  ///< that run before the handler
};

/// Finds handlers by method and path, and runs layers around them.
///
///     web::router app;
///     app.get("/items/{id}", [](web::context& c) { c.send("item " + std::string(c.param("id")));
///     }); http::server server{io.get_executor(), app};
///
/// A pattern is `/literal/{name}/{rest...}`: a name stands for one segment that is not empty, a
/// rest for all that follow. The leftmost segment in which two patterns differ decides: a literal
/// before a name before a rest; the order of registration does not matter. The path is split at
/// `/`, and then each segment is decoded once; `%2F` stays inside its segment. Malformed escapes,
/// control bytes and segments `.` and `..`, however spelled, get 400. `/a` and `/a/` are two paths.
///
/// HEAD is served by the route of GET, unless there is one of HEAD. Without a route of OPTIONS, the
/// router answers 204 with `Allow`. A path with routes of other methods only gets 405 with `Allow`,
/// any other path 404. Layers run for these answers too.
///
/// An exception of a handler or layer becomes a response, see `http_error`: 413 for
/// `error::body_too_large`, 500 for other exceptions, which are also reported to `on_error`. An
/// exception after the head is sent closes the connection. Nothing is reported of a client that has
/// disconnected.
///
/// The object is a handle: copies are the same router. The first request fixes it and the routers
/// below it; further changes throw `exception` with `error::invalid_state`.
///
/// **Concurrency**: a router may be used by several servers, also on several threads, if its
/// handlers may. Set it up on one thread.
/// **Node**: Express's `Router`.
class ANODE_EXPORT router {
public:
  /// Makes a router without routes.
  router();

  // Routes. The last argument is the handler; those before it are layers of this route.
  // All throw `exception` with `error::invalid_arg_value` for an invalid pattern, or a route whose
  // method and shape another route has; both are named.

  /// Adds a route of GET, and of HEAD.
  template <class... Args>
  router& get(std::string_view pattern, Args&&... args) {
    return add("GET", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of HEAD alone.
  template <class... Args>
  router& head(std::string_view pattern, Args&&... args) {
    return add("HEAD", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of POST.
  template <class... Args>
  router& post(std::string_view pattern, Args&&... args) {
    return add("POST", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of PUT.
  template <class... Args>
  router& put(std::string_view pattern, Args&&... args) {
    return add("PUT", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of DELETE.
  template <class... Args>
  router& del(std::string_view pattern, Args&&... args) {
    return add("DELETE", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of PATCH.
  template <class... Args>
  router& patch(std::string_view pattern, Args&&... args) {
    return add("PATCH", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of OPTIONS.
  template <class... Args>
  router& options(std::string_view pattern, Args&&... args) {
    return add("OPTIONS", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of all methods for which the pattern has no other.
  template <class... Args>
  router& any(std::string_view pattern, Args&&... args) {
    return add("", pattern, std::forward<Args>(args)...);
  }

  /// Adds a route of any one method; empty: of all others.
  template <class... Args>
    requires(sizeof...(Args) > 0)
  router& add(std::string_view method, std::string_view pattern, Args&&... args) {
    std::vector<layer> layers;
    handler last;
    layers.reserve(sizeof...(Args) - 1);
    append(layers, last, std::forward<Args>(args)...);
    return add_route(method, pattern, std::move(layers), std::move(last));
  }

  /// Adds a layer around all routes of this router and of the routers below it. Layers run in the
  /// order of registration, those of an outer router first. Where in the order of calls a layer is
  /// added relative to the routes does not matter.
  router& use(layer l);

  /// Adds the routes of another router below a prefix, for example "/admin" or "/users/{user}". The
  /// route "/" of that router serves the prefix itself, with and without a final slash. Its layers
  /// also run for paths below the prefix that have no route.
  router& mount(std::string_view prefix, router const& below);

  /// Uses another router for the requests of a host: an exact name, or "*." and a name for all
  /// hosts below it. Such requests see only the routes of that router; the layers of this one run
  /// first. Only the router that the server uses can choose by host.
  /// @throws exception with `error::invalid_arg_value` if the name is no host, or is used already.
  router& host(std::string_view name, router const& other);

  // Settings. Of mounted routers only layers and routes count; the settings are those of the
  // router that the server uses.

  /// Sets the handler of paths without a route. Without it they get 404 with problem details.
  router& not_found(handler h);

  /// Sets whether a path without a route is redirected (308) to the one with or without a final
  /// slash, if that has a route of the method; default false.
  router& redirect_slash(bool on = true);

  /// Sets the proxies whose word about the address of a client counts, see
  /// `context::client_address`.
  router& trust(trusted_proxies proxies);

  /// Sets a function that makes the HTML page of an error. It is used if the client prefers
  /// text/html to JSON. The function must escape the texts of the error.
  router& error_page(std::function<std::string(context&, http_error const&)> page);

  /// Adds a listener for exceptions that became 500 or closed the connection. Without one, they are
  /// written to standard error, one line each.
  router& on_error(std::function<void(context&, std::exception_ptr)> f);

  /// Returns the routes, those of the routers below included, in the order of registration. Call it
  /// after the setup to find mistakes that only the whole shows before the first request does.
  /// @throws exception with `error::invalid_arg_value` if routes of two routers have one shape and
  ///   method, if a prefix and a route have a parameter of one name, or if a router below chooses
  ///   by host. If there is such a mistake, each request fails with that exception.
  std::vector<route_info> routes() const;

  /// Handles a request: the router is a handler of `http::server`.
  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) const;

  /// Handles a request for `http::server`, which calls this function in place of the call operator,
  /// because most requests need no coroutine of the router.
  /// @return the coroutine of the route, with its layers; empty if a plain handler has answered or
  ///   will answer.
  /// @throws what the handler throws, for `answer_exception`.
  net::awaitable<void> start(http::incoming_message& req, http::server_response& res) const;

  /// Answers the exception of `start` or of its awaitable, as the class description says.
  void answer_exception(http::incoming_message& req, http::server_response& res,
                        std::exception_ptr const& error) const;

private:
  static void append(std::vector<layer>&, handler& last, handler h) { last = std::move(h); }
  template <class... More>
    requires(sizeof...(More) > 0)
  static void append(std::vector<layer>& to, handler& last, layer l, More&&... more) {
    to.push_back(std::move(l));
    append(to, last, std::forward<More>(more)...);
  }

  router& add_route(std::string_view method, std::string_view pattern, std::vector<layer> layers,
                    handler h);

  std::shared_ptr<detail::router_state> state_;
};

}  // namespace anode::web
