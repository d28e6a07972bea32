// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A reverse proxy with several routes, its admin listener, and PROXY headers to its upstreams.
#include "samples/reverse_proxy/runtime.hpp"
#include "support/catch.hpp"
#include "support/run.hpp"

#include <anode/delay.hpp>
#include <anode/http.hpp>
#include <anode/service.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples_config_reverse_routes {

namespace net = boost::asio;
namespace http = anode::http;
using namespace std::chrono_literals;

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// An upstream, which answers with its name and the request that it has received.
struct origin {
  origin(net::io_context& io, std::string name, bool announced = false)
      : server(io.get_executor(), [name](http::incoming_message& req, http::server_response& res) {
          res.end(name + " " + std::string(req.url()) + " " +
                  std::string(req.headers().get("Host").value_or("")) + " " +
                  std::to_string(req.socket().remote_endpoint().port));
        }) {
    http::listen_options where;
    where.host = "127.0.0.1";
    if (announced) {
      where.proxy_protocol.mode = http::proxy_protocol_mode::required;
      where.proxy_protocol.trusted.add("127.0.0.1");
    }
    server.listen(where);
    authority = "127.0.0.1:" + std::to_string(server.address().port);
  }

  http::server server;
  std::string authority;
};

void add_pool(samples::reverse_settings& s, std::string const& name, origin const& of) {
  samples::server_setting server;
  server.name = name;
  server.url = "http://" + of.authority;
  s.pools[name].servers.push_back(server);
}

samples::route_setting& add_route(samples::reverse_settings& s, std::string pool,
                                  std::vector<std::string> hosts, std::string path) {
  samples::route_setting& r = s.routes.emplace_back();
  r.name = pool + path;
  r.pool = std::move(pool);
  r.rule.hosts = std::move(hosts);
  r.rule.path = std::move(path);
  return r;
}

// Returns a free port, which another listener of this test uses next.
std::uint16_t free_port(net::io_context& io) {
  http::server probe(io.get_executor(), [](http::incoming_message&, http::server_response&) {});
  probe.listen(0, "127.0.0.1");
  return probe.address().port;
}

samples::reverse_settings settings_at(std::uint16_t port) {
  samples::reverse_settings s;
  s.listeners.emplace_back().where.host = "127.0.0.1";
  s.listeners[0].name = "http";
  s.listeners[0].where.port = port;
  s.grace = 1000ms;
  return s;
}

// Sends a request on a connection of its own, and returns the whole answer.
net::awaitable<std::string> ask(std::uint16_t port, std::string target, std::string host,
                                std::string fields = {}) {
  net::any_io_executor const ex = co_await net::this_coro::executor;
  std::string const where = "127.0.0.1:" + std::to_string(port);
  anode::socket to = co_await anode::connect(ex, where);
  to.write("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" +
           (fields.empty() ? "Connection: close\r\n" : fields) + "\r\n");
  std::string all;
  while (auto const chunk = co_await to.read()) {
    all += *chunk;
  }
  co_return all;
}

// Checks the status and the end of the body.
net::awaitable<void> check_answer(std::uint16_t port, std::string target, std::string host,
                                  std::string status, std::string body) {
  std::string const all = co_await ask(port, target, host);
  CAPTURE(target, host, all);
  CHECK(all.starts_with("HTTP/1.1 " + status + " "));
  CHECK(has(all.substr(all.find("\r\n\r\n")), body));
}

net::awaitable<void> check_routes(std::uint16_t port, std::string api, std::string web) {
  co_await check_answer(port, "/x", "a.test", "200", "web /x " + web);
  co_await check_answer(port, "/api/x?q=/", "a.test", "200", "api /v2/x?q=/ " + api);
  co_await check_answer(port, "/api", "A.test:80", "200", "api /v2/ " + api);
  co_await check_answer(port, "/apix", "a.test", "200", "web /apix " + web);
  co_await check_answer(port, "/own/x", "b.test:99", "200", "web /own/x b.test:99");
  co_await check_answer(port, "/x", "b.test", "404",
                        "404 Not Found: there is no route for the path");
  co_await check_answer(port, "/x", "c.test", "421", "421 Misdirected Request: there is no route");
  co_await check_answer(port, "/api/../x", "a.test", "400", "ambiguous");
  co_await check_answer(port, "/api/a/../x", "a.test", "400", "dot segments");  // of strip
  std::string const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  std::string const none = co_await ask(port, "/x", "c.test", upgrade);
  CHECK(none.starts_with("HTTP/1.1 421 Misdirected Request\r\n"));
  std::string const declined = co_await ask(port, "/api/ws", "a.test", upgrade);
  CHECK(has(declined, "api /v2/ws"));
}

}  // namespace

