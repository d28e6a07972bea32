// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// CONNECT and Upgrade on the client: which exchanges leave HTTP.
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <boost/asio/post.hpp>

#include <map>

namespace behaviour_client_node_tunnel {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_and_server;
using support::client_fixture;
using support::client_log;
using support::event_log;

constexpr char nurtzo[] =
    "HTTP/1.1 101\r\nhello: world\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nnurtzo";

// Reads a connection to its end.
net::awaitable<void> read_all(anode::socket s, std::string& to) {
  try {
    while (auto const chunk = co_await s.read()) {
      to.append(*chunk);
    }
  } catch (boost::system::system_error const&) {
  }
}

// Accepts a tunnel, sends `greeting` in it, and echoes the received bytes when the client ends.
net::awaitable<void> echo_at_end(anode::socket s, std::string greeting) {
  s.write("HTTP/1.1 200 Connection established\r\nDate: now\r\n\r\n" + greeting);
  std::string all;
  co_await read_all(s, all);
  s.end(all);
}

std::string text_of(http::merged_headers const& headers) {
  std::string all;
  for (auto const h : headers) {
    all.append(h.name).append(": ").append(h.value).append("\n");
  }
  return all;
}

}  // namespace

TEST_CASE("test-http-after-connect: a finished tunnel does not affect later requests") {
  client_and_server f;
  int served = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++served;
    res.write("");
    res.end(req.url());
  });
  f.server.on_connect(
      [](http::incoming_message&, anode::socket s) { return echo_at_end(std::move(s), ""); });
  std::vector<std::shared_ptr<support::fetched>> got;
  std::string through;
  auto const tunnel = [&]() -> net::awaitable<void> {
    auto r = f.request("CONNECT", "google.com:80");
    r.end();
    auto result = co_await r.upgraded();
    CHECK(static_cast<bool>(result));
    result.socket().end();
    co_await read_all(result.socket(), through);
    for (char const* path : {"/request0", "/request1"}) {
      auto next = f.request("GET", path);
      next.end();
      got.push_back(f.fetch(std::move(next)));
    }
  };
  net::co_spawn(f.io, tunnel(), net::detached);
  f.settle();
  REQUIRE(got.size() == 2);
  CHECK(got[0]->body == "/request0");
  CHECK(got[1]->body == "/request1");
  CHECK(served == 2);
}

TEST_CASE("test-http-connect: the user owns a tunnel") {
  client_and_server f;
  std::string authority;
  f.server.on_connect([&](http::incoming_message& req, anode::socket s) {
    authority = req.url();
    CHECK(req.method() == "CONNECT");
    return echo_at_end(std::move(s), "");
  });
  http::request_options o;
  o.method = "CONNECT";
  o.host = "test";
  o.path = "google.com:443";
  o.timeout = std::chrono::seconds(20);
  client_log log(f.io);
  auto r = f.agent.request(std::move(o));
  log.watch(r);
  log.when("socket", [&] { CHECK(f.agent.totals().sockets == 1); });
  anode::socket tunnel;
  std::string data;
  r.on_connect([&](http::incoming_message answer, anode::socket s) {
    log.note("connect " + std::to_string(answer.status_code()));
    CHECK(f.agent.by_name().empty());
    CHECK_FALSE(r.destroyed());
    CHECK(s.buffered().empty());
    tunnel = s;
    net::co_spawn(f.io, read_all(s, data), net::detached);
  });
  log.when("close", [&] { CHECK(r.destroyed()); });
  r.end();
  f.settle();
  CHECK(authority == "google.com:443");
  CHECK(log.pop_events() == "socket, finish, connect 200, close");
  f.advance(std::chrono::seconds(30));
  CHECK(log.pop_events().empty());  // The request's timeout does not apply to the tunnel.
  tunnel.write("Head");
  f.settle();
  tunnel.end("Body");
  f.settle();
  CHECK(data == "HeadBody");
}

TEST_CASE("CONNECT names its target in Host, not who is to make the tunnel") {
  struct row {
    std::string path;
    std::string target;
  };
  row const rows[] = {{"target:443", "target:443"},
                      {"/target:443", "target:443"},
                      {"[::1]:443", "[::1]:443"},
                      {"target", "target"}};
  for (row const& r : rows) {
    client_fixture f;
    http::request_options o;
    o.method = "CONNECT";
    o.host = "proxy";
    o.port = 8080;
    o.path = r.path;
    auto request = f.agent.request(std::move(o));
    request.end();
    f.settle();
    CHECK(f.targets.at(0) == "proxy:8080");
    CHECK(f.peers.at(0).received().starts_with("CONNECT " + r.target +
                                               " HTTP/1.1\r\nHost: " + r.target + "\r\n"));
  }
  // By a URL, and with a Host of the program's own.
  client_fixture f;
  auto by_url = f.agent.request("CONNECT", "http://proxy:8080/target:443");
  by_url.end();
  http::request_options o;
  o.method = "CONNECT";
  o.host = "proxy";
  o.path = "target:443";
  o.headers = http::header_list({{"Host", "own"}});
  auto own = f.agent.request(std::move(o));
  own.end();
  f.settle();
  CHECK(
      f.peers.at(0).received().starts_with("CONNECT target:443 HTTP/1.1\r\nHost: target:443\r\n"));
  CHECK(f.peers.at(1).received().starts_with("CONNECT target:443 HTTP/1.1\r\nHost: own\r\n"));
}

