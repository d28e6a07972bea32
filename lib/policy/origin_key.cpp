// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/origin_key.hpp"

#include <charconv>

namespace anode::policy {

void origin_key(origin_key_options const& options, std::string& name) {
  name.assign(options.to.host.empty() ? std::string_view{"localhost"} : options.to.host);
  name += ':';
  if (options.to.port != 0) {
    char digits[5];
    auto const end = std::to_chars(digits, digits + sizeof digits, options.to.port).ptr;
    name.append(digits, end);
  }
  name += ':';
  name += options.local_address;
  if (options.family == 4) {
    name += ":4";
  }
  if (options.family == 6) {
    name += ":6";
  }
  if (!options.socket_path.empty()) {
    name += ':';
    name += options.socket_path;
  }
}

std::string origin_key(origin_key_options const& options) {
  std::string name;
  origin_key(options, name);
  return name;
}

keep_alive_hint read_keep_alive_hint(std::string_view value,
                                     std::chrono::milliseconds margin) noexcept {
  constexpr std::string_view prefix = "timeout=";
  // The digits stop at this bound, which exceeds every timer and prevents overflow below.
  constexpr std::int64_t most_seconds = std::int64_t{1} << 40;

  keep_alive_hint hint;
  if (!value.starts_with(prefix)) {
    return hint;
  }
  std::int64_t seconds = 0;
  for (char const c : value.substr(prefix.size())) {
    if (c < '0' || c > '9') {
      break;
    }
    hint.given = true;
    if (seconds < most_seconds) {
      seconds = seconds * 10 + (c - '0');
    }
  }
  if (!hint.given) {
    return hint;
  }
  hint.timeout = std::chrono::milliseconds{seconds * 1000} - margin;
  if (hint.timeout.count() <= 0) {
    hint.timeout = {};
    hint.may_park = false;
  }
  return hint;
}

std::chrono::milliseconds parked_timeout(std::chrono::milliseconds agent_timeout,
                                         keep_alive_hint const& hint) noexcept {
  if (!hint.given) {
    return agent_timeout;
  }
  if (agent_timeout.count() <= 0) {
    return hint.timeout;
  }
  return hint.timeout < agent_timeout ? hint.timeout : agent_timeout;
}

}  // namespace anode::policy
