// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/tls/fixture.hpp"
#include "tls/certificate/system_trust.hpp"

#include <string>

namespace behaviour_tls_https {

using support::tls_answer;
using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;
namespace tls = anode::tls;

namespace {

std::string pattern(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += static_cast<char>('a' + i % 26);
  }
  return text;
}

}  // namespace

TEST_CASE("https: a request and its response") {
  tls_fixture f;
  tls_answer const a = f.get("/x");
  CHECK(a.message == "");
  CHECK(a.status == 200);
  CHECK(a.body == "GET /x ");
  REQUIRE(a.info);
  CHECK(a.info->authorized);
  CHECK(a.info->authorization_error == "");
  CHECK(a.info->protocol == "TLSv1.3");
  CHECK(a.info->cipher == "TLS_AES_256_GCM_SHA384");
  CHECK(a.info->alpn_protocol == "http/1.1");
  CHECK(a.info->servername == "good.test");
  CHECK_FALSE(a.info->session_reused);
  REQUIRE(f.seen.size() == 1);
  CHECK_FALSE(f.seen[0].authorized);
  CHECK(f.seen[0].servername == "good.test");
  CHECK(f.client_errors.empty());
}

TEST_CASE("https: TLS 1.2") {
  tls::client_options c;
  c.max_version = tls::version::tls1_2;
  tls_fixture f({}, c);
  tls_answer const a = f.get();
  CHECK(a.status == 200);
  REQUIRE(a.info);
  CHECK(a.info->protocol == "TLSv1.2");
}

