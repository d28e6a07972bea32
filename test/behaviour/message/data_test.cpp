// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The program's data of a message: its types, its lifetime, and destructors that use the messages.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/thrown.hpp"

#include <anode/detail/data_slot.hpp>
#include <anode/http.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace behaviour_message_data {

namespace http = anode::http;
namespace net = boost::asio;
using anode::detail::data_slot;
using support::client_and_server;
using support::client_fixture;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

struct user {
  std::string name;
  int level = 0;
};

/// Calls a function in its destructor.
class at_end {
public:
  explicit at_end(std::function<void()> f) : f_(std::move(f)) {}
  at_end(at_end const&) = delete;
  at_end& operator=(at_end const&) = delete;
  ~at_end() { f_(); }

private:
  std::function<void()> f_;
};

}  // namespace

TEST_CASE("data slot: finds an object only by its own type, and destroys it once") {
  data_slot slot;
  CHECK_FALSE(slot.filled());
  CHECK(slot.get<user>() == nullptr);
  user& u = slot.emplace<user>("ann", 3);
  CHECK(slot.get<user>() == &u);
  CHECK(u.level == 3);
  CHECK(slot.get<std::string>() == nullptr);
  int destroyed = 0;
  slot.emplace<at_end>([&] { ++destroyed; });
  CHECK(slot.get<user>() == nullptr);
  slot.emplace<int>(7);
  CHECK(destroyed == 1);
  CHECK(*slot.get<int>() == 7);
  slot.clear();
  CHECK_FALSE(slot.filled());
  slot.emplace<at_end>([&] { ++destroyed; });
  slot.clear();
  slot.clear();
  CHECK(destroyed == 2);
}

TEST_CASE("data slot: an object may be made from the object that it replaces") {
  data_slot slot;
  slot.emplace<std::string>("a text that does not fit into the object itself");
  slot.emplace<std::string>(*slot.get<std::string>() + "!");
  CHECK(*slot.get<std::string>() == "a text that does not fit into the object itself!");
}

TEST_CASE("data slot: a constructor that throws leaves the earlier object") {
  struct refusing {
    explicit refusing(int) { throw std::runtime_error("no"); }
  };
  data_slot slot;
  slot.emplace<int>(1);
  CHECK_THROWS_AS(slot.emplace<refusing>(2), std::runtime_error);
  CHECK(*slot.get<int>() == 1);
  slot.clear();
  CHECK_THROWS_AS(slot.emplace<refusing>(2), std::runtime_error);
  CHECK_FALSE(slot.filled());
}

TEST_CASE("data slot: a destructor may fill the slot again") {
  data_slot slot;
  slot.emplace<at_end>([&] { slot.emplace<int>(5); });
  slot.clear();
  REQUIRE(slot.get<int>() != nullptr);
  CHECK(*slot.get<int>() == 5);
}

TEST_CASE("data slot: keeps the memory of small objects only, and aligns large alignments") {
  struct alignas(64) wide {
    char bytes[64] = {};
  };
  struct large {
    char bytes[4096] = {};
  };
  data_slot slot;
  void const* const first = &slot.emplace<int>(1);
  slot.clear();
  CHECK(&slot.emplace<user>() == first);
  slot.clear();
  wide& w = slot.emplace<wide>();
  CHECK(reinterpret_cast<std::uintptr_t>(&w) % 64 == 0);
  slot.clear();
  slot.emplace<large>();
  slot.clear();
  CHECK(slot.emplace<int>(2) == 2);
}

TEST_CASE("data: a request's data lives until its close and the end of its handler") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        CHECK(req.data<user>() == nullptr);  // nothing is left of the request before
        user const& made = req.emplace_data<user>("ann", 1);
        CHECK(&made == req.data<user>());
        http::incoming_message const& same = req;
        CHECK(same.data<user>()->name == "ann");
        CHECK(res.req().data<user>()->level == 1);
        req.emplace_data<at_end>(log.recorder("data"));
        CHECK(req.data<user>() == nullptr);
        res.on_close([&] {
          CHECK(req.data<at_end>() != nullptr);
          log.note("close");
        });
        co_await res.end("x");
        log.note("returns");
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "returns, close, data");
  f.say(peer, post);
  CHECK(log.pop_events() == "returns, close, data");
  CHECK(support::count_of(peer.received(), "200 OK") == 2);
}

