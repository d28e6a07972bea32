// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/error.hpp>
#include <anode/web/context.hpp>

#include <boost/asio/use_awaitable.hpp>

namespace unit_web_router_context {

namespace net = boost::asio;
namespace web = anode::web;
using test_web::app_fixture;

namespace {

/// A JSON library as small as a test needs: the text in brackets.
struct tiny_json {
  struct parse_error : std::runtime_error {
    parse_error() : std::runtime_error("secret text") {}
    std::size_t byte = 7;
  };

  std::string text;

  std::string dump() const { return "[" + text + "]"; }
  static tiny_json parse(std::string_view json) {
    if (!json.starts_with('[') || !json.ends_with(']')) {
      throw parse_error();
    }
    return {std::string(json.substr(1, json.size() - 2))};
  }
};

struct other_json {
  std::string text;
};

}  // namespace

}  // namespace unit_web_router_context

template <>
struct anode::web::json_traits<unit_web_router_context::other_json> {
  using other_json = unit_web_router_context::other_json;
  static std::string write(other_json const& v) { return v.text; }
  static other_json read(std::string_view text) {
    if (text != "good") {
      throw std::runtime_error("secret text");
    }
    return {std::string(text)};
  }
};

namespace unit_web_router_context {

TEST_CASE("A context gives the query, headers and cookies", "[web][context]") {
  app_fixture f;
  f.app.get("/q", [](web::context& c) {
    c.send(c.query().value("a") + "|" + std::string(c.query_string()) + "|" +
           std::string(c.header("X-A")) + "|" + c.cookie("k").value_or("none") + "|" +
           c.cookie("z").value_or("none") + "|" + std::string(c.path()));
  });
  CHECK(f.ask("GET", "/q?a=b+c%21&d", "X-A: 1\r\nx-a: 2\r\nCookie: j=1; k=v%20w\r\n").text() ==
        "200 b c!|a=b+c%21&d|1, 2|v%20w|none|/q");
  CHECK(f.get("/q") == "200 |||none|none|/q");
  CHECK(f.get("http://h/q?a=1") == "200 1|a=1||none|none|/q");
}

TEST_CASE("A context sets status, headers and cookies", "[web][context]") {
  app_fixture f;
  f.app.get("/", [](web::context& c) {
    c.status(201).set("X-A", 1).append("X-A", "2").vary("Accept").vary("Origin").vary("accept");
    c.set_cookie(web::set_cookie("a", "b").http_only()).set_cookie(web::set_cookie("c", "d"));
    c.type("text/css").send("body");
  });
  test_web::answer const a = f.ask("GET", "/");
  CHECK(a.text() == "201 body");
  CHECK(a.header("Content-Type") == "text/css");
  CHECK(a.header("Vary") == "Accept, Origin");
  CHECK(a.head.find("Set-Cookie: a=b; HttpOnly\r\nSet-Cookie: c=d\r\n") != std::string::npos);
}

TEST_CASE("JSON is written and read through the traits of its type", "[web][context]") {
  app_fixture f;
  f.app.post("/tiny", [](web::context& c) -> net::awaitable<void> {
    tiny_json value = co_await c.json<tiny_json>();
    c.send_json(value);
  });
  f.app.post("/other", [](web::context& c) -> net::awaitable<void> {
    other_json value = co_await c.json<other_json>(10);
    c.send_json(value);
  });
  std::string const type = "Content-Type: application/json; charset=utf-8\r\n";
  test_web::answer const a = f.ask("POST", "/tiny", type, "[x]");
  CHECK(a.text() == "200 [x]");
  CHECK(a.header("Content-Type") == "application/json");
  CHECK(f.ask("POST", "/other", type, "good").text() == "200 good");
  CHECK(f.ask("POST", "/tiny", type, "x").text() ==
        "400 {\"status\":400,\"title\":\"Bad Request\",\"detail\":\"The body is not valid JSON at "
        "byte 7\"}");
  CHECK(f.ask("POST", "/other", type, "x").text() ==
        "400 {\"status\":400,\"title\":\"Bad Request\",\"detail\":\"The body is not valid JSON\"}");
  CHECK(f.ask("POST", "/tiny", "Content-Type: text/plain\r\n", "[x]").status == 415);
  CHECK(f.ask("POST", "/tiny", "", "[x]").status == 415);
  CHECK(f.ask("POST", "/other", type, "longer than ten").status == 413);
  CHECK(f.errors.empty());
}

TEST_CASE("A form has the right type, size and number of fields", "[web][context]") {
  app_fixture f;
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    web::form_fields const form = co_await c.form();
    std::string out;
    for (auto const& [name, value] : form) {
      out += name + "=" + value + ";";
    }
    co_await c.send(out);
  });
  std::string const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  CHECK(f.ask("POST", "/", type, "a=1+2&b=%C3%A9&a").text() == "200 a=1 2;b=\xC3\xA9;a=;");
  CHECK(f.ask("POST", "/", "Content-Type: text/plain\r\n", "a=1").status == 415);
  CHECK(f.ask("POST", "/", type, std::string(64 * 1024 + 1, 'a')).status == 413);
  CHECK(f.ask("POST", "/", type, std::string(64 * 1024, 'a')).status == 200);
  std::string many = "a";
  for (int i = 1; i < 1000; ++i) {
    many += "&a";
  }
  CHECK(f.ask("POST", "/", type, many).status == 200);
  CHECK(f.ask("POST", "/", type, many + "&a").status == 413);
}

