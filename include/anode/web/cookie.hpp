// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Cookies (RFC 6265bis): those of a request, and the Set-Cookie header of a response. Needs the
/// library `anode-web`.

#include <anode/detail/export.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// Returns the first cookie of that name in a Cookie header, or nothing. Names are compared with
/// case. The view refers to `header`; the value is not decoded, and quotes belong to it.
ANODE_EXPORT std::optional<std::string_view> find_cookie(std::string_view header,
                                                         std::string_view name) noexcept;

/// Returns the names and values of a Cookie header in their order, as views into `header`. Parts
/// without a name are skipped. Values are not decoded.
ANODE_EXPORT std::vector<std::pair<std::string_view, std::string_view>> parse_cookies(
    std::string_view header);

/// To which requests of other sites a browser adds a cookie.
enum class same_site : std::uint8_t {
  unset,   ///< the browser decides; most do as with `lax`
  strict,  ///< to none
  lax,     ///< only if the user follows a link
  none,    ///< to all; needs `secure`
};

/// A cookie that a server sets.
///
///     c.set_cookie(web::set_cookie("id", id).path("/").http_only().secure());
///
/// Without `max_age` and `expires` the cookie ends with the browser. Without `domain` only the host
/// of the response gets it back.
class ANODE_EXPORT set_cookie {
public:
  /// Makes a cookie.
  /// @param name a token, for example "id".
  /// @param value visible ASCII without quotes, comma, semicolon and backslash; quotes around the
  ///   whole are allowed. Encode other text with `percent_encode` or Base64.
  /// @throws exception with `error::invalid_arg_value`, also if name and value have more than 4,096
  ///   bytes, which browsers ignore.
  set_cookie(std::string_view name, std::string_view value);

  /// Makes a cookie that removes the one of that name. Path and domain must be those of the cookie.
  static set_cookie removal(std::string_view name);

  /// Sets the path below which the cookie is sent; the default is the folder of the request's path.
  /// @throws exception with `error::invalid_arg_value` unless it begins with `/` and has no
  ///   semicolon and no control byte.
  set_cookie& path(std::string_view path);

  /// Sets the domain whose hosts get the cookie. A leading dot has no meaning.
  /// @throws exception with `error::invalid_arg_value` if it is empty or is no host name.
  set_cookie& domain(std::string_view domain);

  /// Sets the time that the cookie lives; 0 or less removes it. Browsers limit it to 400 days.
  set_cookie& max_age(std::chrono::seconds age);

  /// Sets the time when the cookie ends. `max_age` has precedence.
  set_cookie& expires(std::chrono::system_clock::time_point time);

  /// Sets whether only https requests get the cookie; default false.
  set_cookie& secure(bool on = true);

  /// Sets whether scripts cannot read the cookie; default false.
  set_cookie& http_only(bool on = true);

  /// Sets which requests of other sites get the cookie.
  set_cookie& same_site(web::same_site value);

  /// Sets whether each top-level site has a cookie of its own (CHIPS); default false.
  set_cookie& partitioned(bool on = true);

  /// Returns the name.
  std::string const& name() const noexcept { return name_; }

  /// Returns the value.
  std::string const& value() const noexcept { return value_; }

  /// Returns the value of the Set-Cookie header.
  /// @throws exception with `error::invalid_arg_value` for a combination that browsers ignore: a
  ///   name with the prefix `__Secure-`, `same_site::none` or `partitioned` without `secure`; a
  ///   name with the prefix `__Host-` without `secure` and `path("/")` or with a domain.
  std::string to_string() const;

private:
  void check() const;

  std::string name_;
  std::string value_;
  std::string path_;
  std::string domain_;
  std::optional<std::chrono::seconds> max_age_;
  std::optional<std::chrono::sys_seconds> expires_;
  web::same_site same_site_ = web::same_site::unset;
  bool secure_ = false;
  bool http_only_ = false;
  bool partitioned_ = false;
};

}  // namespace anode::web
