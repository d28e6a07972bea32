// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The pool, its agent, its context, its leases and those that wait end in any order.
#include "behaviour/proxy/upstream/pool_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace behaviour_proxy_upstream_pool_lifetime {

using namespace test_pool;

namespace {

// A pool of one upstream with room for one request, and everything that refers to it.
struct scene {
  scene() {
    loop.emplace();
    http::agent_options o;
    o.keep_alive = true;
    origin.emplace(*loop);
    o.create_connection = origin->connections();
    agent.emplace(loop->get_executor(), std::move(o));
    upstream_check check;
    check.interval(1s).fast_interval(10ms);
    pool.emplace(*agent, upstream_pool_options().check(check));
    pool->set({upstream("http://up.test").max_requests(1)});
    pool->on_event([keep = *pool](pool_event const&) {});
    pool->on_event([](pool_event const&) {});
    at.emplace(pool->try_acquire());
    net::co_spawn(loop->get_executor(), wait(*pool, waited), net::detached);
    pool->acquire([keep = token, this](anode::error_code, lease l) {
      refusal = l.refusal();
      late.emplace(std::move(l));
    });
    loop->advance(20ms);  // a check is under way
  }

  // Owns a handle while it waits.
  static net::awaitable<void> wait(upstream_pool pool, std::shared_ptr<int> done) {
    lease const l = co_await pool.acquire(net::use_awaitable);
    ++*done;
  }

  std::optional<testing::event_loop> loop;
  std::optional<testing::origin> origin;
  std::optional<http::agent> agent;
  std::optional<upstream_pool> pool;
  std::optional<lease> at;
  std::optional<lease> late;
  std::shared_ptr<int> waited = std::make_shared<int>(0);
  std::shared_ptr<int> token = std::make_shared<int>(0);  // is owned by the handler that waits
  acquire_refusal refusal = acquire_refusal::none;
};

// The steps whose orders are tried.
struct step {
  char const* name;
  void (*run)(scene&);
};

step const steps[] = {
    {"pool", [](scene& s) { s.pool.reset(); }},
    {"agent", [](scene& s) { s.agent.reset(); }},
    {"lease", [](scene& s) { s.at.reset(); }},
    {"context",
     [](scene& s) {
       s.origin.reset();
       s.loop.reset();
     }},
};

void try_orders(std::vector<int>& order, std::size_t& count, bool settles) {
  if (order.size() == std::size(steps)) {
    std::weak_ptr<int> token;
    std::weak_ptr<int> waited;
    {
      scene s;
      token = std::exchange(s.token, nullptr);
      waited = std::exchange(s.waited, nullptr);
      for (int const i : order) {
        steps[i].run(s);
        if (settles && s.loop) {
          s.loop->advance(10ms);
        }
      }
      s.late.reset();
    }
    std::string names;
    for (int const i : order) {
      names += std::string(steps[i].name) + " ";
    }
    INFO(names << (settles ? "settled" : ""));
    CHECK(token.expired());   // the handler is destroyed
    CHECK(waited.expired());  // so is the coroutine
    ++count;
    return;
  }
  for (int i = 0; i < static_cast<int>(std::size(steps)); ++i) {
    if (std::ranges::find(order, i) == order.end()) {
      order.push_back(i);
      try_orders(order, count, settles);
      order.pop_back();
    }
  }
}

}  // namespace

TEST_CASE("upstream pool lifetime: every order of destruction") {
  std::size_t count = 0;
  for (bool const settles : {false, true}) {
    std::vector<int> order;
    try_orders(order, count, settles);
  }
  CHECK(count == 48);
}

TEST_CASE("upstream pool lifetime: the last handle refuses those that wait") {
  pool_fixture f;
  f.add("a");
  f.set(1);
  lease at = f.pool->try_acquire();
  acquire_refusal refusal = acquire_refusal::none;
  f.pool->acquire([&](anode::error_code ec, lease l) {
    CHECK_FALSE(ec);
    refusal = l.refusal();
  });
  upstream_pool copy = *f.pool;
  f.pool.reset();
  f.loop.settle();
  CHECK(refusal == acquire_refusal::none);
  {
    upstream_pool const last = std::move(copy);
  }
  f.loop.settle();
  CHECK(refusal == acquire_refusal::closed);
  CHECK(at);
  CHECK(at.target().host == "a");
  at.answered(200, 1ms);
  CHECK(at.name() == "a");
}

