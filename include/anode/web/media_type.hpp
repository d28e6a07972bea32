// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Media types, and the choice between representations by the Accept headers of a request (RFC 9110
/// section 12). Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::web {

/// A media type with its parameters, for example "text/html; charset=utf-8".
class ANODE_EXPORT media_type {
public:
  /// Parses the value of a Content-Type header. Malformed parameters are skipped, and of repeated
  /// ones the first counts, as the MIME sniffing standard says.
  /// @return nothing if the text does not begin with `type/subtype`.
  static std::optional<media_type> parse(std::string_view text);

  /// Returns type and subtype in lower case, for example "text/html".
  std::string const& essence() const noexcept { return essence_; }

  /// Returns the type in lower case, for example "text".
  std::string_view type() const noexcept { return std::string_view(essence_).substr(0, slash_); }

  /// Returns the subtype in lower case, for example "html".
  std::string_view subtype() const noexcept {
    return std::string_view(essence_).substr(slash_ + 1);
  }

  /// Returns the value of a parameter, or nothing. Names are compared without regard to case. The
  /// view is valid as long as the object.
  std::optional<std::string_view> parameter(std::string_view name) const noexcept;

  /// Returns whether this is "application/json" or has a subtype that ends with "+json".
  bool is_json() const noexcept;

private:
  std::string essence_;
  std::size_t slash_ = 0;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// Returns whether the value of a Content-Type header has this essence, for example
/// "application/json". Parameters do not matter, nor does the case.
ANODE_EXPORT bool is_media_type(std::string_view content_type, std::string_view essence) noexcept;

/// Chooses a representation by the value of an Accept header.
///
/// The quality of an offer is that of the most specific range that matches it. The offer with the
/// highest quality wins, and among equal ones the first.
/// @param accept the value of the header; empty if there is none: everything is acceptable.
/// @param offers media types, for example "text/html", in the order of preference.
/// @return one of `offers`, or nothing if none is acceptable.
ANODE_EXPORT std::optional<std::string_view> accept_type(std::string_view accept,
                                                         std::span<std::string_view const> offers);

/// Chooses a content coding by the value of an Accept-Encoding header.
/// @param accept the value of the header; empty if there is none: only "identity" is acceptable, as
///   for clients that do not know codings.
/// @param offers names of codings, for example "gzip", in the order of preference. "identity" need
///   not be among them.
/// @return one of `offers`; "identity" if no coding is to be applied; nothing if the client refuses
///   that too.
ANODE_EXPORT std::optional<std::string_view> accept_encoding(
    std::string_view accept, std::span<std::string_view const> offers);

/// Chooses a language by the value of an Accept-Language header, by the lookup of RFC 4647 section
/// 3.4: the range "de-CH" matches the offers "de-CH" and "de", and the range "de" matches "de".
/// @param accept the value of the header; empty if there is none: everything is acceptable.
/// @param offers language tags, in the order of preference.
/// @return one of `offers`, or nothing if none is acceptable.
ANODE_EXPORT std::optional<std::string_view> accept_language(
    std::string_view accept, std::span<std::string_view const> offers);

}  // namespace anode::web
