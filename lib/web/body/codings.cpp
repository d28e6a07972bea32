// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/vocabulary/tokens.hpp"

#include <anode/web/coding.hpp>
#include <anode/web/media_type.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace anode::web {

coding const* codings::find(std::string_view name) const noexcept {
  if (equal_nocase(name, "x-gzip")) {
    name = "gzip";
  }
  auto const found =
      std::ranges::find_if(list_, [name](coding const& c) { return equal_nocase(c.name(), name); });
  return found == list_.end() ? nullptr : &*found;
}

coding const* codings::choose(std::string_view accept) const {
  std::array<std::string_view, 8> names{};
  std::size_t count = 0;
  for (coding const& c : list_) {
    if (c.can_encode() && count != names.size()) {
      names[count++] = c.name();
    }
  }
  auto const chosen = web::accept_encoding(accept, std::span(names).first(count));
  return chosen ? find(*chosen) : nullptr;
}

std::string codings::accept_encoding() const {
  std::string value;
  for (coding const& c : list_) {
    value.append(value.empty() ? "" : ", ").append(c.name());
  }
  return value;
}

}  // namespace anode::web
