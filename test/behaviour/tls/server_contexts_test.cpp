// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Certificates by name, reload, and certificates of clients.

#include "support/tls/fixture.hpp"
#include "support/tls/peer.hpp"

#include <anode/openssl.hpp>
#include <anode/tls_testing.hpp>

#include <string>

namespace behaviour_tls_server_contexts {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;
namespace tls = anode::tls;

namespace {

tls::server_options options_for(support::certificates::authority const& root,
                                std::string const& name) {
  auto const leaf = root.issue({.names = {name}});
  tls::server_options o;
  o.cert.push_back(leaf.cert);
  o.key.push_back(leaf.key);
  return o;
}

tls::client_options client_with(support::certificates::authority const& root,
                                support::certificates::issued const& own) {
  tls::client_options o;
  o.ca.push_back(root.cert());
  o.cert.push_back(own.cert);
  o.key.push_back(own.key);
  return o;
}

}  // namespace

TEST_CASE("SNI: the context of the name is used, the exact name before a wildcard") {
  tls_fixture f;
  f.server.add_context("A.test", tls::context(options_for(f.root, "a.test")));
  f.server.add_context("*.test", tls::context(options_for(f.root, "*.wild.test")));
  f.server.add_context("*.wild.test", tls::context(options_for(f.root, "*.wild.test")));
  CHECK(f.get("/", "a.test").status == 200);
  CHECK(f.get("/", "a.wild.test").status == 200);
  CHECK(f.get("/", "A.WILD.test").status == 200);
  CHECK(f.get("/", "a.b.wild.test").error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(f.get("/", "good.test").error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK_THROWS_WITH(f.server.add_context("a.*.test", tls::context(options_for(f.root, "a.test"))),
                    "The pattern 'a.*.test' is neither a host name nor \"*.\" and a host name");
  CHECK_THROWS_AS(f.server.add_context("b.test", tls::context()), http::exception);
  CHECK_THROWS_AS(f.server.add_context("b.test", f.client_context()), http::exception);
}

TEST_CASE("SNI: a function chooses the context, or fails the handshake") {
  tls_fixture f;
  tls::context const chosen(options_for(f.root, "chosen.test"));
  std::string asked;
  f.server.on_sni([&](std::string_view name) {
    asked = name;
    if (name == "fails.test") {
      throw std::runtime_error("no");
    }
    return name == "chosen.test" ? chosen : tls::context();
  });
  CHECK(f.get("/", "chosen.test").status == 200);
  CHECK(asked == "chosen.test");
  CHECK(f.get().status == 200);
  CHECK(asked == "good.test");
  CHECK(f.get("/", "fails.test").error == "EPROTO");
  CHECK(f.client_errors.size() == 1);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("reload: new connections use the new certificate, present ones go on") {
  anode::https::agent_options o;
  o.keep_alive = true;
  tls_fixture f({}, {}, o);
  CHECK(f.get().status == 200);
  f.server.set_secure_context(tls::context(options_for(f.root, "new.test")));
  CHECK(f.get().status == 200);  // the same connection
  CHECK(f.connections == 1);
  CHECK(f.get("/", "new.test").status == 200);
  CHECK_THROWS_AS(f.server.set_secure_context(tls::context()), http::exception);
  tls::server_options bad = options_for(f.root, "x.test");
  bad.key = {"no key"};
  CHECK_THROWS_AS(tls::context(bad), http::exception);
  CHECK(f.get("/", "new.test").status == 200);
}

TEST_CASE("reload: under load, connections go on and new ones get the newest certificate") {
  tls_fixture f;
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        while (auto const piece = co_await req.read()) {
          co_await res.write(*piece);
        }
        res.end();
      });
  tls::context const client = f.client_context();
  std::vector<anode::testing::peer> open;
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    tls::server_options const next = options_for(f.root, "good.test");
    f.server.set_secure_context(tls::context(next));
    open.push_back(anode::testing::connect_tls(f.loop, f.server, client, "good.test"));
    CHECK(tls::peer_certificate(open.back().connection()).fingerprint256() ==
          tls::certificate::from_pem(next.cert[0]).fingerprint256());
    open.back().send("POST / HTTP/1.1\r\nHost: good.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    // One connection is in the middle of its handshake while the context changes.
    support::tls_peer late(f.loop, anode::socket(f.connect()), tls::side::client);
    f.server.set_secure_context(tls::context(options_for(f.root, "good.test")));
    late.handshake();
    f.server.set_secure_context(tls::context(next));
    late.write("GET / HTTP/1.1\r\nHost: good.test\r\n\r\n");
    CHECK(late.read().starts_with("HTTP/1.1 200 OK\r\n"));
    for (anode::testing::peer& p : open) {
      p.send("3\r\nabc\r\n");
      CHECK_NOTHROW(p.expect_until("3\r\nabc\r\n"));
    }
  }
  for (anode::testing::peer& p : open) {
    p.send("0\r\n\r\nGET / HTTP/1.1\r\nHost: good.test\r\n\r\n");
    p.expect("0\r\n\r\n");
    CHECK_NOTHROW(p.expect_until("HTTP/1.1 200 OK\r\n"));
  }
  CHECK(f.client_errors.empty());
}

TEST_CASE("client certificates: required ones") {
  support::certificates::authority people;
  auto version = GENERATE(tls::version::tls1_2, tls::version::tls1_3);
  CAPTURE(version);
  tls::server_options s;
  s.request_cert = true;
  s.ca.push_back(people.cert());
  s.max_version = version;
  tls_fixture f(s);
  std::string who;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    CHECK(req.socket().authorized());
    who = tls::peer_certificate(req.socket()).common_name();
    res.end();
  });
  anode::https::agent_options o;
  o.create_connection = f.connections_here();
  http::request_options r;
  r.host = "good.test";

