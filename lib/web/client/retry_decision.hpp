// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/verdict.hpp>
#include <anode/web/retry.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace anode::web {

/// Returns whether a method may be repeated without further effect (RFC 9110 section 9.2.2).
bool is_idempotent(std::string_view method) noexcept;

/// Returns whether a failed request may be sent again.
constexpr bool may_retry(http::verdict v, bool idempotent) noexcept {
  return v == http::verdict::not_sent || (v == http::verdict::maybe_processed && idempotent);
}

/// Returns whether a status is worth another attempt.
constexpr bool may_retry(int status) noexcept {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// Returns the time of a Retry-After header: seconds or a date; nothing if it is malformed. A date
/// in the past is 0. At most a year.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::chrono::sys_seconds now);

/// Returns how long to wait before a retry.
/// @param retries retries before this one.
/// @param random any number; equally distributed ones make equally distributed waits.
std::chrono::milliseconds backoff(retry_policy const& policy, unsigned retries,
                                  std::uint32_t random) noexcept;

/// Bounds the retries of a client by a part of its requests.
class retry_budget {
public:
  /// Counts a request that is not a retry.
  void add_request() noexcept { tenths_ = tenths_ < most ? tenths_ + 1 : most; }

  /// Takes a retry from the budget. Returns false if there is none.
  bool take() noexcept {
    if (tenths_ < 10) {
      return false;
    }
    tenths_ -= 10;
    return true;
  }

private:
  static constexpr unsigned most = 100;  // ten retries

  unsigned tenths_ = most;
};

}  // namespace anode::web
