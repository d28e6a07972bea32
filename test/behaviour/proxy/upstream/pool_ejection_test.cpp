// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/proxy/upstream/pool_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <vector>

namespace behaviour_proxy_upstream_pool_ejection {

using namespace test_pool;

namespace {

// Closes its connections if it is asked for /poison.
net::awaitable<void> sensitive(http::incoming_message& req, http::server_response& res, host&) {
  if (req.url() == "/poison") {
    req.destroy();
  } else {
    res.end("ok");
  }
  co_return;
}

}  // namespace

TEST_CASE("upstream pool: one that refuses connections is ejected, and returns by a trial") {
  pool_fixture f(upstream_pool_options().order(selection_order::round_robin));
  f.add("a").up = false;
  f.add("b");
  f.set();
  for (int i = 0; i < 10; ++i) {
    CHECK(f.request() == 200);
  }
  CHECK(f.hosts["a"].connections == 3);
  CHECK(f.events == std::vector<std::string>{"ejected a"});
  CHECK(f.status("a").ejected);
  CHECK(f.status("a").returns_in > 0ms);
  CHECK(f.status("a").returns_in <= 1s);
  f.loop.advance(1s);
  CHECK(f.request() == 200);  // the trial fails, the request does not
  CHECK(f.hosts["a"].connections == 4);
  CHECK(f.status("a").ejected);
  f.hosts["a"].up = true;
  f.loop.advance(2s);
  CHECK(f.request() == 200);
  CHECK(f.events == std::vector<std::string>{"ejected a", "returned a"});
  CHECK_FALSE(f.status("a").ejected);
  CHECK(f.status("a").effective_weight < 0.2);
  f.loop.advance(10s);
  CHECK(f.status("a").effective_weight == 1);
}

TEST_CASE("upstream pool: if all are down, each request tries, and the first one back serves") {
  pool_fixture f(upstream_pool_options().retry_budget(100, 1000));
  f.add("a").up = false;
  f.add("b").up = false;
  f.set();
  for (int i = 0; i < 20; ++i) {
    CHECK(f.request() == 502);  // always the same status
  }
  std::string const ejected = f.status("a").ejected ? "a" : "b";
  CHECK(f.status("a").ejected != f.status("b").ejected);
  // Without a wait, although its trial is not due.
  f.hosts[ejected].up = true;
  CHECK(f.request() == 200);
  CHECK_FALSE(f.status(ejected).ejected);
}

TEST_CASE("upstream pool: a single upstream is never out") {
  pool_fixture f;
  f.add("a").up = false;
  f.set();
  for (int i = 0; i < 20; ++i) {
    CHECK(f.request() == 502);
  }
  CHECK(f.events.empty());
  f.hosts["a"].up = true;
  CHECK(f.request() == 200);
}

TEST_CASE("upstream pool: a request that closes each connection does not empty the pool") {
  pool_fixture f;
  for (char const* name : {"a", "b", "c"}) {
    f.add(name, sensitive);
  }
  f.set();
  for (int i = 0; i < 8; ++i) {
    CHECK(f.request("/poison") == 502);
    CHECK(f.request("/") == 200);
  }
  CHECK(f.events.empty());
  std::size_t requests = 0;
  for (char const* name : {"a", "b", "c"}) {
    CHECK(f.status(name).points < 3);
    requests += f.hosts[name].requests;
  }
  CHECK(requests <= 3 * 8);  // two tries at most
}

TEST_CASE("upstream pool: one that fails at once does not get the share of the others") {
  pool_fixture f;
  f.add("a",
        [](http::incoming_message&, http::server_response& res, host&) -> net::awaitable<void> {
          res.set_status_code(500);
          res.end();
          co_return;
        });
  // Responds when the test says so, each 50 ms.
  net::steady_timer gate(f.loop.get_executor(), net::steady_timer::time_point::max());
  f.add(
      "b",
      [&gate](http::incoming_message&, http::server_response& res, host&) -> net::awaitable<void> {
        anode::error_code ec;
        co_await gate.async_wait(net::redirect_error(net::use_awaitable, ec));
        res.end("ok");
      });
  f.set();
  std::vector<int> statuses;
  std::size_t started = 0;
  std::size_t const clients = 6;
  for (int ms = 0; ms < 4000; ++ms) {
    // Each client sends its next request a millisecond after its response.
    for (; started < statuses.size() + clients; ++started) {
      f.start("/", statuses);
    }
    f.loop.advance(1ms);
    if (ms % 50 == 49) {
      gate.cancel();
      f.loop.settle();
    }
  }
  auto const failed = static_cast<double>(f.hosts["a"].requests);
  auto const all = failed + static_cast<double>(f.hosts["b"].requests);
  CHECK(all > 400);
  CHECK(failed / all <= 1.2 * 0.5);
  CHECK_FALSE(f.status("a").ejected);  // 500 is a response
}

TEST_CASE("upstream pool: retries have a budget") {
  pool_fixture f(upstream_pool_options().ejection_points(0));
  f.add("a").up = false;
  f.add("b").up = false;
  f.set();
  for (int i = 0; i < 10; ++i) {
    CHECK(f.request() == 502);
  }
  CHECK(f.hosts["a"].connections + f.hosts["b"].connections == 13);
  CHECK(f.pool->snapshot().retries == 3);
  CHECK(f.pool->snapshot().retries_denied == 7);
}

TEST_CASE("upstream pool: an exchange over a kept connection keeps one lease") {
  pool_fixture f;
  f.add("a");
  f.set();
  CHECK(f.request() == 200);
  CHECK(f.request() == 200);
  CHECK(f.hosts["a"].connections == 1);
  CHECK(f.status("a").requests == 2);
}

TEST_CASE("upstream pool: an exception of the listener leaves run, and the pool continues") {
  pool_fixture f(upstream_pool_options().order(selection_order::round_robin));
  f.add("a").up = false;
  f.add("b");
  f.set();
  f.pool->on_event([&f](pool_event const&) {
    f.pool->on_event({});  // a listener may replace itself
    throw std::runtime_error("listener");
  });
  bool thrown = false;
  for (int i = 0; i < 10; ++i) {
    try {
      f.request();
    } catch (std::runtime_error const& e) {
      thrown = thrown || e.what() == std::string("listener");
    }
  }
  CHECK(thrown);
  f.loop.settle();
  CHECK(f.request() == 200);
}

}  // namespace behaviour_proxy_upstream_pool_ejection
