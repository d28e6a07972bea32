// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace unit_web_router_router {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using test_web::app_fixture;

namespace {

/// Returns a handler that sends the route and the value of the parameter `x`.
auto says(std::string text) {
  return [text](web::context& c) { c.send(text); };
}

std::string failure(std::function<void()> const& f) {
  try {
    f();
  } catch (http::exception const& e) {
    return e.what();
  }
  return "no exception";
}

}  // namespace

TEST_CASE("A router calls each kind of handler", "[web][router]") {
  app_fixture f;
  f.app.get("/plain", [](web::context& c) { c.send("plain"); });
  f.app.get("/operation", [](web::context& c) { return c.send("operation"); });
  f.app.get("/coroutine", [](web::context& c) -> net::awaitable<void> {
    co_await net::post(c.get_executor(), net::use_awaitable);
    co_await c.send("coroutine");
  });
  f.app.get("/core", [](http::incoming_message& req, http::server_response& res) {
    res.end("core " + std::string(req.url()));
  });
  f.app.get("/core_coroutine",
            [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
              co_await res.end("core coroutine");
            });
  f.app.get("/silent", [](web::context&) -> net::awaitable<void> { co_return; });
  CHECK(f.get("/plain") == "200 plain");
  CHECK(f.get("/operation") == "200 operation");
  CHECK(f.get("/coroutine") == "200 coroutine");
  CHECK(f.get("/core?x") == "200 core /core?x");
  CHECK(f.get("/core_coroutine") == "200 core coroutine");
  CHECK(f.get("/silent") == "200 ");
  CHECK(f.errors.empty());
}

TEST_CASE("A plain handler may answer after it has returned", "[web][router]") {
  app_fixture f;
  web::context* waiting = nullptr;
  f.app.get("/{x}", [&](web::context& c) { waiting = &c; });
  anode::testing::peer client = f.connect();
  client.send(app_fixture::request("GET", "/later"));
  client.expect_silence();
  REQUIRE(waiting != nullptr);
  CHECK(waiting->param("x") == "later");
  waiting->send("now");
  CHECK(app_fixture::parse(client.take()).text() == "200 now");
  client.send(app_fixture::request("GET", "/again"));
  waiting->send("again");
  CHECK(app_fixture::parse(client.take()).text() == "200 again");
}

TEST_CASE("A client may leave while a plain handler has not answered", "[web][router]") {
  app_fixture f;
  int over = 0;
  f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
    c.on_done(
        [&](web::context&, web::done_facts const& facts) { over += facts.aborted ? 1 : 100; });
    return next();
  });
  f.app.get("/", [](web::context&) {});
  {
    anode::testing::peer client = f.connect();
    client.send(app_fixture::request("GET", "/"));
    client.expect_silence();
    client.reset();
  }
  CHECK(over == 1);
  CHECK(f.errors.empty());
}

TEST_CASE("Parameters are decoded, and converted to numbers", "[web][router]") {
  app_fixture f;
  f.app.get("/n/{id}", [](web::context& c) { c.send(std::to_string(c.param<int>("id"))); });
  f.app.get("/u/{id}", [](web::context& c) { c.send(std::to_string(c.param<unsigned>("id"))); });
  f.app.get("/t/{a}/{b...}", [](web::context& c) {
    c.send(std::string(c.param("a")) + "|" + std::string(c.param("b")) + "|" +
           std::string(c.route()));
  });
  f.app.get("/bad/{id}", [](web::context& c) { c.send(std::string(c.param("other"))); });
  CHECK(f.get("/n/-42") == "200 -42");
  CHECK(f.ask("GET", "/n/4x").status == 404);
  CHECK(f.ask("GET", "/n/99999999999999999999").status == 404);
  CHECK(f.ask("GET", "/u/-1").status == 404);
  CHECK(f.get("/t/x/y/z") == "200 x|y/z|/t/{a}/{b...}");
  CHECK(f.get("/t/x%20y%2Fz/%252e/%C3%A9") == "200 x y/z|%2e/\xC3\xA9|/t/{a}/{b...}");
  CHECK(f.get("http://host/t/x/y?q") == "200 x|y|/t/{a}/{b...}");
  CHECK(f.ask("GET", "/bad/1").status == 500);
  CHECK(f.errors == std::vector<std::string>{"The route \"/bad/{id}\" has no parameter \"other\""});
}

