// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/beast.hpp>
#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <string>

namespace behaviour_websocket_websocket {

namespace beast = boost::beast;
namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
namespace websocket = boost::beast::websocket;

namespace {

// The example of RFC 6455 section 1.3.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept_of_key = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string handshake(std::string_view connection = "Upgrade",
                      std::string_view upgrade = "websocket") {
  return "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: " + std::string(upgrade) +
         "\r\nConnection: " + std::string(connection) +
         "\r\nSec-WebSocket-Key: " + std::string(key) + "\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

// Returns a client's text frame, masked with zeros.
std::string frame(std::string_view text) {
  return std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') +
         std::string(text);
}

net::awaitable<void> echo(http::incoming_message& req, anode::socket s,
                          anode::websocket_options options, std::string* end) {
  try {
    anode::websocket_ptr const ws = co_await anode::accept_websocket(req, s, options);
    s = {};
    beast::flat_buffer message;
    while (true) {
      co_await ws->async_read(message, net::use_awaitable);
      ws->text(ws->got_text());
      co_await ws->async_write(message.data(), net::use_awaitable);
      message.clear();
    }
  } catch (boost::system::system_error const& e) {
    *end = e.code().message();
  }
}

// A server that echoes messages, and a connected agent.
struct echo_fixture {
  explicit echo_fixture(anode::websocket_options o = {}) : options(std::move(o)) {
    server.on_upgrade([this](http::incoming_message& req, anode::socket s) {
      return echo(req, std::move(s), options, &end);
    });
  }

  testing::event_loop loop;
  anode::websocket_options options;
  std::string end;
  http::server server{loop.get_executor()};
  http::agent agent{loop.get_executor(), {.create_connection = testing::connections_to(server)}};
};

net::awaitable<std::string> answer_to(anode::websocket_stream& ws, std::string_view text) {
  co_await ws.async_write(net::buffer(text), net::use_awaitable);
  beast::flat_buffer answer;
  co_await ws.async_read(answer, net::use_awaitable);
  co_return beast::buffers_to_string(answer.data());
}

net::awaitable<void> close(anode::websocket_stream& ws) {
  co_await ws.async_close(websocket::close_code::normal, net::use_awaitable);
}

std::string refusal(testing::event_loop& loop, net::awaitable<anode::websocket_ptr> connecting) {
  try {
    loop.run(std::move(connecting));
  } catch (boost::system::system_error const& e) {
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("websocket: a client and a server exchange messages and close") {
  echo_fixture f;
  anode::websocket_ptr const ws =
      f.loop.run(anode::connect_websocket(f.agent, "ws://test/chat?x=1"));
  REQUIRE(ws);
  CHECK(f.loop.run(answer_to(*ws, "one")) == "one");
  std::string const large(300'000, 'x');
  ws->binary(true);
  CHECK(f.loop.run(answer_to(*ws, large)) == large);
  CHECK(ws->got_binary());
  f.loop.run(close(*ws));
  f.loop.settle();
  CHECK_FALSE(ws->is_open());
  CHECK(ws->next_layer().destroyed());
  CHECK(f.server.connection_count() == 0);
  CHECK(f.end == make_error_code(websocket::error::closed).message());
}

TEST_CASE("websocket: frames received with the handshake are read once") {
  SECTION("by a server") {
    echo_fixture f;
    testing::peer client = f.loop.connect(f.server);
    client.send(handshake() + frame("one") + frame("two"));
    client.expect("HTTP/1.1 101 Switching Protocols\r\n");
    CHECK(client.expect_until("\r\n\r\n")
              .find("Sec-WebSocket-Accept: " + std::string(accept_of_key)) != std::string::npos);
    client.expect("\x81\x03one\x81\x03two");
    client.expect_silence();
  }
  SECTION("by a client") {
    echo_fixture f;
    // Reads and writes as usual, but sends 101 and a frame together.
    f.server.on_upgrade([](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
      anode::websocket_ptr const ws = co_await anode::accept_websocket(req, std::move(s));
      co_await ws->async_write(net::buffer("first", 5), net::use_awaitable);
      co_await ws->next_layer().closed();
    });
    anode::websocket_ptr const ws = f.loop.run(anode::connect_websocket(f.agent, "ws://test/"));
    beast::flat_buffer message;
    f.loop.run(ws->async_read(message, net::use_awaitable));
    CHECK(beast::buffers_to_string(message.data()) == "first");
  }
}

TEST_CASE("websocket: an ordinary handler accepts it behind its own checks") {
  testing::event_loop loop;
  http::server_options options;
  options.upgrade_requests = true;
  http::server server(loop.get_executor(), options);
  server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        res.set_header("X-Id", "7");
        if (req.url() != "/chat") {
          co_await res.set_status_code(404).end("not here");
          co_return;
        }
        res.set_header("Content-Length", "9");  // contradicts the response, and is left out
        anode::websocket_options own;
        own.headers.append("Sec-WebSocket-Protocol", "x");
        anode::websocket_ptr const ws = co_await anode::accept_websocket(req, res, own);
        beast::flat_buffer message;
        co_await ws->async_read(message, net::use_awaitable);
        co_await ws->async_write(message.data(), net::use_awaitable);
      });
  testing::peer client = loop.connect(server);
  std::string other = handshake();
  other.replace(4, 5, "/none");
  client.send(other);
  client.expect("HTTP/1.1 404 Not Found\r\nX-Id: 7\r\n");
  client.expect_until("not here");
  client.send(handshake() + frame("one"));
  client.expect("HTTP/1.1 101 Switching Protocols\r\n");
  std::string const head = client.expect_until("\r\n\r\n");
  CHECK(head.find("x-id: 7\r\n") != std::string::npos);
  CHECK(head.find("Sec-WebSocket-Protocol: x\r\n") != std::string::npos);
  CHECK(head.find("ength") == std::string::npos);
  client.expect("\x81\x03one");
}

TEST_CASE("websocket: a handshake that a handler refuses is answered by Beast, once") {
  testing::event_loop loop;
  http::server_options options;
  options.upgrade_requests = true;
  http::server server(loop.get_executor(), options);
  std::string error;
  server.on_error([&](std::exception_ptr const& e) {
    try {
      std::rethrow_exception(e);
    } catch (boost::system::system_error const& known) {
      error = known.code().message();
    }
  });
  server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await anode::accept_websocket(req, res);
      });
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  client.expect("HTTP/1.1 400 Bad Request\r\n");
  loop.settle();
  CHECK(client.ended());
  CHECK(error == make_error_code(websocket::error::no_sec_key).message());
}

TEST_CASE("websocket: a client sends its own headers and validates the response") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent agent{loop.get_executor(), {.create_connection = origin.connections()}};
  std::string seen;
  anode::websocket_options options;
  options.on_answer = [&](http::incoming_message const& m) {
    seen = std::string(m.headers().get("Sec-WebSocket-Protocol").value_or("none"));
  };
  http::request_options to;
  to.set_url("http://test:81/chat");
  to.headers = {{"Origin", "http://page"}, {"Sec-WebSocket-Protocol", "a, b"}};
  anode::websocket_ptr ws;
  net::co_spawn(loop.context(), anode::connect_websocket(agent, to, options),
                [&](std::exception_ptr e, anode::websocket_ptr p) {
                  ws = std::move(p);
                  CHECK_FALSE(e == nullptr);
                });
  std::string const asked = origin[0].expect_until("\r\n\r\n");
  CHECK(asked.starts_with("GET /chat HTTP/1.1\r\nOrigin: http://page\r\n"));
  CHECK(asked.find("Sec-WebSocket-Protocol: a, b\r\n") != std::string::npos);
  CHECK(asked.find("Host: test:81\r\n") != std::string::npos);
  CHECK(asked.find("Host: anode\r\n") == std::string::npos);
  CHECK(asked.find("Upgrade: websocket\r\n") != std::string::npos);
  CHECK(asked.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
  origin[0].send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Accept: " +
      std::string(accept_of_key) + "\r\n\r\n\x81\x05" + "first");
  CHECK(seen == "b");
  CHECK_FALSE(ws);
  CHECK(origin[0].ended());
}

