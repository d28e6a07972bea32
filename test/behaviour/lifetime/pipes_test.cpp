// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests pipes against each way to lose the client or the upstream, and the testing peers against
// the loss of the other side.
#include "behaviour/lifetime/scene.hpp"
#include "support/catch.hpp"

#include <anode/agent.hpp>
#include <anode/pipe.hpp>
#include <anode/server.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace behaviour_lifetime_pipes {

namespace testing = anode::testing;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

// The four messages of a proxy.
struct messages {
  http::incoming_message* request = nullptr;
  http::server_response* response = nullptr;
  http::client_request out;
  http::incoming_message answer;
  http::pipe_options limits = limited();
  http::pipe_result result;
  std::string copy;

  static http::pipe_options limited() {
    http::pipe_options o;
    o.read_timeout = o.write_timeout = 300s;
    o.announced_trailers_only = true;
    return o;
  }
};

net::awaitable<void> both_ways(messages& m) {
  (void)co_await http::pipe(*m.request, m.out);
  (void)co_await http::pipe(m.answer, *m.response);
}

operations<messages> const& pipe_operations() {
  constexpr auto r = [](std::string_view name, auto f) { return row<messages>(name, f); };
  static operations<messages> const all{
      r("pipe (a request)", [](messages& m) { return http::pipe(*m.request, m.out); }),
      r("pipe (a response)", [](messages& m) { return http::pipe(m.answer, *m.response); }),
      r("pipe (a request, with limits)",
        [](messages& m) {
          m.limits.copy = &m.copy;
          m.limits.copy_limit = 1000;
          return http::pipe(*m.request, m.out, m.limits, m.result);
        }),
      r("pipe (a response, with limits)",
        [](messages& m) { return http::pipe(m.answer, *m.response, m.limits, m.result); }),
      r("pipe (both)", [](messages& m) { return both_ways(m); }),
      r("pass_headers (of a request)", [](messages& m) { http::pass_headers(*m.request, m.out); }),
      r("pass_headers (of a response)",
        [](messages& m) { http::pass_headers(m.answer, *m.response); }),
      r("pass_headers (without some)",
        [](messages& m) {
          http::pass_headers(*m.request, m.out, [](std::string_view name) { return name == "A"; });
        }),
      r("end_to_end_headers",
        [](messages& m) {
          return http::end_to_end_headers(*m.request).size() +
                 http::end_to_end_headers(m.answer).size();
        }),
      r("pass_information", [](messages& m) { http::pass_information(m.out, *m.response); }),
      r("can_be_passed_on",
        [](messages& m) {
          return http::can_be_passed_on(*m.request) && http::can_be_passed_on(m.answer);
        }),
  };
  return all;
}

// A proxy with a partly received request and a partly received response.
struct proxy_scene : scene {
  proxy_scene() {
    http::server_options server_options;
    server_options.high_water_mark = 32;
    server.emplace(loop.get_executor(), server_options);
    server->on_request([this](http::incoming_message& req, http::server_response& res) {
      return hold(*this, req, res);
    });
    http::agent_options agent_options;
    agent_options.create_connection = upstream.connections();
    agent.emplace(loop.get_executor(), agent_options);
    client.emplace(loop.connect(*server, 64));
    client->stop_listening();
    client->send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
    upstream[0].stop_listening();
    upstream[0].send("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 800\r\n\r\n" +
                     std::string(text()));
  }

  static net::awaitable<void> hold(proxy_scene& s, http::incoming_message& req,
                                   http::server_response& res) {
    res.on_close([&s] {
      ++s.response_closes;
      s.in_close();
    });
    s.all.request = &req;
    s.all.response = &res;
    http::request_options o;
    o.method = "POST";
    o.host = "upstream";
    o.high_water_mark = 32;
    s.all.out = s.agent->request(o);
    s.all.out.on_close([&s] { ++s.request_closes; });
    s.all.out.on_response([&s](http::incoming_message m) { s.all.answer = std::move(m); });
    s.all.out.flush_headers();
    co_await s.last.pass();
  }

  messages& handle(messages*) { return all; }

  void answer() {
    client->listen();
    client->send("0\r\n\r\n");
    upstream[0].listen();
    upstream[0].send(text());
  }

