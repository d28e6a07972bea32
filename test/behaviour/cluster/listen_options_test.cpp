// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What each worker of a cluster applies of `listen_options`.
#include "behaviour/cluster/running_cluster.hpp"

#include <anode/error.hpp>

#include <string>

namespace behaviour_cluster_listen_options {

using namespace support;

namespace {

http::cluster_options with_threads(unsigned threads) {
  http::cluster_options o;
  o.threads = threads;
  o.signals.clear();
  return o;
}

void answer_with_addresses(http::worker& w) {
  w.server().on_request([id = w.id()](http::incoming_message& req, http::server_response& res) {
    std::string const from = req.socket().remote_endpoint().address;
    res.set_header("Connection", "close");
    res.set_header("Content-Length", from.size() + 2);
    res.end(std::to_string(id) + " " + from);
  });
}

// Returns a listening socket as a service manager passes it.
tcp::acceptor opened(net::io_context& io) {
  return tcp::acceptor(io, {net::ip::address_v4::loopback(), 0});
}

}  // namespace

TEST_CASE("cluster: every worker requires the PROXY header") {
  bool const inherited = GENERATE(false, true);
  CAPTURE(inherited);
  net::io_context io;
  http::cluster cluster(with_threads(3), answer_with_addresses);
  http::listen_options o;
  o.host = "127.0.0.1";
  o.proxy_protocol.mode = http::proxy_protocol_mode::required;
  o.proxy_protocol.trusted.add("127.0.0.1");
  if (inherited) {
    o.descriptor = opened(io).release();
  }
  cluster.listen(o);
  std::uint16_t const port = cluster.address().port;
  REQUIRE(port != 0);
  running_cluster const running(cluster);
  for (int i = 0; i != 20; ++i) {
    blocking_client direct(port);
    direct.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(direct.rest().empty());
    blocking_client proxied(port);
    proxied.send("PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n");
    CHECK(proxied.get("/").substr(2) == "203.0.113.7");
  }
}

TEST_CASE("cluster: the workers share an inherited socket") {
  net::io_context io;
  http::cluster cluster(with_threads(2), answer_with_addresses);
  http::listen_options o;
  o.descriptor = opened(io).release();
  cluster.listen(o);
  running_cluster running(cluster);
  for (int i = 0; i != 20; ++i) {
    CHECK(blocking_client(cluster.address().port).get("/").substr(2) == "127.0.0.1");
  }
}

TEST_CASE("cluster: wrong options leave no worker listening") {
  net::io_context io;
  http::cluster cluster(with_threads(2), answer_with_addresses);
  tcp::acceptor acceptor = opened(io);
  std::uint16_t const port = acceptor.local_endpoint().port();
  http::listen_options o;
  o.proxy_protocol.mode = http::proxy_protocol_mode::required;  // trusts nobody
  SECTION("an inherited socket") { o.descriptor = acceptor.release(); }
  SECTION("a port") {
    acceptor.close();
    o.host = "127.0.0.1";
    o.port = port;
  }
  CHECK_THROWS_AS(cluster.listen(o), http::exception);
  CHECK(cluster.address().port == 0);
  CHECK_FALSE(accepts(port));
}

}  // namespace behaviour_cluster_listen_options
