// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/head_places.hpp"

namespace anode::http::protocol {
namespace {

std::string_view name_of(field_place const& place, std::string_view raw) noexcept {
  return {raw.data() + place.name, place.name_size};
}

void append(field_lines& lines, field_place const& place, std::string_view raw) {
  std::size_t end = place.value_end;
  while (end != place.value && (raw[end - 1] == ' ' || raw[end - 1] == '\t')) {
    --end;
  }
  lines.append_place(place.name, place.name_size, place.value, end - place.value);
}

}  // namespace

void place_head(message_head& head, std::string_view raw, head_guard const& guard) {
  head.fields.append_bytes(raw);
  head.set_start_line_text(guard.text_at(), guard.text_size());
  for (field_place const& place : guard.places()) {
    if (may_be_known_field(place.name_size)) {
      head.note(find_known_field(name_of(place, raw)), head.fields.size());
    }
    append(head.fields, place, raw);
  }
}

void place_trailers(field_lines& trailers, std::string_view raw, head_guard const& guard) {
  if (guard.places().empty()) {
    return;
  }
  trailers.append_bytes(raw);
  for (field_place const& place : guard.places()) {
    append(trailers, place, raw);
  }
}

}  // namespace anode::http::protocol
