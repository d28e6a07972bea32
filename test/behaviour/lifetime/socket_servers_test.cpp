// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Every operation of a socket server, and a delay, with each way to lose what they need.
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/delay.hpp>
#include <anode/error.hpp>
#include <anode/socket.hpp>
#include <anode/socket_server.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace behaviour_lifetime_socket_servers {

namespace net = boost::asio;
namespace http = anode::http;
namespace testing = anode::testing;
using namespace std::chrono_literals;

namespace {

// A server with one connection, whose handler reads.
struct cell {
  cell() {
    loop.emplace();
    server.emplace(loop->get_executor(),
                   [keep = token](anode::socket from) { return serve(keep, std::move(from)); });
    auto ends = anode::transport::make_memory_pair(loop->get_executor(), 64);
    server->emit_connection(std::move(ends.second));
    client.emplace(*loop, anode::socket(std::move(ends.first)));
    loop->settle();
  }

  static net::awaitable<void> serve(std::shared_ptr<int> keep, anode::socket from) {
    while (auto const chunk = co_await from.read()) {
      *keep += static_cast<int>(chunk->size());
    }
  }

  // Starts an operation that waits. It is cancelled by `cancel`.
  template <class T>
  void start(net::awaitable<T> work) {
    ++started;
    net::co_spawn(loop->get_executor(), wait(std::move(work), token),
                  net::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr e) {
                    ++completed;
                    failed = e != nullptr;
                  }));
  }

  template <class T>
  static net::awaitable<void> wait(net::awaitable<T> work, std::shared_ptr<int>) {
    (void)co_await std::move(work);
  }

  net::cancellation_signal cancel;
  int started = 0;
  int completed = 0;
  bool failed = false;
  std::shared_ptr<int> token = std::make_shared<int>(0);  // owned by handlers and operations
  std::optional<testing::event_loop> loop;
  std::optional<anode::socket_server> server;
  std::optional<testing::peer> client;
};

struct loss {
  char const* name;
  void (*happen)(cell&);
  bool server_stays;  // it can be used afterwards
};

loss const losses[] = {
    {"nothing", [](cell&) {}, true},
    {"the client", [](cell& c) { c.client->close(); }, true},
    {"the client, with a reset", [](cell& c) { c.client->reset(); }, true},
    {"half of the client", [](cell& c) { c.client->end(); }, true},
    {"the listener", [](cell& c) { c.server->close(); }, true},
    {"the connections", [](cell& c) { c.server->close_all_connections(); }, true},
    {"the server, moved", [](cell& c) { anode::socket_server const other = std::move(*c.server); },
     true},
    {"the server", [](cell& c) { c.server.reset(); }, false},
    {"the wait", [](cell& c) { c.cancel.emit(net::cancellation_type::terminal); }, true},
    {"the context",
     [](cell& c) {
       c.client.reset();
       c.server.reset();
       c.loop.reset();
     },
     false},
    {"the context before the server",
     [](cell& c) {
       c.client.reset();
       c.loop.reset();
     },
     false},
};

struct operation {
  char const* name;
  void (*run)(cell&);
};

operation r(char const* name, void (*run)(cell&)) { return {name, run}; }

