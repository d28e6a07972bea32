// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// Requests that the clients of these tests send.

namespace anode::test {

inline constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr auto open_post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc";
inline constexpr auto upgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

}  // namespace anode::test
