// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anode::message {

/// The parts of a URL that define a request.
struct url_parts {
  std::string protocol;    ///< with the colon: "http:"
  std::string host;        ///< an IPv6 address without brackets
  std::uint16_t port = 0;  ///< 0 if the URL has no port
  std::string path;        ///< with the query; at least "/"
  std::string auth;        ///< "user:password", percent-decoded; may be empty
};

/// The parts of an "http:" URL that needs no encoding or normalization, as views of the URL.
struct fast_path_url {
  std::string_view host;
  std::uint16_t port = 0;  ///< 0 if the URL has no port
  std::string_view path;   ///< with the query
};

/// Splits a URL that needs no encoding or normalization, as most URLs do.
/// @return false if the URL is not of this kind; then call `parse_url`. `parts` is unchanged then.
bool split_fast_path_url(std::string_view url, fast_path_url& parts) noexcept;

/// Parses a URL. Percent-encodes invalid characters and normalizes the path.
/// @return whether `url` is a URL with a host
bool parse_url(std::string_view url, url_parts& parts);

/// Parses "host:port". An IPv6 address is in brackets, which `host` does not contain.
/// @return whether `text` has this form and the port is in the range 1 to 65535
bool parse_authority(std::string_view text, std::string& host, std::uint16_t& port);

/// The parts of a request target, as views of it.
struct target_parts {
  std::string_view path;                      ///< "/" if an absolute URL has none
  std::string_view query;                     ///< without the question mark; empty if there is none
  std::optional<std::string_view> authority;  ///< of an absolute URL
};

/// Splits the target of a request that is not a CONNECT request: "/a?b", "*" or an absolute URL.
/// Nothing is decoded. A fragment, which no request should have, belongs to neither part.
inline target_parts split_target(std::string_view target) noexcept {
  target_parts parts;
  std::string_view rest = target;
  std::size_t const scheme = target.starts_with('/') ? 0 : target.find_first_of(":/?#");
  if (scheme != 0 && scheme != std::string_view::npos && target.front() != '*' &&
      target.substr(scheme, 3) == "://") {
    rest = target.substr(scheme + 3);
    std::string_view const authority = rest.substr(0, rest.find_first_of("/?#"));
    parts.authority = authority;
    rest.remove_prefix(authority.size());
  }
  rest = rest.substr(0, rest.find('#'));
  std::size_t const mark = rest.find('?');
  parts.path = rest.substr(0, mark);
  if (mark != std::string_view::npos) {
    parts.query = rest.substr(mark + 1);
  }
  if (parts.path.empty() && !target.empty()) {
    parts.path = "/";
  }
  return parts;
}

}  // namespace anode::message
