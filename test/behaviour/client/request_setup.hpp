// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// Options and a response for the tests of a request.

#include <anode/agent.hpp>
#include <anode/client_request.hpp>

#include <string>
#include <utility>

namespace anode::test {

inline constexpr char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

inline http::agent_options keeping() {
  http::agent_options o;
  o.keep_alive = true;
  return o;
}

inline http::request_options options(std::string method = "GET") {
  http::request_options o;
  o.method = std::move(method);
  o.host = "test";
  return o;
}

}  // namespace anode::test