  o.secure = tls::context(client_with(
      f.root, people.issue({.common_name = "ada", .use = support::certificates::purpose::client})));
  anode::https::agent with(f.loop.get_executor(), o);
  tls_answer a = f.request(with, r);
  CHECK(a.error == "");
  CHECK(a.status == 200);
  CHECK(who == "ada");

  who.clear();
  a = f.request(f.agent, r);  // without one
  CHECK(a.status == 0);
  CHECK(a.error != "");
  CHECK(who == "");
  REQUIRE(f.client_errors.size() == 1);
  CHECK(f.client_errors[0] == "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE");
  if (version == tls::version::tls1_3) {
    // The handshake of the client has succeeded before the server could object.
    CHECK(a.error == "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
    CHECK(a.verdict == "maybe_processed");
  } else {
    CHECK(a.error == "EPROTO");
    CHECK(a.verdict == "not_sent");
  }

  support::certificates::authority strangers;
  o.secure = tls::context(client_with(f.root, strangers.issue({.common_name = "eve"})));
  anode::https::agent stranger(f.loop.get_executor(), o);
  f.client_errors.clear();
  a = f.request(stranger, r);
  CHECK(a.status == 0);
  CHECK(who == "");
  CHECK(f.client_errors == std::vector<std::string>{"UNABLE_TO_VERIFY_LEAF_SIGNATURE"});

  // A certificate for servers is of no use.
  o.secure = tls::context(client_with(
      f.root, people.issue({.common_name = "srv", .use = support::certificates::purpose::server})));
  anode::https::agent wrong_use(f.loop.get_executor(), o);
  f.client_errors.clear();
  a = f.request(wrong_use, r);
  CHECK(a.status == 0);
  CHECK(f.client_errors == std::vector<std::string>{"INVALID_PURPOSE"});
}

TEST_CASE("client certificates: requested ones are reported, not required") {
  support::certificates::authority people;
  support::certificates::authority strangers;
  tls::server_options s;
  s.request_cert = true;
  s.reject_unauthorized = false;
  s.ca.push_back(people.cert());
  tls_fixture f(s);
  anode::https::agent_options o;
  o.create_connection = f.connections_here();
  http::request_options r;
  r.host = "good.test";
  CHECK(f.request(f.agent, r).status == 200);
  CHECK_FALSE(f.seen.back().authorized);
  CHECK(f.seen.back().authorization_error == "UNABLE_TO_GET_ISSUER_CERT");

  o.secure = tls::context(client_with(f.root, strangers.issue({.common_name = "eve"})));
  anode::https::agent stranger(f.loop.get_executor(), o);
  CHECK(f.request(stranger, r).status == 200);
  CHECK_FALSE(f.seen.back().authorized);
  CHECK(f.seen.back().authorization_error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");

  o.secure = tls::context(client_with(f.root, people.issue({.common_name = "ada"})));
  anode::https::agent known(f.loop.get_executor(), o);
  CHECK(f.request(known, r).status == 200);
  CHECK(f.seen.back().authorized);
  CHECK(f.request(known, r).status == 200);  // resumed
  CHECK(f.seen.back().authorized);
  CHECK(f.seen.back().session_reused);
}

TEST_CASE("SNI: the verification of clients belongs to the context of the name") {
  support::certificates::authority people;
  tls_fixture f;
  tls::server_options strict = options_for(f.root, "strict.test");
  strict.request_cert = true;
  strict.ca.push_back(people.cert());
  f.server.add_context("strict.test", tls::context(strict));
  CHECK(f.get().status == 200);
  CHECK(f.get("/", "strict.test").status == 0);
  anode::https::agent_options o;
  o.create_connection = f.connections_here();
  o.secure = tls::context(client_with(f.root, people.issue({.common_name = "ada"})));
  anode::https::agent known(f.loop.get_executor(), o);
  http::request_options r;
  r.host = "strict.test";
  CHECK(f.request(known, r).status == 200);
  CHECK(f.seen.back().authorized);
}

TEST_CASE("https: listeners of secure connections, key log, and OpenSSL's handle") {
  std::vector<std::string> lines;
  tls::server_options s;
  s.on_keylog = [&](std::string_view line) { lines.emplace_back(line); };
  tls_fixture f(s);
  std::vector<std::string> events;
  f.server.on_connection([&](anode::socket c) {
    CHECK(c.encrypted());
    CHECK(c.secure() == nullptr);
    events.emplace_back("connection");
  });
  f.server.on_secure_connection([&](anode::socket c) {
    CHECK(c.secure() != nullptr);
    CHECK(tls::native_handle(c) != nullptr);
    events.push_back("secure " + c.secure()->protocol);
  });
  CHECK(f.get().status == 200);
  CHECK(events == std::vector<std::string>{"connection", "secure TLSv1.3"});
  CHECK(lines.size() == 5);
  anode::socket const plain(f.connect());
  CHECK(tls::native_handle(plain) == nullptr);
  CHECK_FALSE(tls::peer_certificate(plain));
  CHECK(tls::native_handle(anode::socket()) == nullptr);
}

TEST_CASE("https: a staple is sent to clients that ask, and changes with a reload") {
  tls_fixture f;
  auto const staple_of = [&](bool ask) {
    support::tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client);
    if (ask) {
      SSL_set_tlsext_status_type(p.native(), TLSEXT_STATUSTYPE_ocsp);
    }
    p.handshake();
    unsigned char const* bytes = nullptr;
    long const size = SSL_get_tlsext_status_ocsp_resp(p.native(), &bytes);
    return size > 0 ? std::string(bytes, bytes + size) : std::string();
  };
  CHECK(staple_of(true) == "");
  tls::server_options o = options_for(f.root, "good.test");
  o.ocsp_response = "first";
  f.server.set_secure_context(tls::context(o));
  CHECK(staple_of(true) == "first");
  CHECK(staple_of(false) == "");
  o.ocsp_response = "second";
  f.server.set_secure_context(tls::context(o));
  CHECK(staple_of(true) == "second");
}

TEST_CASE("https: both sides export the same key material") {
  tls_fixture f;
  std::string of_server;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    of_server = tls::export_keying_material(req.socket(), 32, "EXPORTER-test", "ctx");
    res.end();
  });
  std::string of_client;
  http::client_request r = f.agent.request("GET", "https://good.test/");
  r.on_response([&](http::incoming_message m) {
    of_client = tls::export_keying_material(m.socket(), 32, "EXPORTER-test", "ctx");
    CHECK(tls::peer_certificate(m.socket()).subject_alt_name() == "DNS:good.test");
  });
  r.end();
  f.loop.settle();
  CHECK(of_client.size() == 32);
  CHECK(of_client == of_server);
}

}  // namespace behaviour_tls_server_contexts
