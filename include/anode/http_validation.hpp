// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>

namespace anode::http {

/// How strictly the bytes of messages are validated.
///
/// **Node**: the option `httpValidation` of later versions.
enum class http_validation : std::uint8_t {
  /// RFC 9110 and 9112: a header value has tabs, spaces, visible characters and bytes from 0x80.
  strict,
  /// The rule of the Fetch standard: a header value may have any byte but NUL, CR and LF, in both
  /// directions. Everything else is validated as with `strict`, the framing of bodies too. For
  /// proxies and clients that meet such values.
  relaxed,
  /// Accepts received messages that violate HTTP, as `insecure_http_parser` does; values to send
  /// are validated as with `relaxed`. Dangerous: enables request smuggling.
  insecure,
};

}  // namespace anode::http
