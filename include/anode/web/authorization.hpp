// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The Authorization header: Basic (RFC 7617) and Bearer (RFC 6750), and a comparison for secrets.
/// Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// The name and the password of Basic authentication.
struct basic_credentials {
  std::string name{};      ///< without a colon
  std::string password{};  ///< any bytes
};

/// Parses the value of an Authorization header with the scheme Basic.
/// @return nothing for another scheme, malformed Base64, a missing colon or control bytes.
ANODE_EXPORT std::optional<basic_credentials> parse_basic_authorization(std::string_view value);

/// Returns the value of an Authorization header with the scheme Basic.
/// @throws exception with `error::invalid_arg_value` if `name` contains a colon, or either contains
///   a control byte.
ANODE_EXPORT std::string basic_authorization(std::string_view name, std::string_view password);

/// Returns the token of an Authorization header with the scheme Bearer, as a view into `value`;
/// nothing for another scheme or a malformed token.
ANODE_EXPORT std::optional<std::string_view> parse_bearer_authorization(
    std::string_view value) noexcept;

/// Compares a text that a peer sent with a secret. The time depends only on the length of `given`,
/// therefore it tells neither how much of the text is right nor the length of the secret.
ANODE_EXPORT bool equal_constant_time(std::string_view given, std::string_view secret) noexcept;

}  // namespace anode::web
