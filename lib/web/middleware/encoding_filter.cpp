// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/middleware/encoding_filter.hpp"

#include "web/router/dispatcher.hpp"

#include <exception>

namespace anode::web {

void encoding_filter::transform(std::string_view in, bool last, bool flush, std::string& out) {
  holds_input_ = holds_input_ || !in.empty();
  if (last) {
    encode(in, encoder::mode::finish, out);
  } else if (flush && holds_input_) {
    encode(in, encoder::mode::flush, out);
    holds_input_ = false;
  } else if (!in.empty()) {
    encode(in, encoder::mode::buffer, out);
  }
}

// The router takes an exception of a destroyed response for a result of a lost connection.
void encoding_filter::encode(std::string_view in, encoder::mode how, std::string& out) {
  try {
    encoder_->encode(in, how, out);
  } catch (...) {
    detail::dispatcher::report(*context_, std::current_exception());
    throw;
  }
}

}  // namespace anode::web