TEST_CASE("https: an agent reuses an encrypted connection") {
  anode::https::agent_options o;
  o.keep_alive = true;
  tls_fixture f({}, {}, o);
  for (int i = 0; i < 5; ++i) {
    CHECK(f.get().status == 200);
  }
  CHECK(f.connections == 1);
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("https: bodies of any size, over any transport") {
  auto const capacity = GENERATE(std::size_t{1}, std::size_t{100}, std::size_t{65536});
  auto const size = GENERATE(std::size_t{1}, std::size_t{16384}, std::size_t{16385},
                             std::size_t{100'000}, std::size_t{1'000'000});
  if (capacity == 1 && size > 20'000) {
    return;
  }
  auto const version = GENERATE(tls::version::tls1_2, tls::version::tls1_3);
  tls::client_options c;
  c.max_version = version;
  tls_fixture f({}, c);
  f.capacity = capacity;
  http::request_options o;
  o.host = "good.test";
  o.method = "POST";
  std::string const body = pattern(size);
  tls_answer const a = f.request(f.agent, o, body);
  CHECK(a.error == "");
  CHECK(a.body.size() == body.size() + 7);
  CHECK(a.body == "POST / " + body);
}

TEST_CASE("https: the server's name is checked") {
  tls_fixture f;
  tls_answer const a = f.get("/", "other.test");
  CHECK(a.error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(a.message ==
        "Hostname/IP does not match certificate's altnames: Host: other.test. is not in the cert's "
        "altnames: DNS:good.test");
  CHECK(a.phase == "secure");
  CHECK(a.verdict == "not_sent");
  CHECK(f.seen.empty());
}

TEST_CASE("https: the name in the Host header counts, and the option servername before it") {
  tls_fixture f;
  http::request_options o;
  o.host = "127.0.0.1";
  o.headers = {{"Host", "good.test:99"}};
  tls_answer a = f.request(f.agent, o);
  CHECK(a.status == 200);
  CHECK(f.seen.back().servername == "good.test");
  o.headers = {{"Host", "other.test"}};
  CHECK(f.request(f.agent, o).error == "ERR_TLS_CERT_ALTNAME_INVALID");
  o.servername = "good.test";
  CHECK(f.request(f.agent, o).status == 200);
  o.servername = "127.0.0.1";
  a = f.request(f.agent, o);
  CHECK(a.error == "ERR_INVALID_ARG_VALUE");
}

TEST_CASE("https: a CONNECT request checks the server, not the target of the tunnel") {
  tls_fixture f;
  f.server.on_connect([](http::incoming_message& req, anode::socket s) {
    s.end("HTTP/1.1 200 " + std::string(req.url()) + "\r\n\r\n");
  });
  http::request_options o;
  o.host = "good.test";
  o.method = "CONNECT";
  o.path = "a.test:1";
  http::client_request r = f.agent.request(o);
  std::string answer;
  r.on_connect([&](http::incoming_message m, anode::socket) { answer = m.status_message(); });
  r.end();
  f.loop.settle();
  CHECK(answer == "a.test:1");
}

TEST_CASE("https: an IP address is checked, and not sent as a name") {
  tls::server_options s;
  support::certificates::authority other;
  tls_fixture f;
  auto const leaf = f.root.issue({.addresses = {"127.0.0.1"}});
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  f.server.set_secure_context(tls::context(s));
  CHECK(f.get("/", "127.0.0.1").status == 200);
  CHECK(f.seen.back().servername == "");
  tls_answer const a = f.get("/", "127.0.0.2");
  CHECK(a.error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(f.get("/", "127.1").error == "ERR_INVALID_URL");
}

TEST_CASE("https: an untrusted certificate is refused") {
  support::certificates::authority other;
  auto const leaf = other.issue({.names = {"good.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  tls_fixture f(s);
  tls_answer const a = f.get();
  CHECK(a.error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  CHECK(a.message == "unable to verify the first certificate");
  CHECK(a.phase == "secure");
  CHECK(a.verdict == "not_sent");
  CHECK(f.client_errors == std::vector<std::string>{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"});
}

TEST_CASE("https: a client can accept an untrusted certificate") {
  support::certificates::authority other;
  auto const leaf = other.issue({.names = {"good.test"}});
  tls::server_options s;
  s.cert.push_back(leaf.cert);
  s.key.push_back(leaf.key);
  tls::client_options c;
  c.reject_unauthorized = false;
  tls_fixture f(s, c);
  tls_answer const a = f.get();
  CHECK(a.status == 200);
  REQUIRE(a.info);
  CHECK_FALSE(a.info->authorized);
  CHECK(a.info->authorization_error == "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
}

TEST_CASE("https: the program's own check of the server's identity") {
  tls::client_options c;
  std::string asked;
  bool refuse = false;
  c.check_server_identity = [&](std::string_view host, tls::certificate const& peer) {
    asked = std::string(host) + " " + peer.subject_alt_name();
    if (refuse) {
      throw std::runtime_error("not this one");
    }
  };
  tls_fixture f({}, c);
  CHECK(f.get("/", "any.test").status == 200);
  CHECK(asked == "any.test DNS:good.test");
  refuse = true;
  tls_answer const a = f.get("/", "any.test");
  CHECK(a.error == "ERR_TLS_CERT_ALTNAME_INVALID");
  CHECK(a.message == "not this one");
}

TEST_CASE("https: http and https agents refuse each other's URLs") {
  tls_fixture f;
  CHECK_THROWS_WITH(f.agent.request("GET", "http://good.test/"),
                    "Protocol \"http:\" not supported. Expected \"https:\"");
  http::agent plain(f.loop.get_executor());
  CHECK_THROWS_WITH(plain.request("GET", "https://good.test/"),
                    "Protocol \"https:\" not supported. Expected \"http:\"");
  anode::https::agent_options o;
  o.allow_http = true;
  o.secure = f.client_context();
  anode::testing::origin origin(f.loop);
  o.create_connection = origin.connections();
  anode::https::agent both(f.loop.get_executor(), o);
  http::client_request r = both.request("GET", "http://good.test/");
  r.end();
  REQUIRE(origin.size() == 1);
  CHECK(origin[0].expect_until("\r\n") == "GET / HTTP/1.1\r\n");
  CHECK(origin.target(0).port == 80);
}

TEST_CASE("https: the default port is 443 and is not in the Host header") {
  tls_fixture f;
  anode::https::agent_options o;
  o.secure = f.client_context();
  std::uint16_t port = 0;
  o.create_connection =
      [&](http::connect_options const& to) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    port = to.port;
    co_return f.connect();
  };
  std::string host;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    host = req.headers().get("host").value_or("");
    res.end();
  });
  anode::https::agent agent(f.loop.get_executor(), o);
  http::request_options r;
  r.set_url("https://good.test/");
  CHECK(f.request(agent, r).status == 200);
  CHECK(port == 443);
  CHECK(host == "good.test");
}

TEST_CASE("names: Node's fields of an https agent, and the number of the context") {
  tls_fixture f;
  anode::https::agent const agent(f.loop.get_executor());
  auto const name = [&](auto change) {
    http::request_options o;
    o.host = "good.test";
    o.port = 443;
    change(o);
    return agent.get_name(o);
  };
  auto const without_number = [](std::string const& all) {
    std::size_t const last = all.rfind(':');
    bool const number = all.find_first_not_of("0123456789", last + 1) == all.npos;
    return number && last + 1 < all.size() ? all.substr(0, last) : all;
  };
  // The default context has a number only if another case has changed what is trusted by default.
  auto const plain = [&](auto change) {
    std::string const all = name(change);
    CHECK((all == without_number(all)) == (tls::default_trust_changes() == 0));
    return without_number(all);
  };
  // As Node 26 prints them.
  CHECK(plain([](auto&) {}) == "good.test:443:::::::::::::::::::::");
  CHECK(plain([](auto& o) { o.servername = "other.test"; }) ==
        "good.test:443:::::::::other.test::::::::::::");
  CHECK(plain([](auto& o) { o.servername = "good.test"; }) == "good.test:443:::::::::::::::::::::");
  CHECK(plain([](auto& o) {
          o.port = 8443;
          o.local_address = "l";
          o.family = 6;
        }) == "good.test:8443:l:6::::::::::::::::::::");
  // Node has the same name with and without a server name.
  CHECK(plain([](auto& o) { o.servername = ""; }) == "good.test:443:::::::::.::::::::::::");
  CHECK(plain([](auto& o) { o.host = "127.0.0.1"; }) == "127.0.0.1:443:::::::::::::::::::::");
  CHECK(plain([](auto& o) { o.headers.append("Host", "other.test:99"); }) ==
        "good.test:443:::::::::other.test::::::::::::");

  // The number of a context is the last field.
  auto const with = [&](tls::client_options const& options) {
    std::string const all = name([&](auto& o) { o.secure = tls::context(options); });
    CHECK(all != without_number(all));
    return without_number(all);
  };
  tls::client_options o;
  o.ciphers = "TLS_AES_128_GCM_SHA256";
  o.reject_unauthorized = false;
  o.max_version = tls::version::tls1_2;
  o.groups = "P-256";
  o.sigalgs = "ECDSA+SHA256";
  o.ciphers += ":ECDHE-ECDSA-AES128-GCM-SHA256";
  CHECK(
      with(o) ==
      "good.test:443:::::TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:::false:::TLSv1.2::::"
      "P-256::::\"ECDSA+SHA256\"::");
  o = {};
  o.min_version = tls::version::tls1_3;
  CHECK(with(o) == "good.test:443::::::::::TLSv1.3:::::::::::");

  // Neither certificates nor keys.
  auto const own = f.root.issue({.names = {"client.test"}});
  o = {};
  o.ca = {f.root.cert(), own.cert};
  o.cert = {own.cert};
  o.key = {own.key};
  o.crl = {f.root.crl()};
  std::string const all = with(o);
  CHECK(all.size() == std::string("good.test:443::::::::::::::::::::").size() + 4 * 16 + 1 + 1);
  CHECK(all.find("BEGIN") == all.npos);
  tls::client_options changed = o;
  changed.crl = {f.root.crl({own})};
  CHECK(with(changed) != all);

  tls::context const c(o);
  CHECK(name([&](auto& r) { r.secure = c; }) == name([&](auto& r) { r.secure = c; }));
  CHECK(name([&](auto& r) { r.secure = c; }) != name([&](auto& r) { r.secure = tls::context(o); }));
}

TEST_CASE("names: the numbers of an https agent are found by them") {
  anode::https::agent_options o;
  o.keep_alive = true;
  tls_fixture f({}, {}, o);
  CHECK(f.get().status == 200);
  http::request_options r;
  r.host = "good.test";
  r.port = 443;
  CHECK(f.agent.by_name().at(f.agent.get_name(r)).free_sockets == 1);
}

}  // namespace behaviour_tls_https
