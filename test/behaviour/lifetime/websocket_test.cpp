// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests WebSockets over anode connections against each way to lose the other side.
#include "behaviour/lifetime/scene.hpp"
#include "support/catch.hpp"

#include <anode/beast.hpp>
#include <anode/server.hpp>

#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace behaviour_lifetime_websocket {

namespace beast = boost::beast;
namespace testing = anode::testing;
namespace websocket = boost::beast::websocket;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

// Both ends of a WebSocket, and a pending upgrade.
struct sockets {
  http::agent* agent = nullptr;
  http::incoming_message* request = nullptr;
  anode::socket unanswered;
  http::incoming_message* asked = nullptr;  // in an ordinary handler
  http::server_response* response = nullptr;
  std::shared_ptr<anode::websocket_stream> client;
  std::shared_ptr<anode::websocket_stream> server;
  std::map<std::string_view, std::shared_ptr<bool>> under_way;  // by operation
};

using stream_ptr = std::shared_ptr<anode::websocket_stream>;

// The shared pointer keeps the stream alive while its operation is pending.
net::awaitable<void> read(stream_ptr ws) {
  beast::flat_buffer message;
  co_await ws->async_read(message, net::use_awaitable);
}

net::awaitable<void> write(stream_ptr ws) {
  co_await ws->async_write(net::buffer(text()), net::use_awaitable);
}

net::awaitable<void> close(stream_ptr ws) {
  co_await ws->async_close(websocket::close_reason(websocket::close_code::normal),
                           net::use_awaitable);
}

net::awaitable<void> ping(stream_ptr ws) {
  co_await ws->async_ping(websocket::ping_data(), net::use_awaitable);
}

// Beast allows one pending operation of a kind; a second one is not started.
net::awaitable<void> alone(std::shared_ptr<bool> under_way, net::awaitable<void> operation) {
  if (std::exchange(*under_way, true)) {
    co_return;
  }
  std::unique_ptr<bool, void (*)(bool*)> const end(under_way.get(), [](bool* b) { *b = false; });
  co_await std::move(operation);
}

net::awaitable<void> alone(sockets& s, std::string_view kind, net::awaitable<void> operation) {
  std::shared_ptr<bool>& under_way = s.under_way[kind];
  if (!under_way) {
    under_way = std::make_shared<bool>(false);
  }
  return alone(under_way, std::move(operation));
}

net::awaitable<void> connect(http::agent& agent) {
  http::request_options o;
  o.host = "a";
  co_await anode::connect_websocket(agent, o);
}

operations<sockets> const& websocket_operations() {
  constexpr auto r = [](std::string_view name, auto f) { return row<sockets>(name, f); };
  static operations<sockets> const all{
      r("accept_websocket",
        [](sockets& s) { return anode::accept_websocket(*s.request, s.unanswered); }),
      r("accept_websocket (of a response)",
        [](sockets& s) { return anode::accept_websocket(*s.asked, *s.response); }),
      r("connect_websocket", [](sockets& s) { return connect(*s.agent); }),
      r("connect_websocket (URL)",
        [](sockets& s) { return anode::connect_websocket(*s.agent, "ws://a/"); }),
      r("connect_websocket (nobody answers)",
        [](sockets& s) { return anode::connect_websocket(*s.agent, "ws://a/silent"); }),
      r("async_teardown (server)",
        [](sockets& s) {
          anode::async_teardown(beast::role_type::server, s.unanswered, [](error_code) {});
        }),
      r("async_teardown (client)",
        [](sockets& s) {
          anode::async_teardown(beast::role_type::client, s.unanswered, [](error_code) {});
        }),
      r("websocket (read)", [](sockets& s) { return alone(s, "read", read(s.server)); }),
      r("websocket (read by the client)",
        [](sockets& s) { return alone(s, "client's read", read(s.client)); }),
      r("websocket (write)", [](sockets& s) { return alone(s, "write", write(s.server)); }),
      r("websocket (ping)", [](sockets& s) { return alone(s, "ping", ping(s.client)); }),
      r("websocket (close)", [](sockets& s) { return alone(s, "close", close(s.server)); }),
      r("websocket (close by the client)",
        [](sockets& s) { return alone(s, "client's close", close(s.client)); }),
  };
  return all;
}

