// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace behaviour_message_signatures {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;

using anode::detail::function;

TEST_CASE("signatures: a server and an agent can be constructed inside a co_await expression") {
  testing::event_loop loop;
  loop.run([]() -> net::awaitable<void> {
    http::agent agent{co_await net::this_coro::executor};
    http::server plain{co_await net::this_coro::executor};
    http::server server{co_await net::this_coro::executor,
                        [](http::incoming_message&, http::server_response& res) { res.end("ok"); }};
    CHECK(agent.totals().sockets == 0);
    CHECK(agent.options().max_free_sockets == 256);
    CHECK(server.options().unique_headers.empty());
  }());
}

namespace {

template <class Message>
concept chains_its_type = requires(Message& m, http::header_list const& list) {
  { m.set_header("A", "b") } -> std::same_as<Message&>;
  { m.append_header("A", "b") } -> std::same_as<Message&>;
  { m.set_headers(list) } -> std::same_as<Message&>;
  { m.remove_header("A") } -> std::same_as<Message&>;
  { m.add_trailers(list) } -> std::same_as<Message&>;
  { m.set_strict_content_length(true) } -> std::same_as<Message&>;
  { m.set_body_filter(nullptr) } -> std::same_as<Message&>;
  { m.destroy() } -> std::same_as<Message&>;
  {
    m.on_head([](auto) {})
  } -> std::same_as<Message&>;
  {
    m.on_finish([] {})
  } -> std::same_as<Message&>;
  {
    m.on_prefinish([] {})
  } -> std::same_as<Message&>;
  {
    m.on_drain([] {})
  } -> std::same_as<Message&>;
  {
    m.on_error([](auto) {})
  } -> std::same_as<Message&>;
  {
    m.on_close([] {})
  } -> std::same_as<Message&>;
  { m.set_timeout(std::chrono::seconds(1)) } -> std::same_as<Message&>;
  {
    m.on_timeout([] {})
  } -> std::same_as<Message&>;
};

static_assert(chains_its_type<http::server_response>);
static_assert(chains_its_type<http::client_request>);
static_assert(std::same_as<decltype(std::declval<http::incoming_message&>().destroy()),
                           http::incoming_message&>);
static_assert(std::same_as<decltype(std::declval<anode::socket&>().destroy()), anode::socket&>);
static_assert(std::same_as<decltype(std::declval<http::agent&>().destroy()), http::agent&>);
static_assert(std::same_as<decltype(std::declval<anode::socket&>().end()), anode::write_operation>);

}  // namespace

TEST_CASE("signatures: inherited and own functions chain in any order") {
  testing::event_loop loop;
  int finished = 0;
  http::server server{loop.get_executor(),
                      [&](http::incoming_message&, http::server_response& res) {
                        res.set_header("A", "b")
                            .set_status_code(201)
                            .remove_header("A")
                            .set_send_date(false)
                            .on_finish([&] { ++finished; })
                            .set_should_keep_alive(false)
                            .write_head(202)
                            .end("ok");
                      }};
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.take() ==
        "HTTP/1.1 202 Accepted\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nok\r\n0\r\n\r\n");
  CHECK(finished == 1);
}

TEST_CASE("signatures: handlers and listeners can own move-only objects") {
  testing::event_loop loop;
  http::server server{loop.get_executor()};
  auto text = std::make_unique<std::string>("moved");
  int finished = 0;
  server.on_request(
      [t = std::move(text), &finished](http::incoming_message&, http::server_response& res) {
        res.on_finish([n = std::make_unique<int>(2), &finished] { finished += *n; });
        res.end(*t);
      });
  server.on_upgrade([n = std::make_unique<int>(1)](http::incoming_message&,
                                                   anode::socket s) -> net::awaitable<void> {
    co_await s.write(std::to_string(*n));
    s.end();
  });
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.take().ends_with("\r\n\r\nmoved"));
  CHECK(finished == 2);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  client.expect("1");
}

TEST_CASE("signatures: a handler can return the operation of its last write") {
  testing::event_loop loop;
  http::server server{loop.get_executor(), [](auto&, auto& res) { return res.end("ok"); }};
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.take().ends_with("\r\n\r\nok"));
}

TEST_CASE("signatures: a write operation keeps a temporary text alive") {
  testing::event_loop loop;
  constexpr std::size_t size = 300'000;
  bool const whole = GENERATE(false, true);
  bool const awaited = GENERATE(false, true);
  INFO(whole << awaited);
  http::server server{loop.get_executor()};
  server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_header("Content-Length", size);
        anode::write_operation kept =
            whole ? res.end(std::string(size, 'x')) : res.write(std::string(size, 'x'));
        std::string const other(size, 'y');  // can reuse the freed memory
        CHECK_FALSE(kept);
        if (awaited) {
          co_await std::move(kept);
        }
      });
  testing::peer client = loop.connect(server, 1000);
  client.stop_listening();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.listen();
  client.expect_until("\r\n\r\n");
  CHECK(client.take() == std::string(size, 'x'));
}

TEST_CASE("signatures: a write operation of a socket keeps a temporary text alive") {
  testing::event_loop loop;
  constexpr std::size_t size = 300'000;
  auto [one, other] = anode::socket_pair(loop.get_executor(), 1000);
  testing::peer peer(loop, std::move(other));
  peer.stop_listening();
  bool const awaited = GENERATE(false, true);
  {
    anode::write_operation kept = one.write(std::string(size, 'x'));
    std::string const next(size, 'y');
    loop.settle();
    CHECK_FALSE(kept);
    if (awaited) {
      peer.listen();
      loop.run(std::move(kept));
    }
  }
  peer.listen();
  CHECK(peer.take() == std::string(size, 'x'));
}

TEST_CASE("functions: empty, called, moved and destroyed") {
  CHECK_FALSE(function<void()>());
  CHECK_FALSE(function<void()>(nullptr));
  CHECK_FALSE(function<void()>(std::function<void()>()));
  CHECK_FALSE(function<int(int)>(static_cast<int (*)(int)>(nullptr)));
  auto const counted = std::make_shared<int>(3);
  SECTION("a small callable") {
    function<int(int)> f = [counted](int x) { return x + *counted; };
    function<int(int)> g = std::move(f);
    CHECK_FALSE(f);
    CHECK(g(1) == 4);
    CHECK(counted.use_count() == 2);
    g = nullptr;
    CHECK_FALSE(g);
  }
  SECTION("a large callable with state") {
    function<int()> f = [counted, n = 0, a = 1L, b = 2L]() mutable {
      return ++n + static_cast<int>(a + b);
    };
    function<int()> g;
    g = std::move(f);
    CHECK(g() == 4);
    CHECK(g() == 5);
    CHECK(counted.use_count() == 2);
    g = [] { return 1; };
    CHECK(g() == 1);
  }
  SECTION("a callable that replaces itself during the call") {
    function<void()> f;
    int calls = 0;
    f = [&f, &calls] {
      ++calls;
      int& count = calls;
      f = [&count] { count += 10; };
    };
    f();
    f();
    CHECK(calls == 11);
  }
  SECTION("arguments are forwarded, also by value") {
    function<std::size_t(std::string, std::unique_ptr<int>)> f = [](std::string const& s,
                                                                    std::unique_ptr<int> p) {
      return s.size() + static_cast<std::size_t>(*p);
    };
    CHECK(f("abc", std::make_unique<int>(2)) == 5);
  }
  CHECK(counted.use_count() == 1);
}

}  // namespace behaviour_message_signatures
