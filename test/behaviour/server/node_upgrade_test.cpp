// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that leave HTTP, on the server.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace behaviour_server_node_upgrade {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto upgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n";
constexpr auto switching =
    "HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\n"
    "Connection: Upgrade\r\n\r\n";
constexpr auto okay =
    "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
    "Content-Length: 4\r\n\r\nokay";

http::handler answering(event_log& log) {
  return [&log](http::incoming_message&, http::server_response& res) {
    log.note("request");
    res.end("okay");
  };
}

// Switches protocols and echoes until a message asks to close the connection.
net::awaitable<void> echo(http::incoming_message&, anode::socket s) {
  s.write(switching);
  while (auto const chunk = co_await s.read()) {
    if (*chunk == "kill") {
      break;
    }
    co_await s.write(*chunk);
  }
  s.end();
}

}  // namespace

TEST_CASE("test-http-upgrade-server: the bytes behind the request belong to the new protocol") {
  server_fixture f;
  event_log log;
  f.server.on_request(answering(log));
  f.server.on_upgrade(echo);
  http_peer peer = f.connect();
  f.say(peer, std::string(upgrade) + "WjN}|M(6");
  CHECK(peer.take() == std::string(switching) + "WjN}|M(6");
  f.say(peer, "test");
  CHECK(peer.take() == "test");
  CHECK_FALSE(peer.ended());
  f.say(peer, "kill");
  CHECK(peer.ended());
  CHECK(log.pop_events().empty());
}

TEST_CASE("test-http-upgrade-server: without a handler it is an ordinary request") {
  server_fixture f;
  event_log log;
  f.server.on_request(answering(log));
  f.server.on_upgrade(echo);
  f.server.on_upgrade({});
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  CHECK(peer.take() == okay);
  f.say(peer, get);
  CHECK(peer.take() == okay);
  CHECK(log.pop_events() == "request, request");
  // The request that follows is answered too. Node drops it.
  f.say(peer, std::string(upgrade) + get);
  CHECK(peer.take() == std::string(okay) + okay);
}

TEST_CASE("test-http-upgrade-server2: an exception of the handler is rethrown") {
  server_fixture f;
  event_log log;
  f.server.on_request(answering(log));
  f.server.on_error([&](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (std::runtime_error const& error) {
      log.note(error.what());
    }
  });
  SECTION("of a callback") {
    f.server.on_upgrade([](http::incoming_message&, anode::socket const&) {
      throw std::runtime_error("upgrade error");
    });
  }
  SECTION("of a coroutine") {
    f.server.on_upgrade([](http::incoming_message&, anode::socket) -> net::awaitable<void> {
      throw std::runtime_error("upgrade error");
      co_return;
    });
  }
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  CHECK(log.pop_events() == "upgrade error");
  CHECK(peer.received().empty());
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-upgrade-server-callback: the user decides for each request") {
  http::server_options options;
  event_log log;
  std::function<bool(http::incoming_message const&)> decide;
  options.should_upgrade_callback = [&](http::incoming_message const& req) {
    log.note("asked " + std::string(req.url()) + " " + std::string(*req.headers().get("upgrade")));
    return decide(req);
  };
  server_fixture f(options);
  f.server.on_request(answering(log));
  f.server.on_error([&](std::exception_ptr const&) { log.note("error"); });
  bool listens = true;
  SECTION("accepted") {
    decide = [](http::incoming_message const&) { return true; };
  }
  SECTION("declined") {
    decide = [](http::incoming_message const&) { return false; };
  }
  SECTION("accepted, without an upgrade handler") {
    decide = [](http::incoming_message const&) { return true; };
    listens = false;
  }
  SECTION("an exception") {
    decide = [](http::incoming_message const&) -> bool { throw std::runtime_error("no"); };
  }
  if (listens) {
    f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
      log.note("upgrade");
      s.end(switching);
    });
  }
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  std::string const events = log.pop_events();
  if (events == "asked / WebSocket, upgrade") {
    CHECK(peer.received() == switching);
    CHECK(listens);
  } else if (events == "asked / WebSocket, request") {
    CHECK(peer.received() == okay);
    CHECK_FALSE(peer.ended());
  } else {
    CHECK(events == (listens ? "asked / WebSocket, error" : "asked / WebSocket"));
    CHECK(peer.received().empty());
    CHECK(peer.ended());
    CHECK(f.server.connection_count() == 0);
  }
  // The function is not called for requests without Upgrade.
  http_peer other = f.connect();
  f.say(other, get);
  CHECK(other.received() == okay);
  CHECK(log.pop_events() == "request");
}

