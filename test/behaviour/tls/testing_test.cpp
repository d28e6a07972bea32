// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The test kit of TLS: certificates, and peers in memory.

#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <anode/openssl.hpp>
#include <anode/tls_testing.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace behaviour_tls_testing {

namespace http = anode::http;
namespace https = anode::https;
namespace net = boost::asio;
namespace testing = anode::testing;
namespace tls = anode::tls;
using namespace std::chrono_literals;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";

// A server in memory that echoes whether its client is authorized.
struct served {
  explicit served(tls::context context) : server(loop.get_executor(), std::move(context)) {
    server.on_request([](http::incoming_message& req, http::server_response& res) {
      res.end(req.socket().authorized() ? tls::peer_certificate(req.socket()).common_name() : "?");
    });
    server.on_client_error([this](http::client_error const& e, anode::socket s) {
      errors.emplace_back(http::code_name(e.code));
      s.destroy();
    });
  }

  testing::event_loop loop;
  https::server server;
  std::vector<std::string> errors;
};

// An agent in memory whose servers the test plays.
struct asked {
  explicit asked(tls::context server, tls::context client, https::agent_options options = {})
      : origin(testing::tls_origin(loop, server)),
        agent(loop.get_executor(), with(std::move(options), std::move(client))) {}

  https::agent_options with(https::agent_options o, tls::context client) {
    o.secure = std::move(client);
    o.create_connection = origin.connections();
    return o;
  }

  http::client_request ask() {
    http::client_request r = agent.request("GET", "https://example.org/");
    r.on_response([this](http::incoming_message m) { status = m.status_code(); });
    r.on_error([this](anode::error_code ec) { error = http::code_name(ec); });
    r.end();
    loop.settle();
    return r;
  }

  testing::event_loop loop;
  testing::origin origin;
  https::agent agent;
  int status = 0;
  std::string error;
};

std::string error_of(testing::peer& p) { return std::string(http::code_name(p.error())); }

}  // namespace

TEST_CASE("tls testing: a client that the test controls") {
  testing::tls_authority const authority;
  served s(authority.server_context("example.org"));
  testing::peer client =
      testing::connect_tls(s.loop, s.server, authority.client_context(), "example.org");
  REQUIRE(client.connection().secure() != nullptr);
  CHECK(client.connection().secure()->authorized);
  CHECK(client.connection().secure()->servername == "example.org");
  CHECK(tls::native_handle(client.connection()) != nullptr);
  CHECK_FALSE(client.error());
  client.send(get);
  client.expect("HTTP/1.1 200 OK\r\n");
  CHECK(client.expect_until("\r\n\r\n?").find("Connection: keep-alive") != std::string::npos);
  client.expect_silence();

  // The clock of the loop decides about timeouts.
  s.loop.advance(7s);
  client.expect_end();
  CHECK(s.server.connection_count() == 0);
}

TEST_CASE("tls testing: a client ends with and without announcing it") {
  testing::tls_authority const authority;
  served s(authority.server_context("example.org"));
  std::string body;
  std::string error;
  s.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        try {
          body = co_await req.text();
        } catch (boost::system::system_error const& e) {
          error = http::code_name(e.code());
        }
        res.end();
      });
  testing::peer first =
      testing::connect_tls(s.loop, s.server, authority.client_context(), "example.org");
  first.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
  CHECK(body == "ab");
  first.end();
  first.expect_until("200 OK");
  first.take();
  first.expect_end();

  testing::peer second =
      testing::connect_tls(s.loop, s.server, authority.client_context(), "example.org");
  second.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  second.close();
  CHECK(error == "ECONNRESET");
  CHECK(s.server.connection_count() == 0);
}

