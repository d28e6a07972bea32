// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Every operation that forwards or tunnels, in each of its stages, with each way to lose a side.
#include "behaviour/proxy/forward/forward_fixture.hpp"
#include "behaviour/proxy/tunnel_fixture.hpp"
#include "support/catch.hpp"
#include "support/hello_texts.hpp"

#include <anode/delay.hpp>
#include <anode/proxy/pass_through.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace behaviour_proxy_proxy_operations {

namespace net = boost::asio;
namespace proxy = anode::proxy;
namespace testing = anode::testing;
using namespace net::experimental::awaitable_operators;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// One connection through a proxy.
class cell {
public:
  virtual ~cell() = default;

  // Advances to a stage: 0 half of the client's first bytes, 1 all of them, 2 half of the answer, 3
  // all of it.
  void reach(int stage) {
    client().send(first.substr(0, first.size() / 2));
    if (stage >= 1) {
      client().send(first.substr(first.size() / 2));
    }
    for (testing::peer* const p : stage >= 2 ? far() : std::vector<testing::peer*>()) {
      p->send(answer.substr(0, stage >= 3 ? answer.size() : answer.size() / 2));
    }
  }

  virtual testing::event_loop& loop() = 0;
  virtual testing::peer& client() = 0;
  virtual std::vector<testing::peer*> far() = 0;  // the connected ones
  virtual void close_server() = 0;
  virtual std::size_t connections() = 0;
  virtual std::size_t records() = 0;  // operations that have completed
  virtual void check() {}

  std::string first;
  std::string answer;
};

class forward_cell final : public cell {
public:
  forward_cell(std::string_view request, std::string_view response) {
    first = request;
    answer = response;
    f_.rules.allow_special();
    client_.emplace(f_.client());
  }

  testing::event_loop& loop() override { return f_.loop(); }
  testing::peer& client() override { return *client_; }
  std::vector<testing::peer*> far() override {
    std::vector<testing::peer*> all;
    for (std::size_t i = 0; i < f_.origin().size(); ++i) {
      all.push_back(&f_.up(i));
    }
    for (std::size_t i = 0; i < f_.tunnels(); ++i) {
      all.push_back(&f_.tunnel(i));
    }
    return all;
  }
  void close_server() override { f_.server().close_all_connections(); }
  std::size_t connections() override { return f_.server().connection_count(); }
  std::size_t records() override { return f_.records.size(); }
  void check() override {
    CHECK(f_.in_progress() == 0);
    f_.agent().destroy();  // a kept connection
    f_.loop().settle();
    CHECK(f_.agent().totals().sockets == 0);
  }

private:
  support::forward_fixture f_;
  std::optional<testing::peer> client_;
};

class tunnel_cell final : public cell {
public:
  enum class kind { socks, passed, hello };

  tunnel_cell(kind what, std::string bytes) {
    first = std::move(bytes);
    answer = "answer";
    socks_.dial = passing_.dial = upstreams_.dial();
    socks_.lookup = passing_.lookup = upstreams_.lookup();
    routes_.add("*", "up.test:443");
    server_.emplace(loop_.get_executor(), [this, what](anode::socket client) {
      return serve(*this, what, std::move(client));
    });
    client_.emplace(support::connect_to(loop_, *server_));
  }

  testing::event_loop& loop() override { return loop_; }
  testing::peer& client() override { return *client_; }
  std::vector<testing::peer*> far() override {
    std::vector<testing::peer*> all;
    for (testing::peer& p : upstreams_.peers) {
      all.push_back(&p);
    }
    return all;
  }
  void close_server() override { server_->close_all_connections(); }
  std::size_t connections() override { return server_->connection_count(); }
  std::size_t records() override { return records_; }

private:
  static net::awaitable<void> serve(tunnel_cell& c, kind what, anode::socket client) {
    switch (what) {
      case kind::socks: {
        proxy::socks_record const done = co_await proxy::serve_socks(client, c.socks_);
        CHECK((done.connected || done.up == 0));
        break;
      }
      case kind::passed: {
        proxy::pass_through_record const done =
            co_await proxy::pass_through(client, c.routes_, c.passing_);
        CHECK((done.connected || done.up == 0));
        break;
      }
      case kind::hello: {
        auto const done =
            co_await (proxy::read_client_hello(client) || anode::delay(client.get_executor(), 10s));
        proxy::received_hello const* const hello = std::get_if<0>(&done);
        CHECK((hello == nullptr || hello->complete || !hello->why.empty()));
        break;
      }
    }
    ++c.records_;
  }

  testing::event_loop loop_;
  support::dialed_peers upstreams_{loop_};
  proxy::socks_options socks_;
  proxy::pass_through_options passing_;
  proxy::sni_routes routes_;
  std::size_t records_ = 0;
  std::optional<anode::socket_server> server_;
  std::optional<testing::peer> client_;
};

struct loss {
  char const* name;
  void (*happen)(cell&);
};

void for_far(cell& c, void (*f)(testing::peer&)) {
  for (testing::peer* const p : c.far()) {
    f(*p);
  }
}

