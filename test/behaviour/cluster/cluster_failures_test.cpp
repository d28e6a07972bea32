// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Exceptions in a cluster, and calls in a wrong state.

#include "behaviour/cluster/running_cluster.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <thread>

namespace behaviour_cluster_cluster_failures {

using namespace support;
using namespace std::chrono_literals;

namespace {

http::cluster_options options(unsigned threads) {
  http::cluster_options o;
  o.threads = threads;
  o.signals.clear();
  return o;
}

std::string what_of(std::exception_ptr const& e) {
  try {
    std::rethrow_exception(e);
  } catch (std::exception const& error) {
    return error.what();
  }
}

// Runs a cluster that must fail. Returns the message of its exception.
std::string failure_of(http::cluster& cluster) {
  try {
    cluster.run();
  } catch (std::exception const& e) {
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("cluster: run throws the exception of a setup function, and nothing is served") {
  auto const bad = GENERATE(0U, 1U, 2U);
  std::atomic<int> connections = 0;
  std::atomic<int> calls = 0;
  http::cluster cluster(options(3), [&](http::worker& w) {
    ++calls;
    w.server().on_connection([&](anode::socket const&) { ++connections; });
    if (w.id() == bad) {
      throw std::runtime_error("no database");
    }
  });
  cluster.listen(0, "127.0.0.1");
  std::uint16_t const port = cluster.address().port;
  blocking_client waits(port);
  CHECK(failure_of(cluster) == "no database");
  CHECK(calls == static_cast<int>(bad) + 1);
  CHECK(connections == 0);
  CHECK(waits.rest().empty());
  CHECK_FALSE(accepts(port));
  cluster.drain();
  cluster.close();
  cluster.for_each_worker([&](http::worker&) { ++calls; });
  CHECK(calls == static_cast<int>(bad) + 1);  // no worker is left
}

TEST_CASE("cluster: run throws the exception of a listener, and all workers stop") {
  std::atomic<int> stopped = 0;
  struct guard {
    ~guard() { ++*count; }
    std::atomic<int>* count;
  };
  http::cluster cluster(options(3), [&](http::worker& w) {
    auto const g = std::make_shared<guard>(&stopped);
    w.server().on_connection([g](anode::socket const&) { throw std::runtime_error("oops"); });
  });
  cluster.listen(0, "127.0.0.1");
  running_cluster running(cluster);
  blocking_client client(cluster.address().port);
  CHECK_THROWS_WITH(running.wait(), "oops");
  CHECK(stopped == 3);
  CHECK(client.rest().empty());
}

TEST_CASE("cluster: with an uncaught_exception function the workers continue") {
  std::atomic<int> seen = 0;
  http::cluster_options o = options(2);
  o.uncaught_exception = [&](http::worker& w, std::exception_ptr const& e) {
    seen += what_of(e) == "oops" && w.id() < 2 ? 1 : 1000;
  };
  http::cluster cluster(o, [&](http::worker& w) {
    w.server().on_connection([](anode::socket const&) { throw std::runtime_error("oops"); });
    w.server().on_request(
        [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
    w.on_drain([] { throw std::runtime_error("oops"); });
    w.on_stop([] { throw std::runtime_error("oops"); });
  });
  cluster.listen(0, "127.0.0.1");
  running_cluster running(cluster);
  for (int i = 0; i < 5; ++i) {
    CHECK(blocking_client(cluster.address().port).get("/") == "hello");
  }
  cluster.close();
  running.wait();
  CHECK(seen == 5 + 2 + 2);
}

TEST_CASE("cluster: an exception of uncaught_exception stops all workers") {
  http::cluster_options o = options(2);
  o.uncaught_exception = [](http::worker&, std::exception_ptr const&) {
    throw std::runtime_error("again");
  };
  http::cluster cluster(o, [](http::worker& w) {
    if (w.id() == 1) {
      net::post(w.get_executor(), [] { throw std::runtime_error("first"); });
    }
  });
  CHECK(failure_of(cluster) == "again");
}

TEST_CASE("cluster: an exception of a function for each worker is an uncaught one") {
  http::cluster cluster(options(2), [](http::worker&) {});
  cluster.for_each_worker([](http::worker&) { throw std::runtime_error("oops"); });
  CHECK(failure_of(cluster) == "oops");
}

TEST_CASE("cluster: it runs once, and listens before that") {
  http::cluster cluster(options(2), [](http::worker&) {});
  cluster.drain();
  cluster.run();
  auto const refused = [](auto call) {
    try {
      call();
    } catch (http::exception const& e) {
      return e.code() == http::error::invalid_state;
    }
    return false;
  };
  CHECK(refused([&] { cluster.run(); }));
  CHECK(refused([&] { cluster.listen(0, "127.0.0.1"); }));
}

TEST_CASE("cluster: a worker cannot run the cluster again") {
  http::cluster* all = nullptr;
  http::cluster cluster(options(1), [&](http::worker&) { all->run(); });
  all = &cluster;
  CHECK(failure_of(cluster) == "The cluster has been started");
}

TEST_CASE("cluster: a factory must return a server of the given executor") {
  net::io_context other;
  http::cluster_options o = options(2);
  SECTION("null") {
    o.make_server = [](anode::net::any_io_executor const&) {
      return std::unique_ptr<http::server>();
    };
  }
  SECTION("another executor") {
    o.make_server = [&](anode::net::any_io_executor const&) {
      return std::make_unique<http::server>(other.get_executor());
    };
  }
  try {
    http::cluster const cluster(o, [](http::worker&) {});
    FAIL("it accepts the server");
  } catch (http::exception const& e) {
    CHECK(e.code() == http::error::invalid_arg_value);
  }
}

TEST_CASE("cluster: wrong options are refused by the constructor, wrong signals by run") {
  http::cluster_options o = options(2);
  o.server.headers_timeout = 2s;
  o.server.request_timeout = 1s;
  CHECK_THROWS_AS(http::cluster(o, [](http::worker&) {}), http::exception);
  http::cluster_options no_signal = options(2);
  no_signal.signals = {-1};
  bool called = false;
  http::cluster cluster(no_signal, [&](http::worker&) { called = true; });
  CHECK_THROWS_AS(cluster.run(), boost::system::system_error);
  CHECK_FALSE(called);
}

TEST_CASE("cluster: any thread may drain it and reach its workers at any time") {
  for (int i = 0; i < 20; ++i) {
    http::cluster cluster(options(2), [](http::worker&) {});
    cluster.listen(0, "127.0.0.1");
    std::atomic<bool> over = false;
    std::atomic<int> calls = 0;
    std::thread other([&] {
      while (!over) {
        cluster.for_each_worker([&](http::worker&) { ++calls; });
        std::this_thread::yield();
      }
    });
    std::thread drains([&] {
      while (calls < 10) {
        std::this_thread::yield();
      }
      cluster.drain();
    });
    cluster.run();
    over = true;
    other.join();
    drains.join();
  }
}

}  // namespace behaviour_cluster_cluster_failures
