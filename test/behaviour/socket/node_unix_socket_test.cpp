// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// HTTP over Unix sockets, and behaviour that only real sockets show.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/run.hpp"

#include <anode/agent.hpp>
#include <anode/client_request.hpp>
#include <anode/error.hpp>

#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace behaviour_socket_node_unix_socket {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

// A server on a Unix socket or on TCP.
struct listening {
  explicit listening(bool unix_socket = true) : server(io.get_executor()) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      urls.emplace_back(req.url());
      if (answer) {
        answer(req, res);
      } else {
        res.end();
      }
    });
    http::listen_options at;
    if (unix_socket) {
      path = (std::filesystem::temp_directory_path() /
              ("anode-test-" + std::to_string(::getpid()) + ".sock"))
                 .string();
      std::filesystem::remove(path);
      at.path = path;
    } else {
      at.host = "127.0.0.1";
    }
    server.listen(at);
  }

  ~listening() {
    if (!path.empty()) {
      std::filesystem::remove(path);
    }
  }

  http::request_options to(std::string url = "/") const {
    http::request_options o;
    o.path = std::move(url);
    o.socket_path = path;
    if (path.empty()) {
      o.host = "127.0.0.1";
      o.port = server.address().port;
    }
    return o;
  }

  // Runs until only the listening socket has work left.
  template <class F>
  void run_until(F done) {
    auto const limit = std::chrono::steady_clock::now() + 30s;
    io.restart();
    while (!done() && io.run_one_until(limit) > 0) {
    }
    REQUIRE(done());
  }

  net::io_context io;
  http::server server;
  std::string path;
  std::vector<std::string> urls;
  std::function<void(http::incoming_message&, http::server_response&)> answer;
};

http::agent_options keeping(std::size_t max_sockets = http::agent_options::no_limit) {
  http::agent_options o;
  o.keep_alive = true;
  o.max_sockets = max_sockets;
  return o;
}

}  // namespace

TEST_CASE("test-http-unix-socket: a request and a response, and close") {
  listening f;
  f.answer = [](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/plain"}, {"Connection", "close"}});
    res.write("hello ");
    res.write("world\n");
    res.end();
  };
  support::run(f.io, [](listening& l) -> net::awaitable<void> {
    http::request_options to = l.to();
    auto r = http::request(l.io.get_executor(), std::move(to));
    r.end();
    http::incoming_message response = co_await r.response();
    CHECK(response.status_code() == 200);
    CHECK(response.headers().get("content-type") == "text/plain");
    std::string const body = co_await response.text();
    CHECK(body == "hello world\n");
    co_await l.server.close();
    std::string code;
    try {
      co_await l.server.close();
    } catch (boost::system::system_error const& e) {
      code = http::code_name(e.code());
      CHECK(e.code().message() == "Server is not running.");
    }
    CHECK(code == "ERR_SERVER_NOT_RUNNING");
  }(f));
}

TEST_CASE("test-http-unix-socket-keep-alive: one connection for all requests") {
  listening f;
  support::run(f.io, [](listening& l) -> net::awaitable<void> {
    for (int i = 0; i < 10; ++i) {
      http::request_options to = l.to();
      to.headers.append("Connection", "keep-alive");
      auto r = http::request(l.io.get_executor(), std::move(to));
      r.end();
      http::incoming_message response = co_await r.response();
      std::string const body = co_await response.text();
      CHECK(body.empty());
      CHECK(r.reused_socket() == (i > 0));
    }
    CHECK(l.server.connection_count() == 1);
  }(f));
  CHECK(f.urls.size() == 10);
  http::global_agent(f.io.get_executor()).destroy();
}

TEST_CASE("test-http-client-abort-keep-alive-queued-unix-socket: the other requests are served") {
  listening f;
  http::agent agent(f.io.get_executor(), keeping(1));
  auto first = agent.request(f.to("/1"));
  auto second = agent.request(f.to("/2"));
  auto third = agent.request(f.to("/3"));
  support::event_log log;
  first.on_response([&](http::incoming_message m) { m.dump(); });
  second.on_response([&](http::incoming_message) { log.note("response 2"); });
  second.on_request_error([&](http::request_error const&) { log.note("error 2"); });
  bool done = false;
  third.on_response([&](http::incoming_message m) {
    log.note("response 3");
    m.dump();
    done = true;
  });
  first.end();
  second.end();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  second.abort();
#pragma GCC diagnostic pop
  third.end();
  f.run_until([&] { return done; });
  CHECK(log.pop_events() == "response 3");
  CHECK(f.urls == std::vector<std::string>{"/1", "/3"});
  CHECK(f.server.connection_count() == 1);
}

