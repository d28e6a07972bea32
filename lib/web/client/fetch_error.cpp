// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_failure.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::web {

std::string_view to_string(fetch_failure f) noexcept {
  switch (f) {
    case fetch_failure::connection:
      return "connection";
    case fetch_failure::connect_timeout:
      return "connect_timeout";
    case fetch_failure::head_timeout:
      return "head_timeout";
    case fetch_failure::idle_timeout:
      return "idle_timeout";
    case fetch_failure::timeout:
      return "timeout";
    case fetch_failure::address_refused:
      return "address_refused";
    case fetch_failure::too_many_redirects:
      return "too_many_redirects";
    case fetch_failure::bad_redirect:
      return "bad_redirect";
    case fetch_failure::body_not_replayable:
      return "body_not_replayable";
    case fetch_failure::decoding:
      return "decoding";
    case fetch_failure::status:
      return "status";
  }
  return "unknown";
}

fetch_error::fetch_error(http::request_error const& cause, fetch_failure kind, std::string url,
                         unsigned redirects, unsigned attempts, int status)
    : request_error(cause),
      url_(std::move(url)),
      redirects_(redirects),
      attempts_(attempts),
      status_(status),
      kind_(kind) {}

fetch_failure failure_of(http::request_error const& e) noexcept {
  if (e.code() == http::error::address_refused) {
    return fetch_failure::address_refused;
  }
  if (e.code() != http::error::timed_out) {
    return fetch_failure::connection;
  }
  // All limits have one code; the text names the one that expired.
  std::string_view const text = e.what();
  if (text.find("deadline") != std::string_view::npos) {
    return fetch_failure::timeout;
  }
  if (text.find("head_timeout") != std::string_view::npos) {
    return fetch_failure::head_timeout;
  }
  return text.find("idle_timeout") != std::string_view::npos ? fetch_failure::idle_timeout
                                                             : fetch_failure::connect_timeout;
}

http::request_error protocol_failure(std::string text, http::request_phase phase) {
  return {boost::system::errc::make_error_code(boost::system::errc::protocol_error),
          std::move(text),
          phase,
          http::verdict::response_started,
          false,
          0,
          0};
}

http::request_error expired_failure() {
  return {http::error::timed_out,
          "The fetch took longer than its timeout",
          http::request_phase::queued,
          http::verdict::not_sent,
          false,
          0,
          0};
}

}  // namespace anode::web
