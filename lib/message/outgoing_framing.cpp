// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/outgoing_framing.hpp"

#include "base/text.hpp"

#include <anode/error.hpp>

namespace anode::message {

void check_content_length(outgoing_framing const& framing, std::uint64_t written, bool complete) {
  if (framing.end() != body_end::length) {
    return;
  }
  std::uint64_t const declared = framing.content_length();
  if (complete ? written != declared : written > declared) {
    throw http::exception(
        http::error::content_length_mismatch,
        base::formatted("Response body's content-length of {} byte(s) does not match the "
                        "content-length of {} byte(s) set in header",
                        written, declared));
  }
}

void throw_body_not_allowed() {
  throw http::exception(
      http::error::body_not_allowed,
      "Adding content for this request method or response status is not allowed.");
}

}  // namespace anode::message