TEST_CASE("websocket: a client reports why the handshake failed") {
  echo_fixture f;
  SECTION("a response other than 101") {
    f.server.on_upgrade([](http::incoming_message&, anode::socket s) {
      s.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    });
    CHECK(refusal(f.loop, anode::connect_websocket(f.agent, "ws://test/"))
              .starts_with("the server answered 403 Forbidden"));
  }
  SECTION("a wrong accept key") {
    f.server.on_upgrade([](http::incoming_message&, anode::socket s) {
      s.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    });
    CHECK(refusal(f.loop, anode::connect_websocket(f.agent, "ws://test/"))
              .find(make_error_code(websocket::error::bad_sec_accept).message()) !=
          std::string::npos);
  }
  SECTION("the connection is refused") {
    http::agent_options o;
    o.create_connection =
        [](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
      throw boost::system::system_error(net::error::connection_refused);
      co_return nullptr;
    };
    http::agent const agent{f.loop.get_executor(), o};
    CHECK_THROWS_AS(f.loop.run(anode::connect_websocket(agent, "ws://test/")), http::request_error);
  }
  SECTION("an unsupported scheme") {
    CHECK_THROWS_AS(anode::connect_websocket(f.agent, "ftp://test/"), http::exception);
    CHECK_THROWS_AS(anode::connect_websocket(f.agent, "test"), http::exception);
    CHECK_THROWS_WITH(f.loop.run(anode::connect_websocket(f.agent, "wss://test/")),
                      "Protocol \"https:\" not supported. Expected \"http:\"");
  }
}

