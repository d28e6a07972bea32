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

coding_effect effect_of(codable_response const& response, std::uint64_t smallest,
                        bool is_encoded_type) noexcept {
  bool const is_coded = !response.content_encoding.empty() &&
                        !equal_nocase(trim(response.content_encoding), "identity");
  bool const without_body = response.status < 200 || response.status == 204;
  if (is_coded || without_body || forbids_transform(response.cache_control)) {
    return coding_effect::none;
  }
  if (response.status == 304) {
    return coding_effect::tag;
  }
  if (!is_encoded_type) {
    return coding_effect::none;
  }
  if (response.status == 206) {
    return coding_effect::vary;
  }
  if (!response.content_range.empty() || response.length.value_or(smallest) < smallest) {
    return coding_effect::none;
  }
  return response.method == "HEAD" ? coding_effect::head : coding_effect::body;
}

bool is_codable(codable_response const& response, std::uint64_t smallest) noexcept {
  return effect_of(response, smallest, is_compressible(response.content_type)) ==
         coding_effect::body;
}

}  // namespace anode::web
