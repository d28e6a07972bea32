// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of an https server and of an https agent, and those of an encrypted socket,
// against each way to lose the other side. Handshakes in progress are lost too.
#include "behaviour/lifetime/scene.hpp"
#include "behaviour/lifetime/socket_losses.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "transport/memory_stream.hpp"

#include <anode/https.hpp>
#include <anode/openssl.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace behaviour_tls_lifetime {

namespace https = anode::https;
namespace testing = anode::testing;
namespace tls = anode::tls;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

struct contexts {
  tls::context server;
  tls::context client;
};

// Making certificates takes longer than a cell.
contexts const& shared() {
  static contexts const made = [] {
    support::certificates::authority const root;
    auto const leaf = root.issue({.names = {"good.test"}});
    tls::server_options server;
    server.cert.push_back(leaf.cert);
    server.key.push_back(leaf.key);
    tls::client_options client;
    client.ca.push_back(root.cert());
    return contexts{tls::context(server), tls::context(client)};
  }();
  return made;
}

http::request_options to(std::string_view host, std::string_view method = "GET",
                         std::string_view path = "/") {
  http::request_options o;
  o.host = host;
  o.method = method;
  o.path = path;
  return o;
}

// An https server, and an agent whose connections lead to it in memory. The server of
// "stalled.test" never answers a handshake.
struct tls_scene : scene {
  tls_scene() {
    https::agent_options o;
    o.keep_alive = true;
    o.timeout = 2s;
    o.secure = shared().client;
    o.create_connection = [this](http::connect_options const& target) {
      return connect(*this, target.host);
    };
    agent.emplace(loop.get_executor(), o);
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> connect(tls_scene& s,
                                                                     std::string host) {
    auto ends = anode::transport::make_memory_pair(s.loop.get_executor(), 64);
    if (host == "stalled.test") {
      s.stalled.emplace_back(s.loop, anode::socket(std::move(ends.second)));
    } else {
      s.server.emit_connection(std::move(ends.second));
    }
    co_return std::move(ends.first);
  }

  void close_stalled() {
    for (testing::peer& p : stalled) {
      p.close();
    }
  }

  std::deque<testing::peer> stalled;
  https::server server{loop.get_executor(), shared().server};
  std::optional<https::agent> agent;
};

operations<anode::socket> const& tls_socket_operations() {
  using anode::socket;
  constexpr auto r = [](std::string_view name, auto f) { return row<socket>(name, f); };
  static operations<socket> const all{
      r("peer_certificate", [](socket& s) { return tls::peer_certificate(s).subject(); }),
      r("export_keying_material",
        [](socket& s) { return tls::export_keying_material(s, 32, "EXPORTER-test"); }),
      r("native_handle", [](socket& s) { return tls::native_handle(s) != nullptr; }),
  };
  return all;
}

// The server's end of a tunnel. The client's end does not read.
struct socket_scene : tls_scene {
  socket_scene() {
    server.on_connect([this](http::incoming_message&, anode::socket s) {
      s.write("HTTP/1.1 200 OK\r\n\r\n");
      kept = std::move(s);
    });
    http::client_request request = agent->request(to("good.test", "CONNECT", "good.test:1"));
    request.on_connect([this](http::incoming_message, anode::socket s) {
      client.emplace(loop, std::move(s));
      client->stop_listening();
    });
    request.end();
    loop.settle();
    REQUIRE(client);
    ours = kept;
    ours.on_close([this] {
      ++closes;
      in_close();
    });
  }

  anode::socket& handle(anode::socket*) { return ours; }
  testing::peer& far() { return *client; }

  void answer() {
    client->listen();
    client->send("12345");
  }

  void finish() {
    kept.destroy();
    loop.advance(200s);  // An ended socket whose handles are dropped lingers.
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == 1, "close: " + std::to_string(closes) + " times");
    client->listen();
    m.check(out, client->ended(), "the connection is still open");
  }

  int closes = 0;
  std::optional<testing::peer> client;
  anode::socket ours;
  anode::socket kept;
  anode::socket other;
};

