// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/proxy/upstream/pool_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace behaviour_proxy_upstream_pool_check {

using namespace test_pool;

namespace {

// Checks exactly each second.
upstream_check each_second() {
  return upstream_check("/health").interval(1s).fast_interval(1s).timeout(500ms);
}

// One upstream whose connections the test plays.
struct scripted {
  explicit scripted(upstream_check const& how, upstream const& u = upstream("http://up.test/api"))
      : origin(loop), pool(make_agent(), upstream_pool_options().check(how)) {
    pool.on_event([this](pool_event const& e) { ups.push_back(e.up); });
    pool.set({u});
  }

  http::agent make_agent() {
    http::agent_options o;
    o.keep_alive = true;
    o.create_connection = origin.connections();
    return {loop.get_executor(), std::move(o)};
  }

  // Waits until the next check has begun; returns its request.
  std::string next_check() {
    for (int i = 0; i < 200; ++i) {
      loop.advance(10ms);
      if (origin.size() > 0) {
        testing::peer& p = origin[origin.size() - 1];
        if (p.received().find("\r\n\r\n") != std::string_view::npos) {
          return p.take();
        }
      }
    }
    return "";
  }

  testing::peer& peer() { return origin[origin.size() - 1]; }
  upstream_status status() { return pool.snapshot().upstreams.at(0); }

  testing::event_loop loop;
  testing::origin origin;
  std::vector<bool> ups;
  upstream_pool pool;
};

}  // namespace

TEST_CASE("upstream check: the request") {
  scripted s(each_second());
  std::string const request = s.next_check();
  CHECK(request.starts_with("GET /api/health HTTP/1.1\r\n"));
  CHECK(request.find("\r\nHost: up.test\r\n") != std::string::npos);
  CHECK(request.find("\r\nUser-Agent: anode-check\r\n") != std::string::npos);
  s.peer().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  // The next one uses the kept connection.
  CHECK_FALSE(s.next_check().empty());
  CHECK(s.origin.size() == 1);
}

TEST_CASE("upstream check: another Host, and the PROXY header of the proxy itself") {
  scripted s(each_second().host("virtual.test"), upstream("http://up.test").send_proxy(1));
  std::string const request = s.next_check();
  CHECK(request.starts_with("PROXY UNKNOWN\r\nGET /health HTTP/1.1\r\n"));
  CHECK(request.find("\r\nHost: virtual.test\r\n") != std::string::npos);
}

TEST_CASE("upstream check: three failures take it out, two successes bring it in") {
  scripted s(each_second());
  std::vector<bool> usable;
  for (char const* status : {"500 No", "302 Found", "404 No", "200 OK", "204 OK"}) {
    REQUIRE_FALSE(s.next_check().empty());
    s.peer().send("HTTP/1.1 " + std::string(status) +
                  "\r\nLocation: http://other.test/\r\nContent-Length: 0\r\n\r\n");
    usable.push_back(static_cast<bool>(s.pool.try_acquire()));
  }
  CHECK(usable == std::vector<bool>{true, true, false, false, true});
  CHECK(s.ups == std::vector<bool>{false, false, true});  // check, all_out, check
  CHECK(s.origin.size() == 1);                            // the redirect was not followed
  CHECK(s.status().effective_weight < 0.2);
}

