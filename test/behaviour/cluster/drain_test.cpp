// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The ends of a cluster: drains, signals, and the work that is left.

#include "behaviour/cluster/running_cluster.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <set>
#include <unistd.h>
#include <vector>

namespace behaviour_cluster_drain {

using namespace support;
using namespace std::chrono_literals;

namespace {

// A cluster that answers `/` at once, and `/slow` never.
struct draining_cluster {
  explicit draining_cluster(unsigned threads, std::vector<int> signals = {})
      : cluster(options(threads, std::move(signals)), [this](http::worker& w) {
          w.server().on_request([this](http::incoming_message& req, http::server_response& res) {
            if (req.url() != "/slow") {
              res.end("hello");
            } else if (++slow == slow_wanted) {
              slow_arrived.set();
            }
          });
          w.on_drain([this] {
            if (++drains == cluster.threads()) {
              drain_begun.set();
            }
          });
        }) {
    cluster.listen(0, "127.0.0.1");
  }

  static http::cluster_options options(unsigned threads, std::vector<int> signals) {
    http::cluster_options o;
    o.threads = threads;
    o.signals = std::move(signals);
    o.grace = 25s;
    return o;
  }

  std::uint16_t port() const { return cluster.address().port; }

  // Sends requests that are never answered, over connections of their own.
  std::vector<std::unique_ptr<blocking_client>> ask_slow(unsigned count) {
    std::vector<std::unique_ptr<blocking_client>> clients;
    slow_wanted = slow + count;
    for (unsigned i = 0; i != count; ++i) {
      clients.push_back(std::make_unique<blocking_client>(port()));
      clients.back()->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    REQUIRE(slow_arrived.wait());
    return clients;
  }

  std::atomic<unsigned> slow = 0;
  std::atomic<unsigned> slow_wanted = 0;
  std::atomic<unsigned> drains = 0;
  flag slow_arrived;
  flag drain_begun;
  http::cluster cluster;
};

}  // namespace

TEST_CASE("cluster: a drain sums the connections of all workers") {
  draining_cluster f(3);
  running_cluster running(f.cluster);
  auto const cut = f.ask_slow(5);
  std::vector<std::unique_ptr<blocking_client>> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(std::make_unique<blocking_client>(f.port()));
    CHECK(idle.back()->get("/") == "hello");
  }
  f.cluster.drain(300ms);
  REQUIRE(f.drain_begun.wait());
  http::drain_result const result = running.wait();
  CHECK(result.finished + result.cut == 9);
  CHECK(result.cut >= 5);
  CHECK(result.cut_requests == 5);
  CHECK(result.cut_upgraded == 0);
  CHECK(cut.front()->rest().empty());
  CHECK_FALSE(accepts(f.port()));
}

TEST_CASE("cluster: a drain ends as soon as all connections have ended") {
  draining_cluster f(2);
  running_cluster running(f.cluster);
  blocking_client client(f.port());
  CHECK(client.get("/") == "hello");
  auto const begin = std::chrono::steady_clock::now();
  f.cluster.drain();
  REQUIRE(f.drain_begun.wait());
  // The connection may ask once more, or be closed at once.
  try {
    client.get("/");
  } catch (boost::system::system_error const&) {
  }
  http::drain_result const result = running.wait();
  CHECK(result.finished == 1);
  CHECK(result.cut == 0);
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST_CASE("cluster: a later drain with less time ends an earlier one, and the sums are right") {
  draining_cluster f(2);
  running_cluster running(f.cluster);
  auto const cut = f.ask_slow(4);
  f.cluster.drain(1h);
  REQUIRE(f.drain_begun.wait());
  SECTION("a shorter drain") {
    f.cluster.drain(2h);  // without effect
    f.cluster.drain(100ms);
  }
  SECTION("close") { f.cluster.close(); }
  SECTION("no time at all") { f.cluster.drain(-5ms); }
  http::drain_result const result = running.wait();
  CHECK(result.finished == 0);
  CHECK(result.cut == 4);
  CHECK(result.cut_requests == 4);
}

TEST_CASE("cluster: a drain before run begins with it, and one after run has no effect") {
  draining_cluster f(2);
  SECTION("drain") { f.cluster.drain(); }
  SECTION("the longest drain") { f.cluster.drain(std::chrono::milliseconds::max()); }
  SECTION("close") { f.cluster.close(); }
  http::drain_result const result = f.cluster.run();
  CHECK(f.drains == 2);
  CHECK(result.finished == 0);
  f.cluster.drain();
  f.cluster.close();
}

TEST_CASE("cluster: a handler may drain the cluster and still answer") {
  http::cluster_options o = draining_cluster::options(2, {});
  http::cluster* all = nullptr;
  http::cluster cluster(o, [&](http::worker& w) {
    w.server().on_request([&](http::incoming_message&, http::server_response& res) {
      all->drain();
      res.end("bye");
    });
  });
  all = &cluster;
  cluster.listen(0, "127.0.0.1");
  running_cluster running(cluster);
  CHECK(blocking_client(cluster.address().port).get("/") == "bye");
  CHECK(running.wait().cut == 0);
}

TEST_CASE("cluster: the first signal drains, the second one closes everything") {
  draining_cluster f(2, {SIGUSR2});
  running_cluster running(f.cluster);
  auto const cut = f.ask_slow(3);
  ::kill(::getpid(), SIGUSR2);
  REQUIRE(f.drain_begun.wait());
  ::kill(::getpid(), SIGUSR2);
  http::drain_result const result = running.wait();
  CHECK(result.cut == 3);
  CHECK(result.cut_requests == 3);
}

TEST_CASE("cluster: a worker ends when its own work has ended") {
  http::cluster_options const o = draining_cluster::options(2, {});
  std::atomic<int> done = 0;
  std::atomic<int> stopped = 0;
  http::cluster cluster(o, [&](http::worker& w) {
    auto const endless = std::make_shared<net::steady_timer>(w.get_executor());
    endless->expires_at(net::steady_timer::time_point::max());
    endless->async_wait([](boost::system::error_code) {});
    w.on_stop([endless, &stopped] {
      ++stopped;
      endless->cancel();
    });
    w.on_drain([&w, &done] {
      net::co_spawn(
          w.get_executor(),
          [](http::worker& of, std::atomic<int>& count) -> net::awaitable<void> {
            net::steady_timer t(of.get_executor());
            for (int i = 0; i < 10; ++i) {
              t.expires_after(1ms);
              co_await t.async_wait(net::use_awaitable);
            }
            ++count;
          }(w, done),
          net::detached);
    });
  });
  cluster.drain();
  auto const begin = std::chrono::steady_clock::now();
  cluster.run();
  CHECK(done == 2);
  CHECK(stopped == 2);
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST_CASE("cluster: work that does not end is discarded when the grace period is over") {
  http::cluster_options const o = draining_cluster::options(2, {});
  std::atomic<int> discarded = 0;
  std::atomic<bool> called = false;
  struct guard {
    ~guard() { ++*count; }
    std::atomic<int>* count;
  };
  http::cluster cluster(o, [&](http::worker& w) {
    auto const endless = std::make_shared<net::steady_timer>(w.get_executor());
    endless->expires_at(net::steady_timer::time_point::max());
    auto const g = std::make_shared<guard>(&discarded);
    endless->async_wait([endless, g, &called](boost::system::error_code) { called = true; });
  });
  cluster.drain(100ms);
  cluster.run();
  CHECK(discarded == 2);
  CHECK_FALSE(called);
}

TEST_CASE("cluster: a worker whose server was moved away or closed ends with the others") {
  http::cluster_options const o = draining_cluster::options(3, {});
  std::atomic<int> calls = 0;
  http::cluster cluster(o, [&](http::worker& w) {
    w.on_stop([&] { ++calls; });
    if (w.id() == 0) {
      http::server const gone(std::move(w.server()));
    } else if (w.id() == 1) {
      w.server().close();
    }
  });
  cluster.listen(0, "127.0.0.1");
  cluster.drain();
  CHECK(cluster.run().cut == 0);
  CHECK(calls == 3);
}

}  // namespace behaviour_cluster_drain
