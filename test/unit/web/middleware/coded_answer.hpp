// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "unit/web/app_fixture.hpp"
#include "unit/web/coding/coded.hpp"

#include <anode/web/coding.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace test_web {

/// Returns the content of a chunked body, which must be complete.
inline std::string dechunked(std::string_view body) {
  std::string out;
  while (true) {
    std::size_t const line = body.find("\r\n");
    if (line == std::string_view::npos) {
      throw std::runtime_error("a chunked body without its end");
    }
    std::size_t const size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
    out += body.substr(line + 2, size);
    if (size == 0) {
      return out;
    }
    body.remove_prefix(line + 2 + size + 2);
  }
}

/// Returns the content of a response without its framing and its coding.
inline std::string content_of(answer const& a, anode::web::codings const& known) {
  bool const chunked = a.header("Transfer-Encoding") == "chunked";
  std::string const coding = a.header("Content-Encoding");
  return decoded(known, coding == "none" ? "" : coding, chunked ? dechunked(a.body) : a.body);
}

}  // namespace test_web
