// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The code of the page about proxies.
#include "support/catch.hpp"

#include <anode/agent.hpp>
#include <anode/proxy/upstream_pool.hpp>
#include <anode/testing.hpp>

#include <chrono>

namespace behaviour_proxy_upstream_page {

namespace {

namespace http = anode::http;
namespace proxy = anode::proxy;

}  // namespace

TEST_CASE("upstream pool: the program of the page", "[proxy]") {
  anode::testing::event_loop loop;
  auto const ex = loop.get_executor();
  int events = 0;
  auto const log = [&](proxy::pool_event const&) { ++events; };
  // [upstreams]
  http::agent_options connections;
  connections.keep_alive = true;
  connections.connect_timeout = std::chrono::seconds(5);
  proxy::upstream_pool pool(http::agent(ex, connections));
  pool.set({proxy::upstream("http://10.0.0.1:8080").weight(3),
            proxy::upstream("http://10.0.0.2:8080").max_requests(100)});
  pool.on_event([&](proxy::pool_event const& e) { log(e); });
  // [upstreams]
  loop.settle();
  CHECK(pool.snapshot().upstreams.size() == 2);
  CHECK(events == 0);
}

}  // namespace behaviour_proxy_upstream_page
