// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <string>
#include <string_view>

namespace samples {

/// The user who may use a proxy, and the check of it (RFC 7617, RFC 9110 section 11.7).
class credentials {
public:
  /// Lets everybody in.
  credentials() = default;

  /// Lets in who knows "name:password".
  explicit credentials(std::string_view user);

  /// Returns whether a request may pass; takes the same time for every wrong password of a length.
  bool permit(anode::http::incoming_message const& req) const;

  /// The head's line that asks for them, with its end.
  static constexpr std::string_view challenge =
      "Proxy-Authenticate: Basic realm=\"forward_proxy\", charset=\"UTF-8\"\r\n";

private:
  std::string expected_;  // base64; empty: nobody is asked
};

}  // namespace samples
