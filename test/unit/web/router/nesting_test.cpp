// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Routers as handlers of other handlers, and their data of a request.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/web/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace unit_web_router_nesting {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using test_web::app_fixture;

namespace {

/// Returns a router with a route of each kind. `errors` gets what became 500.
web::router inner_router(std::vector<std::string>& errors) {
  web::router app;
  app.on_error(
      [&errors](web::context&, std::exception_ptr const&) { errors.emplace_back("inner"); });
  app.get("/plain/{x}", [](web::context& c) { c.send("plain " + std::string(c.param("x"))); });
  app.get("/later/{x}", [](web::context& c) {
    net::post(c.get_executor(), [&c] { c.send("later " + std::string(c.param("x"))); });
  });
  app.get("/coroutine/{x}", [](web::context& c) -> net::awaitable<void> {
    co_await net::post(c.get_executor(), net::use_awaitable);
    co_await c.send("coroutine " + std::string(c.param("x")));
  });
  app.get("/throw", [](web::context&) { throw std::runtime_error("broken"); });
  app.get("/throw_later", [](web::context& c) -> net::awaitable<void> {
    co_await net::post(c.get_executor(), net::use_awaitable);
    throw web::http_error(418, "a teapot");
  });
  return app;
}

void check_inner(app_fixture& f) {
  CHECK(f.get("/plain/1") == "200 plain 1");
  CHECK(f.get("/later/2") == "200 later 2");
  CHECK(f.get("/coroutine/3") == "200 coroutine 3");
  CHECK(f.ask("GET", "/throw").status == 500);
  CHECK(f.ask("GET", "/throw_later").status == 418);
  CHECK(f.ask("GET", "/none").status == 404);
}

}  // namespace

TEST_CASE("A router is a handler of a route of another router", "[web][router]") {
  app_fixture f;
  std::vector<std::string> errors;
  int done = 0;
  bool const layered = GENERATE(false, true);
  if (layered) {
    f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
      co_await next();
      done += c.path().empty() ? 100 : 1;  // the outer context is still there
    });
  }
  f.app.get("/{rest...}", inner_router(errors));
  check_inner(f);
  CHECK(errors == std::vector<std::string>{"inner"});
  CHECK(f.errors.empty());
  CHECK(done == (layered ? 6 : 0));
}

TEST_CASE("A handler of a server may await a router", "[web][router]") {
  app_fixture f;
  std::vector<std::string> errors;
  web::router const app = inner_router(errors);
  int finished = 0;
  f.server.emplace(
      f.loop.get_executor(),
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await app(req, res);
        finished += res.writable_ended() ? 1 : 100;
      });
  check_inner(f);
  CHECK(errors == std::vector<std::string>{"inner"});
  CHECK(finished == 6);
}

TEST_CASE("The data of a request is the program's, and the context stays", "[web][router]") {
  app_fixture f;
  int destroyed = 0;
  auto const count = [&destroyed](int* p) {
    ++destroyed;
    delete p;
  };
  using counted = std::shared_ptr<int>;
  f.app.get("/later/{x}", [&](web::context& c) {
    c.req().emplace_data<counted>(new int(1), count);
    net::post(c.get_executor(), [&c] {
      c.req().emplace_data<std::string>("mine");
      c.send(*c.req().data<std::string>() + " " + std::string(c.param("x")));
    });
  });
  f.app.get("/coroutine/{x}", [&](web::context& c) -> net::awaitable<void> {
    c.req().emplace_data<counted>(new int(1), count);
    co_await net::post(c.get_executor(), net::use_awaitable);
    co_await c.send(c.param("x"));
  });
  CHECK(f.get("/later/1") == "200 mine 1");
  CHECK(f.get("/coroutine/2") == "200 2");
  f.server.reset();
  f.loop.settle();
  CHECK(destroyed == 2);
}

TEST_CASE("A handler throws after it has begun to answer, without a coroutine", "[web][router]") {
  app_fixture f;
  f.app.get("/head", [](web::context& c) {
    c.write("begun");
    throw std::runtime_error("broken");
  });
  f.app.get("/ended", [](web::context& c) {
    c.send("whole");
    throw std::runtime_error("broken behind");
  });
  f.app.get("/fine", [](web::context& c) { c.send("fine"); });
  {
    anode::testing::peer client = f.connect();
    client.send(app_fixture::request("GET", "/head"));
    client.take();
    CHECK(client.ended());
  }
  CHECK(f.errors == std::vector<std::string>{"broken"});
  f.get("/ended");
  CHECK(f.errors == std::vector<std::string>{"broken", "broken behind"});
  CHECK(f.get("/fine") == "200 fine");
}

}  // namespace unit_web_router_nesting
