// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/ascii.hpp"

#include <anode/headers.hpp>

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

/// Returns whether `text` can be a request target on the wire: not empty, no byte up to 0x20, no
/// 0x7f. Node's rule, except that it accepts 0x7f; bytes from 0x80 are accepted by both.
bool is_request_target(std::string_view text) noexcept;

/// Returns whether `word` (in lower case) stands in `text` without a letter, digit or underscore
/// on either side, without regard to case.
///
/// **Node**: its regular expressions `(?:^|\W)word(?:$|\W)` on Connection, Transfer-Encoding, TE
/// and Expect.
bool has_word(std::string_view text, std::string_view word) noexcept;

/// Returns the number that consists of digits only, or nothing: also for an overflow.
std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;

/// Returns whether the body of a request of this method needs no announcement: those for which
/// Node sends neither Content-Length nor chunks unless told to (GET, HEAD, DELETE, OPTIONS, TRACE,
/// CONNECT).
bool is_bodyless_method(std::string_view method) noexcept;

/// Returns whether a final response with this status never has a body: 1xx, 204, 304.
constexpr bool is_bodyless_status(int status) noexcept {
  return status == 204 || status == 304 || (status >= 100 && status <= 199);
}

/// Returns whether `value` has the form of a Link value that Node lets into early hints.
bool is_link_value(std::string_view value) noexcept;

/// Throws unless `method` is a token.
/// @throws exception with `error::invalid_http_token`, "Method must be a valid HTTP token ["G T"]".
void validate_method(std::string_view method);

/// Throws unless `target` can be a request target.
/// @throws exception with `error::unescaped_characters`, "Request path contains unescaped
///   characters".
void validate_request_target(std::string_view target);

/// Throws unless `reason` can be a reason phrase.
/// @throws exception with `error::invalid_char`, "Invalid character in statusMessage".
void validate_reason(std::string_view reason);

/// Throws unless `status` has three digits.
/// @throws exception with `error::invalid_status_code`, "Invalid status code: 99".
void validate_status(int status);

/// The names of headers whose lists are sent as one line, joined with "; ".
///
/// **Node**: the option `uniqueHeaders`.
class unique_headers {
public:
  unique_headers() = default;
  explicit unique_headers(std::vector<std::string> names) : names_(std::move(names)) {}

  bool contains(std::string_view name) const noexcept;
  bool empty() const noexcept { return names_.empty(); }

private:
  std::vector<std::string> names_;
};

}  // namespace anode::message