operations<https::server> const& server_operations() {
  using server = https::server;
  constexpr auto r = [](std::string_view name, auto f) { return row<server>(name, f); };
  constexpr auto reply = [](auto&, http::server_response& res) { res.end(); };
  operations<server> quiet{
      r("server::on_secure_connection",
        [](server& s) { s.on_secure_connection([](anode::socket) {}); }),
      r("server::on_sni", [](server& s) { s.on_sni([](auto) { return tls::context(); }); }),
      r("server::set_secure_context", [](server& s) { s.set_secure_context(shared().server); }),
      r("server::add_context", [](server& s) { s.add_context("*.test", shared().server); }),
      r("server::ticket_keys", [](server& s) { return s.ticket_keys(); }),
      r("server::set_ticket_keys", [](server& s) { s.set_ticket_keys(std::string(48, 'k')); }),
  };
  static operations<server> const all{
      together(std::move(quiet)),
      r("server::set_handshake_timeout", [](server& s) { s.set_handshake_timeout(1s); }),
      r("server::emit_connection",
        [](server& s) {
          auto ends = anode::transport::make_memory_pair(s.get_executor(), 64);
          anode::socket client(std::move(ends.first));
          client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          s.emit_connection(std::move(ends.second));
        }),
      r("server::close", [](server& s) { return s.close(); }),
      r("server::close_idle_connections", [](server& s) { s.close_idle_connections(); }),
      r("server::close_all_connections", [](server& s) { s.close_all_connections(); }),
      r("server::drain", [](server& s) { return s.drain(1s); }),
      r("server::server (moved)",
        [](server& s) {
          server moved = std::move(s);
          s = std::move(moved);
        }),
      r("server::server (another)",
        [reply](server& s) { s = server(s.get_executor(), shared().server, reply); }),
      r("server::server (with options)",
        [](server& s) { s = server(s.get_executor(), shared().server, http::server_options()); }),
  };
  return all;
}

// A server with a request that waits for its body, an idle connection, and a client that does not
// begin its handshake.
struct server_scene : tls_scene {
  server_scene() {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return handle_in(*this, req, res);
    });
    server.on_secure_connection([this](anode::socket) { ++secure; });
    http::client_request first = agent->request(to("good.test"));
    first.end();
    first.on_response([](http::incoming_message m) { m.dump(); });
    http::request_options o = to("good.test", "POST");
    o.headers = {{"Content-Length", "10"}};
    busy = agent->request(o);
    busy.on_socket([this](anode::socket s) { client = std::move(s); });
    busy.write("12345");
    auto ends = anode::transport::make_memory_pair(loop.get_executor(), 64);
    server.emit_connection(std::move(ends.second));
    silent.emplace(loop, anode::socket(std::move(ends.first)));
    loop.settle();
  }

  static net::awaitable<void> handle_in(server_scene& s, http::incoming_message& req,
                                        http::server_response& res) {
    res.on_close([&s, post = req.method() == "POST"] {
      ++s.closes;
      if (post) {
        s.in_close();
      }
    });
    ++s.requests;
    try {
      co_await req.text();
      co_await res.end("fine");
    } catch (boost::system::system_error const&) {
    }
  }

  https::server& handle(https::server*) { return server; }

  void answer() {
    busy.end("67890");
    silent->close();
  }

  void finish() {
    for (https::server* s : {&server, &other}) {
      s->close_all_connections();
      s->close();
    }
    busy.destroy();
    agent->destroy();
    silent->close();
    loop.settle();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, secure >= 2, "there were " + std::to_string(secure) + " handshakes");
    m.check(out, closes == requests, "close: " + std::to_string(closes) + " times");
    m.check(out, server.connection_count() + other.connection_count() == 0,
            "a server counts connections");
    m.check(out, client.destroyed() && silent->ended(), "a connection is still open");
  }

  int secure = 0;
  int requests = 0;
  int closes = 0;
  https::server other{loop.get_executor(), shared().server};
  http::client_request busy;
  anode::socket client;
  std::optional<testing::peer> silent;
};

