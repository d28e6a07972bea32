// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/status.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace anode::http {

namespace {

constexpr std::array<std::string_view, 35> names{
    "ACL",       "BIND",      "CHECKOUT", "CONNECT",  "COPY",   "DELETE",     "GET",
    "HEAD",      "LINK",      "LOCK",     "M-SEARCH", "MERGE",  "MKACTIVITY", "MKCALENDAR",
    "MKCOL",     "MOVE",      "NOTIFY",   "OPTIONS",  "PATCH",  "POST",       "PROPFIND",
    "PROPPATCH", "PURGE",     "PUT",      "QUERY",    "REBIND", "REPORT",     "SEARCH",
    "SOURCE",    "SUBSCRIBE", "TRACE",    "UNBIND",   "UNLINK", "UNLOCK",     "UNSUBSCRIBE",
};

static_assert(std::ranges::is_sorted(names));

}  // namespace

std::span<std::string_view const> methods() noexcept { return names; }

int method_index(std::string_view method) noexcept {
  auto const at = std::ranges::lower_bound(names, method);
  return at != names.end() && *at == method ? static_cast<int>(at - names.begin()) : -1;
}

}  // namespace anode::http
