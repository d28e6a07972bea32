// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace anode::message {

/// The request methods that a server takes; any other is `error::invalid_method`.
///
/// **Node**: `http.METHODS`, in its (alphabetical) order.
enum class method : std::uint8_t {
  acl,
  bind,
  checkout,
  connect,
  copy,
  delete_,
  get,
  head,
  link,
  lock,
  m_search,
  merge,
  mkactivity,
  mkcalendar,
  mkcol,
  move,
  notify,
  options,
  patch,
  post,
  propfind,
  proppatch,
  purge,
  put,
  query,
  rebind,
  report,
  search,
  source,
  subscribe,
  trace,
  unbind,
  unlink,
  unlock,
  unsubscribe,
  unknown,  ///< none of them; also what a response has
};

/// The names of all methods but `unknown`, at the index of their value.
inline constexpr std::array<std::string_view, 35> method_names{
    "ACL",       "BIND",      "CHECKOUT", "CONNECT",  "COPY",   "DELETE",     "GET",
    "HEAD",      "LINK",      "LOCK",     "M-SEARCH", "MERGE",  "MKACTIVITY", "MKCALENDAR",
    "MKCOL",     "MOVE",      "NOTIFY",   "OPTIONS",  "PATCH",  "POST",       "PROPFIND",
    "PROPPATCH", "PURGE",     "PUT",      "QUERY",    "REBIND", "REPORT",     "SEARCH",
    "SOURCE",    "SUBSCRIBE", "TRACE",    "UNBIND",   "UNLINK", "UNLOCK",     "UNSUBSCRIBE"};

/// Returns the method called `name`, by exact spelling (RFC 9110 section 9.1: methods are
/// case-sensitive), or `method::unknown`.
method find_method(std::string_view name) noexcept;

/// Returns the name of `m`, of static storage; empty for `unknown`.
constexpr std::string_view name_of(method m) noexcept {
  return m == method::unknown ? std::string_view() : method_names[static_cast<std::size_t>(m)];
}

}  // namespace anode::message