TEST_CASE("test-http-connect-req-res: the first bytes of a tunnel are not parsed") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response&) { FAIL("a request"); });
  f.server.on_connect([](http::incoming_message& req, anode::socket s) {
    CHECK(req.url() == "example.com:443");
    return echo_at_end(std::move(s), "Head");
  });
  client_log log(f.io);
  auto r = f.request("CONNECT", "example.com:443");
  log.watch(r);
  std::string data;
  anode::socket tunnel;
  r.on_connect([&](http::incoming_message, anode::socket s) {
    log.note("connect");
    CHECK(s.buffered() == "Head");
    CHECK(f.agent.by_name().empty());
    tunnel = s;
    net::co_spawn(f.io, read_all(s, data), net::detached);
  });
  r.end();
  f.settle();
  CHECK(log.pop_events() == "socket, finish, connect, close");
  tunnel.write("Request");
  tunnel.end("End");
  f.settle();
  CHECK(data == "HeadRequestEnd");
}

namespace {

// A stream over an upgraded socket, which a server can serve again.
class handed_back final : public anode::byte_stream {
public:
  explicit handed_back(anode::socket s) : socket_(std::move(s)) {}
  net::any_io_executor get_executor() override { return socket_.get_executor(); }
  void async_read_some(net::mutable_buffer buffer, anode::io_callback done) override {
    socket_.async_read_some(net::mutable_buffer(buffer),
                            [done = std::move(done)](boost::system::error_code ec,
                                                     std::size_t n) mutable { done(ec, n); });
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers,
                        boost::system::error_code& ec) override {
    ec = {};
    std::size_t n = 0;
    for (net::const_buffer const& b : buffers) {
      socket_.write({static_cast<char const*>(b.data()), b.size()});
      n += b.size();
    }
    return n;
  }
  void async_wait_writable(anode::io_callback done) override {
    net::post(socket_.get_executor(), [done = std::move(done)]() mutable { done({}); });
  }
  void async_shutdown(anode::io_callback) override { socket_.end(); }
  void close() override { socket_.destroy(); }
  bool is_open() const override { return !socket_.destroyed(); }

private:
  anode::socket socket_;
};

}  // namespace

TEST_CASE("test-http-server-unconsume-consume: a tunnel's socket can be returned to the server") {
  client_and_server f;
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) { res.end(req.url()); });
  f.server.on_connect([&](http::incoming_message&, anode::socket s) {
    s.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    f.server.emit_connection(std::make_unique<handed_back>(std::move(s)));
  });
  anode::socket tunnel;
  std::string data;
  auto r = f.request("CONNECT", "example.com:80");
  r.on_connect([&](http::incoming_message, anode::socket s) {
    tunnel = s;
    net::co_spawn(f.io, read_all(s, data), net::detached);
  });
  r.end();
  f.settle();
  REQUIRE(tunnel);
  tunnel.write("GET /inside HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  f.settle();
  CHECK(data.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(data.find("/inside") != std::string::npos);
}

TEST_CASE("test-http-upgrade-agent: an upgraded connection leaves the pool") {
  http::agent_options a;
  a.keep_alive = true;
  client_fixture f(std::move(a));
  std::string data;
  auto r = f.request("GET");
  r.set_header("Connection", "upgrade");
  r.set_header("Upgrade", "websocket");
  r.on_socket([&](anode::socket) { CHECK(f.agent.totals().sockets == 1); });
  r.on_upgrade([&](http::incoming_message m, anode::socket s) {
    f.events.push_back("upgrade");
    CHECK(f.agent.totals().sockets == 0);
    CHECK(f.agent.by_name().empty());
    CHECK(text_of(m.headers()) == "hello: world\nconnection: upgrade\nupgrade: websocket\n");
    net::co_spawn(f.io, read_all(s, data), net::detached);
  });
  r.end();
  f.settle();
  f.say(0, nurtzo);
  CHECK(f.pop_events() == "socket, finish, upgrade, close");
  f.say(0, " more");
  CHECK(data == "nurtzo more");
}

TEST_CASE("test-http-upgrade-client: an upgrade with headers in either form") {
  bool const flat = GENERATE(true, false);
  client_fixture f;
  http::request_options o;
  o.host = "test";
  if (flat) {
    o.headers = {"Host",    "echo.websocket.org", "Connection", "Upgrade",
                 "Upgrade", "websocket",          "Origin",     "http://www.websocket.org"};
  } else {
    o.headers = {{"Host", "echo.websocket.org"},
                 {"Connection", "Upgrade"},
                 {"Upgrade", "websocket"},
                 {"Origin", "http://www.websocket.org"}};
  }
  std::string data;
  auto r = f.watched(f.agent.request(std::move(o)));
  r.on_upgrade([&](http::incoming_message m, anode::socket s) {
    f.events.push_back("upgrade");
    CHECK(text_of(m.headers()) == "hello: world\nconnection: upgrade\nupgrade: websocket\n");
    net::co_spawn(f.io, read_all(s, data), net::detached);
  });
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "GET / HTTP/1.1\r\nHost: echo.websocket.org\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nOrigin: http://www.websocket.org\r\n\r\n");
  f.say(0, nurtzo);
  CHECK(f.pop_events() == "socket, finish, upgrade, close");
  CHECK(data == "nurtzo");
}

