// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_places.hpp"

namespace anode::http1 {

void assign_head(message::message_head& head, std::string_view raw, head_scanner const& guard) {
  head.fields.assign(raw, guard.places());
  head.set_start_line_text(guard.text_at(), guard.text_size());
  head.set_field_index(guard.known());
}

void assign_trailers(http::field_lines& trailers, std::string_view raw, head_scanner const& guard) {
  if (!guard.places().empty()) {
    trailers.assign(raw, guard.places());
  }
}

}  // namespace anode::http1
