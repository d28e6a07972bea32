// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/run.hpp"

#include <anode/socket.hpp>

#include <boost/asio/co_spawn.hpp>

#include <string>
#include <tuple>

namespace behaviour_socket_socket_end {

using support::run;
using support::settle;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

struct pair {
  explicit pair(net::io_context& io, std::size_t capacity = 65536) {
    std::tie(a, b) = anode::socket_pair(io.get_executor(), capacity);
  }
  anode::socket a;
  anode::socket b;
};

net::awaitable<std::string> read_all(anode::socket s) {
  std::string all;
  while (auto const chunk = co_await s.read()) {
    all.append(*chunk);
  }
  co_return all;
}

}  // namespace

TEST_CASE("socket: an awaited end waits for the other side, and owns a temporary string") {
  bool const owned = GENERATE(false, true);
  net::io_context io;
  pair p(io, 1000);
  std::string const data(200000, 'd');
  bool ended = false;
  net::co_spawn(io, (owned ? p.a.end(std::string(data)) : p.a.end(data)).as_awaitable(),
                [&](std::exception_ptr e) { ended = e == nullptr; });
  CHECK_FALSE(p.a.writable());
  settle(io, 1s);
  CHECK_FALSE(ended);
  std::string all;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    out = co_await read_all(x.b);
  }(p, all));
  CHECK(all == data);
  settle(io, 1s);
  CHECK(ended);
  CHECK(p.a.end());  // a second call has no effect
}

TEST_CASE("socket: an end that cannot be sent fails when it is awaited") {
  net::io_context io;
  pair p(io);
  std::string codes;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    for (int i = 0; i != 3; ++i) {
      try {
        if (i == 0) {
          x.a.end();
          co_await x.a.end("late");
        } else if (i == 1) {
          x.a.destroy();
          co_await x.a.end();
        } else {
          anode::socket none;
          co_await none.end("x");
        }
      } catch (boost::system::system_error const& e) {
        out += e.code().message() + ";";
      }
    }
  }(p, codes));
  CHECK(codes ==
        "write after end;Cannot call write after a stream was destroyed;"
        "Cannot call write after a stream was destroyed;");
}

}  // namespace behaviour_socket_socket_end
