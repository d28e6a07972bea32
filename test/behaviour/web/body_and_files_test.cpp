// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Files, uploads and events as handlers of a router.
#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/event_stream.hpp>
#include <anode/web/files.hpp>
#include <anode/web/multipart.hpp>
#include <anode/web/router.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace behaviour_web_body_and_files {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

namespace {

class routes_fixture {
public:
  temporary_tree tree;
  anode::testing::event_loop loop;
  web::router app;

  routes_fixture() {
    tree.write("a.txt", "hello");
    tree.write("d/b c.txt", "nested");
    tree.write("index.html", "index");
  }

  std::string exchange(std::string_view request) {
    http::server server{loop.get_executor(), app};
    anode::testing::peer peer = loop.connect(server, 1U << 20U);
    peer.send(request);
    std::string bytes = peer.take();
    while (!peer.ended() && loop.context().run_one_for(std::chrono::seconds(20)) != 0) {
      bytes += peer.take();
    }
    return bytes + peer.take();
  }

  // The status and the body.
  std::string get(std::string_view target) {
    std::string const bytes = exchange("GET " + std::string(target) +
                                       " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    REQUIRE(bytes.size() > 12);
    return bytes.substr(9, 4) + bytes.substr(bytes.find("\r\n\r\n") + 4);
  }
};

}  // namespace

TEST_CASE("web routes: the rest of a route is the path of a file", "[web]") {
  routes_fixture f;
  web::files const site(f.tree.root());
  f.app.get("/static/{path...}", site);
  f.app.get("/home", site);
  web::router user;
  user.get("/files/{path...}", site);
  f.app.mount("/users/{user}", user);

  CHECK(f.get("/static/a.txt") == "200 hello");
  CHECK(f.get("/static/a.txt?x=/../") == "200 hello");
  CHECK(f.get("/static/d/b%20c.txt") == "200 nested");
  CHECK(f.get("/static/") == "200 index");
  CHECK(f.get("/home") == "200 index");
  CHECK(f.get("/users/x%2Fy/files/d/b%20c.txt") == "200 nested");
  CHECK(f.get("/users/x/files/a.txt") == "200 hello");
  CHECK(f.get("http://a/static/a.txt") == "200 hello");
  CHECK(f.get("/static/none").starts_with("404 {"));
  // A slash that is spelled as an escape does not separate.
  CHECK(f.get("/static/d%2Fb%20c.txt").starts_with("400 "));
  CHECK(f.get("/static/%2e%2e/canary").starts_with("400 "));
}

TEST_CASE("web routes: no spelling of a path reaches the canary", "[web]") {
  routes_fixture f;
  f.app.get("/{path...}", web::files(f.tree.root()));
  for (std::string const& spelling : traversal_spellings()) {
    std::string const bytes =
        f.exchange("GET /" + spelling + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    INFO(spelling);
    CHECK(bytes.find(temporary_tree::canary) == std::string::npos);
    CHECK(bytes.substr(0, 12).find(" 4") != std::string::npos);
  }
}

TEST_CASE("web routes: send_file and its errors", "[web]") {
  routes_fixture f;
  auto const path = f.tree.root() / "a.txt";
  auto const none = f.tree.root() / "none";
  f.app.get("/a", [&](web::context& c) { return web::send_file(c, path); });
  f.app.get("/none", [&](web::context& c) { return web::send_file(c, none); });
  CHECK(f.get("/a") == "200 hello");
  CHECK(f.get("/none").starts_with("404 {"));
}

TEST_CASE("web routes: faults of an upload become responses", "[web]") {
  routes_fixture f;
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    web::multipart form(c);
    std::string out;
    while (auto part = co_await form.next()) {
      out += part.name() + "=" + co_await part.text(3) + ";";
    }
    co_await c.send(out);
  });
  auto const post = [&](std::string_view type, std::string const& body) {
    std::string request = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ";
    request.append(type).append("\r\nContent-Length: " + std::to_string(body.size()));
    std::string const bytes = f.exchange(request + "\r\n\r\n" + body);
    REQUIRE(bytes.size() > 12);
    return bytes.substr(9, 4) + bytes.substr(bytes.find("\r\n\r\n") + 4);
  };
  web::multipart_form form;
  form.field("a", "1").field("b", "2");
  CHECK(post(form.content_type(), form.body()) == "200 a=1;b=2;");
  CHECK(post("text/plain", "x").starts_with("415 {"));
  CHECK(post("multipart/form-data; boundary=b", "x").starts_with("400 {"));
  form.field("c", "long");
  CHECK(post(form.content_type(), form.body()).starts_with("413 {"));
}

TEST_CASE("web routes: events of a route", "[web]") {
  routes_fixture f;
  net::steady_timer news(f.loop.context(), net::steady_timer::time_point::max());
  std::string last;
  bool ended = false;
  f.app.get("/events", [&](web::context& c) -> net::awaitable<void> {
    web::event_stream events(c);
    last = events.last_event_id();
    co_await events.send("x");
    co_await events.wait(news);
    ended = true;
  });
  http::server server{f.loop.get_executor(), f.app};
  {
    anode::testing::peer peer = f.loop.connect(server);
    peer.send("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\r\n\r\n");
    CHECK(peer.expect_until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    peer.expect("9\r\ndata: x\n\n\r\n");
    CHECK(last == "7");
    CHECK_FALSE(ended);
  }
  f.loop.settle();
  CHECK(ended);
}

}  // namespace behaviour_web_body_and_files
