// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent_options.hpp>
#include <anode/headers.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Returns whether a response with this status and a Location is a redirect.
constexpr bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Returns whether a redirect turns the method into GET and drops the body (Fetch standard,
/// HTTP-redirect fetch).
bool becomes_get(int status, std::string_view method) noexcept;

/// Returns the absolute URL that a Location means, without its fragment; nothing if its scheme is
/// not http or https, or it has no host. The result is not normalised: pass it to
/// `request_options::set_url`, which also decides about its host.
/// @param base an absolute URL of `url_text`.
std::optional<std::string> resolve_location(std::string_view base, std::string_view location);

/// Returns the fragment of a URL, with its mark; empty if there is none.
std::string_view fragment_of(std::string_view url) noexcept;

/// Returns the URL of a request: scheme, host, port unless it is that of the scheme, and path.
std::string url_text(http::request_options const& o);

/// Returns whether two requests have the same scheme, host and port.
bool same_origin(http::request_options const& a, http::request_options const& b) noexcept;

/// Removes the headers that describe a body.
void erase_body_headers(http::header_list& headers);

/// Returns whether an origin must not get a header of a request to another one.
bool is_credential(std::string_view name) noexcept;

}  // namespace anode::web
