// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Handshakes that fail or do not end, seen from a server and from a client.

#include "support/tls/fixture.hpp"
#include "support/tls/peer.hpp"

#include <deque>
#include <string>

namespace behaviour_tls_handshake {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace tls = anode::tls;
using namespace std::chrono_literals;

TEST_CASE("handshake: plain HTTP gets an answer in plain text") {
  tls_fixture f;
  anode::testing::peer client(f.loop, anode::socket(f.connect()));
  client.send("GET / HTTP/1.1\r\nHost: good.test\r\n\r\n");
  client.expect("HTTP/1.1 400 Bad Request\r\n");
  client.expect_until("Client sent an HTTP request to an HTTPS server.\n");
  CHECK(client.ended());
  CHECK(f.client_errors == std::vector<std::string>{"ERR_SSL_HTTP_REQUEST"});
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handshake: garbage is refused with an alert") {
  tls_fixture f;
  anode::testing::peer client(f.loop, anode::socket(f.connect()));
  client.send("SSH-2.0-something that is no TLS at all, and long enough\r\n");
  CHECK(client.ended());
  REQUIRE(f.client_errors.size() == 1);
  CHECK(f.client_errors[0].starts_with("ERR_SSL_"));
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handshake: a client that says nothing is closed after the handshake timeout") {
  tls_fixture f;
  f.server.set_handshake_timeout(300ms);
  anode::testing::peer client(f.loop, anode::socket(f.connect()));
  f.loop.settle();
  CHECK(f.server.connection_count() == 1);
  f.loop.advance(299ms);
  CHECK(f.client_errors.empty());
  f.loop.advance(1ms);
  CHECK(f.client_errors == std::vector<std::string>{"ERR_TLS_HANDSHAKE_TIMEOUT"});
  CHECK(client.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handshake: a thousand clients that stall at any byte do not disturb others") {
  tls_fixture f;
  f.server.set_handshake_timeout(1s);
  std::string hello;
  {
    support::tls_peer sample(f.loop, anode::socket(f.connect()), tls::side::client);
    SSL_do_handshake(sample.native());
    hello = sample.output();
    REQUIRE(hello.size() > 100);
  }
  f.loop.settle();
  f.client_errors.clear();
  std::deque<anode::testing::peer> stalled;
  for (std::size_t i = 0; i < 1000; ++i) {
    stalled.emplace_back(f.loop, anode::socket(f.connect()));
    stalled.back().send(std::string_view(hello).substr(0, i % (hello.size() + 1)));
  }
  CHECK(f.server.connection_count() == 1000);
  CHECK(f.get().status == 200);
  f.loop.advance(1s);
  CHECK(f.server.connection_count() == 0);
  CHECK(f.client_errors.size() == 1000);
  for (anode::testing::peer& p : stalled) {
    REQUIRE(p.ended());
  }
  CHECK(f.get().status == 200);
}

TEST_CASE("handshake: without a timeout of its own, it ends with the time for a head") {
  http::server_options o;
  o.headers_timeout = 2s;
  o.connections_checking_interval = 100ms;
  tls_fixture f({}, {}, {}, o);
  anode::testing::peer client(f.loop, anode::socket(f.connect()));
  client.send("\x16\x03\x01");
  f.loop.advance(1900ms);
  CHECK(f.client_errors.empty());
  f.loop.advance(300ms);
  CHECK(f.client_errors == std::vector<std::string>{"ERR_TLS_HANDSHAKE_TIMEOUT"});
  CHECK(client.take() == "");
  CHECK(client.ended());
}

TEST_CASE("handshake: a client that leaves is a reset connection") {
  tls_fixture f;
  {
    anode::testing::peer client(f.loop, anode::socket(f.connect()));
    client.send("\x16\x03\x01");
    client.end();
    CHECK(f.client_errors == std::vector<std::string>{"ECONNRESET"});
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handshake: a server that closes early, or speaks no TLS") {
  tls_fixture f;
  anode::testing::origin origin(f.loop);
  anode::https::agent_options o;
  o.secure = f.client_context();
  o.create_connection = origin.connections();
  anode::https::agent agent(f.loop.get_executor(), o);
  http::request_options r;
  r.host = "good.test";

  auto answer = f.start(agent, r);
  REQUIRE(origin.size() == 1);
  origin[0].end();
  CHECK(answer->error == "ECONNRESET");
  CHECK(answer->message ==
        "Client network socket disconnected before secure TLS connection was established");
  CHECK(answer->phase == "secure");
  CHECK(answer->verdict == "not_sent");

  answer = f.start(agent, r);
  REQUIRE(origin.size() == 2);
  origin[1].reset();
  CHECK(answer->error == "ECONNRESET");

  answer = f.start(agent, r);
  REQUIRE(origin.size() == 3);
  origin[2].send("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(answer->error == "EPROTO");
  CHECK(answer->reason == "ERR_SSL_WRONG_VERSION_NUMBER");
  CHECK(agent.totals().sockets == 0);
}

TEST_CASE("handshake: connect_timeout and cancellation include it") {
  tls_fixture f;
  anode::testing::origin origin(f.loop);
  anode::https::agent_options o;
  o.secure = f.client_context();
  o.create_connection = origin.connections();
  o.connect_timeout = 1s;
  anode::https::agent agent(f.loop.get_executor(), o);
  http::request_options r;
  r.host = "good.test";
  auto const answer = f.start(agent, r);
  REQUIRE(origin.size() == 1);
  f.loop.advance(999ms);
  CHECK_FALSE(answer->done);
  f.loop.advance(1ms);
  CHECK(answer->error == "ETIMEDOUT");
  CHECK(answer->phase == "secure");
  CHECK(origin[0].ended());

  http::client_request aborted = agent.request(r);
  aborted.end();
  REQUIRE(origin.size() == 2);
  aborted.destroy();
  CHECK(origin[1].ended());
  CHECK(agent.totals().sockets == 0);

  http::client_request lost = agent.request(r);
  lost.end();
  REQUIRE(origin.size() == 3);
  agent.destroy();
  CHECK(origin[2].ended());
}

TEST_CASE("handshake: closing a server closes connections in their handshake") {
  tls_fixture f;
  anode::testing::peer client(f.loop, anode::socket(f.connect()));
  client.send("\x16\x03\x01");
  f.server.close_all_connections();
  CHECK(client.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handshake: no common version, cipher or application protocol") {
  SECTION("version") {
    tls::server_options s;
    s.min_version = tls::version::tls1_3;
    tls::client_options c;
    c.max_version = tls::version::tls1_2;
    tls_fixture f(s, c);
    tls_answer const a = f.get();
    CHECK(a.error == "EPROTO");
    CHECK(a.reason == "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    CHECK(f.client_errors == std::vector<std::string>{"ERR_SSL_UNSUPPORTED_PROTOCOL"});
  }
  SECTION("cipher") {
    tls::server_options s;
    s.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    s.max_version = tls::version::tls1_2;
    tls::client_options c;
    c.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
    c.max_version = tls::version::tls1_2;
    tls_fixture f(s, c);
    tls_answer const a = f.get();
    CHECK(a.error == "EPROTO");
    CHECK(f.client_errors == std::vector<std::string>{"ERR_SSL_NO_SHARED_CIPHER"});
  }
  SECTION("application protocol") {
    tls::client_options c;
    c.alpn_protocols = {"h2"};
    tls_fixture f({}, c);
    tls_answer const a = f.get();
    CHECK(a.error == "EPROTO");
    CHECK(a.reason == "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
    CHECK(f.client_errors == std::vector<std::string>{"ERR_SSL_NO_APPLICATION_PROTOCOL"});
  }
}

TEST_CASE("handshake: it works when bytes arrive one by one") {
  tls_fixture f;
  f.capacity = 1;
  CHECK(f.get().status == 200);
}

}  // namespace behaviour_tls_handshake
