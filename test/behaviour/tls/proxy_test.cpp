// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tunnels to https servers, https proxies, and other protocols inside TLS.

#include "support/event_log.hpp"
#include "support/tls/fixture.hpp"
#include "support/traced.hpp"

#include <anode/relay.hpp>

#include <string>

namespace behaviour_tls_proxy {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;
namespace tls = anode::tls;
using namespace std::chrono_literals;

namespace {

/// A proxy, plain or over TLS, that connects every CONNECT to the server of a fixture.
class proxy {
public:
  explicit proxy(tls_fixture& f) : proxy(f, nullptr) {}
  proxy(tls_fixture& f, tls::context context) : proxy(f, &context) {}

  anode::https::agent agent(anode::https::agent_options o, std::string url) {
    o.proxy = std::move(url);
    if (!o.secure) {
      o.secure = f_.client_context();
    }
    o.create_connection = [this](http::connect_options const& to)
        -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
      connected_to = to.host + ":" + std::to_string(to.port);
      ++connections;
      auto pair = anode::transport::make_memory_pair(f_.loop.get_executor(), f_.capacity);
      server_->emit_connection(std::move(pair.second));
      co_return std::move(pair.first);
    };
    return {f_.loop.get_executor(), o};
  }

  std::vector<std::string> targets;  ///< of CONNECT
  std::vector<std::string> names;    ///< sent to an https proxy
  std::string connected_to;
  std::size_t connections = 0;
  int refuse_with = 0;

private:
  proxy(tls_fixture& f, tls::context* context) : f_(f) {
    if (context != nullptr) {
      server_ = std::make_unique<anode::https::server>(f.loop.get_executor(), *context);
    } else {
      server_ = std::make_unique<http::server>(f.loop.get_executor());
    }
    server_->on_connect([this](http::incoming_message& req,
                               anode::socket client) -> net::awaitable<void> {
      targets.emplace_back(req.url());
      if (auto const* const s = client.secure()) {
        names.push_back(s->servername);
      }
      if (refuse_with != 0) {
        client.end("HTTP/1.1 " + std::to_string(refuse_with) + " No\r\nContent-Length: 0\r\n\r\n");
        co_return;
      }
      anode::socket origin(f_.connect());
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      co_await anode::relay(client, origin);
    });
  }

  tls_fixture& f_;
  std::unique_ptr<http::server> server_;
};

http::request_options good() {
  http::request_options r;
  r.host = "good.test";
  r.path = "/x";
  return r;
}

}  // namespace

TEST_CASE("proxy: https goes through a tunnel, and trusts the server and not the proxy") {
  tls_fixture f;
  f.capacity = GENERATE(std::size_t{1}, std::size_t{65536});
  proxy p(f);
  anode::https::agent_options o;
  o.keep_alive = true;
  anode::https::agent agent = p.agent(o, "http://proxy.test:3128");
  for (int i = 0; i < 3; ++i) {
    tls_answer const a = f.request(agent, good());
    CHECK(a.message == "");
    CHECK(a.body == "GET /x ");
    REQUIRE(a.info);
    CHECK(a.info->servername == "good.test");
  }
  CHECK(p.targets == std::vector<std::string>{"good.test:443"});
  CHECK(p.connected_to == "proxy.test:3128");
  CHECK(f.connections == 1);
  http::request_options other = good();
  other.host = "other.test";
  CHECK(f.request(agent, other).error == "ERR_TLS_CERT_ALTNAME_INVALID");
}

