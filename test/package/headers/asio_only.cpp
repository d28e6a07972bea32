// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// hello.cpp without anode: only the Asio headers that such a program needs itself.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string_view>

namespace net = boost::asio;

net::awaitable<void> end(std::string_view);

net::awaitable<void> hello(std::string_view, std::string_view) { co_await end("Hello World!\n"); }

int main() {
  net::io_context io{1};
  (void)&hello;
  io.run();
}