  void finish() {
    if (server) {
      server->close_all_connections();
    }
    if (agent) {
      agent->destroy();
    }
    upstream[0].close();
    all.answer.destroy();  // Without a reader the end behind the response stays unnoticed.
    loop.settle();
    last.open();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, response_closes == 1,
            "close of the response: " + std::to_string(response_closes) + " times");
    m.check(out, request_closes == 1,
            "close of the request: " + std::to_string(request_closes) + " times");
    m.check(out, !server || server->connection_count() == 0, "the server counts a connection");
    if (agent) {
      m.check(out, agent->totals().sockets == 0, "the agent counts a socket");
    }
    client->listen();
    upstream[0].listen();
    m.check(out, client->ended() && upstream[0].ended(), "a connection is still open");
  }

  int response_closes = 0;
  int request_closes = 0;
  gate last{loop.get_executor()};
  testing::origin upstream{loop, 64};
  std::optional<http::agent> agent;
  std::optional<http::server> server;
  std::optional<testing::peer> client;
  messages all;
};

std::vector<loss<proxy_scene>> const proxy_losses{
    {"FIN of the client", [](proxy_scene& s) { s.client->close(); }},
    {"half-close of the client", [](proxy_scene& s) { s.client->end(); }},
    {"reset by the client", [](proxy_scene& s) { s.client->reset(); }},
    {"garbage of the client", [](proxy_scene& s) { s.client->send("garbage\r\n"); }},
    {"FIN of the upstream", [](proxy_scene& s) { s.upstream[0].close(); }},
    {"half-close of the upstream", [](proxy_scene& s) { s.upstream[0].end(); }},
    {"reset by the upstream", [](proxy_scene& s) { s.upstream[0].reset(); }},
    {"both reset",
     [](proxy_scene& s) {
       s.upstream[0].reset();
       s.client->reset();
     }},
    {"close_all_connections", [](proxy_scene& s) { s.server->close_all_connections(); }},
    {"drain cut",
     [](proxy_scene& s) {
       net::co_spawn(s.loop.context(), discard(s.server->drain(1s)), net::detached);
       s.loop.advance(2s);
     }},
    {"server destroyed", [](proxy_scene& s) { s.server.reset(); }},
    {"agent destroyed", [](proxy_scene& s) { s.agent->destroy(); }},
    {"agent dropped", [](proxy_scene& s) { s.agent.reset(); }},
    {"response destroyed", [](proxy_scene& s) { s.all.response->destroy(); }},
    {"answer destroyed", [](proxy_scene& s) { s.all.answer.destroy(); }},
    {"request timeout", [](proxy_scene& s) { s.loop.advance(400s); }},
    {"cancelled", [](proxy_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed",
     [](proxy_scene& s) {
       s.server.reset();
       s.context_destroyed = true;
     }},
};

// The scene ignores a peer's failure on unexpected bytes.
template <class F>
void unless_mismatch(F f) {
  try {
    f();
  } catch (testing::mismatch const&) {
  }
}

struct stand;

operations<stand> const& peer_operations();

// A peer of a server, and an origin of an agent.
struct stand {
  testing::event_loop* loop;
  std::optional<http::server>* server;
  http::agent* agent;
  testing::peer* peer;
  testing::origin* origin;
};

operations<stand> const& peer_operations() {
  constexpr auto r = [](std::string_view name, auto f) { return row<stand>(name, f); };
  static operations<stand> const all{
      r("peer::send", [](stand& s) { s.peer->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"); }),
      r("peer::end", [](stand& s) { s.peer->end(); }),
      r("peer::close", [](stand& s) { s.peer->close(); }),
      r("peer::reset", [](stand& s) { s.peer->reset(); }),
      r("peer::stop_listening", [](stand& s) { s.peer->stop_listening(); }),
      r("peer::listen", [](stand& s) { s.peer->listen(); }),
      r("peer::expect", [](stand& s) { unless_mismatch([&] { s.peer->expect("HTTP"); }); }),
      r("peer::expect_until",
        [](stand& s) { unless_mismatch([&] { s.peer->expect_until("\r\n"); }); }),
      r("peer::expect_silence",
        [](stand& s) { unless_mismatch([&] { s.peer->expect_silence(); }); }),
      r("peer::expect_end", [](stand& s) { unless_mismatch([&] { s.peer->expect_end(); }); }),
      r("peer::expect_reset", [](stand& s) { unless_mismatch([&] { s.peer->expect_reset(); }); }),
      r("peer::take", [](stand& s) { return s.peer->take(); }),
      r("peer::received", [](stand& s) { return std::string(s.peer->received()); }),
      r("peer::ended", [](stand& s) { return s.peer->ended(); }),
      r("peer::error", [](stand& s) { return s.peer->error().failed(); }),
      r("peer::connection", [](stand& s) { return s.peer->connection().remote_endpoint(); }),
      r("peer::peer (moved)",
        [](stand& s) {
          testing::peer moved = std::move(*s.peer);
          *s.peer = std::move(moved);
        }),
      r("peer::peer (of a socket)",
        [](stand& s) {
          auto ends = anode::socket_pair(s.loop->get_executor());
          testing::peer const of(*s.loop, std::move(ends.first));
        }),
      r("origin::connections", [](stand& s) { return static_cast<bool>(s.origin->connections()); }),
      r("origin::size", [](stand& s) { return s.origin->size(); }),
      r("origin::operator[]",
        [](stand& s) { unless_mismatch([&] { (*s.origin)[0].send("HTTP/1.1 200 OK\r\n"); }); }),
      r("origin::target", [](stand& s) { unless_mismatch([&] { s.origin->target(0); }); }),
      r("origin::refuse", [](stand& s) { s.origin->refuse(net::error::connection_refused); }),
      r("event_loop::get_executor", [](stand& s) { return s.loop->get_executor(); }),
      r("event_loop::context", [](stand& s) { return s.loop->context().stopped(); }),
      r("event_loop::settle", [](stand& s) { s.loop->settle(); }),
      r("event_loop::advance", [](stand& s) { s.loop->advance(1s); }),
      r("event_loop::now", [](stand& s) { return s.loop->now(); }),
      r("event_loop::connect",
        [](stand& s) {
          if (*s.server) {
            s.loop->connect(**s.server).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          }
        }),
      r("event_loop::run", [](stand& s) { s.loop->run(nothing()); }),
      r("event_loop::run (waits for ever)",
        [](stand& s) {
          unless_mismatch([&] { s.loop->run(gate(s.loop->get_executor()).pass()); });
        }),
  };
  return all;
}

struct peer_scene : scene {
  peer_scene() {
    server.emplace(loop.get_executor(), http::server_options());
    server->on_request([this](http::incoming_message&, http::server_response& res) {
      res.on_close([this] {
        if (++closes == 1) {  // Ignores connections that the operation itself opens.
          in_close();
        }
      });
      res.write("first");
    });
    peer.emplace(loop.connect(*server, 64));
    peer->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    http::agent_options options;
    options.create_connection = origin.connections();
    agent.emplace(loop.get_executor(), options);
    request = agent->request("GET", "http://a/");
    request.end();
    all = {&loop, &server, &*agent, &*peer, &origin};
  }

  stand& handle(stand*) { return all; }
  void answer() {}

  void finish() {
    if (server) {
      server->close_all_connections();
    }
    agent->destroy();
    peer->close();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, !server || server->connection_count() == 0, "the server counts a connection");
    m.check(out, agent->totals().sockets == 0, "the agent counts a socket");
  }

  int closes = 0;
  testing::origin origin{loop};
  std::optional<http::server> server;
  std::optional<http::agent> agent;
  std::optional<testing::peer> peer;
  http::client_request request;
  stand all{};
};

std::vector<loss<peer_scene>> const peer_losses{
    {"close_all_connections", [](peer_scene& s) { s.server->close_all_connections(); }},
    {"server destroyed", [](peer_scene& s) { s.server.reset(); }},
    {"agent destroyed", [](peer_scene& s) { s.agent->destroy(); }},
    {"request dropped", [](peer_scene& s) { s.request = http::client_request(); }},
    {"closed", [](peer_scene& s) { s.peer->close(); }},
    {"reset", [](peer_scene& s) { s.peer->reset(); }},
};

void check(matrix const& m) { CHECK(m.report() == ""); }

}  // namespace

TEST_CASE("lifetime: pipes survive the loss of the client and of the upstream") {
  matrix m("proxy");
  run_scenes<proxy_scene>(m, pipe_operations(), proxy_losses);
  check(m);
}

TEST_CASE("lifetime: every operation of a testing peer survives the loss of the other side") {
  matrix m("peer");
  run_scenes<peer_scene>(m, peer_operations(), peer_losses);
  check(m);
}

}  // namespace behaviour_lifetime_pipes
