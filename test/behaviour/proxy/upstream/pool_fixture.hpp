// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/clock.hpp"
#include "support/catch.hpp"

#include <anode/client_request.hpp>
#include <anode/error.hpp>
#include <anode/proxy/upstream_pool.hpp>
#include <anode/server.hpp>
#include <anode/server_response.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test_pool {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace anode::proxy;
using namespace std::chrono_literals;

/// A server in memory, which the test can stop.
struct host {
  std::unique_ptr<http::server> server;
  http::create_connection_function connect;
  bool up = true;
  std::size_t requests = 0;
  std::size_t connections = 0;
};

/// Servers "a", "b", ... in memory, an agent that connects to them by name, and a pool of them.
class pool_fixture {
public:
  using handler =
      std::function<net::awaitable<void>(http::incoming_message&, http::server_response&, host&)>;

  explicit pool_fixture(upstream_pool_options const& options = {})
      : agent(loop.get_executor(), agent_options()) {
    pool.emplace(agent, options);
    pool->on_event([this](pool_event const& e) { events.push_back(text(e)); });
  }

  /// Adds a server. Its default answer is 200.
  host& add(std::string const& name, handler answer = {}) {
    host& h = hosts[name];
    h.server = std::make_unique<http::server>(
        loop.get_executor(),
        [&h, answer = std::move(answer)](http::incoming_message& req, http::server_response& res) {
          ++h.requests;
          return answer ? answer(req, res, h) : ok(req, res);
        });
    h.connect = testing::connections_to(*h.server);
    return h;
  }

  /// Gives all servers to the pool.
  void set(std::size_t most = 0) {
    std::vector<upstream> list;
    for (auto const& [name, h] : hosts) {
      list.push_back(upstream("http://" + name).name(name).max_requests(most));
    }
    pool->set(std::move(list));
  }

  /// Sends a request with up to two tries, as a proxy does. Returns the status, or that of the
  /// refusal.
  int request(std::string const& path = "/") { return loop.run(send(*pool, path)); }

  /// Sends a request in the background.
  void start(std::string const& path, std::vector<int>& statuses) {
    net::co_spawn(loop.get_executor(), collect(*pool, path, statuses), net::detached);
  }

  upstream_status status(std::string const& name) const {
    pool_status const all = pool->snapshot();
    for (upstream_status const& u : all.upstreams) {
      if (u.name == name) {
        return u;
      }
    }
    throw std::runtime_error("no upstream " + name);
  }

  static net::awaitable<void> ok(http::incoming_message&, http::server_response& res) {
    res.end("ok");
    co_return;
  }

  static net::awaitable<int> send(upstream_pool pool, std::string path) {
    tried_upstreams tried;
    int status = 503;
    bool trial = false;
    for (int tries = 0; tries < 2; ++tries) {
      if (tries > 0 && !trial && !pool.retry_allowed()) {
        break;
      }
      lease at = co_await pool.acquire(tried, net::use_awaitable);
      if (!at) {
        break;
      }
      trial = at.trial();
      anode::runtime::clock const& clock = anode::runtime::clock::of(pool.get_executor());
      auto const begun = clock.now();
      std::optional<charge> failure;
      try {
        http::client_request out = at.agent().request(at.target(), "GET", at.target().path + path);
        out.end();
        http::incoming_message response = co_await out.response();
        at.answered(response.status_code(), clock.now() - begun);
        co_return response.status_code();
      } catch (http::request_error const& e) {
        bool const sent = e.phase() > http::request_phase::secure;
        failure = charge(8, sent ? charge::kind::provisional : charge::kind::lasting);
      }
      at.failed(*failure, tried);
      status = 502;
    }
    co_return status;
  }

  static net::awaitable<void> collect(upstream_pool pool, std::string path, std::vector<int>& to) {
    int const status = co_await send(std::move(pool), std::move(path));
    to.push_back(status);
  }

  testing::event_loop loop;
  std::map<std::string, host> hosts;
  http::agent agent;
  std::optional<upstream_pool> pool;
  std::vector<std::string> events;

private:
  static std::string text(pool_event const& e) {
    switch (e.what) {
      case pool_event::kind::ejected:
        return "ejected " + std::string(e.name);
      case pool_event::kind::returned:
        return "returned " + std::string(e.name);
      case pool_event::kind::all_out:
        return "all_out";
      case pool_event::kind::check:
        return (e.up ? "up " : "down ") + std::string(e.name);
    }
    return "";
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> refuse() {
    throw boost::system::system_error(net::error::connection_refused);
    co_return nullptr;
  }

  http::agent_options agent_options() {
    http::agent_options o;
    o.keep_alive = true;
    o.create_connection = [this](http::connect_options const& to) {
      host& h = hosts.at(to.host);
      ++h.connections;
      return h.up ? h.connect(to) : refuse();
    };
    return o;
  }
};

}  // namespace test_pool