TEST_CASE("reverse proxy routes: requests reach the pool of their route") {
  net::io_context io;
  origin const api(io, "api");
  origin const web(io, "web");
  std::uint16_t const port = free_port(io);
  samples::reverse_settings s = settings_at(port);
  add_pool(s, "api", api);
  add_pool(s, "web", web);
  samples::route_setting& strips = add_route(s, "api", {"a.test"}, "/api");
  strips.strip = "/api";
  strips.add = "/v2";
  add_route(s, "web", {"a.test"}, "/");
  add_route(s, "web", {"b.test"}, "/own").preserve_host = true;
  samples::reverse_listeners proxy(io.get_executor(), s);
  support::run(io, check_routes(port, api.authority, web.authority));
  std::string const text = samples::metrics_text(proxy.state());
  CHECK(has(text, "anode_requests_total{route=\"api/api\",code=\"2xx\",end=\"--\"} 3\n"));
  CHECK(has(text, "anode_requests_total{route=\"api/api\",code=\"4xx\",end=\"PR\"} 1\n"));
  CHECK(has(text, "anode_requests_total{route=\"web/\",code=\"2xx\",end=\"--\"} 2\n"));
  CHECK(has(text, "anode_requests_total{route=\"\",code=\"4xx\",end=\"PR\"} 4\n"));
}

