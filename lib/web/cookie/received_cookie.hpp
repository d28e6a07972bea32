// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/cookie.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// A cookie of a Set-Cookie header. The views refer to the header.
struct received_cookie {
  std::string_view name{};
  std::string_view value{};
  /// The domain in lower case, without a leading dot; empty if there is none: only the exact host.
  std::string domain{};
  /// The path; empty if there is none or it does not begin with `/`: the folder of the request.
  std::string_view path{};
  /// When the cookie ends, from Max-Age or else Expires, at most 400 days ahead; nothing: with the
  /// session. A time in the past removes the cookie.
  std::optional<std::chrono::sys_seconds> expires{};
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
  web::same_site same_site = web::same_site::unset;
};

/// Parses the value of a Set-Cookie header by the algorithm of RFC 6265bis section 5.6. Returns
/// nothing if the cookie has to be ignored: control bytes, more than 4,096 bytes of name and value,
/// or an empty name, which the algorithm allows and we do not.
std::optional<received_cookie> parse_set_cookie(std::string_view header,
                                                std::chrono::sys_seconds now);

}  // namespace anode::web
