// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The snippets of README.md, compiled. tools/check/headers searches for them here line by line.
#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res);
net::awaitable<void> client(net::any_io_executor ex, std::string_view part1,
                            std::string_view part2);
net::awaitable<void> rule(http::agent& agent);
net::awaitable<void> negated(http::client_request& req);
net::awaitable<void> send_json(http::server_response& res, int status,
                               http::header_list const& members);
net::awaitable<void> braced(http::server_response& res);
net::awaitable<void> hello(http::incoming_message& req, http::server_response& res);
void all_cores();
void test_of_hello();

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  while (auto chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  co_await res.end();
}

net::awaitable<void> client(net::any_io_executor ex, std::string_view part1,
                            std::string_view part2) {
  auto res = co_await http::get(ex, "http://127.0.0.1:8000/");
  auto text = co_await res.text();
  auto created = co_await http::send(ex, "PUT", "http://127.0.0.1:8000/a", "the whole body");

  http::agent agent{ex, {.keep_alive = true, .max_sockets = 8}};
  auto req = agent.request("POST", "http://127.0.0.1:8000/upload", {{"Content-Type", "text/csv"}});
  co_await req.write(part1);
  co_await req.end(part2);
  auto answer = co_await req.response();
}

net::awaitable<void> rule(http::agent& agent) {
  auto req = agent.request("GET", "http://127.0.0.1:8000/", {{"Accept", "*/*"}});
  req.end();
  auto res = co_await req.response();
}

net::awaitable<void> negated(http::client_request& req) {
  bool const wanted = co_await req.continued();
  if (!wanted) {
    co_return;
  }
}

void all_cores() {
  http::cluster cluster([](http::worker& w) {  // runs once in each thread
    w.server().on_request(
        [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
  });
  cluster.listen(8000);
  cluster.run();  // until a drain has ended
}

net::awaitable<void> braced(http::server_response& res) {
  http::header_list const answer = {{"error", "no such user"}};
  co_await send_json(res, 400, answer);
  co_await send_json(res, 400, {"error", "no such user"});
}

void test_of_hello() {
  testing::event_loop loop;
  http::server server{loop.get_executor(), hello};
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
  loop.advance(std::chrono::seconds(6));  // idle for longer than keep_alive_timeout
}
