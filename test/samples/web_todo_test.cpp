// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/web/todo.hpp"
#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <string>
#include <string_view>

namespace {

constexpr std::string_view as_json = "Content-Type: application/json\r\n";

struct todo_fixture : test_web::app_fixture {
  samples::todo_list list;

  todo_fixture() { list.add_routes(app); }

  test_web::answer send(std::string_view method, std::string_view target, std::string_view body) {
    return ask(method, target, as_json, body);
  }
};

}  // namespace

TEST_CASE("todo: items are added, changed and deleted") {
  todo_fixture f;
  CHECK(f.get("/items") == "200 {\"items\":[]}");
  test_web::answer const added = f.send("POST", "/items", R"({"title":"a"})");
  CHECK(added.text() == R"(201 {"title":"a","id":1})");
  CHECK(added.header("Location") == "/items/1");
  CHECK(added.header("Content-Type") == "application/json");
  CHECK(f.send("POST", "/items", R"({"title":"b","id":7})").text() ==
        R"(201 {"title":"b","id":2})");
  CHECK(f.send("PUT", "/items/1", R"({"title":"c"})").text() == R"(200 {"title":"c","id":1})");
  CHECK(f.get("/items/1") == R"(200 {"title":"c","id":1})");
  CHECK(f.ask("DELETE", "/items/1").text() == "204 ");
  CHECK(f.get("/items") == R"(200 {"items":[{"title":"b","id":2}]})");
  CHECK(f.errors.empty());
}

TEST_CASE("todo: wrong requests get problem details") {
  todo_fixture f;
  test_web::answer const missing = f.ask("GET", "/items/1");
  CHECK(missing.text() ==
        R"(404 {"status":404,"title":"Not Found","detail":"There is no such item"})");
  CHECK(missing.header("Content-Type") == "application/problem+json");
  CHECK(f.ask("GET", "/items/x").status == 404);
  CHECK(f.ask("GET", "/items/99999999999").status == 404);
  CHECK(f.send("PUT", "/items/1", "{}").status == 404);
  CHECK(f.ask("DELETE", "/items/1").status == 404);
  CHECK(f.send("POST", "/items", "[1]").status == 400);
  CHECK(f.send("POST", "/items", "{\"a\":").status == 400);
  CHECK(f.send("POST", "/items", std::string(10'000, '[')).status == 400);
  CHECK(f.ask("POST", "/items", "Content-Type: text/plain\r\n", "{}").status == 415);
  CHECK(f.send("POST", "/items", std::string(20'000, ' ')).status == 413);
  test_web::answer const refused = f.ask("PATCH", "/items/1");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
  CHECK(f.get("/items") == "200 {\"items\":[]}");
  CHECK(f.errors.empty());
}

TEST_CASE("todo: a full list takes no more items") {
  todo_fixture f;
  anode::testing::peer client = f.connect();
  std::string const request = test_web::app_fixture::request("POST", "/items", as_json, "{}");
  for (int i = 0; i < 1000; ++i) {
    client.send(request);
    client.expect("HTTP/1.1 201 Created\r\n");
    client.take();
  }
  client.send(request);
  client.expect("HTTP/1.1 507 ");
}