struct websocket_scene : scene {
  websocket_scene() {
    http::server_options upgrading;
    upgrading.should_upgrade_callback = [](http::incoming_message const& req) {
      return req.url() != "/asked";
    };
    server.emplace(loop.get_executor(), upgrading);
    server->on_request([this](http::incoming_message& req, http::server_response& res) {
      all.asked = &req;
      all.response = &res;
      return last.pass();
    });
    server->on_upgrade([this](http::incoming_message& req, anode::socket s) {
      return answer_upgrade(*this, req, std::move(s));
    });
    http::agent_options options;
    options.create_connection = [this](http::connect_options const&) { return connect_to(*this); };
    agent.emplace(loop.get_executor(), options);
    net::co_spawn(loop.context(), open(*this), net::detached);
    loop.settle();
    raw.emplace(loop.connect(*server));
    asking.emplace(loop.connect(*server));
    std::string const fields =
        " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    raw->send("GET /raw" + fields);
    asking->send("GET /asked" + fields);
    all.agent = &*agent;
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> connect_to(websocket_scene& s) {
    if (!s.server) {
      throw boost::system::system_error(net::error::connection_refused);
    }
    co_return co_await testing::connections_to(*s.server, 64)(http::connect_options());
  }

  static net::awaitable<void> open(websocket_scene& s) {
    anode::websocket_ptr ws = co_await anode::connect_websocket(*s.agent, "ws://a/");
    s.all.client = std::move(ws);
  }

  static net::awaitable<void> answer_upgrade(websocket_scene& s, http::incoming_message& req,
                                             anode::socket connection) {
    bool const raw = req.url() == "/raw";
    if (raw || req.url() == "/silent") {
      if (raw) {
        s.all.request = &req;
        s.all.unanswered = connection;
        connection.on_close([&s] { s.in_close(); });
      } else {
        s.silent = connection;
      }
      connection = anode::socket();
      co_await s.last.pass();
      co_return;
    }
    try {
      anode::websocket_ptr ws = co_await anode::accept_websocket(req, std::move(connection));
      if (!s.all.server) {
        s.all.server = std::move(ws);
      }
    } catch (boost::system::system_error const&) {
    }
  }

  sockets& handle(sockets*) { return all; }

  void answer() { net::co_spawn(loop.context(), write(all.client), net::detached); }

  void finish() {
    all.unanswered.destroy();
    loop.settle();  // The close can start an operation.
    silent.destroy();
    for (stream_ptr const& ws : {all.client, all.server}) {
      if (ws) {
        ws->next_layer().destroy();
      }
    }
    if (server) {
      server->close_all_connections();
    }
    agent->destroy();
    loop.settle();
    last.open();
  }

  void check(matrix& m, outcome const& out) {
    all.client.reset();
    all.server.reset();
    loop.settle();
    m.check(out, !server || server->connection_count() == 0,
            "the server counts " + std::to_string(server ? server->connection_count() : 0) +
                " connections");
    m.check(out, agent->totals().sockets == 0, "the agent counts a socket");
    m.check(out, raw->ended() && asking->ended(), "the connection is still open");
  }

  gate last{loop.get_executor()};
  std::optional<http::server> server;
  std::optional<http::agent> agent;
  std::optional<testing::peer> raw;
  std::optional<testing::peer> asking;
  anode::socket silent;
  sockets all;
};

std::vector<loss<websocket_scene>> const websocket_losses{
    {"FIN",
     [](websocket_scene& s) {
       s.raw->close();
       s.asking->close();
       s.all.client->next_layer().destroy();
     }},
    {"half-close",
     [](websocket_scene& s) {
       s.raw->end();
       s.asking->end();
       s.all.client->next_layer().end();
     }},
    {"reset",
     [](websocket_scene& s) {
       s.raw->reset();
       s.asking->reset();
       s.all.client->next_layer().reset();
     }},
    {"reset by the server",
     [](websocket_scene& s) {
       s.all.unanswered.reset();
       s.all.server->next_layer().reset();
     }},
    {"garbage",
     [](websocket_scene& s) {
       s.raw->send("garbage");
       s.asking->send("garbage");
       s.all.client->next_layer().write("garbage");
     }},
    {"close_all_connections", [](websocket_scene& s) { s.server->close_all_connections(); }},
    {"drain cut",
     [](websocket_scene& s) {
       net::co_spawn(s.loop.context(), discard(s.server->drain(1s)), net::detached);
       s.loop.advance(2s);
     }},
    {"server destroyed", [](websocket_scene& s) { s.server.reset(); }},
    {"agent destroyed", [](websocket_scene& s) { s.agent->destroy(); }},
    {"cancelled", [](websocket_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed",
     [](websocket_scene& s) {
       s.server.reset();
       s.context_destroyed = true;
     }},
};

}  // namespace

TEST_CASE("lifetime: every operation of a WebSocket survives the loss of the other side") {
  matrix m("WebSocket");
  run_scenes<websocket_scene>(m, websocket_operations(), websocket_losses);
  CHECK(m.report() == "");
}

}  // namespace behaviour_lifetime_websocket