TEST_CASE("test-http-upgrade-binary: bytes behind 101 are not parsed as chunks") {
  client_fixture f;
  auto r = f.request("GET");
  r.set_header("Connection", "Upgrade");
  r.set_header("Upgrade", "x");
  std::string head;
  r.on_upgrade([&](http::incoming_message, anode::socket s) { head = s.buffered(); });
  r.end();
  f.settle();
  f.say(0,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n\x80");
  CHECK(head == "\x80");
}

TEST_CASE("test-http-upgrade-client2: the client switches protocols when its request ends") {
  client_and_server f;
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) {
    s.write("HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\nUpgrade: Test\r\n\r\nhead");
    s.end();
  });
  for (int i = 0; i < 2; ++i) {
    client_log log(f.io);
    auto r = f.request("GET", "/", {{"Connection", "Upgrade"}, {"Upgrade", "Test"}});
    log.watch(r);
    r.on_upgrade([&](http::incoming_message, anode::socket s) {
      log.note("upgrade");
      s.end();
    });
    r.write("head");
    f.settle();
    CHECK(log.pop_events() == "socket");  // the new protocol begins behind the body
    r.end();
    f.settle();
    CHECK(log.pop_events() == "finish, upgrade, close");
  }
}

TEST_CASE("test-http-upgrade-advertise: a client ignores an offered upgrade") {
  bool const listens = GENERATE(true, false);
  client_and_server f;
  bool const upgrades = GENERATE(true, false);
  if (upgrades) {
    f.server.on_upgrade([](http::incoming_message&, anode::socket s) {
      s.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
          "ohai");
      s.end();
    });
  }
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Connection", "upgrade, keep-alive"}, {"Upgrade", "h2c"}});
    res.end("hello");
  });
  std::map<std::string, http::header_list> const requests{
      {"none", {}},
      {"upgrade", {{"Upgrade", "h2c"}}},
      {"connection", {{"Connection", "upgrade"}}},
      {"both", {{"Connection", "upgrade"}, {"Upgrade", "h2c"}}}};
  for (auto const& [name, headers] : requests) {
    INFO(name << (listens ? ", listening" : "") << (upgrades ? ", upgrading" : ""));
    client_log log(f.io);
    std::string data;
    auto r = f.request("GET", "/", headers);
    log.watch(r);
    if (listens) {
      r.on_upgrade([&](http::incoming_message, anode::socket s) {
        log.note("upgrade");
        net::co_spawn(f.io, read_all(s, data), net::detached);
      });
    }
    r.end();
    f.settle();
    std::string const events = log.pop_events();
    if (name == "both" && upgrades) {
      CHECK(events == (listens ? "socket, finish, upgrade, close" : "socket, finish, close"));
      CHECK(data == (listens ? "ohai" : ""));
    } else {
      CHECK(events.starts_with("socket, finish, response 200, data, res.end"));
      CHECK(log.body == "hello");
    }
  }
  f.settle();
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("test-http-parser-freed-before-upgrade: the socket is usable within the upgrade event") {
  client_and_server f;
  std::string at_server;
  std::string at_client;
  int upgrades = 0;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    s.write(
        "HTTP/1.1 101 Web Socket Protocol Handshake\r\nConnection: Upgrade\r\n"
        "Upgrade: WebSocket\r\n\r\nGET /not HTTP/1.1\r\n\r\n");
    net::co_spawn(f.io, read_all(s, at_server), net::detached);
  });
  auto r = f.request("GET", "/", {{"Connection", "Upgrade"}, {"Upgrade", "WebSocket"}});
  anode::socket socket;
  r.on_upgrade([&](http::incoming_message, anode::socket s) {
    ++upgrades;
    socket = s;
    net::co_spawn(f.io, read_all(s, at_client), net::detached);
    s.write("HTTP/1.1 200 OK\r\n\r\n");
  });
  r.end();
  f.settle();
  CHECK(upgrades == 1);
  CHECK(at_client == "GET /not HTTP/1.1\r\n\r\n");
  CHECK(at_server == "HTTP/1.1 200 OK\r\n\r\n");
}

}  // namespace behaviour_client_node_tunnel
