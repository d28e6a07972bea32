// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The code of docs/web.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <anode/beast.hpp>
#include <anode/web.hpp>
#include <anode/web/event_stream.hpp>
#include <anode/web/files.hpp>
#include <anode/web/multipart.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <cstdio>

namespace web = anode::web;

// [json]
template <>
struct anode::web::json_traits<boost::json::value> {
  static std::string write(boost::json::value const& v) { return serialize(v); }
  static boost::json::value read(std::string_view text) { return boost::json::parse(text); }
};
// [json]

namespace {

// [app]
web::router make_app() {
  web::router app;
  app.use(web::access_log([](std::string_view line) { std::puts(std::string(line).c_str()); }));
  app.get("/items/{id}", [](web::context& c) {
    if (c.param<int>("id") != 1) {
      throw web::http_error(404, "no such item");
    }
    c.send("the item\n");
  });
  app.post("/form", [](web::context& c) -> net::awaitable<void> {
    web::form_fields const form = co_await c.form();
    co_await c.send("hello " + form.value("name") + "\n");
  });
  return app;
}
// [app]

net::awaitable<std::string> fetch(http::agent agent, boost::json::value value,
                                  web::cookie_jar jar) {
  // [fetch]
  web::client client{agent, web::client_options{}.timeouts(5s, 30s).retry(4).cookies(jar)};
  auto res = co_await client.fetch("http://host/items", web::fetch_options{}.json(value));
  res.raise_for_status();
  std::string const text = co_await res.text();
  // [fetch]
  co_return text;
}

void add_files(web::router& app) {
  // [files]
  app.get("/{path...}", web::files("docs/assets"));
  // [files]
}

void add_upload(web::router& app) {
  // [upload]
  app.use(web::request_ids());
  app.post("/upload", web::body_limit(100U << 20U), [](web::context& c) -> net::awaitable<void> {
    web::multipart form(c);
    int n = 0;
    while (auto part = co_await form.next()) {
      if (part.is_file()) {
        auto const number = std::to_string(++n);
        co_await part.save("uploads/" + c.get<web::request_id>()->value + "-" + number);
      }
    }
    c.status(204).end();
  });
  // [upload]
}

void add_ticks(web::router& app, net::steady_timer& news, int& tick) {
  // [ticks]
  app.get("/ticks", [&news, &tick](web::context& c) -> net::awaitable<void> {
    web::event_stream events(c);
    while (events.open()) {
      co_await events.wait(news);
      co_await events.send(std::to_string(tick));
    }
  });
  // [ticks]
}

void add_socket(web::router& app) {
  // [socket]
  app.get("/socket", [](web::context& c) -> net::awaitable<void> {
    auto const ws = co_await anode::accept_websocket(c.req(), c.res());
    co_await ws->async_write(net::buffer("hello", 5), net::use_awaitable);
  });
  // [socket]
}

net::awaitable<std::string> first_message(http::agent agent) {
  auto const ws = co_await anode::connect_websocket(agent, "ws://host/socket");
  std::string text;
  auto buffer = net::dynamic_buffer(text);
  co_await ws->async_read(buffer, net::use_awaitable);
  co_return text;
}

}  // namespace

TEST_CASE("pages: web") {
  recipes::memory m(make_app());
  CHECK(m.answer(recipes::get("/items/1")).ends_with("\r\n\r\nthe item\n"));
  CHECK(m.answer(recipes::get("/items/2")).starts_with("HTTP/1.1 404 "));
  CHECK(m.answer("POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: "
                 "application/x-www-form-urlencoded\r\nContent-Length: 8\r\nConnection: "
                 "close\r\n\r\nname=bob")
            .ends_with("\r\n\r\nhello bob\n"));

  web::router echo;
  echo.any("/items", [](web::context& c) -> net::awaitable<void> {
    auto const value = co_await c.json<boost::json::value>();
    co_await c.send_json(value);
  });
  m.server.on_request(echo);
  CHECK(m.loop.run(fetch(m.agent, boost::json::value("tea"), web::cookie_jar())) == "\"tea\"");

  web::router upload;
  add_upload(upload);
  m.server.on_request(upload);
  std::string const body =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ntext\r\n--b--\r\n";
  CHECK(m.answer("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; "
                 "boundary=b\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body)
            .starts_with("HTTP/1.1 204 "));
}

TEST_CASE("pages: web files") {
  web::router app;
  add_files(app);
  recipes::memory m(app);
  testing::peer client = m.loop.connect(m.server);
  client.send(recipes::get("/site.css"));
  CHECK(recipes::run_until(m.loop, [&] { return client.ended(); }));
  CHECK(client.take().find("Content-Type: text/css") != std::string::npos);
}

TEST_CASE("pages: web events and sockets") {
  testing::event_loop loop;
  net::steady_timer news(loop.get_executor(), net::steady_timer::time_point::max());
  int tick = 7;
  web::router app;
  add_ticks(app, news, tick);
  add_socket(app);
  http::server server{loop.get_executor(), {.upgrade_requests = true}, app};
  testing::peer client = loop.connect(server);
  client.send("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n");
  loop.settle();
  news.cancel();
  client.expect_until("data: 7\n\n");
  http::agent_options options;
  options.create_connection = testing::connections_to(server);
  CHECK(loop.run(first_message(http::agent(loop.get_executor(), options))) == "hello");
  client.close();
  news.cancel();
  loop.settle();
}
