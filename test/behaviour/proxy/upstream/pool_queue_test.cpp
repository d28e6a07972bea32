// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/proxy/upstream/pool_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <string>
#include <vector>

namespace behaviour_proxy_upstream_pool_queue {

using namespace test_pool;

namespace {

// The completion of an operation that waits for an upstream.
struct completion {
  bool done = false;
  anode::error_code error;
  lease result;
};

void wait(upstream_pool& pool, completion& to, net::cancellation_slot slot = {}) {
  pool.acquire(net::bind_cancellation_slot(slot, [&to](anode::error_code ec, lease l) {
    to.done = true;
    to.error = ec;
    to.result = std::move(l);
  }));
}

}  // namespace

TEST_CASE("upstream pool queue: a request waits until another one ends") {
  pool_fixture f;
  f.add("a");
  f.set(1);
  lease first = f.pool->try_acquire();
  REQUIRE(first);
  CHECK(first.name() == "a");
  CHECK(first.target().host == "a");
  CHECK(first.refusal() == acquire_refusal::none);
  CHECK(f.pool->try_acquire().refusal() == acquire_refusal::would_wait);
  completion second;
  wait(*f.pool, second);
  f.loop.advance(2s);
  CHECK_FALSE(second.done);
  CHECK(f.pool->snapshot().queued == 1);
  first.answered(200, 1ms);
  CHECK_FALSE(second.done);  // never inside of a call
  f.loop.settle();
  REQUIRE(second.done);
  CHECK(second.result);
  CHECK(second.result.queued() == 2s);
  CHECK(f.pool->snapshot().queued == 0);
  CHECK(f.status("a").in_progress == 1);
  second.result = lease();
  CHECK(f.status("a").in_progress == 0);
}

TEST_CASE("upstream pool queue: the wait ends at its deadline") {
  pool_fixture f;
  f.add("a");
  f.set(1);
  lease const first = f.pool->try_acquire();
  completion second;
  wait(*f.pool, second);
  f.loop.advance(4999ms);
  CHECK_FALSE(second.done);
  f.loop.advance(1ms);
  REQUIRE(second.done);
  CHECK_FALSE(second.error);
  CHECK_FALSE(second.result);
  CHECK(second.result.refusal() == acquire_refusal::queue_timeout);
  CHECK(second.result.retry_after() == 1s);
  CHECK(f.pool->snapshot().refused == 1);
}

TEST_CASE("upstream pool queue: cancellation frees the place at once") {
  pool_fixture f(upstream_pool_options().queue_limit(1));
  f.add("a");
  f.set(1);
  lease first = f.pool->try_acquire();
  net::cancellation_signal signal;
  completion second;
  wait(*f.pool, second, signal.slot());
  completion third;
  wait(*f.pool, third);
  f.loop.settle();
  CHECK(third.result.refusal() == acquire_refusal::queue_full);
  signal.emit(net::cancellation_type::total);
  CHECK(f.pool->snapshot().queued == 0);
  completion fourth;
  wait(*f.pool, fourth);
  f.loop.settle();
  CHECK(second.error == net::error::operation_aborted);
  CHECK(second.result.refusal() == acquire_refusal::cancelled);
  CHECK_FALSE(fourth.done);
  first.cancel();
  f.loop.settle();
  CHECK(fourth.result);
  signal.emit(net::cancellation_type::total);  // too late: no effect
  CHECK(f.status("a").in_progress == 1);
}

TEST_CASE("upstream pool queue: a coroutine that waits is cancelled") {
  pool_fixture f;
  f.add("a");
  f.set(1);
  lease const first = f.pool->try_acquire();
  // `run` cancels a coroutine that waits when nothing happens.
  CHECK_THROWS_AS(f.loop.run(pool_fixture::send(*f.pool, "/")), testing::mismatch);
  CHECK(f.pool->snapshot().queued == 0);
}

TEST_CASE("upstream pool queue: refusals without an upstream") {
  pool_fixture f;
  CHECK(f.pool->try_acquire().refusal() == acquire_refusal::no_upstream);
  f.add("a");
  f.add("b");
  f.set();
  CHECK(f.pool->set_admin("a", admin_state::drain));
  CHECK(f.pool->set_admin("b", admin_state::out));
  CHECK_FALSE(f.pool->set_admin("c", admin_state::out));
  lease const none = f.pool->try_acquire();
  CHECK(none.refusal() == acquire_refusal::all_out);
  CHECK(none.retry_after() == 1s);
  CHECK(none.name().empty());
  CHECK(none.id() == 0);
  CHECK_THROWS_AS(none.target(), http::exception);
  CHECK_THROWS_AS(none.agent(), http::exception);
  f.loop.settle();
  CHECK(f.events == std::vector<std::string>{"all_out"});
  f.pool->set_admin("a", admin_state::in);
  tried_upstreams tried;
  lease at = f.pool->try_acquire();
  at.failed(charge(), tried);
  CHECK(f.pool->try_acquire(tried).refusal() == acquire_refusal::all_tried);
  CHECK(f.pool->try_acquire());
}

TEST_CASE("upstream pool queue: a lease ends once, and knows its upstream longer") {
  pool_fixture f;
  f.add("a");
  f.set();
  lease at = f.pool->try_acquire();
  at.responded(200, 1ms);
  CHECK(f.status("a").answered == 1);
  CHECK(f.status("a").in_progress == 1);
  tried_upstreams tried;
  at.failed(charge(8), tried);
  at.failed(charge(8), tried);
  at.answered(200, 1ms);
  at.cancel();
  CHECK(f.status("a").in_progress == 0);
  CHECK(f.status("a").failed == 1);
  CHECK(f.status("a").answered == 1);
  CHECK(tried.size() == 1);
  CHECK(tried.contains(at.id()));
  CHECK(at.name() == "a");
  f.pool->set({});
  CHECK(at.target().host == "a");
  lease other = std::move(at);
  CHECK_FALSE(at);  // NOLINT(bugprone-use-after-move)
  CHECK(other.name() == "a");
}

TEST_CASE("upstream pool queue: a list that is wrong changes nothing") {
  pool_fixture f;
  f.add("a");
  f.set();
  CHECK_THROWS_AS(f.pool->set({upstream("http://x"), upstream("http://x/other")}), http::exception);
  testing::event_loop other;
  std::vector<upstream> foreign{upstream("http://x").agent(http::agent(other.get_executor()))};
  CHECK_THROWS_AS(f.pool->set(foreign), http::exception);
  http::agent moved(f.loop.get_executor());
  http::agent const kept = std::move(moved);
  std::vector<upstream> empty{upstream("http://x").agent(moved)};
  CHECK_THROWS_AS(f.pool->set(empty), http::exception);
  CHECK_THROWS_AS(upstream("x"), http::exception);
  CHECK_THROWS_AS(upstream("ftp://x"), http::exception);
  CHECK_THROWS_AS(upstream("http://x/?a"), http::exception);
  CHECK_THROWS_AS(upstream("http://x").weight(0), http::exception);
  CHECK_THROWS_AS(upstream("http://x").weight(1001), http::exception);
  CHECK_THROWS_AS(upstream("http://x").send_proxy(3), http::exception);
  CHECK(f.pool->snapshot().upstreams.size() == 1);
  using o = upstream_pool_options;
  for (upstream_pool_options const& bad :
       {o().queue_timeout(-1ms), o().slow_start(-1ms), o().check(upstream_check().interval(9ms)),
        o().check(upstream_check().fast_interval(0ms)), o().check(upstream_check().timeout(0ms)),
        o().check(upstream_check().rise(0)), o().check(upstream_check().fall(0))}) {
    CHECK_THROWS_AS(upstream_pool(f.agent, bad), http::exception);
  }
}

TEST_CASE("upstream pool queue: the parts of an upstream's URL") {
  upstream const plain("http://[::1]/api//");
  CHECK(plain.name() == "[::1]:80");
  CHECK(plain.target().path == "/api");
  CHECK_FALSE(plain.target().servername);
  upstream const secure("https://example.test:8443");
  CHECK(secure.name() == "example.test:8443");
  CHECK(secure.target().servername == "example.test");
  CHECK(upstream("https://192.0.2.1").target().servername == "");
  CHECK(upstream("https://192.0.2.1").target().port == 443);
}

TEST_CASE("upstream pool queue: names of refusals") {
  CHECK(to_string(acquire_refusal::queue_timeout) == "queue_timeout");
  CHECK(to_string(acquire_refusal::all_out) == "all_out");
}

}  // namespace behaviour_proxy_upstream_pool_queue
