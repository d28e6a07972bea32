// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>
#include <anode/server_trace.hpp>

#include <string>

namespace support {

/// Returns the facts of an exchange as in "200 3/5" (status, bytes received, bytes of the body
/// written) or "0 0/0 aborted ECONNRESET".
inline std::string text_of(anode::http::exchange_facts const& f) {
  std::string text = std::to_string(f.status) + " " + std::to_string(f.request_bytes) + "/" +
                     std::to_string(f.body_bytes);
  if (f.aborted) {
    text += " aborted " + std::string(anode::http::code_name(f.error));
  }
  return text;
}

}  // namespace support
