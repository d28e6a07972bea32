// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/body_decoder.hpp"

#include <anode/web/error.hpp>

#include <string>

namespace anode::web {

namespace {

[[noreturn]] void refuse_coded(coding_error::kind reason) {
  int const status = coding_error(reason, "").status();
  throw http_error(status, reason == coding_error::kind::too_large
                               ? "The decoded body of the request is too large"
                           : reason == coding_error::kind::cut
                               ? "The body of the request ends in the middle of its coding"
                               : "The coded body of the request is malformed");
}

content_decoder make_decoder(codings const& known, std::string_view content_encoding,
                             decoding_limits const& limits) {
  try {
    return {known, content_encoding, limits};
  } catch (coding_error const& e) {
    http_error answer(e.status(), "The coding of the body is not supported");
    std::string const offer = known.accept_encoding();
    answer.header("Accept-Encoding", offer.empty() ? "identity" : offer);
    throw answer;
  }
}

}  // namespace

body_decoder::body_decoder(codings const& known, std::string_view content_encoding,
                           decoding_limits const& limits)
    : decoder_(make_decoder(known, content_encoding, limits)) {}

net::awaitable<std::optional<std::string_view>> body_decoder::read(
    [[maybe_unused]] anode::detail::ptr<anode::detail::counted> keep, body_decoder& self,
    http::incoming_message& from) {
  self.begun_ = true;
  while (true) {
    std::string_view const decoded = self.next();
    if (!decoded.empty()) {
      co_return decoded;
    }
    if (self.ended_) {
      co_return std::nullopt;
    }
    std::optional<std::string_view> const received = co_await from.read();
    if (received) {
      self.decoder_.feed(*received);
    } else {
      self.finish();
    }
  }
}

std::string_view body_decoder::next() {
  if (failure_) {
    refuse_coded(*failure_);
  }
  try {
    return ended_ ? std::string_view() : decoder_.next();
  } catch (coding_error const& e) {
    failure_ = e.reason();
  }
  refuse_coded(*failure_);
}

void body_decoder::finish() {
  try {
    decoder_.finish();
  } catch (coding_error const& e) {
    failure_ = e.reason();
    refuse_coded(*failure_);
  }
  ended_ = true;
}

}  // namespace anode::web