TEST_CASE("websocket: an invalid handshake is rejected with a response") {
  echo_fixture f;
  testing::peer client = f.loop.connect(f.server);
  std::string const asked = handshake();
  SECTION("without a key") {
    client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    client.expect("HTTP/1.1 400 Bad Request\r\n");
  }
  SECTION("of another version") {
    std::string other = asked;
    other.replace(other.find(": 13"), 4, ": 12");
    client.send(other);
    client.expect("HTTP/1.1 426 Upgrade Required\r\n");
  }
  SECTION("of another method") {
    client.send("PUT" + asked.substr(3));
    client.expect("HTTP/1.1 400 Bad Request\r\n");
  }
  SECTION("of HTTP/1.0") {
    std::string other = asked;
    other.replace(other.find("1.1"), 3, "1.0");
    client.send(other);
    client.expect("HTTP/1.0 400 Bad Request\r\n");
  }
  SECTION("to another protocol") {
    client.send(handshake("Upgrade", "websockets"));
    client.expect("HTTP/1.1 400 Bad Request\r\n");
  }
  client.take();
  client.expect_end();
  CHECK(f.end != "");
}

TEST_CASE("websocket: Upgrade and Connection are matched by whole tokens") {
  echo_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("http"); });
  testing::peer client = f.loop.connect(f.server);
  client.send(handshake("upgraded, not-an-upgrader"));
  client.expect("HTTP/1.1 200 OK\r\n");
  CHECK(f.end.empty());
}

namespace {

// Releases of Beast differ in the code for a frame without end.
void expect_refusal(testing::peer& client) {
  client.expect("\x88\x02\x03");
  std::string const code = client.take();
  CHECK((code == "\xea" || code == "\xf1"));  // 1002, protocol error; 1009, too big
}

}  // namespace

TEST_CASE("websocket: hostile frames end the connection") {
  anode::websocket_options options;
  options.max_message_size = 1000;
  options.configure = [](anode::websocket_stream& ws) {
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    ws.set_option(deflate);
  };
  echo_fixture f(options);
  testing::peer client = f.loop.connect(f.server);
  SECTION("a 64-bit length with the highest bit set") {
    client.send(handshake());
    client.expect_until("\r\n\r\n");
    client.send(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask");
    expect_refusal(client);
    client.expect_end();
    client.end();
    CHECK(f.end != "");
  }
  SECTION("fragments without an end") {
    client.send(handshake());
    client.expect_until("\r\n\r\n");
    client.send(std::string("\x01\x80mask", 6));
    for (int i = 0; i < 30 && !client.ended(); ++i) {
      client.send(std::string("\x00\xe4mask", 6) + std::string(100, 'x'));
    }
    expect_refusal(client);
    client.end();
    CHECK(f.end != "");
  }
  SECTION("a message that exceeds the limit when decompressed") {
    http::agent const agent{f.loop.get_executor(),
                            {.create_connection = testing::connections_to(f.server)}};
    anode::websocket_options with_deflate;
    with_deflate.configure = [](anode::websocket_stream& ws) {
      websocket::permessage_deflate deflate;
      deflate.client_enable = true;
      ws.set_option(deflate);
    };
    anode::websocket_ptr const ws =
        f.loop.run(anode::connect_websocket(agent, "ws://test/", with_deflate));
    CHECK(f.loop.run(answer_to(*ws, std::string(999, 'x'))) == std::string(999, 'x'));
    CHECK_THROWS_AS(f.loop.run(answer_to(*ws, std::string(1'000'000, 'x'))),
                    boost::system::system_error);
    CHECK(f.end == make_error_code(websocket::error::message_too_big).message());
  }
}

TEST_CASE("websocket: an idle connection gets a ping, then times out") {
  echo_fixture f;
  f.options.configure = [](anode::websocket_stream& ws) {
    // Beast uses its own clock, therefore the test only checks the time limits.
    websocket::stream_base::timeout limits;
    ws.get_option(limits);
    CHECK(limits.idle_timeout == std::chrono::seconds(300));
    CHECK(limits.keep_alive_pings);
  };
  testing::peer client = f.loop.connect(f.server);
  client.send(handshake());
  client.expect("HTTP/1.1 101 ");
}

}  // namespace behaviour_websocket_websocket
