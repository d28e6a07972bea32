// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The recipes for streams and WebSockets, docs/recipes.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <anode/beast.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <memory>

using recipes::get;
using recipes::memory;

namespace {

// [echo]
net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  while (auto const piece = co_await req.read()) {
    co_await res.write(*piece);  // a client that does not read makes this wait
  }
  co_await res.end();
}
// [echo]

// [forward_body]
net::awaitable<void> store(http::agent& agent, http::incoming_message& req,
                           http::server_response& res) {
  http::client_request put = agent.request("PUT", "http://store.test/object");
  std::uint64_t const bytes = co_await http::pipe(req, put);  // constant memory
  http::incoming_message stored = co_await put.response();
  res.set_status_code(stored.status_code());
  co_await res.end(std::to_string(bytes) + " bytes stored\n");
}
// [forward_body]

// [body_filter]
class upper_case : public http::body_filter {
public:
  void transform(std::string_view in, bool, bool, std::string& out) override {
    for (char const c : in) {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
};

void shout(http::incoming_message&, http::server_response& res) {
  res.set_body_filter(std::make_unique<upper_case>());
  res.end("hello\n");
}
// [body_filter]

// [read_lines]
net::awaitable<void> count_lines(http::incoming_message& req, http::server_response& res) {
  std::string buffer;
  int lines = 0;
  boost::system::error_code ec;  // a message is an AsyncReadStream of Asio
  while (true) {
    std::size_t const size = co_await net::async_read_until(
        req, net::dynamic_buffer(buffer, 8192), '\n', net::redirect_error(net::use_awaitable, ec));
    if (ec) {
      break;  // eof: the end of the body
    }
    buffer.erase(0, size);
    ++lines;
  }
  co_await res.end(std::to_string(lines) + " lines\n");
}
// [read_lines]

// [events]
net::awaitable<void> ticks(http::server_response& res, std::chrono::milliseconds interval) {
  res.set_header("Content-Type", "text/event-stream");
  res.set_header("Cache-Control", "no-store");
  net::steady_timer timer(res.get_executor());
  for (int i = 0; i < 3; ++i) {
    co_await res.write("data: " + std::to_string(i) + "\n\n");  // throws when the client has left
    timer.expires_after(interval);
    co_await timer.async_wait(net::use_awaitable);
  }
}
// [events]

// [callbacks]
void flood(http::incoming_message&, http::server_response& res) {
  auto const left = std::make_shared<int>(50);
  auto const more = [left, &res] {
    while (*left > 0 && res.write(std::string(10'000, 'x'))) {  // false: wait for the drain
      --*left;
    }
    if (*left <= 0) {
      res.end();
    }
    --*left;
  };
  res.on_drain(more);
  more();
}
// [callbacks]

// [websocket_server]
net::awaitable<void> chat(http::incoming_message& req, anode::socket s) {
  anode::websocket_ptr const ws = co_await anode::accept_websocket(req, std::move(s));
  boost::beast::flat_buffer message;
  while (true) {
    co_await ws->async_read(message, net::use_awaitable);  // throws at the end
    ws->text(ws->got_text());
    co_await ws->async_write(message.data(), net::use_awaitable);
    message.clear();
  }
}
// [websocket_server]

// [websocket_client]
net::awaitable<std::string> say(http::agent agent, std::string_view text) {
  anode::websocket_ptr const ws = co_await anode::connect_websocket(agent, "ws://chat.test/room");
  co_await ws->async_write(net::buffer(text), net::use_awaitable);
  std::string answer;
  auto buffer = net::dynamic_buffer(answer);
  co_await ws->async_read(buffer, net::use_awaitable);
  co_await ws->async_close(boost::beast::websocket::close_code::normal, net::use_awaitable);
  co_return answer;
}
// [websocket_client]

// [socket_pair]
net::awaitable<std::string> through_memory(net::any_io_executor ex) {
  auto [near, far] = anode::socket_pair(ex);
  near.write("ping");
  near.end();
  std::string text;
  while (auto const piece = co_await far.read()) {
    text += *piece;
  }
  co_return text;
}
// [socket_pair]

}  // namespace

TEST_CASE("recipes for streams: bodies") {
  memory m(echo);
  std::string const post =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\na\nb\n";
  CHECK(m.answer(post).ends_with("\r\n\r\n4\r\na\nb\n\r\n0\r\n\r\n"));
  m.server.on_request(count_lines);
  CHECK(m.answer(post).ends_with("\r\n\r\n2 lines\n"));
  m.server.on_request(shout);
  CHECK(m.answer(get("/")).ends_with("\r\n\r\nHELLO\n"));
  m.server.on_request(flood);
  CHECK(m.answer(get("/")).size() > 500'000);

  memory back([](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
    std::string const text = co_await req.text();
    res.set_status_code(text == "a\nb\n" ? 201 : 400);
  });
  http::agent_options options;
  options.create_connection = testing::connections_to(back.server);
  http::agent agent(m.loop.get_executor(), options);
  CHECK(m.loop.run(through_memory(m.loop.get_executor())) == "ping");
}

TEST_CASE("recipes for streams: a body that is forwarded") {
  testing::event_loop loop;
  http::server back{
      loop.get_executor(),
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        std::string const text = co_await req.text();
        res.set_status_code(text == "abc" ? 201 : 400);
      }};
  http::agent_options options;
  options.create_connection = testing::connections_to(back);
  http::agent agent(loop.get_executor(), options);
  http::server front{loop.get_executor(),
                     [&](http::incoming_message& req, http::server_response& res) {
                       return store(agent, req, res);
                     }};
  testing::peer client = loop.connect(front);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  client.expect("HTTP/1.1 201 Created\r\n");
  client.expect_until("3 bytes stored\n");
}

TEST_CASE("recipes for streams: events") {
  memory m([](http::incoming_message&, http::server_response& res) { return ticks(res, 5ms); });
  testing::peer client = m.loop.connect(m.server);
  client.send(get("/"));
  client.expect_until("data: 0\n\n");
  CHECK(recipes::run_until(m.loop, [&] { return client.ended(); }));
  client.expect_until("data: 1\n\n");
  client.expect_until("data: 2\n\n");
}

TEST_CASE("recipes for streams: WebSockets") {
  memory m({});
  m.server.on_upgrade(chat);
  m.server.on_error([](std::exception_ptr) {});  // the end of a chat
  CHECK(m.loop.run(say(m.agent, "hello")) == "hello");
}
