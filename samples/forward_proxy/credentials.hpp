// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <string>
#include <string_view>

namespace samples {

/// Proxy authentication with one user (RFC 7617, RFC 9110 section 11.7).
class credentials {
public:
  /// Permits every request.
  credentials() = default;

  /// Permits requests with these credentials.
  /// @param user "name:password"
  explicit credentials(std::string_view user);

  /// Returns whether a request is permitted. The time for wrong credentials depends only on their
  /// length.
  bool permit(anode::http::incoming_message const& req) const;

  /// The header line of a 407 response, with its CRLF.
  static constexpr std::string_view challenge =
      "Proxy-Authenticate: Basic realm=\"forward_proxy\", charset=\"UTF-8\"\r\n";

private:
  std::string expected_;  // base64; empty: no authentication
};

}  // namespace samples
