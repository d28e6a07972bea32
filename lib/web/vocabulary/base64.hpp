// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// The two alphabets of RFC 4648.
enum class base64_alphabet : unsigned char {
  standard,  ///< with `+`, `/` and padding
  url,       ///< with `-`, `_` and no padding
};

/// Returns the Base64 text of `bytes`.
std::string base64_encode(std::string_view bytes,
                          base64_alphabet alphabet = base64_alphabet::standard);

/// Returns the bytes of a Base64 text, or nothing if it is malformed. Padding is optional in both
/// alphabets, but must be right if present. The unused bits of the last character must be zero,
/// therefore two texts never mean the same bytes, except for padding.
std::optional<std::string> base64_decode(std::string_view text,
                                         base64_alphabet alphabet = base64_alphabet::standard);

}  // namespace anode::web
