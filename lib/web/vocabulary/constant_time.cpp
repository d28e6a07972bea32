// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/web/authorization.hpp>

#include <cstddef>

namespace anode::web {

bool equal_constant_time(std::string_view given, std::string_view secret) noexcept {
  // An empty secret is compared with one byte, and differs by its length.
  std::string_view const other = secret.empty() ? std::string_view("", 1) : secret;
  // The compiler must not know the result before the end of the loop.
  unsigned char volatile different = given.size() == secret.size() ? 0 : 1;
  std::size_t at = 0;
  for (char const c : given) {
    different = static_cast<unsigned char>(different | (c ^ other[at]));
    ++at;
    at &= ~(std::size_t{0} - static_cast<std::size_t>(at == other.size()));
  }
  return different == 0;
}

}  // namespace anode::web
