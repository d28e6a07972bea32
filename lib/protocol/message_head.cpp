// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/message_head.hpp"

#include "protocol/char_class.hpp"

namespace anode::http::protocol {

known_field find_known_field(std::string_view name) noexcept {
  auto const if_equal = [name](std::string_view lower, known_field f) {
    return equals_lower(name, lower) ? f : known_field::none;
  };
  switch (name.size()) {
    case 2:
      return if_equal("te", known_field::te);
    case 4:
      return to_lower(name[0]) == 'h' ? if_equal("host", known_field::host)
                                      : if_equal("date", known_field::date);
    case 6:
      return if_equal("expect", known_field::expect);
    case 7:
      return to_lower(name[0]) == 'u' ? if_equal("upgrade", known_field::upgrade)
                                      : if_equal("trailer", known_field::trailer);
    case 10:
      return to_lower(name[0]) == 'c' ? if_equal("connection", known_field::connection)
                                      : if_equal("keep-alive", known_field::keep_alive);
    case 14:
      return if_equal("content-length", known_field::content_length);
    case 17:
      return if_equal("transfer-encoding", known_field::transfer_encoding);
    default:
      return known_field::none;
  }
}

void message_head::clear() noexcept {
  method = protocol::method::unknown;
  status = 0;
  framing_values = {};
  body = body_kind::none;
  content_length = 0;
  upgrade = false;
  should_keep_alive = false;
  fields.clear();
  start_line_text_ = {};
  first_.fill(absent);
  count_.fill(0);
}

}  // namespace anode::http::protocol
