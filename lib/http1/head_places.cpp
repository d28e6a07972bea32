// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_places.hpp"

namespace anode::http1 {

void assign_head(message::message_head& head, std::string_view raw, head_scanner const& scanner) {
  head.fields.assign(raw, scanner.places());
  head.set_start_line_text(scanner.text_at(), scanner.text_size());
  head.set_field_index(scanner.known());
}

void assign_trailers(http::field_lines& trailers, std::string_view raw,
                     head_scanner const& scanner) {
  if (!scanner.places().empty()) {
    trailers.assign(raw, scanner.places());
  }
}

}  // namespace anode::http1