namespace {

// A request whose answer waits for the test, during which its route disappears.
net::awaitable<void> check_reload(samples::reverse_listeners& proxy,
                                  samples::reverse_settings settings, std::uint16_t port,
                                  http::server& slow) {
  net::any_io_executor const ex = co_await net::this_coro::executor;
  auto const waits = std::make_shared<http::server_response*>(nullptr);
  slow.on_request(
      [waits](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        *waits = &res;
        co_await res.finished();
      });
  std::string const where = "127.0.0.1:" + std::to_string(port);
  anode::socket old = co_await anode::connect(ex, where);
  old.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (*waits == nullptr) {
    co_await anode::delay(ex, 1ms);
  }
  settings.routes.erase(settings.routes.begin());
  settings.pools.erase("slow");
  proxy.reload(settings);
  co_await check_answer(port, "/slow", "a", "200", "web /slow");
  (*waits)->end("late");
  std::string got;
  while (!got.ends_with("late")) {
    auto const chunk = co_await old.read();
    if (!chunk) {
      break;
    }
    got += *chunk;
  }
  CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(got.ends_with("late"));
  // The kept connection uses the new routes.
  old.write("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  got.clear();
  while (auto const chunk = co_await old.read()) {
    got += *chunk;
  }
  CHECK(has(got, "web /slow"));
}

}  // namespace

TEST_CASE("reverse proxy routes: a reload keeps requests, pools and counters") {
  net::io_context io;
  origin slow(io, "slow");
  origin const web(io, "web");
  std::uint16_t const port = free_port(io);
  samples::reverse_settings s = settings_at(port);
  add_pool(s, "slow", slow);
  add_pool(s, "web", web);
  add_route(s, "slow", {}, "/slow");
  add_route(s, "web", {}, "/");
  samples::reverse_listeners proxy(io.get_executor(), s);
  support::run(io, check_reload(proxy, s, port, slow.server));
  samples::proxy_state const state = proxy.state();
  REQUIRE(state.pools.size() == 1);
  CHECK(state.pools[0].status.upstreams.at(0).answered == 2);
  REQUIRE(state.routes.size() == 2);
  CHECK(state.routes[0].name == "web/");
  std::string const before = samples::metrics_text(state);
  CHECK(has(before, "anode_requests_total{route=\"web/\",code=\"2xx\",end=\"--\"} 2\n"));
  // The counters and the pool stay.
  s.routes.erase(s.routes.begin());
  s.pools.erase("slow");
  proxy.reload(s);
  CHECK(proxy.state().pools[0].status.upstreams.at(0).answered == 2);
  CHECK(has(samples::metrics_text(proxy.state()),
            "anode_requests_total{route=\"web/\",code=\"2xx\",end=\"--\"} 2\n"));
  // The admin listener cannot change.
  s.admin.emplace().where.host = "127.0.0.1";
  CHECK_THROWS_WITH(proxy.reload(s), "[admin] cannot change without a restart");
}

namespace {

net::awaitable<void> check_admin(samples::reverse_listeners& proxy, std::uint16_t port) {
  net::any_io_executor const ex = co_await net::this_coro::executor;
  std::uint16_t const admin = proxy.admin_address().port;
  co_await check_answer(port, "/x", "a", "200", "web /x");
  co_await check_answer(admin, "/healthz", "a", "200", "ok\n");
  co_await check_answer(admin, "/readyz?x", "a", "200", "ready\n");
  co_await check_answer(admin, "/upstreams", "a", "200", "\"name\":\"web\",\"state\":\"in\"");
  co_await check_answer(admin, "/metrics", "a", "200",
                        "anode_requests_total{route=\"web/\",code=\"2xx\",end=\"--\"} 1\n");
  co_await check_answer(admin, "/other", "a", "404", "");
  http::agent client(ex);
  std::string const url = "http://127.0.0.1:" + std::to_string(admin) + "/metrics";
  http::incoming_message refused = co_await client.send("POST", url, "x");
  int const status = refused.status_code();
  CHECK(status == 405);
  client.destroy();
  // While it drains, the proxy is not ready, but answers until the end of the lame duck.
  net::co_spawn(ex, samples::reverse_listeners::drain(proxy), net::detached);
  co_await anode::delay(ex, 1ms);
  co_await check_answer(admin, "/readyz", "a", "503", "draining\n");
  co_await check_answer(admin, "/healthz", "a", "200", "ok\n");
  co_await check_answer(port, "/x", "a", "200", "web /x");
  while (proxy.state().draining && proxy.listening()) {
    co_await anode::delay(ex, 5ms);
  }
  bool connected = true;
  try {
    std::string const where = "127.0.0.1:" + std::to_string(port);
    anode::socket const none = co_await anode::connect(ex, where);
  } catch (boost::system::system_error const&) {
    connected = false;
  }
  CHECK_FALSE(connected);
  co_await check_answer(admin, "/readyz", "a", "503", "draining\n");
}

}  // namespace

TEST_CASE("reverse proxy routes: the admin listener") {
  net::io_context io;
  origin const web(io, "web");
  std::uint16_t const port = free_port(io);
  samples::reverse_settings s = settings_at(port);
  add_pool(s, "web", web);
  add_route(s, "web", {}, "/");
  s.admin.emplace().where.host = "127.0.0.1";
  s.lame_duck = 1000ms;
  samples::reverse_listeners proxy(io.get_executor(), s);
  support::run(io, check_admin(proxy, port));
}

namespace {

// Two clients send requests by turns, each on one connection. Each announces its own port.
net::awaitable<void> check_announced(std::uint16_t port, http::server& upstream) {
  net::any_io_executor const ex = co_await net::this_coro::executor;
  std::string const where = "127.0.0.1:" + std::to_string(port);
  std::vector<anode::socket> clients;
  clients.push_back(co_await anode::connect(ex, where));
  clients.push_back(co_await anode::connect(ex, where));
  for (int i = 0; i < 6; ++i) {
    anode::socket& client = clients[static_cast<std::size_t>(i) % 2];
    std::string const mark = " " + std::to_string(client.local_endpoint().port);
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string got;
    while (!got.ends_with(mark)) {
      auto const chunk = co_await client.read();
      if (!chunk) {
        break;
      }
      got += *chunk;
    }
    CAPTURE(got, mark);
    CHECK(got.ends_with(mark));
  }
  // No connection waits for a client that may never come back.
  while (upstream.connection_count() > 0) {
    co_await anode::delay(ex, 1ms);
  }
  for (anode::socket& client : clients) {
    client.destroy();
  }
}

}  // namespace

TEST_CASE("reverse proxy routes: upstreams get the addresses of the clients, and never a mixture") {
  for (unsigned const version : {1U, 2U}) {
    net::io_context io;
    origin web(io, "web", true);
    std::uint16_t const port = free_port(io);
    samples::reverse_settings s = settings_at(port);
    add_pool(s, "web", web);
    s.pools["web"].send_proxy = version;
    add_route(s, "web", {}, "/");
    samples::reverse_listeners proxy(io.get_executor(), s);
    support::run(io, check_announced(port, web.server));
  }
}

}  // namespace samples_config_reverse_routes
