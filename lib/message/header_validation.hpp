// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/ascii.hpp"

#include <anode/headers.hpp>
#include <anode/http_validation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::message {

using anode::base::is_header_text;
using anode::base::is_token;
using anode::base::names_equal;
using anode::base::to_lower;

/// Returns whether `text` is valid as a request target: not empty, no byte up to 0x20, no 0x7f.
/// Bytes from 0x80 are valid.
///
/// **Node**: accepts 0x7f.
bool is_request_target(std::string_view text) noexcept;

/// Returns whether `text` contains `word` as a whole word, ignoring case. A letter, digit or
/// underscore next to the match excludes it. `word` must be in lower case.
///
/// **Node**: its regular expressions `(?:^|\W)word(?:$|\W)` on Connection, Transfer-Encoding, TE
/// and Expect.
bool has_word(std::string_view text, std::string_view word) noexcept;

/// Parses a decimal number. Returns nothing if `text` is empty, contains a byte that is not a
/// digit, or overflows.
std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;

/// Returns whether requests with this method have no body by default: GET, HEAD, DELETE, OPTIONS,
/// TRACE, CONNECT. For these methods Node adds neither Content-Length nor chunked coding by
/// default.
bool is_bodyless_method(std::string_view method) noexcept;

/// Returns whether a response with this status never has a body: 1xx, 204, 304.
constexpr bool is_bodyless_status(int status) noexcept {
  return status == 204 || status == 304 || (status >= 100 && status <= 199);
}

/// Returns whether `value` is a Link value that Node accepts in early hints.
bool is_link_value(std::string_view value) noexcept;

/// Returns the validation that two options select.
/// @throws exception with `error::invalid_arg_value` if they contradict each other: `relaxed` and
///   `insecure_http_parser`.
http::http_validation validation_of(http::http_validation chosen, bool insecure_http_parser);

/// Throws unless `value` is valid to send.
/// @throws exception with `error::invalid_char`, "Invalid character in header content ["name"]".
void validate_value(std::string_view name, std::string_view value, bool relaxed);

/// Throws unless `method` is a token.
/// @throws exception with `error::invalid_http_token`, "Method must be a valid HTTP token ["G T"]".
void validate_method(std::string_view method);

/// Throws unless `target` is valid as a request target.
/// @throws exception with `error::unescaped_characters`, "Request path contains unescaped
///   characters".
void validate_request_target(std::string_view target);

/// Throws unless `reason` is valid as a reason phrase.
/// @throws exception with `error::invalid_char`, "Invalid character in statusMessage".
void validate_reason(std::string_view reason);

/// Throws unless `status` has three digits (100 to 999).
/// @throws exception with `error::invalid_status_code`, "Invalid status code: 99".
void validate_status(int status);

/// The names of headers whose lists of values are sent as one field line, joined with "; ".
///
/// **Node**: the option `uniqueHeaders`.
class unique_headers {
public:
  unique_headers() = default;
  explicit unique_headers(std::vector<std::string> names) : names_(std::move(names)) {}

  /// Returns whether a name is in the set, ignoring case.
  bool contains(std::string_view name) const noexcept;
  bool empty() const noexcept { return names_.empty(); }

private:
  std::vector<std::string> names_;
};

}  // namespace anode::message
