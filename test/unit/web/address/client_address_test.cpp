// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "web/address/forwarded.hpp"
#include "web/address/ip_address.hpp"

#include <anode/error.hpp>
#include <anode/web/client_address.hpp>

namespace unit_web_address_client_address {

namespace web = anode::web;
using web::trusted_proxies;

namespace {

std::string address(std::string_view text) {
  auto const a = web::parse_ip_address(text);
  return a ? web::to_string(*a) : "invalid";
}

std::string node(std::string_view text) {
  auto const a = web::parse_node(text);
  return a ? web::to_string(*a) : "invalid";
}

bool contains(std::string_view network, std::string_view text) {
  return web::parse_ip_network(network)->contains(*web::parse_ip_address(text));
}

}  // namespace

TEST_CASE("Addresses have one canonical text", "[web][address]") {
  std::vector<std::pair<std::string_view, std::string_view>> const rows{
      {"1.2.3.4", "1.2.3.4"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"0:0:0:0:0:0:0:1", "::1"},
      {"2001:DB8::00ff", "2001:db8::ff"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"::ffff:102:304", "1.2.3.4"},
      {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
      {"fe80::1%eth0", "fe80::1"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
  };
  for (auto const& [text, canonical] : rows) {
    CAPTURE(text);
    CHECK(address(text) == canonical);
  }
}

TEST_CASE("Texts that are no address are refused", "[web][address]") {
  for (std::string_view const text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "01.2.3.4",
                                      "1.2.3.04",
                                      "1.2.3.",
                                      ".1.2.3",
                                      "1..2.3",
                                      " 1.2.3.4",
                                      "1.2.3.4 ",
                                      "0x7f.0.0.1",
                                      "127.1",
                                      "2130706433",
                                      "1.2.3.-4",
                                      ":",
                                      ":::",
                                      "1:2",
                                      "1::2::3",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1:2:3:4:5:6:7:",
                                      ":1:2:3:4:5:6:7",
                                      "12345::",
                                      "g::",
                                      "::1.2.3",
                                      "::1.2.3.4:5",
                                      "1.2.3.4::",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "1:2:3:4:5:6:7:8::",
                                      "::1:2:3:4:5:6:7:8",
                                      "%eth0",
                                      "[::1]",
                                      "localhost"}) {
    CAPTURE(text);
    CHECK(address(text) == "invalid");
  }
}

TEST_CASE("A network contains the addresses with its prefix", "[web][address]") {
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  CHECK(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  CHECK(contains("192.168.1.0/25", "192.168.1.127"));
  CHECK_FALSE(contains("192.168.1.0/25", "192.168.1.128"));
  CHECK(contains("1.2.3.4", "1.2.3.4"));
  CHECK_FALSE(contains("1.2.3.4", "1.2.3.5"));
  CHECK(contains("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(contains("0.0.0.0/0", "::1"));
  CHECK(contains("::/0", "8.8.8.8"));
  CHECK(contains("fd00::/8", "fdff::1"));
  CHECK_FALSE(contains("fd00::/8", "fe00::1"));
  for (std::string_view const text : {"", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
                                      "10.0.0.0/08", "x/8", "10.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(web::parse_ip_network(text));
  }
}

TEST_CASE("Proxies write addresses with and without ports", "[web][address]") {
  CHECK(node("1.2.3.4") == "1.2.3.4");
  CHECK(node("1.2.3.4:80") == "1.2.3.4");
  CHECK(node("1.2.3.4:_x") == "1.2.3.4");
  CHECK(node("::1") == "::1");
  CHECK(node("[::1]") == "::1");
  CHECK(node("[::1]:80") == "::1");
  for (std::string_view const text :
       {"", "unknown", "_hidden", "1.2.3.4:", "[1.2.3.4]", "[::1", "[::1]80", "[::1]:", "a:80"}) {
    CAPTURE(text);
    CHECK(node(text) == "invalid");
  }
}

TEST_CASE("A client's own X-Forwarded-For does not count", "[web][address]") {
  trusted_proxies const none;
  CHECK(none.client_of("1.1.1.1", "2.2.2.2") == "1.1.1.1");
  trusted_proxies const proxies{"10.0.0.0/8", "::1"};
  CHECK(proxies.client_of("1.1.1.1", "2.2.2.2") == "1.1.1.1");
  CHECK(proxies.client_of("10.0.0.1", "") == "10.0.0.1");
  CHECK(proxies.client_of("10.0.0.1", "2.2.2.2") == "2.2.2.2");
  CHECK(proxies.client_of("10.0.0.1", "6.6.6.6, 2.2.2.2") == "2.2.2.2");
  CHECK(proxies.client_of("::1", "6.6.6.6, 2.2.2.2, 10.9.9.9:1234") == "2.2.2.2");
  CHECK(proxies.client_of("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3");
  CHECK(proxies.client_of("10.0.0.1", "6.6.6.6, unknown, 10.0.0.2") == "10.0.0.2");
  CHECK(proxies.client_of("10.0.0.1", "6.6.6.6, 127.1") == "10.0.0.1");
  CHECK(proxies.client_of("::ffff:10.0.0.1", "::ffff:2.2.2.2") == "2.2.2.2");
  CHECK(proxies.client_of("::ffff:1.1.1.1", "2.2.2.2") == "1.1.1.1");
  CHECK(proxies.client_of("10.0.0.1", "2.2.2.2,,") == "2.2.2.2");
  CHECK(proxies.client_of("", "2.2.2.2") == "");
  CHECK(proxies.contains("10.1.1.1"));
  CHECK_FALSE(proxies.contains("1.1.1.1"));
  CHECK_FALSE(proxies.contains(""));
  CHECK_FALSE(none.contains("1.1.1.1"));
}

TEST_CASE("Connections of Unix sockets can be those of a proxy", "[web][address]") {
  trusted_proxies const proxies{"unix"};
  CHECK(proxies.client_of("", "6.6.6.6, 2.2.2.2") == "2.2.2.2");
  CHECK(proxies.client_of("/run/web", "") == "/run/web");
  CHECK(proxies.client_of("10.0.0.1", "2.2.2.2") == "10.0.0.1");
}

TEST_CASE("The Forwarded header names the client", "[web][address]") {
  trusted_proxies const proxies({"10.0.0.0/8"}, web::forwarded_header::forwarded);
  CHECK(proxies.header() == web::forwarded_header::forwarded);
  CHECK(trusted_proxies().header() == web::forwarded_header::x_forwarded_for);
  auto const of = [&](std::string_view value) { return proxies.client_of("10.0.0.1", value); };
  CHECK(of("for=192.0.2.60;proto=http;by=203.0.113.43") == "192.0.2.60");
  CHECK(of("For=\"[2001:db8:cafe::17]:4711\"") == "2001:db8:cafe::17");
  CHECK(of("for=6.6.6.6, for=2.2.2.2;host=\"a,b\"") == "2.2.2.2");
  CHECK(of("for=2.2.2.2, for=10.0.0.2") == "2.2.2.2");
  CHECK(of("for=6.6.6.6, for=_gazonk") == "10.0.0.1");
  CHECK(of("for=6.6.6.6, for=unknown") == "10.0.0.1");
  CHECK(of("for=6.6.6.6, proto=https") == "10.0.0.1");
  CHECK(of("for=6.6.6.6, for=2.2.2.2;for=3.3.3.3") == "10.0.0.1");
  CHECK(of("for=6.6.6.6, garbage") == "10.0.0.1");
  CHECK(of("for=\"2.2.2.2") == "10.0.0.1");
}

TEST_CASE("Invalid networks of proxies are refused", "[web][address]") {
  CHECK_THROWS_AS(trusted_proxies({"10.0.0.0/8", "x"}), anode::http::exception);
}

}  // namespace unit_web_address_client_address
