// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A connection serves only hosts whose clients are verified as its own client was.

#include "support/tls/fixture.hpp"
#include "support/tls/peer.hpp"

#include <anode/openssl.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace behaviour_tls_misdirected {

using support::tls_fixture;
namespace http = anode::http;
namespace net = boost::asio;
namespace tls = anode::tls;

namespace {

constexpr std::string_view answer_421 = "HTTP/1.1 421 Misdirected Request\r\n";

// A server whose default context and "open.test", "also.test" verify nobody, and whose
// "strict.test" requires a certificate of `people`.
struct two_trusts {
  two_trusts() {
    fixture.server.add_context("strict.test", strict_context());
    fixture.server.add_context("open.test", context_for("open.test"));
    fixture.server.add_context("also.test", context_for("also.test"));
    fixture.server.on_request([this](http::incoming_message& req, http::server_response& res) {
      handled.emplace_back(req.headers().get("host").value_or(""));
      res.end("ok");
    });
  }

  tls::server_options options_for(std::string const& name) const {
    auto const leaf = fixture.root.issue({.names = {name}});
    tls::server_options o;
    o.cert.push_back(leaf.cert);
    o.key.push_back(leaf.key);
    return o;
  }

  tls::context context_for(std::string const& name) const {
    return tls::context(options_for(name));
  }

  tls::context strict_context() const {
    tls::server_options o = options_for("strict.test");
    o.request_cert = true;
    o.ca.push_back(people.cert());
    return tls::context(o);
  }

  // Connects with a name, and a certificate for the strict host. An empty name: none is sent.
  std::unique_ptr<support::tls_peer> connect(std::string const& name) {
    auto p = std::make_unique<support::tls_peer>(fixture.loop, anode::socket(fixture.connect()),
                                                 tls::side::client);
    if (!name.empty()) {
      SSL_set_tlsext_host_name(p->native(), name.c_str());
    }
    if (name == "strict.test") {
      p->use(people.issue({.common_name = "ada"}));
    }
    p->handshake();
    return p;
  }

  static std::string ask(support::tls_peer& p, std::string_view host, std::string_view target = "/",
                         std::string_view more = {}) {
    p.write("GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" +
            std::string(more) + "\r\n");
    std::string const answer = p.read();
    return answer.substr(0, answer.find("\r\n") + 2);
  }

  tls_fixture fixture;
  support::certificates::authority people;
  std::vector<std::string> handled;
};

}  // namespace

TEST_CASE("421: a host that requires certificates is not served to a client without one") {
  two_trusts t;
  std::string const name = GENERATE("open.test", "good.test", "unknown.test", "");
  CAPTURE(name);
  auto const p = t.connect(name);
  CHECK(t.ask(*p, "strict.test") == answer_421);
  CHECK(t.ask(*p, "STRICT.Test.:443") == answer_421);
  CHECK(t.ask(*p, "%73trict.test") == answer_421);
  CHECK(t.handled.empty());
  // The connection still serves its own hosts, and those that are verified alike.
  CHECK(t.ask(*p, "open.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "also.test:8443") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "good.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "127.0.0.1") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "[::1]:443") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.handled.size() == 5);
}

TEST_CASE("421: a connection to a host that requires certificates serves no other host") {
  two_trusts t;
  auto const p = t.connect("strict.test");
  CHECK(t.ask(*p, "strict.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "STRICT.test.:443") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "open.test") == answer_421);
  CHECK(t.ask(*p, "good.test") == answer_421);
  CHECK(t.ask(*p, "127.0.0.1") == answer_421);
  CHECK(t.handled.size() == 2);
}

TEST_CASE("421: hosts that are verified by equal rules share connections") {
  two_trusts t;
  t.fixture.server.add_context("vip.test", t.strict_context());
  auto const p = t.connect("strict.test");
  CHECK(t.ask(*p, "vip.test") == "HTTP/1.1 200 OK\r\n");
}

TEST_CASE("421: also for upgrades, absolute targets, expectations and HTTP/1.0") {
  two_trusts t;
  bool upgraded = false;
  t.fixture.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    upgraded = true;
    s.destroy();
  });
  auto const p = t.connect("open.test");
  CHECK(t.ask(*p, "strict.test", "/", "Connection: Upgrade\r\nUpgrade: websocket\r\n") ==
        answer_421);
  CHECK_FALSE(upgraded);
  CHECK(t.ask(*p, "open.test", "https://strict.test/") == answer_421);
  CHECK(t.ask(*p, "open.test", "https://u@strict.test:443?q") == answer_421);
  CHECK(t.ask(*p, "strict.test", "https://open.test/") == answer_421);
  CHECK(t.ask(*p, "strict.test", "/", "Expect: 100-continue\r\n") == answer_421);
  CHECK(t.ask(*p, "open.test", "https://also.test/x") == "HTTP/1.1 200 OK\r\n");
  p->write("GET / HTTP/1.0\r\nHost: strict.test\r\n\r\n");
  CHECK(p->read().starts_with(answer_421));
  CHECK(t.handled == std::vector<std::string>{"open.test"});
}

