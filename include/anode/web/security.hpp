// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers for browsers: security headers and cross-origin requests. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/web/router.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// The settings of `security_headers`. An empty text omits a header.
class ANODE_EXPORT security_options {
public:
  /// Sets Content-Security-Policy; default: none, because it depends on the pages.
  security_options& content_security_policy(std::string_view value);

  /// Sets X-Frame-Options; default "SAMEORIGIN".
  security_options& frame_options(std::string_view value);

  /// Sets Referrer-Policy; default "strict-origin-when-cross-origin".
  security_options& referrer_policy(std::string_view value);

  /// Sets Cross-Origin-Opener-Policy; default "same-origin".
  security_options& opener_policy(std::string_view value);

  /// Sets Strict-Transport-Security on encrypted connections; default: none. 0 makes browsers
  /// forget it.
  security_options& strict_transport_security(std::chrono::seconds age, bool subdomains = false);

  /// Returns the headers: names and values.
  std::vector<std::pair<std::string, std::string>> headers() const;

  /// Returns the value of Strict-Transport-Security; empty: none.
  std::string const& transport() const noexcept { return transport_; }

private:
  std::string policy_;
  std::string frame_ = "SAMEORIGIN";
  std::string referrer_ = "strict-origin-when-cross-origin";
  std::string opener_ = "same-origin";
  std::string transport_;
};

/// Returns a layer that sets headers which make browsers more careful, and
/// `X-Content-Type-Options: nosniff`. A handler can replace each.
ANODE_EXPORT layer security_headers(security_options options = security_options());

/// The settings of `cors`.
class ANODE_EXPORT cors_options {
public:
  /// Allows no other origin.
  cors_options() = default;

  /// Allows an origin, for example "https://app.example"; compared byte for byte.
  /// @throws exception with `error::invalid_arg_value` if the text is not `scheme://host[:port]` in
  ///   lower case without a path, as browsers send it.
  cors_options& origin(std::string_view value);

  /// Allows the origins for which the function returns true, besides those of `origin`. It is not
  /// asked for "null", which is never allowed.
  cors_options& origins(std::function<bool(std::string_view)> f);

  /// Allows every origin, without credentials.
  cors_options& any_origin();

  /// Allows requests with cookies and other credentials.
  cors_options& credentials(bool on = true);

  /// Allows request headers besides the simple ones, for example "X-Api-Key".
  cors_options& header(std::string_view name);

  /// Lets scripts see a response header besides the simple ones.
  cors_options& expose(std::string_view name);

  /// Sets how long a browser may remember the answer; default 10 minutes.
  cors_options& max_age(std::chrono::seconds age);

private:
  friend struct cors_layer;
  std::vector<std::string> origins_;
  std::function<bool(std::string_view)> allowed_;
  bool any_ = false;
  bool credentials_ = false;
  std::string headers_;
  std::string exposed_;
  std::chrono::seconds age_{600};
};

/// Returns a layer that lets scripts of other origins read the responses, and answers the preflight
/// requests of browsers: with the methods that the routes of the path have. Add it before layers
/// that require credentials, because a preflight request has none. A request of another origin that
/// is not allowed is handled without the headers, and the browser withholds its response; such a
/// preflight request is answered 204 without the headers. `Vary: Origin` is always set.
/// @throws exception with `error::invalid_arg_value` for `any_origin` with `credentials`.
ANODE_EXPORT layer cors(cors_options options);

}  // namespace anode::web