TEST_CASE("A body of unknown length stops at the limit", "[web][context]") {
  app_fixture f;
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text(5);
    co_await c.send(text);
  });
  std::string const chunked = "Transfer-Encoding: chunked\r\n";
  anode::testing::peer fits = f.connect();
  fits.send(app_fixture::request("POST", "/", chunked) + "5\r\n12345\r\n0\r\n\r\n");
  CHECK(app_fixture::parse(fits.take()).text() == "200 12345");
  anode::testing::peer large = f.connect();
  large.send(app_fixture::request("POST", "/", chunked) + "6\r\n123456\r\n0\r\n\r\n");
  CHECK(app_fixture::parse(large.take()).status == 413);
  CHECK(f.errors.empty());
}

TEST_CASE("A coded body is refused unless a layer decodes it", "[web][context]") {
  app_fixture f;
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    co_await c.send(text);
  });
  test_web::answer const a = f.ask("POST", "/", "Content-Encoding: gzip\r\n", "xx");
  CHECK(a.status == 415);
  CHECK(a.header("Accept-Encoding") == "identity");
  CHECK(f.ask("POST", "/", "Content-Encoding: identity\r\n", "xx").text() == "200 xx");
}

TEST_CASE("Redirects escape what no URL has", "[web][context]") {
  app_fixture f;
  f.app.get("/to", [](web::context& c) { c.redirect("/x y\r\nSet-Cookie: z%20\xC3\xA9"); });
  f.app.get("/see", [](web::context& c) { c.redirect("https://a.example/?b#c", 303); });
  f.app.get("/bad", [](web::context& c) { c.redirect("/", 200); });
  test_web::answer const a = f.ask("GET", "/to");
  CHECK(a.status == 302);
  CHECK(a.header("Location") == "/x%20y%0D%0ASet-Cookie:%20z%20%C3%A9");
  CHECK(a.header("Set-Cookie") == "none");
  CHECK(f.ask("GET", "/see").header("Location") == "https://a.example/?b#c");
  CHECK(f.ask("GET", "/see").status == 303);
  CHECK(f.ask("GET", "/bad").status == 500);
}

TEST_CASE("A client cannot choose another origin to go back to", "[web][context]") {
  app_fixture f;
  f.app.get("/", [](web::context& c) { c.redirect_back(c.query().value("next"), "/home"); });
  auto const to = [&](std::string_view next) {
    return f.ask("GET", "/?next=" + web::percent_encode(next)).header("Location");
  };
  CHECK(to("/a?b#c") == "/a?b#c");
  CHECK(to("/") == "/");
  for (std::string_view const next :
       {"", "a", "//evil", "/\\evil", "\\evil", "/\t/evil", "https:evil", "https://evil",
        "javascript:x", "/a\r\nX: y", " /a"}) {
    CAPTURE(next);
    CHECK(to(next) == "/home");
  }
}

TEST_CASE("Data of a request is found by its type", "[web][context]") {
  struct a {
    std::shared_ptr<int> alive;
  };
  struct b {
    int x = 0;
  };
  app_fixture f;
  auto const alive = std::make_shared<int>(1);
  f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
    c.emplace<a>(alive);
    c.emplace<b>().x = 1;
    c.emplace<b>().x = 2;
    return next();
  });
  f.app.get("/", [](web::context& c) {
    c.send(std::to_string(*c.get<a>()->alive) + std::to_string(c.get<b>()->x) +
           (c.get<int>() == nullptr ? " none" : ""));
  });
  CHECK(f.get("/") == "200 12 none");
  f.loop.settle();
  CHECK(alive.use_count() == 1);
}

TEST_CASE("Listeners for the end of an exchange see the status", "[web][context]") {
  app_fixture f;
  std::string log;
  f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
    c.on_done([&](web::context& of, web::done_facts const& facts) {
      log += std::string(of.route()) + " " + std::to_string(facts.status) +
             (facts.aborted ? " aborted;" : ";");
    });
    c.on_done([&](web::context&, web::done_facts const&) { log += "second;"; });
    return next();
  });
  f.app.get("/{x}", [](web::context& c) -> net::awaitable<void> {
    if (c.param("x") == "throw") {
      throw web::http_error(403);
    }
    co_await c.send("x");
  });
  f.get("/a");
  CHECK(log == "/{x} 200;second;");
  log.clear();
  f.get("/throw");
  CHECK(log == "/{x} 403;second;");
  log.clear();
  f.get("/a/b");
  CHECK(log == " 404;second;");
}

TEST_CASE("The methods of a path are known to layers", "[web][context]") {
  app_fixture f;
  std::string seen;
  f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
    seen = c.allowed_methods();
    return next();
  });
  f.app.get("/a", [](web::context& c) { c.end(); }).any("/b", [](web::context& c) { c.end(); });
  f.get("/a");
  CHECK(seen == "GET, HEAD, OPTIONS");
  f.get("/b");
  CHECK(seen == "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
  f.get("/none");
  CHECK(seen.empty());
}

}  // namespace unit_web_router_context