TEST_CASE("data: a lost client, a destroyed response and a destroyed server destroy it once") {
  int const how = GENERATE(0, 1, 2, 3);
  std::unique_ptr<server_fixture> f = std::make_unique<server_fixture>();
  int destroyed = 0;
  http::server_response* response = nullptr;
  f->server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.emplace_data<at_end>([&] { ++destroyed; });
    response = &res;
  });
  std::optional<http_peer> peer(f->connect());
  f->say(*peer, get);
  CHECK(destroyed == 0);
  if (how == 0) {
    peer->close();
  } else if (how == 1) {
    response->destroy();
  } else if (how == 2) {
    f->server = http::server(f->io.get_executor());
  } else {
    peer.reset();
    f.reset();
  }
  if (f) {
    f->settle();
  }
  CHECK(destroyed == 1);
}

TEST_CASE("data: its destructor may use the messages and destroy the connection or the server") {
  int const what = GENERATE(0, 1, 2, 3, 4, 5);
  bool const coroutine = GENERATE(false, true);
  server_fixture f;
  int destroyed = 0;
  auto const fill = [&](http::incoming_message& req, http::server_response& res) {
    if (req.url() != "/") {
      return;
    }
    req.emplace_data<at_end>([&, what] {
      ++destroyed;
      switch (what) {
        case 0:
          req.on_close([] {});
          res.on_finish([] {});
          res.write("late");
          break;
        case 1:
          net::co_spawn(f.io, req.text(), net::detached);
          break;
        case 2:
          req.emplace_data<user>();
          break;
        case 3:
          res.destroy();
          break;
        case 4:
          req.socket().reset();
          break;
        default:
          f.server.close_all_connections();
      }
    });
  };
  if (coroutine) {
    f.server.on_request(
        [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          fill(req, res);
          res.end("x");
          co_return;
        });
  } else {
    f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
      fill(req, res);
      res.end("x");
    });
  }
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(destroyed == 1);
  f.say(peer, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  http_peer other = f.connect();
  f.say(other, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(other.received().ends_with("\r\n\r\nx"));
  CHECK(destroyed == 1);
}

TEST_CASE("data: a client's response sees the data of its request") {
  client_and_server f;
  int destroyed = 0;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("x"); });
  http::client_request r = f.request("GET");
  CHECK(r.data<user>() == nullptr);
  r.emplace_data<user>("bob", 2);
  http::client_request const& same = r;
  CHECK(same.data<user>()->level == 2);
  std::string name;
  bool unchanged = false;
  net::co_spawn(
      f.io,
      [](http::client_request request, std::string& to, bool& kept,
         int& count) -> net::awaitable<void> {
        request.end();
        http::incoming_message response = co_await request.response();
        to = response.data<user>()->name;
        response.emplace_data<at_end>([&count] { ++count; });
        kept = request.data<at_end>() != nullptr;
        std::string const text = co_await response.text();
        CHECK(text == "x");
        CHECK(response.data<at_end>() != nullptr);
      }(std::move(r), name, unchanged, destroyed),
      net::detached);
  f.settle();
  CHECK(name == "bob");
  CHECK(unchanged);
  CHECK(destroyed == 1);
  http::client_request next = f.request("GET");
  CHECK(next.data<at_end>() == nullptr);
}

TEST_CASE("data: a client's destructor may use the request, the response and the agent") {
  int const what = GENERATE(0, 1, 2);
  client_fixture f;
  int destroyed = 0;
  {
    http::client_request r = f.request("GET");
    r.emplace_data<at_end>([&] {
      ++destroyed;
      if (what == 0) {
        f.agent.destroy();
      } else if (what == 1) {
        f.response = {};
      } else {
        f.agent = http::agent(f.io.get_executor());
      }
    });
    r.end();
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
  }
  f.settle();
  f.response = {};
  f.settle();
  CHECK(destroyed == 1);
}

TEST_CASE("data: an empty handle has none") {
  client_fixture f;
  http::client_request const none;
  CHECK(none.data<user>() == nullptr);
  http::client_request none_to_fill;
  CHECK(support::thrown([&] { none_to_fill.emplace_data<user>(); }) ==
        "ERR_INVALID_THIS: The client_request refers to nothing");
  CHECK(none_to_fill.data<user>() == nullptr);
  CHECK(f.response.data<user>() == nullptr);
  CHECK(support::thrown([&] { f.response.emplace_data<user>(); }) ==
        "ERR_INVALID_THIS: The incoming_message refers to nothing");
}

}  // namespace behaviour_message_data
