// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// Proxy authentication (RFC 7617, RFC 9110 section 11.7; RFC 1929 for SOCKS5).
class credentials {
public:
  /// Permits every request.
  credentials() = default;

  /// Permits requests with the credentials of one user.
  /// @param user "name:password"
  explicit credentials(std::string_view user);

  /// Permits requests with the credentials of some users; of none, every request.
  /// @param users each "name:password"
  explicit credentials(std::vector<std::string> const& users);

  /// Returns whether credentials are required.
  bool required() const noexcept { return !expected_.empty(); }

  /// Returns whether a request is permitted. The time for wrong credentials depends only on their
  /// length and the number of users.
  bool permit(anode::http::incoming_message const& req) const;

  /// Returns whether a user may connect through SOCKS5.
  bool permit(std::string_view name, std::string_view password) const;

  /// The header line of a 407 response, with its CRLF.
  static constexpr std::string_view challenge =
      "Proxy-Authenticate: Basic realm=\"forward_proxy\", charset=\"UTF-8\"\r\n";

private:
  bool is_expected(std::string_view given) const;

  std::vector<std::string> expected_;  // base64 of "name:password"
};

}  // namespace samples