TEST_CASE("Paths without a route get 404, 405 or 400, with problem details", "[web][router]") {
  app_fixture f;
  f.app.get("/a", says("get")).post("/a", says("post")).get("/b/{x}", says("b"));
  test_web::answer const missing = f.ask("GET", "/missing");
  CHECK(missing.text() == "404 {\"status\":404,\"title\":\"Not Found\"}");
  CHECK(missing.header("Content-Type") == "application/problem+json");
  test_web::answer const wrong = f.ask("DELETE", "/a");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(f.ask("PROPFIND", "/b/1").header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(f.ask("GET", "/b/").status == 404);
  for (std::string_view const path :
       {"/b/..", "/b/%2e%2E", "/b/%", "/b/%00", "/b/..%2fx", "/b/..%5cx"}) {
    CAPTURE(path);
    CHECK(f.ask("GET", path).status == 400);
  }
  CHECK(f.errors.empty());
}

TEST_CASE("OPTIONS is answered with the methods of the path", "[web][router]") {
  app_fixture f;
  f.app.get("/a", says("get"))
      .put("/a", says("put"))
      .any("/all", says("any"))
      .options("/own", says("own"));
  test_web::answer const a = f.ask("OPTIONS", "/a");
  CHECK(a.status == 204);
  CHECK(a.header("Allow") == "GET, HEAD, PUT, OPTIONS");
  CHECK(f.ask("OPTIONS", "/own").text() == "200 own");
  CHECK(f.ask("OPTIONS", "/all").text() == "200 any");
  CHECK(f.ask("OPTIONS", "/none").status == 404);
  CHECK(f.ask("OPTIONS", "*").status == 204);
  CHECK(f.ask("GET", "*").status == 400);
}

TEST_CASE("HEAD is served by GET unless it has a route", "[web][router]") {
  app_fixture f;
  f.app.get("/a", says("text")).get("/b", says("text")).head("/b", [](web::context& c) {
    c.set("X-Head", "1").end();
  });
  test_web::answer const a = f.ask("HEAD", "/a");
  CHECK(a.text() == "200 ");
  CHECK(a.header("Content-Length") == "4");
  CHECK(f.ask("HEAD", "/b").header("X-Head") == "1");
  CHECK(f.ask("GET", "/b").header("X-Head") == "none");
  CHECK(f.ask("HEAD", "/none").text() == "404 ");
}

TEST_CASE("Layers run in order around handlers and around missing routes", "[web][router]") {
  app_fixture f;
  std::string log;
  auto const layer = [&](std::string name) {
    return [&log, name](web::context&, web::next next) -> net::awaitable<void> {
      log += "(" + name;
      co_await next();
      log += ")";
    };
  };
  auto const before = [&](std::string name) {
    return [&log, name](web::context&, web::next next) -> net::awaitable<void> {
      log += name;
      return next();
    };
  };
  web::router inner;
  inner.use(layer("i"))
      .get("/", says("root"))
      .get("/x", before("r"), layer("s"), [&](web::context& c) {
        log += "!";
        c.send("x");
      });
  f.app.mount("/inner", inner);
  f.app.use(layer("o")).get("/top", says("top"));
  auto const run = [&](std::string_view path) {
    log.clear();
    return f.get(path) + " " + log;
  };
  CHECK(run("/inner/x") == "200 x (o(ir(s!)))");
  CHECK(run("/inner") == "200 root (o(i))");
  CHECK(run("/inner/") == "200 root (o(i))");
  CHECK(run("/top") == "200 top (o)");
  CHECK(run("/inner/none").starts_with("404"));
  CHECK(log == "(o(i");
  CHECK(run("/none").starts_with("404"));
  CHECK(log == "(o");
  CHECK(run("/inner/%2e%2e").starts_with("400"));
}

TEST_CASE("A layer can answer by itself, and change an error", "[web][router]") {
  app_fixture f;
  f.app.use([](web::context& c, web::next next) -> net::awaitable<void> {
    if (c.path() == "/stop") {
      c.status(403).send("stopped");
      co_return;
    }
    std::string caught;
    try {
      co_await next();
    } catch (std::out_of_range const& e) {
      caught = e.what();
    }
    if (!caught.empty()) {
      c.status(418).send("caught " + caught);
    }
  });
  f.app.get("/throws", [](web::context&) { throw std::out_of_range("it"); });
  f.app.get("/throws_late", [](web::context& c) -> net::awaitable<void> {
    co_await net::post(c.get_executor(), net::use_awaitable);
    throw std::out_of_range("it");
  });
  CHECK(f.get("/stop") == "403 stopped");
  CHECK(f.get("/throws") == "418 caught it");
  CHECK(f.get("/throws_late") == "418 caught it");
  CHECK(f.errors.empty());
}

TEST_CASE("A layer that calls next twice is an error", "[web][router]") {
  app_fixture f;
  int calls = 0;
  f.app.use([](web::context&, web::next next) -> net::awaitable<void> {
    co_await next();
    co_await next();
  });
  f.app.get("/", [&](web::context&) -> net::awaitable<void> {
    ++calls;
    co_return;
  });
  CHECK(f.ask("GET", "/").status == 500);
  CHECK(calls == 1);
  CHECK(f.errors == std::vector<std::string>{"next() was called twice"});
}

TEST_CASE("Routes of one shape and method are refused and named", "[web][router]") {
  web::router app;
  app.get("/a/{x}", says("1"));
  CHECK(failure([&] { app.get("/a/{y}", says("2")); }) ==
        "The routes \"/a/{x}\" and \"/a/{y}\" of GET are the same");
  CHECK(failure([&] { app.get("a", says("2")); }) ==
        "Invalid pattern \"a\": it must begin with '/'");
  CHECK(failure([&] { app.add("G T", "/b", says("2")); }) == "Invalid method of a route: \"G T\"");
  CHECK(failure([&] { app.get("/b", web::handler()); }) == "The route \"/b\" has no handler");
  CHECK(failure([&] { app.use(web::layer()); }) == "A layer is empty");
  CHECK(failure([&] { app.mount("/p", app); }) == "A router cannot be mounted below itself");
  CHECK(failure([&] { app.mount("/p/", web::router()); }) != "no exception");
  web::router below;
  below.get("/{z}", says("3"));
  app.mount("/a", below);
  CHECK(failure([&] { app.routes(); }) ==
        "The routes \"GET /a/{x}\" and \"GET /a/{z}\" are the same");
}

TEST_CASE("Only the outermost router can choose by host", "[web][router]") {
  web::router inner;
  inner.host("a.example", web::router());
  web::router mounts;
  mounts.mount("/p", inner);
  CHECK(failure([&] { mounts.routes(); }) ==
        "A router that chooses by host cannot be below another router");
  web::router hosts;
  hosts.host("b.example", inner);
  CHECK(failure([&] { hosts.routes(); }) != "no exception");
}

TEST_CASE("The routes of a router are listed", "[web][router]") {
  auto const pass = [](web::context&, web::next next) -> net::awaitable<void> { return next(); };
  web::router below;
  below.use(pass).post("/p", says("1"));
  web::router other;
  other.any("/{rest...}", says("2"));
  web::router app;
  app.use(pass).get("/a", pass, says("3")).mount("/b", below).host("*.example.org", other);
  std::string list;
  for (web::route_info const& r : app.routes()) {
    list += r.method + " " + r.host + r.pattern + " " + std::to_string(r.layers) + "\n";
  }
  CHECK(list == "GET /a 2\nPOST /b/p 2\n *.example.org/{rest...} 1\n");
}

TEST_CASE("A router in use cannot be changed", "[web][router]") {
  app_fixture f;
  web::router below;
  f.app.mount("/b", below);
  f.get("/");
  CHECK(failure([&] { f.app.get("/x", says("x")); }) ==
        "The router is in use and cannot be changed any more");
  CHECK(failure([&] { below.get("/x", says("x")); }) != "no exception");
  CHECK(failure([&] { f.app.redirect_slash(); }) != "no exception");
}

TEST_CASE("Requests of a host see only its routes", "[web][router]") {
  app_fixture f;
  web::router a;
  a.get("/", says("a"));
  web::router wild;
  wild.get("/", says("wild"));
  int layers = 0;
  f.app.get("/", says("default"))
      .get("/only", says("only"))
      .host("a.example", a)
      .host("*.example", wild);
  f.app.use([&](web::context&, web::next next) -> net::awaitable<void> {
    ++layers;
    return next();
  });
  auto const ask = [&](std::string_view host, std::string_view target) {
    return f.ask("GET", target, "Host: " + std::string(host) + "\r\n").text();
  };
  CHECK(ask("a.example", "/") == "200 a");
  CHECK(ask("A.Example:8080", "/") == "200 a");
  CHECK(ask("b.example", "/") == "200 wild");
  CHECK(ask("other", "/") == "200 default");
  CHECK(ask("a.example", "/only").starts_with("404"));
  CHECK(ask("other", "/only") == "200 only");
  CHECK(layers == 6);
}

TEST_CASE("A missing path can be redirected to its other form", "[web][router]") {
  app_fixture f;
  f.app.redirect_slash()
      .get("/a", says("a"))
      .get("/b/", says("b"))
      .post("/c", says("c"))
      .get("/{x}/d", says("d"));
  CHECK(f.ask("GET", "/a/?q=1").header("Location") == "/a?q=1");
  CHECK(f.ask("GET", "/a/").status == 308);
  CHECK(f.ask("GET", "/b").header("Location") == "/b/");
  CHECK(f.ask("GET", "/c/").status == 404);
  CHECK(f.ask("GET", "/none").status == 404);
  CHECK(f.ask("GET", "/%2Fevil/d/").header("Location") == "/%2Fevil/d");
  CHECK(f.ask("GET", "//evil/d/").status == 404);
}

TEST_CASE("A program can have its own 404", "[web][router]") {
  app_fixture f;
  f.app.not_found([](web::context& c) -> net::awaitable<void> {
    co_await c.status(404).send("nothing at " + std::string(c.path()));
  });
  f.app.get("/a", says("a"));
  CHECK(f.get("/b") == "404 nothing at /b");
  CHECK(f.ask("POST", "/a").status == 405);
}

TEST_CASE("The router may be destroyed while a handler runs", "[web][router]") {
  app_fixture f;
  web::context* waiting = nullptr;
  auto app = std::make_unique<web::router>();
  app->get("/{x}", [&](web::context& c) -> net::awaitable<void> {
    waiting = &c;
    co_await net::post(c.get_executor(), net::use_awaitable);
    co_await c.send(c.param("x"));
  });
  http::server server{f.loop.get_executor(), *app};
  app.reset();
  anode::testing::peer client = f.loop.connect(server);
  client.send(app_fixture::request("GET", "/still"));
  CHECK(app_fixture::parse(client.take()).text() == "200 still");
  CHECK(waiting != nullptr);
}

TEST_CASE("The server may be destroyed while a plain handler has not answered", "[web][router]") {
  app_fixture f;
  f.app.get("/", [](web::context&) {});
  anode::testing::peer client = f.connect();
  client.send(app_fixture::request("GET", "/"));
  f.server.reset();
  f.loop.settle();
  CHECK(client.ended());
}

}  // namespace unit_web_router_router