TEST_CASE("test-http-client-abort-unix-socket: a request aborted at once") {
  listening f;
  http::agent agent(f.io.get_executor());
  auto r = agent.request(f.to());
  bool closed = false;
  r.on_close([&] { closed = true; });
  r.end();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  r.abort();
#pragma GCC diagnostic pop
  f.run_until([&] { return closed; });
  CHECK(agent.by_name().empty());
  // Connections established by then are closed: a later request is the first one of the server.
  auto later = agent.request(f.to("/later"));
  bool answered = false;
  later.on_response([&](http::incoming_message m) {
    m.dump();
    answered = true;
  });
  later.end();
  f.run_until([&] { return answered; });
  CHECK(f.urls == std::vector<std::string>{"/later"});
}

TEST_CASE("test-http-client-pipe-end: end long after the last announced byte") {
  listening f;
  f.answer = [](http::incoming_message& req, http::server_response& res) {
    req.on_end([&res] { res.end(); });
    req.dump();
  };
  http::agent agent(f.io.get_executor());
  http::request_options to = f.to();
  to.method = "POST";
  to.headers.append("Content-Length", "1");
  auto r = agent.request(std::move(to));
  int status = 0;
  r.on_response([&](http::incoming_message m) {
    status = m.status_code();
    m.dump();
  });
  bool closed = false;
  r.on_close([&] { closed = true; });
  r.write(".");
  net::co_spawn(
      f.io,
      [](http::client_request& request) -> net::awaitable<void> {
        for (int i = 0; i < 5; ++i) {
          co_await net::post(request.get_executor(), net::use_awaitable);
        }
        request.end();
      }(r),
      net::detached);
  f.run_until([&] { return closed; });
  CHECK(status == 200);
}

TEST_CASE("test-http-agent-keepalive-delay: TCP keep-alive on pooled connections") {
  listening f(false);
  bool const kept = GENERATE(true, false);
  http::agent_options o;
  o.keep_alive = kept;
  o.keep_alive_msecs = 7s;
  http::agent agent(f.io.get_executor(), std::move(o));
  auto r = agent.request(f.to());
  int on = -1;
  int idle = -1;
  int no_delay = -1;
  r.on_response([&](http::incoming_message m) {
    int const fd = m.socket().native_handle();
    socklen_t size = sizeof on;
    CHECK(::getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size) == 0);
    CHECK(::getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size) == 0);
    CHECK(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size) == 0);
    m.dump();
  });
  bool closed = false;
  r.on_close([&] { closed = true; });
  r.end();
  f.run_until([&] { return closed; });
  CHECK((on != 0) == kept);
  CHECK((idle == 7) == kept);
  CHECK(no_delay != 0);
  agent.destroy();
}

TEST_CASE("agent: a custom look-up function replaces the system's resolver") {
  listening f(false);
  bool const of_request = GENERATE(true, false);
  std::vector<std::string> asked;
  http::lookup_function const lookup = [&](std::string_view host, auto done) {
    asked.emplace_back(host);
    done({}, {{"127.0.0.1", 4}});
  };
  http::agent_options o;
  if (!of_request) {
    o.lookup = lookup;
  }
  http::agent agent(f.io.get_executor(), std::move(o));
  http::request_options to = f.to();
  to.host = "no-such-host.invalid";
  if (of_request) {
    to.lookup = lookup;
  }
  auto r = agent.request(std::move(to));
  int status = 0;
  r.on_response([&](http::incoming_message m) {
    status = m.status_code();
    m.dump();
  });
  bool closed = false;
  r.on_close([&] { closed = true; });
  r.end();
  f.run_until([&] { return closed; });
  CHECK(status == 200);
  CHECK(asked == std::vector<std::string>{"no-such-host.invalid"});
}

}  // namespace behaviour_socket_node_unix_socket