TEST_CASE("upstream pool lifetime: an empty handle is a closed pool") {
  pool_fixture f;
  upstream_pool kept = std::move(*f.pool);
  upstream_pool& empty = *f.pool;
  CHECK_THROWS_AS(empty.set({}), http::exception);
  CHECK_THROWS_AS(empty.get_executor(), http::exception);
  CHECK_FALSE(empty.set_admin("a", admin_state::out));
  CHECK(empty.try_acquire().refusal() == acquire_refusal::closed);
  CHECK_FALSE(empty.retry_allowed());
  CHECK(empty.snapshot().upstreams.empty());
  empty.on_event([](pool_event const&) {});
  upstream_pool const copy = empty;
  acquire_refusal refusal = acquire_refusal::none;
  empty.acquire(net::bind_executor(f.loop.get_executor(),
                                   [&](anode::error_code, lease l) { refusal = l.refusal(); }));
  CHECK(refusal == acquire_refusal::none);
  f.loop.settle();
  CHECK(refusal == acquire_refusal::closed);
  empty = kept;
  CHECK(empty.get_executor() == f.loop.get_executor());
  http::agent moved(f.loop.get_executor());
  http::agent const other = std::move(moved);
  CHECK_THROWS_AS(upstream_pool(moved), http::exception);
}

TEST_CASE("upstream pool lifetime: after its context, a pool is closed") {
  std::optional<upstream_pool> pool;
  std::optional<lease> at;
  {
    pool_fixture f;
    f.add("a");
    f.set();
    pool = *f.pool;
    at = pool->try_acquire();
    f.agent.destroy();
  }
  CHECK(pool->try_acquire().refusal() == acquire_refusal::closed);
  pool->set({upstream("http://other.test")});
  tried_upstreams tried;
  at->failed(charge(24), tried);
  CHECK(at->name() == "a");
  net::io_context other;
  acquire_refusal refusal = acquire_refusal::none;
  pool->acquire(net::bind_executor(other.get_executor(),
                                   [&](anode::error_code, lease l) { refusal = l.refusal(); }));
  other.run();
  CHECK(refusal == acquire_refusal::closed);
}

TEST_CASE("upstream pool lifetime: a handler may destroy everything") {
  auto f = std::make_unique<pool_fixture>();
  f->add("a");
  f->set(1);
  std::optional<upstream_pool> pool = std::move(*f->pool);
  f->pool.reset();
  std::optional<lease> at(pool->try_acquire());
  bool done = false;
  pool->acquire([&](anode::error_code, lease l) {
    pool.reset();
    done = static_cast<bool>(l);
  });
  bool refused = false;
  pool->acquire([&](anode::error_code, lease l) { refused = !l; });
  at.reset();
  f->loop.settle();
  CHECK(done);
  CHECK(refused);
}

TEST_CASE("upstream pool lifetime: a check that ends when it is cancelled") {
  testing::event_loop loop;
  testing::origin origin(loop);
  http::agent_options o;
  o.create_connection = origin.connections();
  http::agent agent(loop.get_executor(), std::move(o));
  std::optional<upstream_pool> pool;
  pool.emplace(agent, upstream_pool_options().check(upstream_check("/")));
  pool->set({upstream("http://up.test")});
  for (int i = 0; i < 100 && origin.size() == 0; ++i) {
    loop.advance(100ms);
  }
  REQUIRE(origin.size() == 1);
  // Ends the check before the loop processes its cancellation.
  net::post(loop.context(), [&] { agent.destroy(); });
  SECTION("with its pool") { pool.reset(); }
  SECTION("with its upstream") { pool->set({}); }
  loop.settle();
  CHECK(agent.totals().sockets == 0);
}

}  // namespace behaviour_proxy_upstream_pool_lifetime
