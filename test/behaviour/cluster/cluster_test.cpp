// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Clusters that serve: workers, their threads and state, and the address that they share.

#include "behaviour/cluster/running_cluster.hpp"

#include <anode/error.hpp>

#include <boost/asio/local/stream_protocol.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace behaviour_cluster_cluster {

using namespace support;

namespace {

std::string text_of(std::thread::id id) {
  std::ostringstream out;
  out << id;
  return out.str();
}

// Answers with the id of the worker and of its thread.
void tell_worker(http::worker& w) {
  w.server().on_request([&w](http::incoming_message&, http::server_response& res) {
    res.end(std::to_string(w.id()) + " " + text_of(std::this_thread::get_id()));
  });
}

http::cluster_options with_threads(unsigned threads) {
  http::cluster_options o;
  o.threads = threads;
  o.signals.clear();
  return o;
}

}  // namespace

TEST_CASE("cluster: the workers share one port, and each answers in its own thread") {
  http::cluster cluster(with_threads(3), tell_worker);
  CHECK(cluster.threads() == 3);
  CHECK(cluster.address().port == 0);
  cluster.listen(0, "127.0.0.1");
  std::uint16_t const port = cluster.address().port;
  REQUIRE(port != 0);
  running_cluster running(cluster);
  std::map<std::string, std::set<std::string>> threads;
  for (int i = 0; i < 1000 && threads.size() < 3; ++i) {
    std::istringstream answer(blocking_client(port).get("/"));
    std::string id;
    std::string thread;
    answer >> id >> thread;
    threads[id].insert(thread);
  }
  CHECK(threads.size() == 3);
  std::set<std::string> all;
  for (auto const& [id, of_worker] : threads) {
    CHECK(of_worker.size() == 1);
    all.insert(*of_worker.begin());
  }
  CHECK(all.size() == 3);
  CHECK(all.count(text_of(std::this_thread::get_id())) == 0);
  CHECK(cluster.address().port == port);
}

TEST_CASE("cluster: by default it has a worker for each processor") {
  http::cluster cluster(tell_worker);
  CHECK(cluster.threads() >= 1);
  CHECK(cluster.threads() <= std::max(1U, std::thread::hardware_concurrency()));
}

