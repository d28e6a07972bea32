// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server sends a response without a request. Whenever it arrives, it must not answer the next
// request on the connection.
#include "behaviour/client/request_setup.hpp"
#include "stream/read_buffer.hpp"
#include "support/client_fixture.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <thread>

namespace security_client_poisoning {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using anode::test::ok;
using net::ip::tcp;
using support::client_fixture;

constexpr char poison[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

http::agent_options keeping(std::size_t max_sockets = http::agent_options::no_limit) {
  http::agent_options o;
  o.keep_alive = true;
  o.max_sockets = max_sockets;
  return o;
}

// Completes one request, which leaves a free connection.
void warm_up(client_fixture& f) {
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, ok);
  f.pop_events();
  REQUIRE(f.agent.totals().free_sockets == 1);
}

// Answers each request on one connection, and then sends an unsolicited response, at once or as a
// packet of its own.
void poison_each(tcp::socket s, bool at_once, std::atomic<unsigned>& poisoned) {
  boost::system::error_code ec;
  std::string received;
  for (;;) {
    std::size_t const size = net::read_until(s, net::dynamic_buffer(received), "\r\n\r\n", ec);
    if (ec) {
      return;
    }
    std::string const path = received.substr(4, received.find(' ', 4) - 4);
    received.erase(0, size);
    std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(path.size()) + "\r\n\r\n" + path;
    if (at_once) {
      answer += poison;
    }
    net::write(s, net::buffer(answer), ec);
    if (!at_once) {
      net::write(s, net::buffer(std::string(poison)), ec);
    }
    ++poisoned;
  }
}

// The hostile server, on threads of its own.
class poisoner {
public:
  explicit poisoner(bool at_once)
      : at_once_(at_once),
        acceptor_(io_, {net::ip::make_address("127.0.0.1"), 0}),
        thread_([this] { run(); }) {}
  ~poisoner() {
    stop_ = true;
    tcp::socket wake(io_);
    wake.connect(acceptor_.local_endpoint());
    thread_.join();
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  // Computes until the unsolicited response to the previous request has arrived.
  void compute(unsigned answered) const {
    while (poisoned_ < answered) {
      std::this_thread::yield();
    }
  }

private:
  void run() {
    std::vector<std::thread> connections;
    for (;;) {
      tcp::socket s = acceptor_.accept();
      if (stop_) {
        break;
      }
      connections.emplace_back(
          [this, c = std::move(s)]() mutable { poison_each(std::move(c), at_once_, poisoned_); });
    }
    for (std::thread& t : connections) {
      t.join();
    }
  }

  bool at_once_;
  net::io_context io_;
  tcp::acceptor acceptor_;
  std::atomic<bool> stop_ = false;
  std::atomic<unsigned> poisoned_ = 0;
  std::thread thread_;
};

struct outcome {
  unsigned left = 200;
  unsigned right = 0;
  unsigned wrong = 0;
  unsigned failed = 0;
};

net::awaitable<void> ask(http::agent agent, poisoner& server, outcome& all, bool begin_early) {
  while (all.left > 0) {
    unsigned const number = all.left--;
    std::string const path = "/" + std::to_string(number);
    try {
      auto r = agent.request("GET", server.url() + path);
      if (begin_early) {
        server.compute(all.right + all.wrong);  // between `request` and `end`
      }
      r.end();
      auto response = co_await r.response();
      std::string const text = co_await response.text();
      ++(text == path ? all.right : all.wrong);
      if (!begin_early) {
        server.compute(all.right + all.wrong);
      }
    } catch (boost::system::system_error const&) {
      ++all.failed;
    }
  }
}

}  // namespace

TEST_CASE("client poisoning: a response that arrives while the user computes answers nothing",
          "[hostile]") {
  bool const begin_early = GENERATE(true, false);
  unsigned const lanes = GENERATE(1u, 3u);  // more than connections: requests wait
  net::io_context io;
  // A waiting request is sent in the tick in which the response ends. Nothing can wait there for a
  // second packet, therefore it has to be one.
  poisoner server(lanes > 1);
  outcome all;
  {
    http::agent agent(io.get_executor(), keeping(1));
    for (unsigned i = 0; i < lanes; ++i) {
      net::co_spawn(io, ask(agent, server, all, begin_early), net::detached);
    }
    io.run();
    agent.destroy();
    io.restart();
    io.run();
  }
  CHECK(all.wrong == 0);
  CHECK(all.failed == 0);
  CHECK(all.right == 200);
}

TEST_CASE("client poisoning: bytes between request and end move the request to another connection",
          "[hostile]") {
  bool const noticed = GENERATE(true, false);
  std::string const body = GENERATE(std::string(), std::string("body"), std::string(20000, 'b'));
  client_fixture f(keeping());
  warm_up(f);
  std::size_t const before = f.peers.at(0).received().size();
  auto r = f.request(body.empty() ? "GET" : "POST", "/next");
  f.settle();
  f.peers.at(0).send(poison);
  if (noticed) {
    f.settle();
  }
  net::post(f.io, [&] {  // after the handler that delivers the bytes
    if (body.empty()) {
      r.end();
    } else {
      r.end(body);
    }
  });
  f.settle();
  CHECK(f.peers.at(0).received().size() == before);
  CHECK(f.peers.at(0).ended());
  REQUIRE(f.peers.size() == 2);
  std::string const sent = f.peers.at(1).received();
  CHECK(sent.find(" /next HTTP/1.1\r\n") != std::string::npos);
  CHECK(sent.ends_with("\r\n\r\n" + body));
  f.say(1, ok);
  std::string const events = f.pop_events();
  CHECK(events.find("data ok") != std::string::npos);
  CHECK(events.find("evil") == std::string::npos);
  CHECK(events.find("error") == std::string::npos);
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("client poisoning: an awaited write continues on the next connection", "[hostile]") {
  client_fixture f(keeping());
  warm_up(f);
  auto r = f.request("POST", "/next");
  f.settle();
  f.peers.at(0).send(poison);
  std::string const large(100000, 'l');
  bool written = false;
  auto const write = [&]() -> net::awaitable<void> {
    co_await r.write(large);
    written = true;
    r.end();
  };
  net::post(f.io, [&] { net::co_spawn(f.io, write(), net::detached); });
  f.settle();
  CHECK(written);
  REQUIRE(f.peers.size() == 2);
  CHECK(f.peers.at(1).received().find(large) != std::string::npos);
  f.say(1, ok);
  CHECK(f.pop_events().find("data ok") != std::string::npos);
}

TEST_CASE("client poisoning: a connection passed to a waiting request is checked", "[hostile]") {
  client_fixture f(keeping(1));
  auto first = f.request("GET", "/first");
  first.end();
  f.settle();
  auto second = f.agent.request("GET", "http://test/second");
  second.end();
  std::string text;
  auto const read = [&]() -> net::awaitable<void> {
    auto response = co_await second.response();
    text = co_await response.text();
  };
  net::co_spawn(f.io, read(), net::detached);
  f.settle();
  // The first read consumes exactly one response; the other one is still in the connection.
  std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 856\r\n\r\n";
  response.append(anode::stream::read_buffer::small - response.size(), 'r');
  f.say(0, response + poison);
  REQUIRE(f.peers.size() == 2);
  CHECK(f.peers.at(0).received().find("/second") == std::string::npos);
  f.say(1, ok);
  CHECK(text == "ok");
}

TEST_CASE("client poisoning: a request cancelled with unread bytes is not retried", "[hostile]") {
  client_fixture f(keeping());
  warm_up(f);
  auto r = f.request("GET", "/next");
  f.settle();
  f.peers.at(0).send(poison);
  r.end();
  r.destroy();
  f.settle();
  CHECK(f.peers.size() == 1);
  CHECK(f.pop_events().find("close") != std::string::npos);
  CHECK(f.agent.totals().sockets == 0);
}

}  // namespace security_client_poisoning
