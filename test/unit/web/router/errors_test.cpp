// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/error.hpp>
#include <anode/web/error.hpp>
#include <anode/web/map_error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace unit_web_router_errors {

namespace net = boost::asio;
namespace web = anode::web;
using test_web::app_fixture;

TEST_CASE("An http_error becomes problem details", "[web][errors]") {
  web::http_error const e(404, "no <such> \"item\"\n\xFF");
  CHECK(e.status() == 404);
  CHECK(std::string(e.what()) == "404 Not Found: no <such> \"item\"\n\xFF");
  CHECK(web::problem_json(e) ==
        "{\"status\":404,\"title\":\"Not Found\",\"detail\":\"no \\u003csuch\\u003e "
        "\\\"item\\\"\\u000a\xEF\xBF\xBD\"}");
  CHECK(web::problem_json(web::http_error(499)) == "{\"status\":499}");
  CHECK(web::http_error(200).status() == 500);
  CHECK(web::http_error(600).status() == 500);
}

TEST_CASE("Exceptions of handlers become responses", "[web][errors]") {
  app_fixture f;
  f.app.get("/http", [](web::context& c) -> net::awaitable<void> {
    co_await net::post(c.get_executor(), net::use_awaitable);
    throw web::http_error(503, "later").header("Retry-After", 5);
  });
  f.app.get("/plain", [](web::context&) { throw std::runtime_error("secret"); });
  f.app.get("/number", [](web::context&) { throw 42; });
  f.app.get("/large", [](web::context&) {
    throw anode::http::exception(anode::http::error::body_too_large, "x");
  });
  f.app.get("/twice", [](web::context& c) {
    c.set("X-Kept", "1")
        .set("Content-Length", "99")
        .set("ETag", "\"a\"")
        .set("Content-Encoding", "gzip");
    throw web::http_error(409);
  });
  test_web::answer const a = f.ask("GET", "/http");
  CHECK(a.text() == "503 {\"status\":503,\"title\":\"Service Unavailable\",\"detail\":\"later\"}");
  CHECK(a.header("Retry-After") == "5");
  CHECK(f.get("/plain") == "500 {\"status\":500,\"title\":\"Internal Server Error\"}");
  CHECK(f.ask("GET", "/number").status == 500);
  CHECK(f.ask("GET", "/large").status == 413);
  test_web::answer const twice = f.ask("GET", "/twice");
  CHECK(twice.text() == "409 {\"status\":409,\"title\":\"Conflict\"}");
  CHECK(twice.header("X-Kept") == "1");
  CHECK(twice.header("ETag") == "none");
  CHECK(twice.header("Content-Encoding") == "none");
  CHECK(f.errors == std::vector<std::string>{"secret", "unknown"});
}

TEST_CASE("Exceptions of handlers of request and response are answered with their route",
          "[web][errors]") {
  namespace http = anode::http;
  app_fixture f;
  f.app.error_page([](web::context& c, web::http_error const& e) {
    return std::to_string(e.status()) + " " + std::string(c.route()) + " " +
           std::string(c.param("id"));
  });
  f.app.get("/plain/{id}",
            [](http::incoming_message&, http::server_response&) { throw web::http_error(409); });
  f.app.get("/late/{id}",
            [](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
              co_await net::post(req.get_executor(), net::use_awaitable);
              throw std::runtime_error("late");
            });
  f.app.get("/fine/{id}",
            [](http::incoming_message&, http::server_response& res) { return res.end("fine"); });
  f.app.get("/later/{id}",
            [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
              co_await net::post(req.get_executor(), net::use_awaitable);
              co_await res.end("later");
            });
  f.app.not_found([](http::incoming_message& req, http::server_response& res) {
    res.set_status_code(404).end("no " + std::string(req.url()));
  });
  web::router inner;
  inner.get("/in/{id}",
            [](http::incoming_message&, http::server_response&) { throw web::http_error(410); });
  f.app.get("/in/{id}", inner);
  constexpr std::string_view html = "Accept: text/html\r\n";
  CHECK(f.ask("GET", "/plain/1?q", html).text() == "409 409 /plain/{id} 1");
  CHECK(f.ask("GET", "/plain/%31", html).text() == "409 409 /plain/{id} 1");
  CHECK(f.ask("GET", "/late/2#x", html).text() == "500 500 /late/{id} 2");
  CHECK(f.get("/fine/3?q=/") == "200 fine");
  CHECK(f.get("/later/4") == "200 later");
  CHECK(f.ask("GET", "http://test/fine/5?q", "Host: test\r\n").text() == "200 fine");
  CHECK(f.get("/other") == "404 no /other");
  CHECK(f.ask("GET", "/in/6", html).text() == "410 {\"status\":410,\"title\":\"Gone\"}");
  CHECK(f.errors == std::vector<std::string>{"late"});
}

