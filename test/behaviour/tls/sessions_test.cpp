// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Which connections resume an earlier session, and which never do.

#include "support/tls/fixture.hpp"

#include <string>

namespace behaviour_tls_sessions {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace tls = anode::tls;

namespace {

bool resumed(tls_answer const& a) {
  REQUIRE(a.error == "");
  REQUIRE(a.info);
  return a.info->session_reused;
}

}  // namespace

TEST_CASE("sessions: the next connection resumes, in both versions") {
  auto const version = GENERATE(tls::version::tls1_2, tls::version::tls1_3);
  tls::client_options c;
  c.max_version = version;
  tls_fixture f({}, c);
  CHECK_FALSE(resumed(f.get()));
  for (int i = 0; i < 5; ++i) {
    tls_answer const a = f.get();
    CHECK(resumed(a));
    CHECK(a.info->authorized);
    CHECK(f.seen.back().session_reused);
    CHECK(f.seen.back().servername == "good.test");
  }
  CHECK(f.connections == 6);
}

TEST_CASE("sessions: never across servers, names, contexts or checks") {
  tls_fixture f;
  auto const leaf = f.root.issue({.names = {"good.test", "also.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  f.server.set_secure_context(tls::context(s));
  http::request_options r;
  r.host = "good.test";
  CHECK_FALSE(resumed(f.request(f.agent, r)));
  CHECK(resumed(f.request(f.agent, r)));

  http::request_options other = r;
  other.host = "also.test";
  CHECK_FALSE(resumed(f.request(f.agent, other)));
  other = r;
  other.port = 8443;
  CHECK_FALSE(resumed(f.request(f.agent, other)));
  other = r;
  other.servername = "also.test";
  CHECK_FALSE(resumed(f.request(f.agent, other)));
  other = r;
  other.secure = f.client_context();
  CHECK_FALSE(resumed(f.request(f.agent, other)));
  CHECK(resumed(f.request(f.agent, other)));
  tls::client_options checks;
  checks.check_server_identity = [](std::string_view, tls::certificate const&) {
    throw std::runtime_error("never");
  };
  other = r;
  other.secure = f.client_context(checks);
  CHECK(f.request(f.agent, other).error == "ERR_TLS_CERT_ALTNAME_INVALID");

  anode::https::agent_options o;
  o.secure = f.client_context();
  o.create_connection = f.connections_here();
  anode::https::agent second(f.loop.get_executor(), o);
  CHECK_FALSE(resumed(f.request(second, r)));
}

TEST_CASE("pool: a connection is never used under another check, name or context") {
  anode::https::agent_options o;
  o.keep_alive = true;
  tls_fixture f({}, {}, o);
  http::request_options r;
  r.host = "good.test";
  CHECK(f.request(f.agent, r).status == 200);
  CHECK(f.connections == 1);
  tls::client_options checks;
  checks.check_server_identity = [](std::string_view, tls::certificate const&) {
    throw std::runtime_error("never");
  };
  r.secure = f.client_context(checks);
  CHECK(f.request(f.agent, r).error == "ERR_TLS_CERT_ALTNAME_INVALID");
  r.secure = {};
  r.servername = "other.test";
  CHECK(f.request(f.agent, r).error == "ERR_TLS_CERT_ALTNAME_INVALID");
  r.servername.reset();
  CHECK(f.request(f.agent, r).status == 200);
  CHECK(f.connections == 3);
}

TEST_CASE("sessions: the limit of the cache, and none") {
  anode::https::agent_options o;
  o.max_cached_sessions = 0;
  tls_fixture f({}, {}, o);
  CHECK_FALSE(resumed(f.get()));
  CHECK_FALSE(resumed(f.get()));
}

TEST_CASE("sessions: ticket keys are shared, replaced and kept over a reload") {
  tls_fixture f;
  CHECK_FALSE(resumed(f.get()));
  std::string const keys = f.server.ticket_keys();
  CHECK(keys.size() == 48);
  f.server.set_ticket_keys(std::string(48, 'k'));
  CHECK(f.server.ticket_keys() == std::string(48, 'k'));
  CHECK(resumed(f.get()));  // by the previous key; the new ticket has the new one
  CHECK(resumed(f.get()));
  f.server.set_ticket_keys(std::string(48, 'l'));
  f.server.set_ticket_keys(std::string(48, 'm'));
  CHECK_FALSE(resumed(f.get()));
  CHECK_THROWS_WITH(f.server.set_ticket_keys("short"), "Session ticket keys must be 48 bytes");
  auto const leaf = f.root.issue({.names = {"good.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  CHECK(resumed(f.get()));
  f.server.set_secure_context(tls::context(s));
  CHECK(resumed(f.get()));
}

TEST_CASE("sessions: a server that trusts other clients does not resume") {
  support::certificates::authority people;
  tls_fixture f;
  CHECK_FALSE(resumed(f.get()));
  auto const leaf = f.root.issue({.names = {"good.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  s.request_cert = true;
  s.reject_unauthorized = false;
  s.ca.push_back(people.cert());
  f.server.set_secure_context(tls::context(s));
  CHECK_FALSE(resumed(f.get()));
  CHECK_FALSE(f.seen.back().authorized);
}

}  // namespace behaviour_tls_sessions
