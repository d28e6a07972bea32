// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a reload of a proxy changes, and what it does not.
#include "samples/proxy_kit/reload.hpp"

#include "samples/forward_proxy/runtime.hpp"
#include "samples/reverse_proxy/runtime.hpp"
#include "support/catch.hpp"
#include "support/run.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace samples_config_reload {

namespace net = boost::asio;
namespace http = anode::http;
using namespace std::string_literals;

namespace {

net::awaitable<void> answer(http::incoming_message&, http::server_response& res) {
  res.end("origin");
  co_return;
}

// Reads until the input ends with `mark`, or ends.
net::awaitable<std::string> read_until(anode::socket from, std::string mark) {
  std::string all;
  while (!all.ends_with(mark)) {
    auto const chunk = co_await from.read();
    if (!chunk) {
      break;
    }
    all += *chunk;
  }
  co_return all;
}

std::string to_origin(std::uint16_t port) {
  return "\5\1\0\5\1\0\1\x7f\0\0\1"s + static_cast<char>(port >> 8U) +
         static_cast<char>(port & 0xffU);
}

samples::forward_settings socks_settings(bool with_private, std::uint16_t port = 0) {
  samples::forward_settings s;
  samples::listen_setting& l = s.listeners.emplace_back();
  l.where.host = "127.0.0.1";
  l.where.port = port;
  l.protocol = "socks5";
  s.rules.allow_special(with_private);
  return s;
}

std::string why_not(auto const& f) {
  try {
    f();
  } catch (std::exception const& e) {
    return e.what();
  }
  return {};
}

// Asks for a tunnel, and returns the reply.
net::awaitable<int> ask(anode::socket client, std::uint16_t origin) {
  client.write(to_origin(origin));
  std::string received;
  while (received.size() < 4) {
    auto const chunk = co_await client.read();
    if (!chunk) {
      break;
    }
    received += *chunk;
  }
  co_return received.size() < 4 ? -1 : received[3];
}

net::awaitable<void> check_forward(samples::forward_listeners& proxy, std::uint16_t port,
                                   std::uint16_t origin) {
  std::string const where = "127.0.0.1:" + std::to_string(port);
  net::any_io_executor const ex = co_await net::this_coro::executor;
  anode::socket old = co_await anode::connect(ex, where);
  int const before = co_await ask(old, origin);
  CHECK(before == 0);
  proxy.reload(socks_settings(false, port));
  // The tunnel that is open stays.
  old.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string const body = co_await read_until(old, "origin");
  CHECK(body.ends_with("origin"));
  anode::socket next = co_await anode::connect(ex, where);
  int const after = co_await ask(next, origin);
  CHECK(after == 2);
  // What cannot be reloaded changes nothing.
  samples::forward_settings other = socks_settings(true, port);
  other.listeners[0].protocol = "http";
  CHECK(why_not([&] { proxy.reload(other); }) == "[[listen]] cannot change without a restart");
  samples::forward_settings no_log = socks_settings(true, port);
  no_log.access_log = "/nonexistent/log";
  CHECK(why_not([&] { proxy.reload(no_log); }) == "the log '/nonexistent/log' cannot be opened");
  anode::socket again = co_await anode::connect(ex, where);
  int const still = co_await ask(again, origin);
  CHECK(still == 2);
  proxy.reload(socks_settings(true, port));
  anode::socket last = co_await anode::connect(ex, where);
  int const allowed = co_await ask(last, origin);
  CHECK(allowed == 0);
  old.destroy();
  next.destroy();
  again.destroy();
  last.destroy();
}

net::awaitable<void> check_reverse(samples::reverse_listeners& proxy,
                                   samples::reverse_settings settings, std::uint16_t port,
                                   std::uint16_t next) {
  http::agent client(co_await net::this_coro::executor);
  std::string const url = "http://127.0.0.1:" + std::to_string(port) + "/";
  http::incoming_message first = co_await client.get(url);
  std::string const before = co_await first.text();
  CHECK(before == "origin");
  settings.pools["a"].servers[0].url = "http://127.0.0.1:" + std::to_string(next);
  proxy.reload(settings);
  http::incoming_message second = co_await client.get(url);
  std::string const after = co_await second.text();
  CHECK(after == "next");
  settings.pools["a"].order = "round_robin";  // needs another pool
  proxy.reload(settings);
  http::incoming_message third = co_await client.get(url);
  std::string const text = co_await third.text();
  CHECK(text == "next");
  client.destroy();
}

// Returns a free port, which another listener of this test uses next.
std::uint16_t free_port(net::io_context& io) {
  http::server probe(io.get_executor(), answer);
  probe.listen(0, "127.0.0.1");
  return probe.address().port;
}

}  // namespace

TEST_CASE("proxy reload: a forward proxy keeps tunnels and judges new ones by the new rules") {
  net::io_context io;
  http::server origin(io.get_executor(), answer);
  origin.listen(0, "127.0.0.1");
  std::uint16_t const port = free_port(io);
  samples::forward_listeners proxy(io.get_executor(), socks_settings(true, port));
  support::run(io, check_forward(proxy, port, origin.address().port));
}

TEST_CASE("proxy reload: a reverse proxy uses the new servers for the next request") {
  net::io_context io;
  http::server origin(io.get_executor(), answer);
  origin.listen(0, "127.0.0.1");
  http::server next(io.get_executor(),
                    [](http::incoming_message&, http::server_response& res) { res.end("next"); });
  next.listen(0, "127.0.0.1");
  std::uint16_t const port = free_port(io);
  samples::reverse_settings settings;
  settings.listeners.emplace_back().where.host = "127.0.0.1";
  settings.listeners[0].where.port = port;
  samples::route_setting& all = settings.routes.emplace_back();
  all.name = "all";
  all.pool = "a";
  samples::server_setting server;
  server.name = "one";
  server.url = "http://127.0.0.1:" + std::to_string(origin.address().port);
  settings.pools["a"].servers.push_back(server);
  samples::reverse_listeners proxy(io.get_executor(), settings);
  support::run(io, check_reverse(proxy, settings, port, next.address().port));
}

TEST_CASE("proxy reload: what can be reloaded") {
  std::vector<samples::listen_setting> const one = socks_settings(true).listeners;
  std::vector<samples::listen_setting> two = one;
  CHECK(samples::why_not_reloadable(one, two).empty());
  two[0].where.port = 1;
  CHECK_FALSE(samples::why_not_reloadable(one, two).empty());
  two = one;
  two[0].tls.cert = "a";
  CHECK_FALSE(samples::why_not_reloadable(one, two).empty());
  two = one;
  two[0].name = "other";
  CHECK(samples::why_not_reloadable(one, two).empty());
  two.push_back(one[0]);
  CHECK_FALSE(samples::why_not_reloadable(one, two).empty());
}

TEST_CASE("proxy reload: the command line") {
  samples::config_options config;
  char const* const none[] = {"proxy", "--port", "1"};
  CHECK(config.fault(3, none).empty());
  config.check = true;
  CHECK(config.fault(3, none) == "--check needs --config");
  config.file = "f";
  char const* const right[] = {"proxy", "--config", "f", "--check"};
  CHECK(config.fault(4, right).empty());
  char const* const wrong[] = {"proxy", "--config=f", "--port=1"};
  CHECK(config.fault(3, wrong) == "--config excludes --port");
}

}  // namespace samples_config_reload
