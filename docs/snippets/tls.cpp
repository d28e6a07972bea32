// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The recipes for TLS, docs/recipes.md, and the code of docs/tls.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <anode/https.hpp>
#include <anode/tls_testing.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace https = anode::https;
namespace tls = anode::tls;

namespace {

void hello(http::incoming_message&, http::server_response& res) { res.end("hello\n"); }

// [server]
https::server secure_server(net::any_io_executor ex, std::string cert_file, std::string key_file) {
  tls::server_options id;
  id.cert_file = std::move(cert_file);  // the chain, PEM
  id.key_file = std::move(key_file);
  return https::server{ex, tls::context(id), hello};  // throws if the files do not fit
}
// [server]

// [client]
https::agent agent_of(net::any_io_executor ex, std::string authority) {
  tls::client_options trust;
  trust.extra_ca = {std::move(authority)};  // besides the certificates of the system
  https::agent_options options;
  options.keep_alive = true;
  options.secure = tls::context(trust);
  return https::agent{ex, options};
}
// [client]

// [client_certificate]
void who_are_you(http::incoming_message& req, http::server_response& res) {
  tls::certificate const client = tls::peer_certificate(req.socket());
  res.end(client ? "hello " + client.common_name() : "hello stranger");
}

tls::context only_known_clients(tls::server_options id, std::string authority) {
  id.ca = {std::move(authority)};
  id.request_cert = true;  // and reject_unauthorized, which is the default
  return tls::context(id);
}
// [client_certificate]

// [reload]
void renew(https::server& server, tls::server_options const& files) {
  server.set_secure_context(tls::context(files));  // new connections; throws: nothing changes
}
// [reload]

// [several_names]
void serve_names(https::server& server, tls::context shop, tls::context others) {
  server.add_context("shop.test", std::move(shop));
  server.add_context("*.example.test", std::move(others));
}
// [several_names]

// [inspect]
void show_encryption(http::incoming_message& req, http::server_response& res) {
  anode::secure_info const* const info = req.socket().secure();
  res.end(info != nullptr ? info->protocol + " for " + info->servername : "not encrypted");
}
// [inspect]

// [pin]
tls::context pinned(tls::client_options trust, std::string fingerprint) {
  trust.check_server_identity = [fingerprint](std::string_view host, tls::certificate const& peer) {
    tls::check_server_identity(host, peer);  // the usual check first
    if (peer.fingerprint256() != fingerprint) {
      throw std::runtime_error("another certificate than expected");
    }
  };
  return tls::context(trust);
}
// [pin]

// [failure]
net::awaitable<std::string> why_not(https::agent agent, std::string_view url) {
  try {
    http::incoming_message res = co_await agent.get(url);
    co_return "accepted";
  } catch (http::request_error const& e) {
    co_return std::string(to_string(e.phase())) + ": " + std::string(e.code_name());
  }
}
// [failure]

// [test]
void test_of_a_secure_server() {
  testing::event_loop loop;
  testing::tls_authority authority;  // trusted by nobody else
  https::server server{loop.get_executor(), authority.server_context("shop.test"), hello};
  testing::peer client =
      testing::connect_tls(loop, server, authority.client_context(), "shop.test");
  client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
}
// [test]

net::awaitable<std::string> text_of(http::agent agent, std::string_view url) {
  http::incoming_message res = co_await agent.get(url);
  co_return co_await res.text();
}

tls::server_options options_of(testing::tls_identity const& id) {
  tls::server_options o;
  o.cert = {id.cert};
  o.key = {id.key};
  return o;
}

https::agent agent_to(https::server& server, tls::context trust, net::any_io_executor ex) {
  https::agent_options o;
  o.secure = std::move(trust);
  o.create_connection = testing::connections_to(server);
  return https::agent{ex, o};
}

}  // namespace

TEST_CASE("recipes for TLS: files, names and reload") {
  testing::event_loop loop;
  testing::tls_authority const authority;
  testing::tls_identity const id = authority.issue("first.test");
  auto const folder = std::filesystem::temp_directory_path();
  std::string const cert = (folder / ("anode-docs-cert-" + std::to_string(::getpid()))).string();
  std::string const key = (folder / ("anode-docs-key-" + std::to_string(::getpid()))).string();
  std::ofstream(cert) << id.cert;
  std::ofstream(key) << id.key;
  https::server server = secure_server(loop.get_executor(), cert, key);
  std::filesystem::remove(cert);
  std::filesystem::remove(key);
  https::agent agent = agent_to(server, authority.client_context(), loop.get_executor());
  CHECK(loop.run(text_of(agent, "https://first.test/")) == "hello\n");
  CHECK(loop.run(why_not(agent, "https://shop.test/")) == "secure: ERR_TLS_CERT_ALTNAME_INVALID");

  serve_names(server, authority.server_context("shop.test"),
              authority.server_context("*.example.test"));
  server.on_request(show_encryption);
  CHECK(loop.run(text_of(agent, "https://shop.test/")) == "TLSv1.3 for shop.test");
  CHECK(loop.run(text_of(agent, "https://a.example.test/")) == "TLSv1.3 for a.example.test");
  CHECK(loop.run(why_not(agent, "https://renewed.test/")) ==
        "secure: ERR_TLS_CERT_ALTNAME_INVALID");
  renew(server, options_of(authority.issue("renewed.test")));
  CHECK(loop.run(why_not(agent, "https://renewed.test/")) == "accepted");
}

TEST_CASE("recipes for TLS: certificates of clients, pins") {
  testing::event_loop loop;
  testing::tls_authority const authority;
  https::server server{
      loop.get_executor(),
      only_known_clients(options_of(authority.issue("shop.test")), authority.cert()), who_are_you};
  testing::tls_identity const alice = authority.issue("alice");
  tls::client_options known;
  known.cert = {alice.cert};
  known.key = {alice.key};
  https::agent agent = agent_to(server, authority.client_context(known), loop.get_executor());
  CHECK(loop.run(text_of(agent, "https://shop.test/")) == "hello alice");

  tls::client_options trust = known;
  trust.ca = {authority.cert()};
  https::agent strict = agent_to(server, pinned(trust, "00:11"), loop.get_executor());
  CHECK_THROWS_AS(loop.run(text_of(strict, "https://shop.test/")), http::request_error);
  CHECK(agent_of(loop.get_executor(), authority.cert()).options().keep_alive);
  test_of_a_secure_server();
}
