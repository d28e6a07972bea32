// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/proxy/exchange_record.hpp>

namespace anode::proxy {

std::string_view to_string(failure_side side) noexcept {
  constexpr std::array<std::string_view, 7> names{"none",     "client",   "upstream", "policy",
                                                  "resource", "internal", "killed"};
  return names[static_cast<std::size_t>(side)];
}

std::string_view to_string(exchange_phase phase) noexcept {
  constexpr std::array<std::string_view, 11> names{
      "preface", "request_head",  "request_body",  "queue",  "lookup",  "connect",
      "secure",  "response_head", "response_body", "tunnel", "complete"};
  return names[static_cast<std::size_t>(phase)];
}

attempt_record& exchange_record::add_attempt() {
  ++tries_;
  if (attempts_.size() < most_attempts) {
    return attempts_.emplace_back();
  }
  return attempts_.back() = attempt_record();
}

std::array<char, 2> exchange_record::end() const noexcept {
  constexpr std::string_view sides = "-CSPRIK";
  constexpr std::string_view phases = "TRBQLCCHDU-";
  char first = sides[static_cast<std::size_t>(side)];
  if (timed_out && (side == failure_side::client || side == failure_side::upstream)) {
    first = static_cast<char>(first - 'A' + 'a');
  }
  return {first, phases[static_cast<std::size_t>(phase)]};
}

}  // namespace anode::proxy
