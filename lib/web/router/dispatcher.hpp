// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/router/route_table.hpp"

#include <anode/web/context.hpp>
#include <anode/web/router.hpp>

#include <array>
#include <exception>
#include <memory>

namespace anode::web::detail {

/// Why a request has no route.
enum class no_route_reason : unsigned char {
  none,         ///< it has one
  bad_path,     ///< 400
  no_path,      ///< 404
  no_method,    ///< 405
  options,      ///< answered with Allow
  other_slash,  ///< redirected
};

/// Finds the route of a request and runs its chain.
struct dispatcher {
  using table_ptr = std::shared_ptr<route_table const>;

  /// Begins to handle a request. Returns an empty awaitable if no coroutine has to run: the
  /// response is ended, or a plain handler will end it.
  /// @throws what the handler throws; pass it to `answer_exception`.
  static net::awaitable<void> start(http::incoming_message& req, http::server_response& res,
                                    table_ptr const& table);

  /// Answers the exception of `start`, or of its awaitable.
  static void answer_exception(http::incoming_message& req, http::server_response& res,
                               table_ptr const& table, std::exception_ptr const& error);

  /// Handles a request. The awaitable completes when the handler has answered.
  static net::awaitable<void> run(http::incoming_message& req, http::server_response& res,
                                  table_ptr const& table);

  /// Runs an element of the chain of `c`.
  static net::awaitable<void> run_stage(context& c, std::size_t stage);

  /// Answers a request whose handler or layer threw, and reports what became 500.
  static void answer_exception(context& c, std::exception_ptr const& error) noexcept;

  /// Passes an exception to the listeners, or writes it to standard error.
  static void report(context& c, std::exception_ptr const& error) noexcept;

  /// Returns the handler of requests without a route.
  static std::shared_ptr<handler const> fallback();

  /// Returns the methods of the routes of this path, in the form of an Allow header.
  static std::string methods(context const& c);

private:
  /// What the tree of a site finds for a request.
  struct found {
    site const* at;
    route_match match;
    std::array<path_value, most_parameters> values;
  };

  static anode::detail::ptr<context> make_context(http::incoming_message& req,
                                                  http::server_response& res,
                                                  table_ptr const& table);
  static net::awaitable<void> begin(context& c, found const& f);
  static found find(route_table const& table, http::incoming_message const& req);
  static void keep(context& c, found const& f);
  static void find_fallback(context& c, site const& s, std::string_view path);
  static void find_canonical(context& c, site const& s, std::string_view raw);
  static void decode_values(context& c, path_value* values, std::size_t count);
  static bool has_other_slash(context& c, site const& s, std::string_view path);
  static void answer_fallback(context& c);
  static void redirect_slash(context& c);
  static handler const& last_of(context const& c);
  static net::awaitable<void> run_handler(context& c);
  static net::awaitable<void> answered(context& c);
  static net::awaitable<void> done();
  static net::awaitable<void> wait_end(anode::detail::ptr<context> c);
  static net::awaitable<void> guard(anode::detail::ptr<context> c, net::awaitable<void> work);
};

}  // namespace anode::web::detail
