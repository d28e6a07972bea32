// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <string>
#include <string_view>

namespace support {

/// Returns a keep-alive agent for a proxy under test. The test plays the peers of its connections.
inline anode::http::agent proxy_agent(anode::testing::event_loop& loop,
                                      anode::testing::origin& origin) {
  anode::http::agent_options o;
  o.keep_alive = true;
  o.create_connection = origin.connections();
  return anode::http::agent(loop.get_executor(), std::move(o));
}

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Returns `count` short field lines.
inline std::string fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "a:\r\n";
  }
  return text;
}

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace support