TEST_CASE("cluster: setup runs once in each worker's thread, one after the other") {
  std::vector<unsigned> ids;  // without a lock: the calls do not overlap
  std::set<std::thread::id> threads;
  std::atomic<int> inside = 0;
  int wrong = 0;
  http::cluster cluster(with_threads(4), [&](http::worker& w) {
    wrong += ++inside == 1 && w.get_executor() == w.server().get_executor() ? 0 : 1;
    ids.push_back(w.id());
    threads.insert(std::this_thread::get_id());
    --inside;
  });
  CHECK(ids.empty());
  cluster.drain();
  cluster.run();
  CHECK(wrong == 0);
  CHECK(ids == std::vector<unsigned>{0, 1, 2, 3});
  CHECK(threads.size() == 4);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("cluster: the state of a worker is destroyed in its thread") {
  struct state {
    ~state() { *right += std::this_thread::get_id() == made_in ? 1 : 0; }
    std::atomic<int>* right;
    std::thread::id made_in = std::this_thread::get_id();
  };
  std::atomic<int> right = 0;
  std::atomic<int> made = 0;
  {
    http::cluster cluster(with_threads(2), [&](http::worker& w) {
      auto const make = [&] {
        ++made;
        return std::make_shared<state>(&right);
      };
      w.server().on_request([s = make()](http::incoming_message&, http::server_response&) {});
      w.on_drain([s = make()] {});
      w.on_stop([s = make()] {});
    });
    cluster.drain();
    cluster.run();
    CHECK(right == 6);
  }
  CHECK(made == 6);
  CHECK(right == 6);
}

TEST_CASE("cluster: every worker has the options of the cluster's server") {
  http::cluster_options o = with_threads(2);
  o.server.max_headers_count = 1;
  std::atomic<int> right = 0;
  http::cluster cluster(
      o, [&](http::worker& w) { right += w.server().options().max_headers_count == 1 ? 1 : 0; });
  cluster.drain();
  cluster.run();
  CHECK(right == 2);
}

TEST_CASE("cluster: a factory makes the servers") {
  struct own_server : http::server {
    using http::server::server;
  };
  http::cluster_options o = with_threads(2);
  o.server.max_headers_count = 7;
  int made = 0;
  o.make_server = [&](anode::net::any_io_executor const& ex) {
    ++made;
    return std::make_unique<own_server>(ex);
  };
  std::atomic<int> right = 0;
  http::cluster cluster(o, [&](http::worker& w) {
    right += dynamic_cast<own_server*>(&w.server()) != nullptr ? 1 : 0;
    right += w.server().options().max_headers_count != 7 ? 1 : 0;
    tell_worker(w);
  });
  CHECK(made == 2);
  cluster.listen(0, "127.0.0.1");
  running_cluster running(cluster);
  CHECK_FALSE(blocking_client(cluster.address().port).get("/").empty());
  cluster.close();
  running.wait();
  CHECK(right == 4);
}

TEST_CASE("cluster: a port in use is refused, whoever uses it") {
  auto const threads = GENERATE(1U, 3U);
  http::listen_options at;
  at.host = "127.0.0.1";
  net::io_context io;
  http::server other(io.get_executor());
  http::cluster others(with_threads(2), tell_worker);
  SECTION("a server") {
    other.listen(at);
    at.port = other.address().port;
  }
  SECTION("a server that shares its port") {
    at.reuse_port = true;
    other.listen(at);
    at.port = other.address().port;
  }
  SECTION("another cluster") {
    others.listen(at);
    at.port = others.address().port;
  }
  http::cluster cluster(with_threads(threads), tell_worker);
  try {
    cluster.listen(at.port, "127.0.0.1");
    FAIL("it shares the port");
  } catch (http::exception const& e) {
    CHECK(e.code_name() == "EADDRINUSE");
    CHECK(e.what() ==
          "listen EADDRINUSE: " + e.code().message() + " 127.0.0.1:" + std::to_string(at.port));
  }
  CHECK(cluster.address().port == 0);
  cluster.listen(0, "127.0.0.1");  // nothing listens after a failure
  running_cluster running(cluster);
  CHECK_FALSE(blocking_client(cluster.address().port).get("/").empty());
}

TEST_CASE("cluster: with reuse_port two clusters share a port") {
  http::listen_options at;
  at.host = "127.0.0.1";
  at.reuse_port = true;
  http::cluster one(with_threads(2), tell_worker);
  one.listen(at);
  at.port = one.address().port;
  http::cluster two(with_threads(2), tell_worker);
  two.listen(at);
  CHECK(two.address().port == at.port);
}

TEST_CASE("cluster: an unknown host is refused") {
  http::cluster cluster(with_threads(2), tell_worker);
  CHECK_THROWS_AS(cluster.listen(0, "no.such.host.invalid"), http::exception);
  CHECK(cluster.address().family.empty());
}

TEST_CASE("cluster: listening twice is refused and changes nothing") {
  auto const threads = GENERATE(1U, 2U);
  http::cluster cluster(with_threads(threads), tell_worker);
  cluster.listen(0, "127.0.0.1");
  std::uint16_t const port = cluster.address().port;
  try {
    cluster.listen(0, "127.0.0.1");
    FAIL("it listens twice");
  } catch (http::exception const& e) {
    CHECK(e.code() == http::error::server_already_listen);
  }
  running_cluster running(cluster);
  CHECK_FALSE(blocking_client(port).get("/").empty());
}

TEST_CASE("cluster: the workers share a Unix socket, whose file is removed at the end") {
  auto const threads = GENERATE(1U, 3U);
  std::string const path =
      (std::filesystem::temp_directory_path() / ("anode_cluster_" + std::to_string(::getpid())))
          .string();
  http::cluster cluster(with_threads(threads), tell_worker);
  http::listen_options at;
  at.path = path;
  cluster.listen(at);
  CHECK(cluster.address().address == path);
  CHECK(std::filesystem::exists(path));
  running_cluster running(cluster);
  for (int i = 0; i < 20; ++i) {
    net::io_context io;
    net::local::stream_protocol::socket s(io);
    s.connect({path});
    net::write(
        s, net::buffer(std::string_view("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")));
    std::string answer;
    boost::system::error_code ec;
    net::read(s, net::dynamic_buffer(answer), ec);
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  }
  cluster.drain();
  running.wait();
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("cluster: a function for each worker is called once in each thread") {
  std::mutex mutex;
  std::multiset<unsigned> early;
  std::multiset<unsigned> later;
  std::set<std::thread::id> threads;
  bool shared = false;
  flag all;
  http::cluster cluster(with_threads(3), tell_worker);
  cluster.for_each_worker([&](http::worker& w) {
    std::lock_guard const lock(mutex);
    early.insert(w.id());
  });
  running_cluster running(cluster);
  cluster.for_each_worker([&, calls = 0](http::worker& w) mutable {
    std::lock_guard const lock(mutex);
    shared = shared || ++calls != 1;  // each worker has a copy of its own
    later.insert(w.id());
    threads.insert(std::this_thread::get_id());
    if (later.size() == 3) {
      all.set();
    }
  });
  REQUIRE(all.wait());
  cluster.close();
  running.wait();
  CHECK(early == std::multiset<unsigned>{0, 1, 2});
  CHECK(later == early);
  CHECK_FALSE(shared);
  CHECK(threads.size() == 3);
  cluster.for_each_worker([&](http::worker& w) { early.insert(w.id()); });
  CHECK(early.size() == 3);  // the threads have ended
}

TEST_CASE("cluster: one that never runs releases its port") {
  std::uint16_t port = 0;
  bool called = false;
  {
    http::cluster cluster(with_threads(2), tell_worker);
    cluster.listen(0, "127.0.0.1");
    port = cluster.address().port;
    CHECK(accepts(port));
    cluster.for_each_worker([&](http::worker&) { called = true; });
    cluster.drain();
  }
  CHECK_FALSE(called);
  CHECK_FALSE(accepts(port));
}

}  // namespace behaviour_cluster_cluster
