// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/middleware/encoding_filter.hpp"

namespace anode::web {

void encoding_filter::transform(std::string_view in, bool last, bool flush, std::string& out) {
  holds_input_ = holds_input_ || !in.empty();
  if (last) {
    encoder_->encode(in, encoder::mode::finish, out);
  } else if (flush && holds_input_) {
    encoder_->encode(in, encoder::mode::flush, out);
    holds_input_ = false;
  } else if (!in.empty()) {
    encoder_->encode(in, encoder::mode::buffer, out);
  }
}

}  // namespace anode::web
