// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/web/todo.hpp"
#include "support/catch.hpp"

#include <anode/web/testing.hpp>

#include <string>
#include <string_view>

namespace samples_web_todo {

namespace {

namespace web = anode::web;
using web::fetch_options;
using web::testing::response;

struct todo_fixture {
  samples::todo_list list{};
  web::testing::app_server server{routes()};

  web::router routes() {
    web::router app;
    list.add_routes(app);
    return app;
  }

  std::string get(std::string_view target) { return server.get(target).text(); }

  response send(std::string_view method, std::string_view target, std::string_view body) {
    return server.send(method, target, fetch_options().body(std::string(body), "application/json"));
  }
};

}  // namespace

TEST_CASE("todo: items are added, changed and deleted") {
  todo_fixture f;
  CHECK(f.get("/items") == "200 {\"items\":[]}");
  response const added = f.send("POST", "/items", R"({"title":"a"})");
  CHECK(added.text() == R"(201 {"title":"a","id":1})");
  CHECK(added.header("Location") == "/items/1");
  CHECK(added.header("Content-Type") == "application/json");
  CHECK(f.send("POST", "/items", R"({"title":"b","id":7})").text() ==
        R"(201 {"title":"b","id":2})");
  CHECK(f.send("PUT", "/items/1", R"({"title":"c"})").text() == R"(200 {"title":"c","id":1})");
  CHECK(f.get("/items/1") == R"(200 {"title":"c","id":1})");
  CHECK(f.server.send("DELETE", "/items/1").text() == "204 ");
  CHECK(f.get("/items") == R"(200 {"items":[{"title":"b","id":2}]})");
  CHECK(f.server.take_errors().empty());
}

TEST_CASE("todo: wrong requests get problem details") {
  todo_fixture f;
  response const missing = f.server.get("/items/1");
  CHECK(missing.text() ==
        R"(404 {"status":404,"title":"Not Found","detail":"There is no such item"})");
  CHECK(missing.header("Content-Type") == "application/problem+json");
  CHECK(f.server.get("/items/x").status() == 404);
  CHECK(f.server.get("/items/99999999999").status() == 404);
  CHECK(f.send("PUT", "/items/1", "{}").status() == 404);
  CHECK(f.server.send("DELETE", "/items/1").status() == 404);
  CHECK(f.send("POST", "/items", "[1]").status() == 400);
  CHECK(f.send("POST", "/items", "{\"a\":").status() == 400);
  CHECK(f.send("POST", "/items", std::string(10'000, '[')).status() == 400);
  CHECK(f.server.send("POST", "/items", fetch_options().body("{}")).status() == 415);
  CHECK(f.send("POST", "/items", std::string(20'000, ' ')).status() == 413);
  response const refused = f.server.send("PATCH", "/items/1");
  CHECK(refused.status() == 405);
  CHECK(refused.header("Allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
  CHECK(f.get("/items") == "200 {\"items\":[]}");
  CHECK(f.server.take_errors().empty());
}

TEST_CASE("todo: a full list takes no more items") {
  todo_fixture f;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(f.send("POST", "/items", "{}").status() == 201);
  }
  CHECK(f.send("POST", "/items", "{}").status() == 507);
}

}  // namespace samples_web_todo
