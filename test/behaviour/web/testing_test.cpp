// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/thrown.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/web/blocking.hpp>
#include <anode/web/files.hpp>
#include <anode/web/testing.hpp>

#include <stdexcept>
#include <string>
#include <thread>

namespace behaviour_web_testing {

namespace {

namespace net = boost::asio;
namespace web = anode::web;
using web::fetch_options;
using web::testing::reply;
using namespace std::chrono_literals;

web::router small_app() {
  web::router app;
  app.get("/hello", [](web::context& c) { c.set("X-A", "1").send("hello"); });
  app.post("/echo", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    c.status(201).send(std::string(c.header("X-B")) + text);
  });
  app.get("/old", [](web::context& c) { c.redirect("/hello"); });
  app.get("/boom", [](web::context&) { throw std::runtime_error("boom"); });
  app.get("/never", [](web::context&) {});
  return app;
}

}  // namespace

TEST_CASE("web testing: a router is called without ports", "[web]") {
  web::testing::app_server server{small_app()};
  web::testing::response const hello = server.get("/hello");
  CHECK(hello.status() == 200);
  CHECK(hello.body() == "hello");
  CHECK(hello.text() == "200 hello");
  CHECK(hello.header("x-a") == "1");
  CHECK(hello.header("x-b").empty());
  CHECK_FALSE(hello.headers().empty());
  CHECK(server.send("POST", "/echo", fetch_options().header("X-B", "b").body("text")).text() ==
        "201 btext");
  CHECK(server.get("/none").status() == 404);
  CHECK(server.send("HEAD", "/hello").text() == "200 ");
  // Redirects are the response.
  CHECK(server.get("/old").header("Location") == "/hello");
  CHECK(server.take_errors().empty());
  CHECK(server.get("/boom").status() == 500);
  CHECK(server.take_errors() == std::vector<std::string>{"boom"});
  CHECK(server.take_errors().empty());
  anode::testing::peer raw = server.connect();
  raw.send("GET hello HTTP/1.1\r\nHost: a\r\n\r\n");
  raw.expect("HTTP/1.1 400 Bad Request\r\n");
}

TEST_CASE("web testing: a handler that never answers is a mismatch", "[web]") {
  web::testing::app_server server{small_app()};
  CHECK_THROWS_AS(server.get("/never"), web::testing::mismatch);
  CHECK(server.get("/hello").status() == 200);
}

TEST_CASE("web testing: blocking work is waited for", "[web]") {
  temporary_tree tree;
  tree.write("a.txt", std::string(2'000'000, 'a'));
  web::router app;
  app.get("/{path...}", web::files(tree.root()));
  app.post("/slow", [](web::context& c) -> net::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      auto const work = [] { std::this_thread::sleep_for(5ms); };
      co_await web::blocking(c.get_executor(), work);
    }
    c.send("done");
  });
  web::testing::app_server server{app};
  CHECK(server.get("/a.txt").body().size() == 2'000'000);
  CHECK(server.send("POST", "/slow").text() == "200 done");
}

TEST_CASE("web testing: an origin answers by a script and records requests", "[web]") {
  web::testing::event_loop loop;
  web::testing::origin origin{loop};
  origin.on("a.example/", reply::redirect("http://b.example/x"))
      .on("/x", reply(200, "first").header("X-A", "1"))
      .on("/x", reply(201, "then").chunked())
      .on("/lost", reply::lost())
      .on("/cut", reply(200, "hello").cut_after(2))
      .on("/silent", reply::silence());
  web::client client = origin.client();
  auto const fetch = [&](std::string_view url, fetch_options const& o = fetch_options()) {
    try {
      return web::testing::fetch(loop, client, url, o).text();
    } catch (web::fetch_error const& e) {
      return std::string(to_string(e.kind()));
    }
  };
  CHECK(fetch("http://a.example/") == "200 first");
  CHECK(fetch("http://c.example/x", fetch_options().body("up")) == "201 then");
  CHECK(fetch("http://c.example/x") == "201 then");
  CHECK(fetch("http://a.example/none") == "404 no reply for a.example/none");
  CHECK(fetch("http://a.example/lost") == "connection");
  CHECK(fetch("http://a.example/cut") == "connection");
  auto const requests = origin.take_requests();
  REQUIRE(requests.size() == 7);
  CHECK(requests[0].line() == "GET a.example/");
  CHECK(requests[1].line() == "GET b.example/x");
  CHECK(requests[2].method() == "POST");
  CHECK(requests[2].target() == "/x");
  CHECK(requests[2].host() == "c.example");
  CHECK(requests[2].body() == "up");
  CHECK(requests[2].header("content-type") == "text/plain;charset=UTF-8");
  CHECK(requests[2].header("none").empty());
  CHECK(origin.requests().empty());
  CHECK_THROWS_AS(fetch("http://a.example/silent"), web::testing::mismatch);
  CHECK(origin.requests().size() == 1);
}

TEST_CASE("web testing: a router serves a host of an origin", "[web]") {
  web::testing::event_loop loop;
  web::testing::origin origin{loop};
  origin.host("app.example", small_app()).on("app.example/hello", reply(200, "scripted"));
  web::client client = origin.client(web::client_options(), "https:");
  CHECK(web::testing::fetch(loop, client, "https://app.example/old").text() == "200 scripted");
  CHECK(web::testing::fetch(loop, client, "https://app.example/none").status() == 404);
  CHECK(origin.requests().size() == 1);
}

TEST_CASE("web testing: waits of a client take no time", "[web]") {
  web::testing::event_loop loop;
  web::testing::origin origin{loop};
  origin.on("/", reply(503).header("Retry-After", "20")).on("/", reply(200, "ok"));
  web::client client = origin.client(web::client_options().retry(1));
  auto const before = origin.clock().date();
  CHECK(web::testing::fetch(loop, client, "http://a/").text() == "200 ok");
  CHECK(origin.clock().waits() == std::vector<std::chrono::milliseconds>{20s});
  CHECK(origin.clock().date() - before == 20s);
  auto const start = origin.clock().now();
  origin.clock().advance(1500ms);
  CHECK(origin.clock().now() - start == 1500ms);
}

TEST_CASE("web testing: run returns results and exceptions", "[web]") {
  web::testing::event_loop loop;
  auto const number = []() -> net::awaitable<int> { co_return 1; };
  auto const nothing = []() -> net::awaitable<void> { co_return; };
  auto const fails = []() -> net::awaitable<void> {
    throw std::runtime_error("no");
    co_return;
  };
  CHECK(web::testing::run(loop, number()) == 1);
  web::testing::run(loop, nothing());
  CHECK_THROWS_WITH(web::testing::run(loop, fails()), "no");
}

}  // namespace behaviour_web_testing
