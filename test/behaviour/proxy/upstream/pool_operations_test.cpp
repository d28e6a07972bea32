// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Every operation of a pool and of its leases, after each way to lose what it needs.
#include "behaviour/proxy/upstream/pool_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace behaviour_proxy_upstream_pool_operations {

using namespace test_pool;

namespace {

// A pool with one free upstream, and a lease of another one.
struct cell {
  cell() {
    f = std::make_unique<pool_fixture>();
    f->add("a");
    f->set();
    pool = *f->pool;
    f->pool.reset();
    at.emplace(pool->try_acquire());
  }

  std::unique_ptr<pool_fixture> f;
  std::optional<upstream_pool> pool;
  std::optional<lease> at;
  tried_upstreams tried;
  bool completed = false;  // an acquire
  bool started = false;
};

struct loss {
  char const* name;
  void (*happen)(cell&);
};

loss const losses[] = {
    {"nothing", [](cell&) {}},
    {"the upstream", [](cell& c) { c.pool->set({}); }},
    {"the agent's connections", [](cell& c) { c.f->agent.destroy(); }},
    {"the server", [](cell& c) { c.f->hosts.at("a").server->close(); }},
    {"the lease", [](cell& c) { c.at->cancel(); }},
    {"the lease, moved", [](cell& c) { lease const other = std::move(*c.at); }},
    {"the pool, moved", [](cell& c) { upstream_pool const other = std::move(*c.pool); }},
    {"the context", [](cell& c) { c.f.reset(); }},
};

struct operation {
  char const* name;
  void (*run)(cell&);
};

operation r(char const* name, void (*run)(cell&)) { return {name, run}; }

// Waits for an upstream, on the executor of the test.
void acquire(cell& c, bool with_tried) {
  static net::io_context other;
  net::any_io_executor const ex =
      c.f ? c.f->loop.get_executor() : net::any_io_executor(other.get_executor());
  auto done = net::bind_executor(ex, [&c](anode::error_code ec, lease l) {
    c.completed = true;
    CHECK_FALSE(ec);
    CHECK((l || l.refusal() != acquire_refusal::none));
  });
  c.started = true;
  if (with_tried) {
    c.pool->acquire(c.tried, std::move(done));
  } else {
    c.pool->acquire(std::move(done));
  }
  CHECK_FALSE(c.completed);
  if (!c.f) {
    other.restart();
    other.run();
  }
}

std::vector<operation> operations() {
  return {
      r("upstream_pool::upstream_pool (an agent)",
        [](cell& c) {
          if (c.f) {
            upstream_pool const other(c.f->agent);
            CHECK(other.snapshot().upstreams.empty());
          }
        }),
      r("upstream_pool::operator=",
        [](cell& c) {
          upstream_pool other = *c.pool;
          other = std::move(*c.pool);
          *c.pool = other;
        }),
      r("upstream_pool::get_executor",
        [](cell& c) {
          net::any_io_executor const ex = c.pool->get_executor();
          CHECK(ex);
        }),
      r("upstream_pool::set",
        [](cell& c) {
          c.pool->set({upstream("http://a").name("a"), upstream("http://b").name("b")});
        }),
      r("upstream_pool::set_admin", [](cell& c) { c.pool->set_admin("a", admin_state::drain); }),
      r("upstream_pool::acquire", [](cell& c) { acquire(c, false); }),
      r("upstream_pool::acquire (tried)", [](cell& c) { acquire(c, true); }),
      r("upstream_pool::try_acquire",
        [](cell& c) {
          lease const l = c.pool->try_acquire(c.tried);
          CHECK((l || l.refusal() != acquire_refusal::none));
        }),
      r("upstream_pool::retry_allowed",
        [](cell& c) { CHECK((c.pool->retry_allowed() || c.pool->snapshot().retries == 0)); }),
      r("upstream_pool::snapshot", [](cell& c) { CHECK(c.pool->snapshot().queued == 0); }),
      r("upstream_pool::on_event",
        [](cell& c) { c.pool->on_event([keep = c.pool](pool_event const&) {}); }),
      r("lease::lease", [](cell& c) { lease const other(std::move(*c.at)); }),
      r("lease::operator=",
        [](cell& c) {
          lease other;
          other = std::move(*c.at);
          *c.at = std::move(other);
        }),
      r("lease::operator bool",
        [](cell& c) { CHECK(static_cast<bool>(*c.at) == !c.at->name().empty()); }),
      r("lease::refusal",
        [](cell& c) {
          CHECK((c.at->refusal() == acquire_refusal::none) == static_cast<bool>(*c.at));
        }),
      r("lease::retry_after", [](cell& c) { CHECK(c.at->retry_after() == 0s); }),
      r("lease::name", [](cell& c) { CHECK(c.at->name() == (*c.at ? "a" : "")); }),
      r("lease::id", [](cell& c) { CHECK((c.at->id() != 0) == static_cast<bool>(*c.at)); }),
      r("lease::target",
        [](cell& c) {
          http::request_options const& target = c.at->target();
          CHECK(target.host == "a");
        }),
      r("lease::agent",
        [](cell& c) {
          http::agent const& agent = c.at->agent();
          CHECK(agent.get_executor());
        }),
      r("lease::send_proxy", [](cell& c) { CHECK(c.at->send_proxy() == 0); }),
      r("lease::queued", [](cell& c) { CHECK(c.at->queued() == 0ns); }),
      r("lease::trial", [](cell& c) { CHECK_FALSE(c.at->trial()); }),
      r("lease::responded", [](cell& c) { c.at->responded(200, 1ms); }),
      r("lease::answered", [](cell& c) { c.at->answered(503, 1ms, 1s); }),
      r("lease::failed", [](cell& c) { c.at->failed(charge(24), c.tried); }),
      r("lease::cancel", [](cell& c) { c.at->cancel(); }),
  };
}

}  // namespace

TEST_CASE("upstream pool operations: each one after each loss") {
  std::size_t cells = 0;
  for (loss const& lost : losses) {
    for (operation const& o : operations()) {
      INFO(o.name << " after the loss of " << lost.name);
      cell c;
      auto const token = std::make_shared<int>(0);
      c.pool->on_event([token](pool_event const&) {});
      lost.happen(c);
      try {
        o.run(c);
      } catch (http::exception const& e) {
        CHECK(e.code() == http::error::invalid_this);
      }
      if (c.f) {
        c.f->loop.settle();
      }
      CHECK(c.completed == c.started);
      // Nothing is left in progress.
      c.at.reset();
      if (c.f) {
        c.f->loop.settle();
        for (upstream_status const& u : c.pool->snapshot().upstreams) {
          CHECK(u.in_progress == 0);
        }
      }
      // What the listener owns ends with the pool, or with the context.
      c.pool.reset();
      c.f.reset();
      CHECK(token.use_count() == 1);
      ++cells;
    }
  }
  CHECK(cells == std::size(losses) * operations().size());
}

}  // namespace behaviour_proxy_upstream_pool_operations
