// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>
#include <anode/web/fetch_error.hpp>
#include <anode/web/fetch_response.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace anode::web {

/// What a response and its reads share.
struct fetch_response_state {
  explicit fetch_response_state(http::incoming_message m) : message(std::move(m)) {}

  http::incoming_message message;
  std::string url{};          ///< see `url_of`
  bool url_is_final = false;  ///< false: `url` is that of the program, as it is spelled
  unsigned redirects = 0;
  unsigned attempts = 0;
  codings known{};
  decoding_limits limits{};
  std::string content_encoding{};  ///< empty: the body is not decoded
  std::optional<content_decoder> decoder{};
  bool has_body = false;
  std::uint64_t received = 0;
  progress_function progress{};
  bool begun = false;
  bool ended = false;
};

/// Returns the URL of the response.
std::string const& url_of(fetch_response_state& s);

}  // namespace anode::web
