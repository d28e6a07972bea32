// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The cookies of a client (RFC 6265bis). Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

class cookie_store;

/// Keeps the cookies that servers set, and chooses those of a request.
///
/// A cookie with a Domain is shared with other hosts, which must not happen for domains under which
/// anyone can register, such as "co.uk". Without a list of these (`public_suffixes`) or
/// `trust_domains`, a jar ignores cookies for domains other than the exact host.
///
/// The jar has at most 180 cookies for each domain, and 3,000 in all; the one that was not used for
/// the longest time goes first. A cookie has the limits of RFC 6265bis: 4,096 bytes, 400 days.
/// SameSite is not enforced, because a client has no site. Cookies do not depend on the port.
///
/// The object is a handle: copies refer to the same cookies. Its functions may be called on several
/// threads.
/// **Node**: none; the package tough-cookie.
class ANODE_EXPORT cookie_jar {
public:
  /// Makes an empty jar.
  cookie_jar();

  /// Makes another handle to the same cookies. There is no move, therefore no handle is empty.
  cookie_jar(cookie_jar const&) noexcept = default;
  cookie_jar& operator=(cookie_jar const&) noexcept = default;  ///< copies the handle

  /// Sets the function that tells whether a domain, in lower case, is a public suffix. With libpsl:
  /// `[](std::string_view d) { return psl_is_public_suffix(psl_builtin(), std::string(d).c_str());
  /// }`. The function must be callable on each thread that uses the jar, and must not use the jar.
  cookie_jar& public_suffixes(std::function<bool(std::string_view domain)> f);

  /// Accepts cookies for any domain with a dot that contains the host. Only for servers that are
  /// all trusted.
  cookie_jar& trust_domains(bool on = true);

  /// Stores a cookie, or removes the one that it expires.
  /// @param url the absolute URL of the request.
  /// @param set_cookie the value of one Set-Cookie header.
  /// @return false if the cookie is ignored, or `url` is none.
  bool store(std::string_view url, std::string_view set_cookie, std::chrono::sys_seconds now);

  /// Returns the Cookie header of a request, at most 8,190 bytes; empty if there are no cookies.
  /// Cookies with longer paths come first, then older ones.
  std::string header(std::string_view url, std::chrono::sys_seconds now);

  /// Returns the number of cookies, expired ones included.
  std::size_t size() const;

  /// Returns whether there are no cookies.
  bool empty() const { return size() == 0; }

  /// Removes all cookies.
  void clear();

  /// Returns the cookies as text that `load` reads: the format of Netscape and curl, one cookie a
  /// line, cookies of the session included. The text contains secrets.
  std::string save(std::chrono::sys_seconds now) const;

  /// Adds the cookies of a text in the format of Netscape and curl. Skips malformed and expired
  /// lines.
  /// @return the number of cookies added.
  std::size_t load(std::string_view text, std::chrono::sys_seconds now);

private:
  friend class fetch_call;

  std::shared_ptr<cookie_store> store_;
};

}  // namespace anode::web
