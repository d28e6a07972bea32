// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace anode::message {

/// The request methods that a server accepts. Any other method is `error::invalid_method`.
///
/// **Node**: `http.METHODS`, in the same alphabetical order.
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
  unknown,  ///< any other method; also the value for a response
};

/// The names of all methods except `unknown`, indexed by the enumerator's value.
inline constexpr std::array<std::string_view, 35> method_names{
    "ACL",       "BIND",      "CHECKOUT", "CONNECT",  "COPY",   "DELETE",     "GET",
    "HEAD",      "LINK",      "LOCK",     "M-SEARCH", "MERGE",  "MKACTIVITY", "MKCALENDAR",
    "MKCOL",     "MOVE",      "NOTIFY",   "OPTIONS",  "PATCH",  "POST",       "PROPFIND",
    "PROPPATCH", "PURGE",     "PUT",      "QUERY",    "REBIND", "REPORT",     "SEARCH",
    "SOURCE",    "SUBSCRIBE", "TRACE",    "UNBIND",   "UNLINK", "UNLOCK",     "UNSUBSCRIBE"};

/// Returns the method with the given name, or `method::unknown`. Methods are case-sensitive (RFC
/// 9110 section 9.1).
method find_method(std::string_view name) noexcept;

/// Returns the name of a method, a view of static storage; empty for `unknown`.
constexpr std::string_view name_of(method m) noexcept {
  return m == method::unknown ? std::string_view() : method_names[static_cast<std::size_t>(m)];
}

}  // namespace anode::message