loss const losses[] = {
    {"nothing", [](cell&) {}},
    {"half of the client", [](cell& c) { c.client().end(); }},
    {"the client", [](cell& c) { c.client().close(); }},
    {"the client, with a reset", [](cell& c) { c.client().reset(); }},
    {"half of the upstream", [](cell& c) { for_far(c, [](testing::peer& p) { p.end(); }); }},
    {"the upstream", [](cell& c) { for_far(c, [](testing::peer& p) { p.close(); }); }},
    {"the upstream, with a reset",
     [](cell& c) { for_far(c, [](testing::peer& p) { p.reset(); }); }},
    {"both, with a reset",
     [](cell& c) {
       for_far(c, [](testing::peer& p) { p.reset(); });
       c.client().reset();
     }},
    {"the server's connections", [](cell& c) { c.close_server(); }},
};

struct operation {
  char const* name;
  std::function<std::unique_ptr<cell>()> make;
};

template <class F>
operation r(char const* name, F make) {
  return {name, make};
}

std::unique_ptr<cell> forwarded(std::string_view request, std::string_view response) {
  return std::make_unique<forward_cell>(request, response);
}

std::vector<operation> operations() {
  return {
      r("forward", [] { return forwarded(support::get, support::ok); }),
      r("forward (with a body)",
        [] {
          return forwarded(
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n" + std::string(40, 'x'),
              support::ok);
        }),
      r("forward_upgrade", [] { return forwarded(support::websocket, support::switching); }),
      r("forward_upgrade (declined)", [] { return forwarded(support::websocket, support::ok); }),
      r("forward_absolute",
        [] { return forwarded("GET http://a.test/ HTTP/1.1\r\nHost: a\r\n\r\n", support::ok); }),
      r("forward_connect",
        [] {
          return forwarded("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", "answer");
        }),
      r("serve_socks",
        []() -> std::unique_ptr<cell> {
          return std::make_unique<tunnel_cell>(tunnel_cell::kind::socks,
                                               "\5\1\0\5\1\0\3\7up.test\0\x50"s);
        }),
      r("pass_through",
        []() -> std::unique_ptr<cell> {
          return std::make_unique<tunnel_cell>(
              tunnel_cell::kind::passed, support::hello_with(support::server_name("up.test")));
        }),
      r("read_client_hello",
        []() -> std::unique_ptr<cell> {
          return std::make_unique<tunnel_cell>(
              tunnel_cell::kind::hello, support::hello_with(support::server_name("up.test")));
        }),
  };
}

constexpr int stages = 4;

}  // namespace

TEST_CASE("proxy operations: each one in each stage, with each loss") {
  std::size_t cells = 0;
  for (operation const& o : operations()) {
    for (int stage = 0; stage < stages; ++stage) {
      for (loss const& lost : losses) {
        INFO(o.name << " in stage " << stage << " with the loss of " << lost.name);
        std::unique_ptr<cell> const c = o.make();
        c->reach(stage);
        lost.happen(*c);
        c->loop().advance(3h);  // beyond each limit
        CHECK(c->connections() == 0);
        CHECK(c->client().ended());
        CHECK(c->records() <= 1);
        CHECK((stage == 0 || c->records() == 1));
        c->check();
        ++cells;
      }
    }
  }
  CHECK(cells == operations().size() * stages * std::size(losses));
}

TEST_CASE("proxy operations: the context ends in each stage") {
  for (operation const& o : operations()) {
    for (int stage = 0; stage < stages; ++stage) {
      INFO(o.name << " in stage " << stage);
      o.make()->reach(stage);
    }
  }
  SUCCEED("no leak and no use of destroyed objects");
}

TEST_CASE("proxy operations: those that do not wait") {
  testing::event_loop loop;
  proxy::target_rules rules;
  auto const dial = [&](std::string_view,
                        anode::http::lookup_function const&) -> net::awaitable<anode::socket> {
    co_return anode::socket_pair(loop.get_executor()).first;
  };
  auto const resolve = [](std::string_view) -> net::awaitable<std::vector<std::string>> {
    co_return std::vector<std::string>{"192.0.2.1", "127.0.0.1"};
  };
  std::vector<std::string> found;
  auto const copied = std::make_unique<proxy::connector>(loop.get_executor(), dial, resolve);
  proxy::connector const by = *copied;
  struct row {
    char const* name;
    std::function<void()> run;
  };
  auto const r = [](char const* name, std::function<void()> run) { return row{name, run}; };
  for (row const& o : {
           r("connector::connector",
             [&] { CHECK(proxy::connector(loop.get_executor()).get_executor()); }),
           r("connector::get_executor", [&] { CHECK(by.get_executor() == loop.get_executor()); }),
           r("connector::judged_lookup",
             [&] {
               by.judged_lookup(rules, 80)("a.test", [&](auto ec, auto addresses) {
                 CHECK_FALSE(ec);
                 for (auto const& a : addresses) {
                   found.push_back(a.address);
                 }
               });
             }),
           r("connector::dial",
             [&] {
               // Not awaited, and awaited in a context that ends.
               (void)by.dial("a.test:80", {});
               net::co_spawn(loop.get_executor(), by.dial("a.test:80", {}),
                             [](std::exception_ptr, anode::socket) {});
             }),
       }) {
    INFO(o.name);
    o.run();
    loop.settle();
  }
  CHECK(found == std::vector<std::string>{"192.0.2.1"});
}

}  // namespace behaviour_proxy_proxy_operations
