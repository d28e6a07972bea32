// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::test {

/// Reads choices from the bytes of a fuzzer. When all bytes are used, the choice is 0, which is
/// everywhere the one that ends soonest.
class choices {
public:
  explicit choices(std::string_view bytes) : rest_(bytes) {}

  bool empty() const noexcept { return rest_.empty(); }

  std::uint8_t number() noexcept {
    if (rest_.empty()) {
      return 0;
    }
    auto const n = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return n;
  }

  /// Returns a number below `n`, which is at most 256.
  unsigned below(unsigned n) noexcept { return number() % n; }

  /// Returns true for one byte in `n`, and false when all bytes are used.
  bool rarely(unsigned n) noexcept { return number() % n == n - 1; }

  bool flip() noexcept { return (number() & 1U) != 0; }

  template <class T, std::size_t N>
  T const& pick(T const (&from)[N]) noexcept {
    return from[below(N)];
  }

  /// Returns the next bytes unchanged.
  std::string_view bytes(std::size_t most) noexcept {
    std::string_view const chosen = rest_.substr(0, std::min(rest_.size(), most));
    rest_.remove_prefix(chosen.size());
    return chosen;
  }

private:
  std::string_view rest_;
};

}  // namespace anode::test