TEST_CASE("upstream check: requests that wait are refused when the last one is out") {
  scripted s(each_second().fall(1), upstream("http://up.test").max_requests(1));
  lease const only = s.pool.try_acquire();
  acquire_refusal refusal = acquire_refusal::none;
  s.pool.acquire([&](anode::error_code, lease l) { refusal = l.refusal(); });
  REQUIRE_FALSE(s.next_check().empty());
  s.peer().send("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
  s.loop.settle();
  CHECK(refusal == acquire_refusal::all_out);
}

TEST_CASE("upstream check: silence, a reset and a refused connection are failures") {
  scripted s(each_second().fall(3));
  REQUIRE_FALSE(s.next_check().empty());
  s.loop.advance(501ms);
  REQUIRE_FALSE(s.next_check().empty());
  s.peer().reset();
  CHECK(s.ups.empty());
  s.origin.refuse(net::error::connection_refused);
  s.loop.advance(2s);
  CHECK(s.ups == std::vector<bool>{false, false});
  CHECK(s.status().check_failed);
}

TEST_CASE("upstream check: at most 64 KiB of the response are read") {
  scripted s(each_second().fall(1));
  REQUIRE_FALSE(s.next_check().empty());
  s.peer().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string const chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  int sent = 0;
  for (; sent < 10 && !s.peer().ended(); ++sent) {
    s.peer().send(chunk);
  }
  CHECK(s.peer().ended());
  CHECK(sent <= 5);
  CHECK(s.ups.empty());  // the status decides
  CHECK_FALSE(s.next_check().empty());
  CHECK(s.origin.size() == 2);
}

TEST_CASE("upstream check: a body that does not end is cut at the time limit") {
  scripted s(each_second().fall(1));
  REQUIRE_FALSE(s.next_check().empty());
  s.peer().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  s.loop.advance(501ms);
  CHECK(s.peer().ended());
  CHECK(s.status().check_failed);
}

TEST_CASE("upstream check: one that was ejected returns after two good checks") {
  scripted s(each_second());
  s.pool.set({upstream("http://up.test"), upstream("http://other.test").admin(admin_state::in)});
  tried_upstreams tried;
  while (!s.status().ejected) {
    lease at = s.pool.try_acquire();
    tried = {};
    if (at.name() == "up.test:80") {
      at.failed(charge(24), tried);
    }
  }
  for (int i = 0; i < 300 && s.status().ejected; ++i) {
    s.loop.advance(10ms);
    for (std::size_t c = 0; c < s.origin.size(); ++c) {
      if (!s.origin[c].take().empty()) {
        s.origin[c].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }
    }
  }
  CHECK_FALSE(s.status().ejected);
  CHECK(s.status().effective_weight < 0.2);
}

TEST_CASE("upstream check: the interval varies, and none follows the removal") {
  scripted s(upstream_check().interval(1s).fast_interval(1s));
  std::vector<std::chrono::milliseconds> gaps;
  for (int i = 0; i < 20; ++i) {
    std::chrono::milliseconds gap{0};
    while (s.origin.size() == 0 || s.peer().take().empty()) {
      s.loop.advance(10ms);
      gap += 10ms;
      REQUIRE(gap < 2s);
    }
    s.peer().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (i > 0) {
      gaps.push_back(gap);
    }
  }
  auto const [least, most] = std::ranges::minmax(gaps);
  CHECK(least >= 790ms);
  CHECK(most <= 1210ms);
  CHECK(most - least > 50ms);
  s.pool.set({});
  s.loop.advance(5s);
  CHECK(s.peer().take().empty());
}

TEST_CASE("upstream check: a check under way ends with its upstream and with its pool") {
  scripted s(each_second());
  REQUIRE_FALSE(s.next_check().empty());
  s.pool.set({upstream("http://up.test/other").name("new")});
  s.loop.settle();
  CHECK(s.peer().ended());
  REQUIRE_FALSE(s.next_check().empty());
  s.pool = upstream_pool(http::agent(s.loop.get_executor()));
  s.loop.settle();
  CHECK(s.peer().ended());
}

TEST_CASE("upstream check: only checks keep run busy") {
  net::io_context io;
  http::agent const agent(io.get_executor());
  upstream_pool idle(agent);
  idle.set({upstream("http://127.0.0.1:1")});
  lease const at = idle.try_acquire();
  CHECK(at);
  CHECK(io.run_for(10s) == 0);
  CHECK(io.stopped());
  io.restart();
  std::optional<upstream_pool> busy;
  busy.emplace(agent,
               upstream_pool_options().check(upstream_check().interval(1h).fast_interval(1h)));
  busy->set({upstream("http://127.0.0.1:1")});
  io.run_for(1ms);
  CHECK_FALSE(io.stopped());
  busy.reset();
  io.restart();
  io.run_for(10s);
  CHECK(io.stopped());
}

}  // namespace behaviour_proxy_upstream_pool_check
