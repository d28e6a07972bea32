// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/server_response.hpp>
#include <anode/web/context.hpp>

#include <chrono>
#include <string_view>
#include <utility>

/// The parts of the core that this library needs, each behind one function. Where the core does not
/// have such a part, the function does the same with what there is.
namespace anode::web::core_access {

/// Keeps `c` until the exchange is closed.
template <class Request>
void keep(Request& req, http::server_response& res, anode::detail::ptr<context> c) {
  if constexpr (requires { req.template emplace_data<anode::detail::ptr<context>>(c); }) {
    req.template emplace_data<anode::detail::ptr<context>>(std::move(c));
  } else {
    res.on_close([kept = std::move(c)] {});
  }
}

/// Returns the path of the target, without query and without the origin of an absolute-form.
template <class Request>
std::string_view path_of(Request const& req) noexcept {
  if constexpr (requires { req.path(); }) {
    return req.path();
  } else {
    std::string_view const target = req.url();
    std::string_view const path = target.substr(0, target.find_first_of("?#"));
    std::size_t const origin = path.starts_with('/') ? std::string_view::npos : path.find("://");
    if (origin == std::string_view::npos) {
      return path;
    }
    std::size_t const begin = path.find('/', origin + 3);
    return begin == std::string_view::npos ? std::string_view("/") : path.substr(begin);
  }
}

/// Returns the query of the target, without the question mark.
template <class Request>
std::string_view query_of(Request const& req) noexcept {
  if constexpr (requires { req.query(); }) {
    return req.query();
  } else {
    std::string_view target = req.url();
    target = target.substr(0, target.find('#'));
    std::size_t const mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
}

/// Calls `f(done_facts)` once when the exchange is over.
template <class Response, class F>
void on_done(Response& res, F f) {
  if constexpr (requires { res.on_done([](auto const&) {}); }) {
    res.on_done([f = std::move(f)](auto const& facts) {
      f(done_facts{facts.status, facts.body_bytes, facts.finished - facts.received, facts.aborted});
    });
  } else {
    auto const begin = std::chrono::steady_clock::now();
    res.on_close([&res, begin, f = std::move(f)] {
      f(done_facts{res.headers_sent() ? res.status_code() : 0, 0,
                   std::chrono::steady_clock::now() - begin, !res.writable_finished()});
    });
  }
}

}  // namespace anode::web::core_access