TEST_CASE("tls testing: a client finds out why a handshake fails") {
  testing::tls_authority const authority;
  testing::tls_authority const other;
  served s(authority.server_context("example.org"));
  testing::peer untrusting =
      testing::connect_tls(s.loop, s.server, other.client_context(), "example.org");
  CHECK(untrusting.ended());
  CHECK(error_of(untrusting) == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(untrusting.connection().secure() == nullptr);
  testing::peer elsewhere =
      testing::connect_tls(s.loop, s.server, authority.client_context(), "example.net");
  CHECK(error_of(elsewhere) == "ERR_TLS_CERT_ALTNAME_INVALID");
  // The second client has refused after its handshake was complete.
  CHECK(s.errors == std::vector<std::string>{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"});
  CHECK_THROWS_AS(
      testing::connect_tls(s.loop, s.server, authority.server_context("a.test"), "example.org"),
      http::exception);
  CHECK_THROWS_AS(testing::connect_tls(s.loop, s.server, tls::context(), "example.org"),
                  http::exception);
}

TEST_CASE("tls testing: a client that says nothing meets the handshake timeout") {
  testing::tls_authority const authority;
  served s(authority.server_context("example.org"));
  s.server.set_handshake_timeout(3s);
  testing::peer plain = s.loop.connect(s.server);
  s.loop.advance(2s);
  CHECK(s.errors.empty());
  s.loop.advance(1s);
  CHECK(s.errors == std::vector<std::string>{"ERR_TLS_HANDSHAKE_TIMEOUT"});
  CHECK(plain.ended());
}

TEST_CASE("tls testing: certificates of clients") {
  testing::tls_authority const authority;
  tls::server_options options;
  options.request_cert = true;
  options.ca.push_back(authority.cert());
  served s(authority.server_context("example.org", options));
  testing::tls_subject ada;
  ada.common_name = "ada";
  testing::tls_identity const own = authority.issue(ada);
  tls::client_options with;
  with.cert.push_back(own.cert);
  with.key.push_back(own.key);
  testing::peer known =
      testing::connect_tls(s.loop, s.server, authority.client_context(with), "example.org");
  known.send(get);
  known.expect_until("\r\n\r\nada");
  testing::peer unknown =
      testing::connect_tls(s.loop, s.server, authority.client_context(), "example.org");
  CHECK(error_of(unknown) == "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
  CHECK(s.errors == std::vector<std::string>{"ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"});
}

TEST_CASE("tls testing: servers that the test controls") {
  testing::tls_authority const authority;
  asked a(authority.server_context("example.org"), authority.client_context());
  http::client_request const r = a.ask();
  REQUIRE(a.origin.size() == 1);
  CHECK(a.origin.target(0).host == "example.org");
  a.origin[0].expect("GET / HTTP/1.1\r\n");
  CHECK(a.origin[0].connection().secure()->servername == "example.org");
  a.origin[0].send("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(a.status == 204);
  CHECK(a.error == "");
}

TEST_CASE("tls testing: the bounds of a certificate's validity are checked by the agent") {
  testing::tls_authority const authority;
  testing::tls_subject subject("example.org");
  auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string expected;
  SECTION("expired") {
    subject.valid_to = now - 24h;
    expected = "CERT_HAS_EXPIRED";
  }
  SECTION("not valid yet") {
    subject.valid_from = now + 24h;
    expected = "CERT_NOT_YET_VALID";
  }
  testing::tls_identity const own = authority.issue(subject);
  tls::server_options options;
  options.cert.push_back(own.cert);
  options.key.push_back(own.key);
  asked a(tls::context(options), authority.client_context());
  http::client_request const r = a.ask();
  CHECK(a.error == expected);
  CHECK(a.origin[0].ended());
  CHECK(a.origin[0].error());
}

TEST_CASE("tls testing: a server that the test controls may leave in the middle of a body") {
  testing::tls_authority const authority;
  asked a(authority.server_context("example.org"), authority.client_context());
  http::client_request const r = a.ask();
  a.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  CHECK(a.status == 200);
  a.origin[0].close();
  CHECK(a.agent.totals().sockets == 0);
}

TEST_CASE("tls testing: an agent's time limit includes the handshake") {
  testing::tls_authority const authority;
  testing::event_loop loop;
  testing::origin origin{loop};  // says nothing
  https::agent_options o;
  o.secure = authority.client_context();
  o.create_connection = origin.connections();
  o.connect_timeout = 2s;
  https::agent agent(loop.get_executor(), o);
  std::string error;
  http::client_request r = agent.request("GET", "https://example.org/");
  r.on_error([&](anode::error_code ec) { error = http::code_name(ec); });
  r.end();
  loop.advance(1s);
  CHECK(error == "");
  loop.advance(1s);
  CHECK(error == "ETIMEDOUT");
}

TEST_CASE("tls testing: an authority issues names, wildcards and addresses") {
  testing::tls_authority const authority;
  testing::tls_authority const copy = authority;
  CHECK(copy.cert() == authority.cert());
  testing::tls_subject subject;
  subject.names = {"example.org", "*.example.org", "127.0.0.1", "::1"};
  auto const c = tls::certificate::from_pem(authority.issue(subject).cert);
  CHECK(c.subject_alt_name() ==
        "DNS:example.org, DNS:*.example.org, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  CHECK(c.common_name() == "example.org");
  CHECK(c.valid_from() == std::chrono::sys_seconds());
  CHECK(c.valid_to() == subject.valid_to);
  CHECK(c.issuer() == tls::certificate::from_pem(authority.cert()).subject());
  for (auto const host : {"example.org", "a.example.org", "127.0.0.1", "::1"}) {
    CAPTURE(host);
    CHECK_NOTHROW(tls::check_server_identity(host, c));
  }
  CHECK_THROWS_AS(tls::check_server_identity("example.net", c), http::exception);
  CHECK_THROWS_WITH(authority.issue(testing::tls_subject()), "A certificate needs a name");
  // A name that does not fit into a common name is an alternative name.
  std::string const label(60, 'a');
  std::string const host = label + "." + label + ".test";
  CHECK_NOTHROW(
      tls::check_server_identity(host, tls::certificate::from_pem(authority.issue(host).cert)));
}

TEST_CASE("tls testing: certificates of the program work too, over connections of any size") {
  support::certificates::authority root;
  auto const leaf = root.issue({.names = {"example.org"}});
  tls::server_options o;
  o.cert.push_back(leaf.cert);
  o.key.push_back(leaf.key);
  tls::client_options trust;
  trust.ca.push_back(root.cert());
  served s{tls::context(o)};
  std::size_t const capacity = GENERATE(std::size_t{1}, std::size_t{100}, std::size_t{65536});
  testing::peer client =
      testing::connect_tls(s.loop, s.server, tls::context(trust), "example.org", capacity);
  client.send(get);
  client.expect_until("\r\n\r\n?");
}

}  // namespace behaviour_tls_testing