TEST_CASE("test-http-upgrade-advertise: a server can offer an upgrade without upgrading") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Connection", "upgrade, keep-alive"}, {"Upgrade", "h2c"}});
    res.end("hello world");
  });
  bool server_takes = false;
  bool client_takes = true;
  http::header_list headers;
  std::string expected = "response 200";
  SECTION("a request without headers") {}
  SECTION("a request with Upgrade alone") { headers.append("Upgrade", "h2c"); }
  SECTION("a request with Connection alone") { headers.append("Connection", "upgrade"); }
  SECTION("a request that both sides accept") {
    headers.append("Connection", "upgrade");
    headers.append("Upgrade", "h2c");
    server_takes = true;
    expected = "upgrade 101";
  }
  SECTION("a client that does not accept") {
    headers.append("Connection", "upgrade");
    headers.append("Upgrade", "h2c");
    server_takes = true;
    client_takes = false;
    expected = "server sees end";
  }
  SECTION("a server that no longer accepts") {
    headers.append("Connection", "upgrade");
    headers.append("Upgrade", "h2c");
  }
  if (server_takes) {
    f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
      s.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nohai");
      s.on_end([&log, client_takes] {
        if (!client_takes) {
          log.note("server sees end");
        }
      });
      net::co_spawn(
          f.io, [](anode::socket socket) -> net::awaitable<void> { co_await socket.read(); }(s),
          net::detached);
    });
  }
  http::client_request r = f.request("GET", "/", headers);
  r.on_response([&](http::incoming_message m) {
    log.note("response " + std::to_string(m.status_code()));
    m.dump();
  });
  if (client_takes) {
    r.on_upgrade([&](http::incoming_message m, anode::socket s) {
      log.note("upgrade " + std::to_string(m.status_code()));
      s.destroy();
    });
  }
  r.end();
  f.settle();
  CHECK(log.pop_events() == expected);
}

TEST_CASE("test-http-upgrade-reconsume-stream: another reader takes over the connection") {
  server_fixture f;
  event_log log;
  f.server.on_request(answering(log));
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    auto buffer = std::make_shared<std::string>(100, '\0');
    auto socket = std::make_shared<anode::socket>(std::move(s));
    socket->async_read_some(net::buffer(*buffer),
                            [&, buffer, socket](boost::system::error_code ec, std::size_t n) {
                              log.note(ec ? "failed" : buffer->substr(0, n));
                              socket->destroy();
                            });
  });
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  f.say(peer, "\x16\x03\x01");
  CHECK(log.pop_events() == "\x16\x03\x01");
  CHECK(peer.ended());
}

TEST_CASE("test-http-parser-freed-before-upgrade: later bytes are not parsed as HTTP") {
  client_and_server f;
  event_log log;
  f.server.on_request(answering(log));
  f.server.on_client_error(
      [&](http::client_error const&, anode::socket const&) { log.note("client error"); });
  anode::socket server_side;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    s.write(switching);
    server_side = s;
  });
  anode::socket client_side;
  http::client_request r =
      f.request("GET", "/", {{"Connection", "Upgrade"}, {"Upgrade", "WebSocket"}});
  r.on_upgrade([&](http::incoming_message, anode::socket s) {
    log.note("upgrade");
    client_side = s;
  });
  r.end();
  f.settle();
  REQUIRE(log.pop_events() == "upgrade");
  client_side.write(get);
  server_side.write("BAD\r\n\r\n");
  std::string received;
  auto const listen = [](anode::socket s, std::string& to) -> net::awaitable<void> {
    to += *co_await s.read();
  };
  net::co_spawn(f.io, listen(client_side, received), net::detached);
  net::co_spawn(f.io, listen(server_side, received), net::detached);
  f.settle();
  CHECK((received == std::string(get) + "BAD\r\n\r\n" ||
         received == std::string("BAD\r\n\r\n") + get));
  CHECK(log.pop_events().empty());
}

TEST_CASE("test-http-pipeline-socket-parser-typeerror: an upgrade behind queued responses") {
  server_fixture f;
  event_log log;
  std::vector<http::server_response*> responses;
  std::string const much(100'000, 'x');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    responses.push_back(&res);
    res.write(much);
  });
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    log.note("upgrade " + std::string(s.buffered()));
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, std::string(get) + get);
  REQUIRE(responses.size() == 2);
  f.say(peer, "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: ws\r\n\r\naaa");
  CHECK(log.pop_events().empty());
  responses[1]->end();
  f.settle();
  CHECK(log.pop_events().empty());
  responses[0]->end();
  f.settle();
  CHECK(log.pop_events() == "upgrade aaa");
  CHECK(support::count_of(peer.received(), "HTTP/1.1 200 OK\r\n") == 2);
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_server_node_upgrade
