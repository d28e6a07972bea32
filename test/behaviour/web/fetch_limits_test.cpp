// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"
#include "support/thrown.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

namespace behaviour_web_fetch_limits {

namespace {

using namespace test_fetch;
using web::fetch_options;

}  // namespace

TEST_CASE("web fetch: time limits", "[web]") {
  fetch_fixture f;
  anode::testing::origin origin(f.loop);
  http::agent_options agent_options;
  agent_options.create_connection = origin.connections();
  web::client client(http::agent(f.loop.get_executor(), std::move(agent_options)),
                     web::client_options().clock(f.clock));
  std::string result;
  auto const start = [&](fetch_options options) {
    result = "waits";
    net::co_spawn(
        f.loop.context(),
        [](web::client c, fetch_options o, std::string& out) -> net::awaitable<void> {
          try {
            web::fetch_response res = co_await c.fetch("http://test/", o);
            co_await res.text();
            out = "done";
          } catch (web::fetch_error const& e) {
            out = web::to_string(e.kind());
          }
        }(client, std::move(options), result),
        net::detached);
    f.loop.settle();
  };
  constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

  start(fetch_options().head_timeout(1s).idle_timeout(9s).timeout(20s));
  f.loop.advance(999ms);
  CHECK(result == "waits");
  f.loop.advance(1ms);
  CHECK(result == "head_timeout");

  start(fetch_options().head_timeout(1s).idle_timeout(5s).timeout(20s));
  origin[1].send(head);
  f.loop.advance(4999ms);
  CHECK(result == "waits");
  f.loop.advance(1ms);
  CHECK(result == "idle_timeout");

  // That of everything includes the body.
  start(fetch_options().head_timeout(1s).idle_timeout(5s).timeout(6s));
  origin[2].send(head);
  f.loop.advance(3s);
  origin[2].send("a");
  f.loop.advance(2999ms);
  CHECK(result == "waits");
  f.loop.advance(1ms);
  CHECK(result == "timeout");

  start(fetch_options().timeouts(1s, 6s));
  origin[3].send(head);
  f.loop.advance(2s);
  origin[3].send("ab");
  CHECK(result == "done");
}

TEST_CASE("web fetch: the time to connect has a limit", "[web]") {
  fetch_fixture f;
  http::agent_options agent_options;
  agent_options.create_connection = [](http::connect_options const&) {
    return []() -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
      net::steady_timer never(co_await net::this_coro::executor,
                              net::steady_timer::time_point::max());
      co_await never.async_wait(net::use_awaitable);
      co_return nullptr;
    }();
  };
  web::client client(http::agent(f.loop.get_executor(), std::move(agent_options)));
  std::string result;
  net::co_spawn(
      f.loop.context(),
      [](web::client c, std::string& out) -> net::awaitable<void> {
        try {
          co_await c.fetch("http://test/", fetch_options().timeouts(1s, 6s));
        } catch (web::fetch_error const& e) {
          out = web::to_string(e.kind());
        }
      }(client, result),
      net::detached);
  f.loop.settle();
  f.loop.advance(1s);
  CHECK(result == "connect_timeout");
}

TEST_CASE("web fetch: the filter of addresses sees every spelling", "[web]") {
  anode::testing::event_loop loop;
  auto const failure = [&](web::client& client, std::string url) {
    return loop.run([](web::client& c, std::string u) -> net::awaitable<std::string> {
      try {
        co_await c.fetch(u, fetch_options().retry(3));
      } catch (web::fetch_error const& e) {
        co_return std::string(web::to_string(e.kind())) + std::to_string(e.attempts());
      }
      co_return "response";
    }(client, std::move(url)));
  };
  web::client client(loop.get_executor(),
                     web::client_options().allow_address(web::public_addresses()));
  for (char const* const url :
       {"http://127.0.0.1:9/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:9/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/", "http://[fd00:ec2::254]/", "http://localhost:9/",
        "http://LOCALHOST:9/", "http://0.0.0.0/"}) {
    INFO(url);
    CHECK(failure(client, url) == "address_refused1");
  }
  // Names and short forms go through the look-up.
  http::agent_options options;
  options.allow_address = web::public_addresses();
  int lookups = 0;
  options.lookup = [&](std::string_view, auto done) {
    ++lookups;
    done({}, {{"127.0.0.1", 4}, {"::1", 6}});
  };
  web::client named(http::agent(loop.get_executor(), std::move(options)));
  for (char const* const url :
       {"http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://rebinding.example/"}) {
    INFO(url);
    CHECK(failure(named, url) == "address_refused1");
  }
  CHECK(lookups == 4);
  CHECK(support::thrown([&] {
          web::client(http::agent(loop.get_executor()),
                      web::client_options().allow_address(web::public_addresses()));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

TEST_CASE("web fetch: nothing remains of what is dropped", "[web]") {
  fetch_fixture f;
  f.on("/", reply(200, std::string(300'000, 'x')));
  {
    auto const never = f.client.fetch("http://test/");
  }
  f.loop.settle();
  CHECK(f.seen.empty());
  // The client goes during a fetch, and the response is not read.
  net::co_spawn(
      f.loop.context(),
      [](web::client c) -> net::awaitable<void> {
        auto pending = c.fetch("http://test/");
        c = web::client(c.get_executor());
        web::fetch_response const res = co_await std::move(pending);
        CHECK(res.status() == 200);
      }(f.client),
      net::detached);
  f.loop.settle();
  CHECK(f.seen.size() == 1);
  // A fetch is cancelled.
  net::cancellation_signal cancel;
  std::exception_ptr error;
  anode::testing::origin silent(f.loop);
  http::agent_options options;
  options.create_connection = silent.connections();
  web::client client(http::agent(f.loop.get_executor(), std::move(options)));
  net::co_spawn(
      f.loop.context(),
      [](web::client c) -> net::awaitable<void> {
        co_await c.fetch("http://test/", fetch_options().retry(3));
      }(client),
      net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { error = e; }));
  f.loop.settle();
  CHECK(silent.size() == 1);
  cancel.emit(net::cancellation_type::terminal);
  f.loop.settle();
  CHECK(error != nullptr);
  CHECK(silent.size() == 1);
  CHECK(silent[0].ended());
}

}  // namespace behaviour_web_fetch_limits
