// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"

#include <algorithm>

namespace behaviour_web_fetch_retry {

namespace {

using namespace test_fetch;
using web::fetch_options;

}  // namespace

TEST_CASE("web fetch: nothing is sent again unless the program wants it", "[web]") {
  fetch_fixture f;
  f.on("/a", lost_connection()).on("/b", reply(503, "busy"));
  CHECK(f.get("http://test/a") == "connection");
  CHECK(f.attempts == 1);
  CHECK(f.status == 0);
  CHECK(f.get("http://test/b") == "503 busy");
  CHECK(f.seen.size() == 2);
  CHECK(f.clock->waits.empty());
}

TEST_CASE("web fetch: an idempotent request is sent again", "[web]") {
  fetch_fixture f(web::client_options().retry(4));
  f.on("/a", lost_connection()).on("/a", reply(503, "busy")).on("/a", reply(429, "slow"));
  f.on("/a", reply(200, "ok"));
  CHECK(f.get("http://test/a") == "200 ok");
  CHECK(f.attempts == 4);
  REQUIRE(f.clock->waits.size() == 3);
  CHECK(f.clock->waits[0] <= 200ms);
  CHECK(f.clock->waits[1] <= 400ms);
  CHECK(f.clock->waits[2] <= 800ms);
  CHECK(f.lines() == "GET test/a, GET test/a, GET test/a, GET test/a");
  f.on("/put", reply(502)).on("/put", reply(200, "ok"));
  CHECK(f.get("http://test/put", fetch_options().method("put").body("x")) == "200 ok");
  CHECK(f.seen.back().body == "x");
}

TEST_CASE("web fetch: retries end, and the last answer counts", "[web]") {
  fetch_fixture f(web::client_options().retry(2));
  f.on("/a", reply(503, "busy")).on("/b", lost_connection());
  CHECK(f.get("http://test/a") == "503 busy");
  CHECK(f.attempts == 3);
  CHECK(f.get("http://test/b") == "connection");
  CHECK(f.attempts == 3);
  CHECK(f.clock->waits.size() == 4);
}

TEST_CASE("web fetch: what may have had an effect is not sent again", "[web]") {
  fetch_fixture f(web::client_options().retry(4));
  f.on("/lost", lost_connection()).on("/503", reply(503, "busy"));
  f.on("/500", reply(500, "bad")).on("/404", reply(404, "none"));
  CHECK(f.get("http://test/lost", fetch_options().body("x")) == "connection");
  CHECK(f.get("http://test/503", fetch_options().body("x")) == "503 busy");
  CHECK(f.get("http://test/500") == "500 bad");
  CHECK(f.get("http://test/404") == "404 none");
  CHECK(f.seen.size() == 4);
  CHECK(f.get("http://test/503", fetch_options().idempotent(false)) == "503 busy");
  CHECK(f.seen.size() == 5);
  CHECK(f.get("http://test/503", fetch_options().body("x").idempotent()) == "503 busy");
  CHECK(f.seen.size() == 10);
  // A body that can be sent only once.
  auto const write = [](http::client_request& req) -> net::awaitable<void> {
    co_await req.write("one");
  };
  CHECK(f.get("http://test/503", fetch_options().method("PUT").stream(write, "")) == "503 busy");
  CHECK(f.seen.size() == 11);
}

TEST_CASE("web fetch: a refused connection is always tried again", "[web]") {
  fetch_fixture f;
  anode::testing::origin origin(f.loop);
  origin.refuse(make_error_code(boost::asio::error::connection_refused));
  http::agent_options options;
  options.create_connection = origin.connections();
  web::client client(http::agent(f.loop.get_executor(), std::move(options)),
                     web::client_options().clock(f.clock));
  std::string result;
  f.loop.run([](web::client c, std::string& out) -> net::awaitable<void> {
    try {
      co_await c.fetch("http://test/", fetch_options().body("x").retry(3));
    } catch (web::fetch_error const& e) {
      out = std::string(web::to_string(e.kind())) + " " + std::to_string(e.attempts()) + " " +
            std::string(http::to_string(e.verdict()));
    }
  }(client, result));
  CHECK(result == "connection 4 not_sent");
  CHECK(f.clock->waits.size() == 3);
}

TEST_CASE("web fetch: Retry-After is waited for, up to a limit", "[web]") {
  fetch_fixture f(web::client_options().retry(web::retry_policy(4).patience(30s)));
  f.on("/a", reply(503).with("Retry-After", "20")).on("/a", reply(200, "ok"));
  CHECK(f.get("http://test/a") == "200 ok");
  REQUIRE(f.clock->waits.size() == 1);
  CHECK(f.clock->waits[0] == 20s);
  f.on("/b", reply(429).with("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"));
  f.on("/b", reply(200, "ok"));
  CHECK(f.get("http://test/b") == "200 ok");
  CHECK(f.clock->waits.back() == 10s);
  f.on("/c", reply(503, "later").with("Retry-After", "31"));
  CHECK(f.get("http://test/c") == "503 later");
  CHECK(f.clock->waits.size() == 2);
  // Longer than all the time that is left.
  CHECK(f.get("http://test/a") == "200 ok");
  f.on("/d", reply(503, "later").with("Retry-After", "20"));
  CHECK(f.get("http://test/d", fetch_options().timeout(20s)) == "503 later");
  CHECK(f.clock->waits.size() == 2);
}

TEST_CASE("web fetch: the time of everything includes the waits", "[web]") {
  fetch_fixture f(web::client_options().retry(9));
  f.on("/a", reply(503, "busy").with("Retry-After", "4"));
  CHECK(f.get("http://test/a", fetch_options().timeout(10s)) == "503 busy");
  CHECK(f.attempts == 3);
}

TEST_CASE("web fetch: an outage does not multiply the requests", "[web]") {
  fetch_fixture f(web::client_options().retry(3));
  f.on("/", reply(503, "busy"));
  for (int i = 0; i != 100; ++i) {
    CHECK(f.get("http://test/") == "503 busy");
  }
  // Ten at once, and one for each ten requests.
  CHECK(f.seen.size() >= 118);
  CHECK(f.seen.size() <= 120);
}

TEST_CASE("web fetch: retries and redirects mix", "[web]") {
  fetch_fixture f(web::client_options().retry(3));
  f.on("/a", reply(503)).on("/a", redirect_to("/b")).on("/b", lost_connection());
  f.on("/b", reply(200, "ok"));
  CHECK(f.get("http://test/a") == "200 ok");
  CHECK(f.lines() == "GET test/a, GET test/a, GET test/b, GET test/b");
  CHECK(f.redirects == 1);
  CHECK(f.attempts == 4);
}

TEST_CASE("web fetch: the wait of the system's clock can be cancelled", "[web]") {
  anode::testing::event_loop loop;
  web::client_clock clock;
  CHECK(clock.now().time_since_epoch().count() != 0);
  CHECK(clock.date() > std::chrono::sys_days(std::chrono::year(2020) / 1 / 1));
  net::cancellation_signal cancel;
  std::exception_ptr error;
  bool done = false;
  net::co_spawn(loop.context(), clock.wait(loop.get_executor(), 1h),
                net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
                  error = e;
                  done = true;
                }));
  loop.settle();
  CHECK_FALSE(done);
  cancel.emit(net::cancellation_type::terminal);
  loop.settle();
  CHECK(done);
  CHECK(error != nullptr);
  CHECK_NOTHROW(support::run(loop.context(), clock.wait(loop.get_executor(), 0ms)));
}

}  // namespace behaviour_web_fetch_retry
