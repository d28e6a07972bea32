// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/retry_decision.hpp"

#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>

namespace anode::web {

bool is_idempotent(std::string_view method) noexcept {
  for (std::string_view const name : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    if (method == name) {
      return true;
    }
  }
  return false;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::chrono::sys_seconds now) {
  constexpr std::chrono::seconds longest = std::chrono::hours(24 * 365);
  text = trim(text);
  if (text.empty()) {
    return std::nullopt;
  }
  if (!std::ranges::all_of(text, is_digit)) {
    auto const date = parse_http_date(text, now);
    return date ? std::optional(std::clamp(*date - now, std::chrono::seconds(0), longest))
                : std::nullopt;
  }
  std::int64_t value = 0;
  for (char const c : text) {
    value = std::min<std::int64_t>(value * 10 + (c - '0'), longest.count());
  }
  return std::chrono::seconds(value);
}

std::chrono::milliseconds backoff(retry_policy const& policy, unsigned retries,
                                  std::uint32_t random) noexcept {
  std::int64_t const longest = std::max<std::int64_t>(policy.longest().count(), 0);
  std::int64_t limit = std::clamp<std::int64_t>(policy.base().count(), 0, longest);
  for (unsigned i = 0; i != retries && limit < longest; ++i) {
    limit = limit > longest / 2 ? longest : limit * 2;
  }
  // At most a day, so that the product does not overflow.
  limit = std::min<std::int64_t>(limit, std::int64_t{24} * 60 * 60 * 1000);
  return std::chrono::milliseconds(limit * static_cast<std::int64_t>(random) /
                                   std::int64_t{0xFFFFFFFF});
}

}  // namespace anode::web
