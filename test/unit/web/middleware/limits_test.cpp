// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"
#include "web/middleware/token_buckets.hpp"

#include <anode/error.hpp>
#include <anode/web/limits.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace unit_web_middleware_limits {

namespace net = boost::asio;
namespace web = anode::web;
using namespace std::chrono_literals;
using test_web::app_fixture;

namespace {

/// Runs the loop until the server has answered.
std::string wait_answer(app_fixture& f, anode::testing::peer& client) {
  while (client.received().find("\r\n\r\n") == std::string_view::npos && !client.ended()) {
    f.loop.context().restart();
    f.loop.context().run_one_for(10s);
  }
  return client.take();
}

}  // namespace

TEST_CASE("A token bucket allows a burst, and then its rate", "[web][limits]") {
  web::token_buckets buckets(2, 1000ms, 3, 10);
  web::token_buckets::time_point const start{};
  auto const take = [&](std::chrono::milliseconds at, std::string_view key = "a") {
    return buckets.take(key, start + at).count();
  };
  CHECK(take(0ms) == 0);
  CHECK(take(0ms) == 0);
  CHECK(take(0ms) == 0);
  CHECK(take(0ms) == 1);
  CHECK(take(0ms, "b") == 0);
  CHECK(take(499ms) == 1);
  CHECK(take(500ms) == 0);
  CHECK(take(500ms) == 1);
  CHECK(take(10000ms) == 0);
  CHECK(take(10000ms) == 0);
  CHECK(take(10000ms) == 0);
  CHECK(take(10000ms) == 1);
}

TEST_CASE("Token buckets tell how long to wait, in whole seconds", "[web][limits]") {
  web::token_buckets buckets(1, 60s, 1, 10);
  web::token_buckets::time_point const start{};
  CHECK(buckets.take("a", start) == 0s);
  CHECK(buckets.take("a", start + 100ms) == 60s);
  CHECK(buckets.take("a", start + 59s) == 1s);
  CHECK(buckets.take("a", start + 60s) == 0s);
}

TEST_CASE("The number of token buckets is bounded, the oldest goes first", "[web][limits]") {
  web::token_buckets buckets(1, 60s, 1, 3);
  web::token_buckets::time_point const start{};
  for (int i = 0; i < 1000; ++i) {
    CHECK(buckets.take("key " + std::to_string(i), start) == 0s);
  }
  CHECK(buckets.size() == 3);
  CHECK(buckets.take("key 997", start) != 0s);
  CHECK(buckets.take("new", start) == 0s);
  CHECK(buckets.take("key 997", start) != 0s);
  CHECK(buckets.take("key 998", start) == 0s);
}

TEST_CASE("A client over its rate gets 429", "[web][limits]") {
  app_fixture f;
  f.app.use(web::rate_limit(web::rate_options(2, 1h).key(
      [](web::context& c) { return std::string(c.header("x-key")); })));
  f.app.get("/", [](web::context& c) { c.send("x"); });
  auto const ask = [&](std::string const& key) {
    return f.ask("GET", "/", "X-Key: " + key + "\r\n");
  };
  CHECK(ask("a").status == 200);
  CHECK(ask("a").status == 200);
  test_web::answer const refused = ask("a");
  CHECK(refused.status == 429);
  CHECK(std::stoi(refused.header("Retry-After")) > 1000);
  CHECK(ask("b").status == 200);
  CHECK_THROWS_AS(web::rate_limit(web::rate_options(0, 1s)), anode::http::exception);
  CHECK_THROWS_AS(web::rate_limit(web::rate_options(1, 0s)), anode::http::exception);
  CHECK_THROWS_AS(web::rate_limit(web::rate_options(1, 1s).burst(0)), anode::http::exception);
  CHECK_THROWS_AS(web::rate_limit(web::rate_options(1, 1s).keys(0)), anode::http::exception);
}

