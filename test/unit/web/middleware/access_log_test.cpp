// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"
#include "web/vocabulary/log_text.hpp"

#include <anode/web/access_log.hpp>
#include <anode/web/authentication.hpp>

namespace unit_web_middleware_access_log {

namespace web = anode::web;
using namespace std::chrono_literals;
using test_web::app_fixture;

TEST_CASE("Texts of a client cannot forge a line of a log", "[web][log]") {
  std::string out;
  web::append_log_text(out, "a\r\n\x1B[31m\"\\\x7F\xC3\xA9 b");
  CHECK(out == "a\\x0d\\x0a\\x1b[31m\\x22\\x5c\\x7f\\xc3\\xa9 b");
}

TEST_CASE("Times and durations of a log have fixed forms", "[web][log]") {
  using std::chrono::sys_days;
  CHECK(web::format_log_time(sys_days(std::chrono::year(2026) / 11 / 3) + 5h + 6min + 7s) ==
        "03/Nov/2026:05:06:07 +0000");
  std::string out;
  for (auto const time : {0ms, 1ms, 1023ms, 60000ms, -5ms}) {
    web::append_seconds(out, time);
    out += ' ';
  }
  CHECK(out == "0.000 0.001 1.023 60.000 0.000 ");
}

TEST_CASE("An access log has one line for each request", "[web][log]") {
  app_fixture f;
  std::vector<std::string> lines;
  f.app.use(web::access_log([&](std::string_view line) { lines.emplace_back(line); }));
  f.app.use([](web::context& c, web::next next) -> web::net::awaitable<void> {
    if (c.path() == "/user") {
      c.emplace<web::user>(web::user{"al ice"});
    }
    return next();
  });
  f.app.get("/user", [](web::context& c) { c.send("hello"); });
  f.ask("GET", "/user?q=1", "User-Agent: a\"b\r\nReferer: http://x/\r\n");
  f.ask("POST", "/none");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(" - al ice [") != std::string::npos);
  CHECK(lines[0].find("] \"GET /user?q=1 HTTP/1.1\" 200 ") != std::string::npos);
  CHECK(lines[0].find(" \"http://x/\" \"a\\x22b\" ") != std::string::npos);
  CHECK(lines[1].find(" - - [") != std::string::npos);
  CHECK(lines[1].find("] \"POST /none HTTP/1.1\" 404 ") != std::string::npos);
  CHECK(lines[1].find(" \"-\" \"-\" ") != std::string::npos);
}

TEST_CASE("A lost connection is logged with the status 0", "[web][log]") {
  app_fixture f;
  std::vector<std::string> lines;
  f.app.use(web::access_log([&](std::string_view line) { lines.emplace_back(line); }));
  f.app.get("/", [](web::context&) {});
  {
    anode::testing::peer client = f.connect();
    client.send(app_fixture::request("GET", "/"));
    client.reset();
  }
  f.loop.settle();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("\"GET / HTTP/1.1\" 0 ") != std::string::npos);
}

TEST_CASE("Each request has an identifier", "[web][log]") {
  app_fixture f;
  f.app.use(web::request_ids());
  f.app.get("/", [](web::context& c) { c.send(c.get<web::request_id>()->value); });
  test_web::answer const a = f.ask("GET", "/", "X-Request-Id: mine\r\n");
  test_web::answer const b = f.ask("GET", "/");
  CHECK(a.body.size() == 32);
  CHECK(a.body.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(a.header("X-Request-Id") == a.body);
  CHECK(a.body != b.body);
  CHECK(f.ask("GET", "/none").header("X-Request-Id").size() == 32);
}

TEST_CASE("A received identifier is kept only if it is harmless", "[web][log]") {
  app_fixture f;
  f.app.use(web::request_ids(true));
  f.app.get("/", [](web::context& c) { c.send(c.get<web::request_id>()->value); });
  auto const of = [&](std::string const& id) {
    return f.ask("GET", "/", "X-Request-Id: " + id + "\r\n").body;
  };
  CHECK(of("aZ0-_.") == "aZ0-_.");
  CHECK(of(std::string(128, 'x')) == std::string(128, 'x'));
  CHECK(of(std::string(129, 'x')).size() == 32);
  CHECK(of("a b").size() == 32);
  CHECK(of("<a>").size() == 32);
}

TEST_CASE("Metrics count by route, method and class of status", "[web][log]") {
  app_fixture f;
  web::metrics metrics;
  f.app.use(metrics.layer());
  f.app.get("/items/{id}", [](web::context& c) { c.send("x"); });
  f.app.get("/metrics", [metrics](web::context& c) { c.send(metrics.text()); });
  f.get("/items/1");
  f.get("/items/2");
  f.get("/none");
  f.ask("WEIRD", "/none");
  f.ask("PROPFIND", "/items/1");
  std::string const text = metrics.text();
  CHECK(text.find("http_requests_total{route=\"/items/{id}\",method=\"GET\",status=\"2xx\"} 2\n") !=
        std::string::npos);
  CHECK(text.find("http_requests_total{route=\"\",method=\"GET\",status=\"4xx\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("method=\"other\"") != std::string::npos);
  CHECK(text.find("PROPFIND") == std::string::npos);
  CHECK(text.find("http_request_duration_seconds_sum{route=\"/items/{id}\"") != std::string::npos);
  CHECK(f.get("/metrics").starts_with("200 # TYPE http_requests_total counter\n"));
}

}  // namespace unit_web_middleware_access_log