TEST_CASE("client trace: the handshakes with an https proxy and with the server") {
  tls_fixture f;
  support::certificates::authority proxies;
  auto const leaf = proxies.issue({.names = {"proxy.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  proxy p(f, tls::context(s));
  anode::https::agent_options o;
  tls::client_options trust;
  trust.ca.push_back(proxies.cert());
  o.proxy_secure = tls::context(trust);
  anode::https::agent agent = p.agent(o, "https://proxy.test");
  support::event_log log;
  bool const cut = GENERATE(false, true);
  agent.set_trace(support::traced(
      [&](std::string_view hook, http::traced_request const& r, std::string const& facts) {
        log.note(support::trace_entry(hook, facts));
        if (cut && hook == "secure") {
          r.request.destroy();
        }
      }));
  tls_answer const a = f.request(agent, good());
  if (cut) {
    CHECK(log.pop_events() ==
          "created, secure(TLSv1.3 proxy), failed(ECONNRESET connect not_sent)");
    CHECK(p.targets.empty());
  } else {
    CHECK(a.body == "GET /x ");
    CHECK(log.pop_events().starts_with(
        "created, secure(TLSv1.3 proxy), tunnel(proxy.test:443 200), secure(TLSv1.3), "
        "socket(new), sent, first_byte, response(200), finished(200 "));
  }
}

TEST_CASE("proxy: large bodies pass a tunnel both ways") {
  tls_fixture f;
  proxy p(f);
  anode::https::agent agent = p.agent({}, "http://proxy.test:3128");
  http::request_options r = good();
  r.method = "POST";
  std::string const body(3'000'000, 'b');
  tls_answer const a = f.request(agent, r, body);
  CHECK(a.error == "");
  CHECK(a.body.size() == body.size() + 8);
}

TEST_CASE("proxy: a refused tunnel") {
  tls_fixture f;
  proxy p(f);
  p.refuse_with = 403;
  anode::https::agent agent = p.agent({}, "http://proxy.test:3128");
  tls_answer const a = f.request(agent, good());
  CHECK(a.error == "ERR_PROXY_TUNNEL");
  CHECK(a.phase == "tunnel");
  CHECK(f.connections == 0);
}

TEST_CASE("proxy: TLS to the proxy, then TLS in TLS to the server") {
  tls_fixture f;
  f.capacity = GENERATE(std::size_t{1}, std::size_t{65536});
  support::certificates::authority proxies;
  auto const leaf = proxies.issue({.names = {"proxy.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  proxy p(f, tls::context(s));
  anode::https::agent_options o;
  o.keep_alive = true;
  tls::client_options trust;
  trust.ca.push_back(proxies.cert());
  o.proxy_secure = tls::context(trust);
  anode::https::agent agent = p.agent(o, "https://proxy.test");
  for (int i = 0; i < 2; ++i) {
    tls_answer const a = f.request(agent, good());
    CHECK(a.message == "");
    CHECK(a.body == "GET /x ");
    REQUIRE(a.info);
    CHECK(a.info->servername == "good.test");
  }
  CHECK(p.connected_to == "proxy.test:443");
  CHECK(p.names == std::vector<std::string>{"proxy.test"});
  CHECK(p.targets == std::vector<std::string>{"good.test:443"});

  // The proxy is not trusted with the certificates of servers, and the other way round.
  anode::https::agent_options swapped;
  swapped.proxy_secure = f.client_context();
  anode::https::agent wrong_proxy = p.agent(swapped, "https://proxy.test");
  tls_answer a = f.request(wrong_proxy, good());
  CHECK(a.error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(a.phase == "secure");
  swapped.proxy_secure = tls::context(trust);
  swapped.secure = tls::context(trust);
  anode::https::agent wrong_server = p.agent(swapped, "https://proxy.test");
  a = f.request(wrong_server, good());
  CHECK(a.error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  anode::https::agent wrong_name = p.agent(o, "https://another.test");
  a = f.request(wrong_name, good());
  CHECK(a.error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(a.message.find("another.test") != std::string::npos);
}

TEST_CASE("proxy: connections and sessions belong to the proxy") {
  tls_fixture f;
  proxy p(f);
  anode::https::agent_options o;
  o.secure = f.client_context();
  anode::https::agent first = p.agent(o, "http://proxy.test:3128");
  anode::https::agent second = p.agent(o, "http://other.test:3128");
  CHECK(first.get_name(good()).ends_with(":via:proxy.test:3128"));
  CHECK(second.get_name(good()).ends_with(":via:other.test:3128"));
  CHECK(f.request(first, good()).status == 200);
  CHECK(f.request(first, good()).info->session_reused);
  http::agent_options moved = first.options();
  moved.proxy = "http://other.test:3128";
  first.set_options(moved);
  CHECK_FALSE(f.request(first, good()).info->session_reused);
}

TEST_CASE("proxy: a plain http agent refuses an https proxy") {
  anode::testing::event_loop loop;
  http::agent_options o;
  o.proxy = "https://proxy.test";
  CHECK_THROWS_WITH(http::agent(loop.get_executor(), o), "Invalid proxy URL: https://proxy.test");
}

TEST_CASE("proxy: requests that are aborted in the tunnel or its handshake") {
  tls_fixture f;
  proxy p(f);
  anode::https::agent agent = p.agent({}, "http://proxy.test:3128");
  for (int steps = 0; steps < 12; ++steps) {
    http::client_request r = agent.request(good());
    r.end();
    for (int i = 0; i < steps; ++i) {
      f.loop.context().restart();
      f.loop.context().poll_one();
    }
    r.destroy();
    f.loop.settle();
    CHECK(agent.totals().sockets == 0);
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("upgrade: another protocol inside TLS") {
  tls_fixture f;
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    s.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    while (auto const bytes = co_await s.read()) {
      co_await s.write(std::string(*bytes));
    }
    s.end("bye");
  });
  http::request_options r = good();
  r.headers = {{"Connection", "Upgrade"}, {"Upgrade", "echo"}};
  std::string const echoed = f.loop.run(
      [](anode::https::agent& agent, http::request_options options) -> net::awaitable<std::string> {
        http::client_request req = agent.request(std::move(options));
        req.end();
        http::upgrade_result u = co_await req.upgraded();
        anode::socket s = u.socket();
        CHECK(s.encrypted());
        CHECK(s.authorized());
        co_await s.write(std::string(100'000, 'e'));
        s.end();
        std::string all;
        while (auto const bytes = co_await s.read()) {
          all += *bytes;
        }
        co_return all;
      }(f.agent, r));
  CHECK(echoed == std::string(100'000, 'e') + "bye");
}

TEST_CASE("drain: an encrypted connection finishes its request, a handshake too") {
  anode::https::agent_options o;
  o.keep_alive = true;
  tls_fixture f({}, {}, o);
  CHECK(f.get().status == 200);
  anode::testing::peer in_handshake(f.loop, anode::socket(f.connect()));
  std::optional<http::drain_result> drained;
  net::co_spawn(
      f.loop.get_executor(),
      [](tls_fixture& of, std::optional<http::drain_result>& to) -> net::awaitable<void> {
        to = co_await of.server.drain(2s);
      }(f, drained),
      net::detached);
  f.loop.settle();
  CHECK_FALSE(drained);
  CHECK(f.get().status == 200);  // with Connection: close
  f.loop.advance(2s);
  REQUIRE(drained);
  CHECK(drained->finished == 1);
  CHECK(drained->cut == 1);
}

TEST_CASE("pipe: an encrypted request passes to a plain upstream") {
  tls_fixture f;
  anode::testing::origin upstream(f.loop);
  http::agent_options o;
  o.create_connection = upstream.connections();
  http::agent plain(f.loop.get_executor(), o);
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        http::client_request to = plain.request(std::string(req.method()), "http://up.test/");
        co_await http::pipe(req, to);
        http::incoming_message answer = co_await to.response();
        res.set_status_code(answer.status_code());
        co_await http::pipe(answer, res);
      });
  http::request_options r = good();
  r.method = "POST";
  auto const a = f.start(f.agent, r, "hello");
  REQUIRE(upstream.size() == 1);
  CHECK(upstream[0].take().find("hello") != std::string::npos);
  upstream[0].send("HTTP/1.1 203 Ok\r\nContent-Length: 3\r\n\r\nyes");
  CHECK(a->status == 203);
  CHECK(a->body == "yes");
}

}  // namespace behaviour_tls_proxy