std::vector<loss<server_scene>> const server_losses = joined<server_scene>(
    {
        {"FIN",
         [](server_scene& s) {
           s.client.destroy();
           s.silent->close();
         }},
        {"half-close",
         [](server_scene& s) {
           s.client.end();
           s.silent->end();
         }},
        {"reset",
         [](server_scene& s) {
           s.client.reset();
           s.silent->reset();
         }},
        {"plain HTTP",
         [](server_scene& s) { s.silent->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"); }},
        {"garbage", [](server_scene& s) { s.silent->send("\x16\x03\x01\x7f\xff garbage"); }},
        {"handshake timeout", [](server_scene& s) { s.loop.advance(100s); }},
    },
    server_losses_without_peers<server_scene>());

net::awaitable<void> wait_answer(http::client_request request) {
  request.end();
  (void)co_await request.response();
}

operations<https::agent> const& agent_operations() {
  using agent = https::agent;
  constexpr auto r = [](std::string_view name, auto f) { return row<agent>(name, f); };
  static operations<agent> const all{
      r("agent::get (a free connection)", [](agent& a) { return a.get("https://good.test/"); }),
      r("agent::get (in its handshake)", [](agent& a) { return a.get("https://stalled.test/"); }),
      r("agent::get (of another name)", [](agent& a) { return a.get("https://bad.test/"); }),
      r("agent::request",
        [](agent& a) { return wait_answer(a.request(to("stalled.test", "POST"))); }),
      r("agent::request (like another)",
        [](agent& a) { return wait_answer(a.request(to("good.test"), "GET", "/busy")); }),
      r("agent::destroy", [](agent& a) { a.destroy(); }),
      r("agent::agent (copied)", [](agent& a) { return agent(a).totals().sockets; }),
      r("agent::agent (moved)",
        [](agent& a) {
          agent moved = std::move(a);
          a = std::move(moved);
        }),
      r("agent::agent (another)", [](agent& a) { a = agent(a.get_executor()); }),
      r("agent::agent (with options)",
        [](agent& a) { a = agent(a.get_executor(), https::agent_options()); }),
  };
  return all;
}

// An agent with a free connection, and one whose request waits for the rest of its response.
struct agent_scene : tls_scene {
  agent_scene() {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return handle_in(*this, req, res);
    });
    server.on_secure_connection([this](anode::socket s) { served.push_back(std::move(s)); });
    kept.emplace(*agent);
    request = agent->request(to("good.test", "GET", "/busy"));
    request.on_response([this](http::incoming_message m) { response = std::move(m); });
    request.on_close([this] {
      ++closes;
      in_close();
    });
    request.end();
    http::client_request free = agent->request(to("good.test"));
    free.on_response([](http::incoming_message m) { m.dump(); });
    free.end();
    loop.settle();
  }

  static net::awaitable<void> handle_in(agent_scene& s, http::incoming_message& req,
                                        http::server_response& res) {
    try {
      if (req.url() == "/busy") {
        res.set_header("Content-Length", "10");
        co_await res.write("12345");
        co_await s.rest.pass();
        co_await res.end("67890");
      } else {
        co_await res.end();
      }
    } catch (boost::system::system_error const&) {
    }
  }

  https::agent& handle(https::agent*) { return *agent; }

  void answer() {
    rest.open();
    close_stalled();
  }

  void finish() {
    response = http::incoming_message();  // A response received whole ends when it is dropped.
    rest.open();
    loop.settle();
    if (kept) {
      kept->destroy();
    }
    for (int i = 0; i != 3; ++i) {  // A queued request makes another connection.
      loop.settle();
      close_stalled();
      server.close_all_connections();
    }
    server.close();
    loop.settle();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, served.size() >= 2, "there is no free connection");
    m.check(out, closes == 1, "close: " + std::to_string(closes) + " times");
    if (kept) {
      auto const left = kept->totals();
      m.check(out, left.sockets + left.free_sockets + left.requests == 0,
              "the agent counts " + std::to_string(left.sockets) + " sockets, " +
                  std::to_string(left.free_sockets) + " free ones, " +
                  std::to_string(left.requests) + " requests");
    }
    for (testing::peer& p : stalled) {
      m.check(out, p.ended(), "a connection is still open");
    }
    m.check(out, server.connection_count() == 0, "the server counts connections");
  }

  template <class F>
  void each_server_end(F f) {
    for (std::size_t i = 0; i != served.size(); ++i) {
      f(served[i]);
    }
    close_stalled();
  }

  int closes = 0;
  gate rest{loop.get_executor()};
  std::vector<anode::socket> served;
  std::optional<https::agent> kept;
  std::optional<https::agent> moved;
  http::client_request request;
  http::incoming_message response;
};

std::vector<loss<agent_scene>> const agent_losses{
    {"FIN", [](agent_scene& s) { s.each_server_end([](anode::socket& c) { c.destroy(); }); }},
    {"half-close", [](agent_scene& s) { s.each_server_end([](anode::socket& c) { c.end(); }); }},
    {"reset", [](agent_scene& s) { s.each_server_end([](anode::socket& c) { c.reset(); }); }},
    {"destroyed", [](agent_scene& s) { s.kept->destroy(); }},
    {"moved", [](agent_scene& s) { s.moved = std::move(*s.agent); }},
    {"last handle dropped",
     [](agent_scene& s) {
       https::agent const gone = std::move(*s.agent);
       s.kept.reset();
     }},
    {"request dropped", [](agent_scene& s) { s.request = http::client_request(); }},
    {"response dropped", [](agent_scene& s) { s.response = http::incoming_message(); }},
    {"request destroyed", [](agent_scene& s) { s.request.destroy(); }},
    {"inactivity", [](agent_scene& s) { s.loop.advance(10s); }},
    {"cancelled", [](agent_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed", [](agent_scene& s) { s.context_destroyed = true; }},
};

void check(matrix const& m) { CHECK(m.report() == ""); }

}  // namespace

TEST_CASE("lifetime: every operation of an encrypted socket survives the loss of its peer") {
  matrix m("encrypted socket");
  auto const losses = socket_losses<socket_scene>();
  run_scenes<socket_scene>(m, socket_operations(), losses);
  run_scenes<socket_scene>(m, tls_socket_operations(), losses);
  check(m);
}

TEST_CASE("lifetime: every operation of an https server survives the loss of its clients") {
  matrix m("https server");
  run_scenes<server_scene>(m, server_operations(), server_losses);
  check(m);
}

TEST_CASE("lifetime: every operation of an https agent survives the loss of its servers") {
  matrix m("https agent");
  run_scenes<agent_scene>(m, agent_operations(), agent_losses);
  check(m);
}

}  // namespace behaviour_tls_lifetime