TEST_CASE("421: the host of a CONNECT request is the target of a tunnel") {
  two_trusts t;
  std::string target;
  t.fixture.server.on_connect([&](http::incoming_message& req, anode::socket s) {
    target = req.url();
    s.end("HTTP/1.1 200 OK\r\n\r\n");
  });
  auto const p = t.connect("open.test");
  p->write("CONNECT strict.test:443 HTTP/1.1\r\nHost: strict.test:443\r\n\r\n");
  CHECK(p->read() == "HTTP/1.1 200 OK\r\n\r\n");
  CHECK(target == "strict.test:443");
}

TEST_CASE("421: a function that chooses contexts is asked for other hosts") {
  two_trusts t;
  tls::context const strict = t.strict_context();
  std::vector<std::string> asked;
  t.fixture.server.on_sni([&](std::string_view name) {
    asked.emplace_back(name);
    if (name == "fails.test") {
      throw std::runtime_error("no");
    }
    return name == "chosen.test" ? strict : tls::context();
  });
  auto const p = t.connect("open.test");
  CHECK(t.ask(*p, "open.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(asked == std::vector<std::string>{"open.test"});  // by the handshake
  CHECK(t.ask(*p, "chosen.test") == answer_421);
  CHECK(t.ask(*p, "fails.test") == answer_421);
  CHECK(t.ask(*p, "127.0.0.1") == "HTTP/1.1 200 OK\r\n");
  CHECK(asked == std::vector<std::string>{"open.test", "chosen.test", "fails.test"});
  // Also without the function, a connection of a name that it has chosen keeps its rules.
  t.fixture.server.on_sni({});
  CHECK(t.ask(*p, "chosen.test") == "HTTP/1.1 200 OK\r\n");
}

TEST_CASE("421: the function that chooses contexts may close or destroy the server") {
  two_trusts t;
  auto server = std::make_unique<anode::https::server>(t.fixture.loop.get_executor(),
                                                       t.context_for("good.test"));
  int handled = 0;
  server->on_request([&](http::incoming_message&, http::server_response& res) {
    ++handled;
    res.end();
  });
  bool const destroy = GENERATE(true, false);
  bool armed = false;
  server->on_sni([&](std::string_view) {
    if (armed && destroy) {
      server.reset();
    } else if (armed) {
      server->close_all_connections();
    }
    return tls::context();
  });
  auto pair = anode::transport::make_memory_pair(t.fixture.loop.get_executor());
  server->emit_connection(std::move(pair.second));
  support::tls_peer p(t.fixture.loop, anode::socket(std::move(pair.first)), tls::side::client);
  p.handshake();
  armed = true;
  p.write("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n");
  CHECK(p.read() == "");
  CHECK(p.peer.ended());
  CHECK(handled == 0);
}

TEST_CASE("421: a reload changes what further connections are compared with") {
  two_trusts t;
  auto const p = t.connect("good.test");
  auto const named = t.connect("open.test");
  t.fixture.server.set_secure_context(t.strict_context());
  // The connection keeps the context it was made with, which still serves unknown hosts.
  CHECK(t.ask(*p, "good.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "unknown.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "strict.test") == answer_421);
  // Unknown hosts now require certificates.
  CHECK(t.ask(*named, "unknown.test") == answer_421);
  CHECK(t.ask(*named, "open.test") == "HTTP/1.1 200 OK\r\n");
}

TEST_CASE("421: contexts of OpenSSL that verify nobody are alike") {
  two_trusts t;
  auto const leaf = t.fixture.root.issue({.names = {"native.test"}});
  SSL_CTX* const native = SSL_CTX_new(TLS_server_method());
  support::tls_peer::use(native, leaf);
  tls::context const c = tls::from_ssl_ctx(native, tls::side::server);
  SSL_CTX_free(native);
  t.fixture.server.add_context("native.test", c);
  auto const p = t.connect("native.test");
  CHECK(t.ask(*p, "open.test") == "HTTP/1.1 200 OK\r\n");
  CHECK(t.ask(*p, "strict.test") == answer_421);
}

}  // namespace behaviour_tls_misdirected