TEST_CASE("An exception after the head closes the connection", "[web][errors]") {
  app_fixture f;
  f.app.get("/", [](web::context& c) -> net::awaitable<void> {
    co_await c.write("part");
    throw web::http_error(404, "late");
  });
  anode::testing::peer client = f.connect();
  client.send(app_fixture::request("GET", "/"));
  std::string const bytes = client.take();
  CHECK(bytes.find("404") == std::string::npos);
  CHECK(bytes.find("0\r\n\r\n") == std::string::npos);
  CHECK(client.ended());
  CHECK(f.errors == std::vector<std::string>{"404 Not Found: late"});
}

TEST_CASE("Nothing is reported of a client that has disconnected", "[web][errors]") {
  app_fixture f;
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    co_await c.send(text);
  });
  {
    anode::testing::peer client = f.connect();
    client.send(app_fixture::request("POST", "/", "Content-Length: 10\r\n") + "12345");
    client.reset();
  }
  f.loop.settle();
  CHECK(f.errors.empty());
}

TEST_CASE("Browsers can get a page for an error", "[web][errors]") {
  app_fixture f;
  f.app.error_page([](web::context&, web::http_error const& e) {
    return "<p>" + std::to_string(e.status()) + "</p>";
  });
  test_web::answer const page =
      f.ask("GET", "/x", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
  CHECK(page.text() == "404 <p>404</p>");
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.header("Vary") == "Accept");
  CHECK(f.ask("GET", "/x", "Accept: */*\r\n").header("Content-Type") == "application/problem+json");
  CHECK(f.ask("GET", "/x").header("Content-Type") == "application/problem+json");
}

TEST_CASE("If the page of an error cannot be made, the client gets JSON", "[web][errors]") {
  app_fixture f;
  f.app.error_page([](web::context&, web::http_error const&) -> std::string {
    throw std::runtime_error("page");
  });
  test_web::answer const a = f.ask("GET", "/x", "Accept: text/html\r\n");
  CHECK(a.text() == "404 {\"status\":404,\"title\":\"Not Found\"}");
  CHECK(a.header("Content-Type") == "application/problem+json");
  CHECK(f.errors == std::vector<std::string>{"page"});
}

TEST_CASE("Exceptions of a type can be mapped by a layer", "[web][errors]") {
  app_fixture f;
  f.app.use(web::map_error<std::logic_error>(
      [](std::logic_error const& e) { return web::http_error(422, e.what()); }));
  f.app.get("/derived", [](web::context&) { throw std::out_of_range("key"); });
  f.app.get("/other", [](web::context&) { throw std::runtime_error("other"); });
  f.app.get("/fine", [](web::context& c) { c.send("fine"); });
  CHECK(f.get("/derived").starts_with("422"));
  CHECK(f.ask("GET", "/other").status == 500);
  CHECK(f.get("/fine") == "200 fine");
  CHECK(f.errors == std::vector<std::string>{"other"});
}

}  // namespace unit_web_router_errors
