// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/message_head.hpp"

namespace anode::message {

void message_head::clear() noexcept {
  method = method::unknown;
  status = 0;
  framing_values = {};
  body = body_kind::none;
  content_length = 0;
  upgrade = false;
  should_keep_alive = false;
  lenient = false;
  fields.clear();
  start_line_text_ = {};
  known_.clear();
}

}  // namespace anode::message