TEST_CASE("Clients are told apart by address, behind trusted proxies too", "[web][limits]") {
  app_fixture f;
  f.app.trust(web::trusted_proxies{"unix"});  // connections in memory have no address
  f.app.use(web::rate_limit(web::rate_options(1, 1h)));
  f.app.get("/", [](web::context& c) { c.send(c.client_address()); });
  auto const ask = [&](std::string const& address) {
    return f.ask("GET", "/", "X-Forwarded-For: " + address + "\r\n").text();
  };
  CHECK(ask("6.6.6.6, 1.2.3.4") == "200 1.2.3.4");
  CHECK(ask("7.7.7.7, 1.2.3.4").starts_with("429"));
  CHECK(ask("1.2.3.5") == "200 1.2.3.5");
  CHECK(ask("2001:db8:1:2::1") == "200 2001:db8:1:2::1");
  CHECK(ask("2001:db8:1:2:ffff::9").starts_with("429"));
  CHECK(ask("2001:db8:1:3::1") == "200 2001:db8:1:3::1");
}

TEST_CASE("A body over the limit of a layer is refused", "[web][limits]") {
  app_fixture f;
  f.app.use(web::body_limit(4));
  f.app.post("/text", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    co_await c.send(text);
  });
  f.app.post("/larger", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text(1024);
    co_await c.send(text);
  });
  f.app.post("/read", [](web::context& c) -> net::awaitable<void> {
    std::string text;
    while (auto part = co_await c.read()) {
      text += *part;
    }
    co_await c.send(text);
  });
  for (std::string_view const path : {"/text", "/larger", "/read"}) {
    CHECK(f.ask("POST", path, "", "1234").text() == "200 1234");
    CHECK(f.ask("POST", path, "", "12345").status == 413);
    anode::testing::peer client = f.connect();
    client.send(app_fixture::request("POST", path, "Transfer-Encoding: chunked\r\n") +
                "3\r\n123\r\n2\r\n45\r\n0\r\n\r\n");
    CHECK(app_fixture::parse(client.take()).status == 413);
  }
  CHECK_THROWS_AS(web::body_limit(0), anode::http::exception);
}

TEST_CASE("A limit of a layer does not raise the limits of its handlers", "[web][limits]") {
  app_fixture f;
  f.app.use(web::body_limit(4U << 20U));
  f.app.post("/text", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    c.send(std::to_string(text.size()));
  });
  f.app.post("/larger", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text(8U << 20U);
    c.send(std::to_string(text.size()));
  });
  f.app.post("/form", [](web::context& c) -> net::awaitable<void> {
    web::form_fields const fields = co_await c.form();
    c.send(std::to_string(fields.value("a").size()));
  });
  constexpr std::string_view form = "Content-Type: application/x-www-form-urlencoded\r\n";
  std::size_t const mib = 1U << 20U;
  CHECK(f.ask("POST", "/text", "", std::string(mib, 'x')).text() == "200 1048576");
  CHECK(f.ask("POST", "/text", "", std::string(mib + 1, 'x')).status == 413);
  CHECK(f.ask("POST", "/larger", "", std::string(4 * mib, 'x')).text() == "200 4194304");
  CHECK(f.ask("POST", "/larger", "", std::string(4 * mib + 1, 'x')).status == 413);
  CHECK(f.ask("POST", "/form", form, "a=" + std::string(65534, 'x')).text() == "200 65534");
  CHECK(f.ask("POST", "/form", form, "a=" + std::string(65535, 'x')).status == 413);
}

TEST_CASE("A handler that takes too long is cancelled", "[web][limits]") {
  app_fixture f;
  bool cancelled = false;
  f.app.use(web::timeout(1ms));
  f.app.get("/slow", [&](web::context& c) -> net::awaitable<void> {
    net::steady_timer never(c.get_executor(), net::steady_timer::time_point::max());
    try {
      co_await never.async_wait(net::use_awaitable);
    } catch (boost::system::system_error const&) {
      cancelled = true;
    }
  });
  anode::testing::peer client = f.connect();
  client.send(app_fixture::request("GET", "/slow"));
  CHECK(app_fixture::parse(wait_answer(f, client)).status == 503);
  CHECK(cancelled);
  CHECK(f.errors.empty());
  CHECK_THROWS_AS(web::timeout(0ms), anode::http::exception);
}

TEST_CASE("A timeout does not touch what is in time", "[web][limits]") {
  app_fixture f;
  f.app.use(web::timeout(1h));
  f.app.get("/", [](web::context& c) -> net::awaitable<void> { co_await c.send("fine"); });
  f.app.get("/throws", [](web::context&) -> net::awaitable<void> {
    throw web::http_error(409);
    co_return;
  });
  CHECK(f.get("/") == "200 fine");
  CHECK(f.ask("GET", "/throws").status == 409);
}

}  // namespace unit_web_middleware_limits
