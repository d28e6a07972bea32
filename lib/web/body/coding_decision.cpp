// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/coding_decision.hpp"

#include "web/vocabulary/tokens.hpp"

#include <anode/web/file_type.hpp>

namespace anode::web {

bool forbids_transform(std::string_view cache_control) noexcept {
  while (!cache_control.empty()) {
    if (equal_nocase(next_element(cache_control), "no-transform")) {
      return true;
    }
  }
  return false;
}

bool is_codable(codable_response const& response, std::uint64_t smallest) noexcept {
  bool const has_body = response.method != "HEAD" && response.status >= 200 &&
                        response.status != 204 && response.status != 304;
  bool const is_part = response.status == 206 || !response.content_range.empty();
  bool const is_coded = !response.content_encoding.empty() &&
                        !equal_nocase(trim(response.content_encoding), "identity");
  return has_body && !is_part && !is_coded && response.length.value_or(smallest) >= smallest &&
         is_compressible(response.content_type) && !forbids_transform(response.cache_control);
}

}  // namespace anode::web
