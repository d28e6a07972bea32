// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/web/access_log.hpp>

#include <algorithm>
#include <cstdint>
#include <random>

namespace anode::web {
namespace {

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::string make_id() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(32);
  for (int half = 0; half < 2; ++half) {
    std::uint64_t bits = random();
    for (int i = 0; i < 16; ++i, bits >>= 4) {
      out += digits[bits & 15];
    }
  }
  return out;
}

}  // namespace

layer request_ids(bool keep_received) {
  return [keep_received](context& c, next rest) -> net::awaitable<void> {
    std::string_view const received = keep_received ? c.header("x-request-id") : std::string_view();
    auto const& id = c.emplace<request_id>(is_id(received) ? std::string(received) : make_id());
    c.set("X-Request-Id", id.value);
    return rest();
  };
}

}  // namespace anode::web
