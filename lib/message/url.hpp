// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::message {

/// The parts of a URL that a request is made of.
struct url_parts {
  std::string protocol;    ///< with colon: "http:"
  std::string host;        ///< an IPv6 address without brackets
  std::uint16_t port = 0;  ///< 0 if none is given
  std::string path;        ///< with query, at least "/"
  std::string auth;        ///< "user:password", percent-decoded
};

/// The parts of an "http:" URL that is as it is to be, as views of it.
struct fast_path_url {
  std::string_view host;
  std::uint16_t port = 0;  ///< 0 if none is given
  std::string_view path;   ///< with query
};

/// Takes a URL apart of which nothing is to be encoded or normalised, which most are.
/// @return whether it is one; otherwise `parse_url` knows
bool split_fast_path_url(std::string_view url, fast_path_url& parts) noexcept;

/// Takes a URL apart, percent-encoding what must not stand in one.
/// @return whether it is a URL with a host
bool parse_url(std::string_view url, url_parts& parts);

/// Takes "host:port" apart, an IPv6 address in brackets.
/// @return whether it is that
bool parse_authority(std::string_view text, std::string& host, std::uint16_t& port);

}  // namespace anode::message