std::vector<operation> server_operations() {
  return {
      r("socket_server::socket_server",
        [](cell& c) {
          anode::socket_server const other(
              c.loop->get_executor(), [](anode::socket) -> net::awaitable<void> { co_return; });
          CHECK_FALSE(other.listening());
        }),
      r("socket_server::socket_server (moved)",
        [](cell& c) {
          anode::socket_server other(std::move(*c.server));
          *c.server = std::move(other);
        }),
      r("socket_server::operator=",
        [](cell& c) {
          *c.server = anode::socket_server(
              c.loop->get_executor(), [](anode::socket) -> net::awaitable<void> { co_return; });
        }),
      r("socket_server::get_executor",
        [](cell& c) {
          net::any_io_executor const ex = c.server->get_executor();
          CHECK(ex == c.loop->get_executor());
        }),
      r("socket_server::listen",
        [](cell& c) {
          http::listen_options where;
          where.host = "127.0.0.1";
          c.server->listen(where);
          CHECK(c.server->listening());
        }),
      r("socket_server::listening", [](cell& c) { CHECK_FALSE(c.server->listening()); }),
      r("socket_server::address",
        [](cell& c) {
          anode::endpoint const at = c.server->address();
          CHECK(at.port == 0);
        }),
      r("socket_server::emit_connection",
        [](cell& c) {
          auto ends = anode::transport::make_memory_pair(c.loop->get_executor(), 64);
          c.server->emit_connection(std::move(ends.second));
        }),
      r("socket_server::set_max_connections", [](cell& c) { c.server->set_max_connections(1); }),
      r("socket_server::connection_count",
        [](cell& c) { CHECK(c.server->connection_count() <= 1); }),
      r("socket_server::close", [](cell& c) { c.server->close(); }),
      r("socket_server::close_all_connections",
        [](cell& c) {
          c.server->close_all_connections();
          CHECK(c.server->connection_count() <= 1);
        }),
      r("socket_server::drain", [](cell& c) { c.start(c.server->drain(1s)); }),
      r("socket_server::on_error",
        [](cell& c) { c.server->on_error([keep = c.token](std::exception_ptr) {}); }),
  };
}

// Ends the cell, and checks that nothing is left.
void finish(cell& c, bool server_stays) {
  if (c.loop) {
    c.loop->advance(1h);
    CHECK(c.completed == c.started);
  }
  if (c.loop && server_stays && c.client) {
    if (c.server) {
      c.server->close_all_connections();
    }
    c.loop->settle();
    CHECK((!c.server || c.server->connection_count() == 0));
    CHECK(c.client->ended());
  }
  c.client.reset();
  c.server.reset();
  c.loop.reset();
  CHECK(c.token.use_count() == 1);
}

void run(operation const& o, cell& c) {
  try {
    o.run(c);
  } catch (http::exception const& e) {
    CHECK(e.code() == http::error::invalid_this);
  }
}

}  // namespace

TEST_CASE("socket server operations: each one after each loss") {
  for (loss const& lost : losses) {
    if (!lost.server_stays) {
      continue;
    }
    for (operation const& o : server_operations()) {
      INFO(o.name << " after the loss of " << lost.name);
      cell c;
      lost.happen(c);
      c.loop->settle();
      run(o, c);
      finish(c, true);
    }
  }
}

TEST_CASE("socket server operations: each one before each loss") {
  for (loss const& lost : losses) {
    for (operation const& o : server_operations()) {
      INFO(o.name << " before the loss of " << lost.name);
      cell c;
      run(o, c);
      lost.happen(c);
      finish(c, lost.server_stays);
    }
  }
}

TEST_CASE("socket server operations: a delay, with each loss") {
  std::vector<operation> const delays{
      r("delay", [](cell& c) { c.start(anode::delay(c.loop->get_executor(), 5ms)); }),
      r("delay (of no time)", [](cell& c) { c.start(anode::delay(c.loop->get_executor(), 0ms)); }),
      r("delay (not awaited)", [](cell& c) { (void)anode::delay(c.loop->get_executor(), 5ms); }),
  };
  for (loss const& lost : losses) {
    for (operation const& o : delays) {
      INFO(o.name << " before the loss of " << lost.name);
      cell c;
      run(o, c);
      lost.happen(c);
      finish(c, lost.server_stays);
    }
  }
  cell c;
  run(delays[0], c);
  c.loop->settle();
  CHECK(c.completed == 0);
  c.cancel.emit(net::cancellation_type::terminal);
  c.loop->settle();
  CHECK(c.completed == 1);
  CHECK(c.failed);
}

}  // namespace behaviour_lifetime_socket_servers
