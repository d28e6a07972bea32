// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/forwarded_fields.hpp"

#include "support/catch.hpp"

#include <anode/field_lines.hpp>
#include <anode/network_list.hpp>
#include <anode/proxy/client_limit.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace unit_proxy_rules_forwarded_fields {

namespace http = anode::http;
using namespace anode::proxy;
using namespace anode::proxy::rules;

namespace {

http::field_lines lines(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  http::field_lines all;
  for (auto const& [name, value] : fields) {
    all.append(name, value);
  }
  return all;
}

forwarded_output of_trusted(http::field_lines const& fields, bool secure = false) {
  forwarded_input in;
  in.peer = "127.0.0.1";
  in.trusted = true;
  in.secure = secure;
  in.asked = "site";
  return forwarded_fields(in, fields, true);
}

std::string list_of(std::string_view value) {
  return of_trusted(lines({{"X-Forwarded-For", value}})).list;
}

std::string proto_of(std::string_view value) {
  return std::string(of_trusted(lines({{"X-Forwarded-Proto", value}})).proto);
}

}  // namespace

TEST_CASE("forwarded fields: ports of earlier hops are cut, and brackets read") {
  CHECK(list_of("203.0.113.7:1234") == "203.0.113.7, 127.0.0.1");
  CHECK(list_of("203.0.113.7, [2001:db8::1]:443") == "203.0.113.7, 2001:db8::1, 127.0.0.1");
  CHECK(list_of("[2001:db8::1]") == "2001:db8::1, 127.0.0.1");
  CHECK(list_of("2001:db8::1") == "2001:db8::1, 127.0.0.1");
  CHECK(list_of("::ffff:10.0.0.1,fe80::1%eth0") == "10.0.0.1, fe80::1, 127.0.0.1");
  for (std::string_view const bad :
       {"203.0.113.7:", "203.0.113.7:x", "203.0.113.7:123456", "[::1", "[::1]x",
        "[::1]:", "unknown", "_hidden", "a.test", "10.1", "", "10.0.0.0/8", "unix"}) {
    CAPTURE(bad);
    CHECK(list_of(bad) == "127.0.0.1");
    CHECK(list_of("1.2.3.4, " + std::string(bad) + " , 5.6.7.8") == "5.6.7.8, 127.0.0.1");
  }
}

TEST_CASE("forwarded fields: the last 32 hops are kept, over several lines") {
  std::string list;
  for (int i = 0; i < 40; ++i) {
    list += (i == 0 ? "10.0.0." : ", 10.0.0.") + std::to_string(i);
  }
  std::string const got = list_of(list);
  CHECK(got.starts_with("10.0.0.8, 10.0.0.9, "));
  CHECK(got.ends_with("10.0.0.39, 127.0.0.1"));
  CHECK(of_trusted(lines({{"x-forwarded-for", "1.1.1.1"}, {"X-Forwarded-For", "2.2.2.2, 3.3.3.3"}}))
            .list == "1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1");
}

TEST_CASE("forwarded fields: a scheme has no case, and the nearest hop decides") {
  CHECK(proto_of("HTTPS") == "https");
  CHECK(proto_of("https, http") == "http");
  CHECK(proto_of("http, HttpS") == "https");
  CHECK(proto_of("WSS") == "wss");
  CHECK(proto_of("ws") == "ws");
  CHECK(proto_of("ssh") == "http");
  CHECK(proto_of("https ,") == "http");
  CHECK(of_trusted({}, true).proto == "https");
  CHECK(of_trusted(lines({{"X-Forwarded-Proto", "http"}}), true).proto == "http");
}

TEST_CASE("forwarded fields: Forwarded is extended only if it is valid as a whole") {
  auto const element = [](std::string_view value) {
    return of_trusted(lines({{"Forwarded", value}})).element;
  };
  std::string const own = "for=127.0.0.1;proto=http;host=\"site\"";
  for (std::string const good :
       {"for=1.2.3.4", "for=1.2.3.4;proto=https;by=\"_x\"", "for=\"[2001:db8::1]:80\"",
        "for=\"a\\\"b\"", "For=1.2.3.4 ; proto=http", "for=\"_x;,y\""}) {
    CAPTURE(good);
    CHECK(element(good) == good + ", " + own);
    CHECK(element(good + ", for=5.6.7.8") == good + ", for=5.6.7.8, " + own);
  }
  for (std::string_view const bad :
       {"for=\"_x", "for=\"_x\\\"", "for", "=x", "for=;", "for=a,", "for=a,,for=b", "for=a b",
        "for=[::1]", ",for=a", "for=\"a\"b", "for= a", "\"", "for=a;", "for=a\\"}) {
    CAPTURE(bad);
    CHECK(element(bad) == own);
  }
  CHECK(of_trusted(lines({{"Forwarded", "for=a"}, {"Forwarded", "for=\"b"}})).element == own);
}

TEST_CASE("forwarded fields: what a stranger says does not count") {
  forwarded_input in;
  in.peer = "2001:db8::1";
  in.asked = "a\"b";
  auto const out = forwarded_fields(in,
                                    lines({{"X-Forwarded-For", "1.1.1.1"},
                                           {"X-Forwarded-Proto", "https"},
                                           {"X-Forwarded-Host", "bank"},
                                           {"Forwarded", "for=1.1.1.1"}}),
                                    true);
  CHECK(out.list == "2001:db8::1");
  CHECK(out.proto == "http");
  CHECK(out.host == "a\"b");
  CHECK(out.element == "for=\"[2001:db8::1]\";proto=http");
}

TEST_CASE("forwarded fields: mapped IPv4 peers are written as IPv4, unknown ones as unknown") {
  forwarded_input in;
  in.peer = "::ffff:127.0.0.1";
  CHECK(forwarded_fields(in, {}, true).list == "127.0.0.1");
  CHECK(forwarded_fields(in, {}, true).element == "for=127.0.0.1;proto=http");
  in.peer = "fe80::1%eth0";
  CHECK(forwarded_fields(in, {}, true).list == "fe80::1");
  in.peer = "";
  CHECK(forwarded_fields(in, {}, true).element == "for=unknown;proto=http");
  CHECK(forwarded_fields(in, {}, false).element.empty());
}

TEST_CASE("forwarded fields: the fields that speak of earlier hops, in each spelling") {
  for (std::string_view const name :
       {"Forwarded", "FORWARDED", "X-Forwarded-For", "x-forwarded-prefix", "X_Forwarded_For",
        "X-Forwarded_Host", "X-Original-URL", "X_ORIGINAL_HOST", "X-Real-IP", "X_Real_IP",
        "X-Rewrite-URL", "X-Rewrite_URL", "Proxy", "PROXY"}) {
    CAPTURE(name);
    CHECK(is_claim(name, false));
    bool const odd = name.find('_') != std::string_view::npos;
    CHECK(is_claim(name, true) == (odd || name.size() == 5));
  }
  for (std::string_view const name :
       {"X-Forwarded", "X-Forward-For", "Forwarded-For", "X-Real-IP2", "X-Request-Id", "Proxy-A",
        "From", "", "X", "X-Rewrite", "Prefer", "Origin"}) {
    CAPTURE(name);
    CHECK_FALSE(is_claim(name, false));
  }
}

TEST_CASE("client address: the last one that is not a trusted proxy") {
  anode::network_list const trusted{"10.0.0.0/8", "127.0.0.1"};
  auto const client = [&](std::string_view peer, std::string_view list) {
    return client_address(peer, lines({{"X-Forwarded-For", list}}), trusted);
  };
  CHECK(client("1.2.3.4", "5.6.7.8") == "1.2.3.4");
  CHECK(client("10.0.0.1", "5.6.7.8") == "5.6.7.8");
  CHECK(client("::ffff:10.0.0.1", "9.9.9.9, 5.6.7.8:80, 10.0.0.2") == "5.6.7.8");
  CHECK(client("10.0.0.1", "5.6.7.8, unknown") == "10.0.0.1");
  CHECK(client("10.0.0.1", "10.0.0.2") == "10.0.0.2");
  CHECK(client("10.0.0.1", "") == "10.0.0.1");
}

TEST_CASE("client limit: clients are counted by address, and IPv6 clients by network") {
  client_limit const limit(1);
  auto const one = limit.begin("10.0.0.1");
  CHECK(one);
  CHECK_FALSE(limit.begin("10.0.0.1"));
  CHECK_FALSE(limit.begin("::ffff:10.0.0.1"));
  CHECK_FALSE(limit.begin("::ffff:a00:1"));
  CHECK(limit.begin("10.0.0.2"));
  CHECK(limit.begin("10.0.0.2"));  // the one before has ended
  auto const six = limit.begin("2001:db8:0:1::1");
  CHECK(six);
  CHECK_FALSE(limit.begin("2001:db8:0:1:ffff::2"));
  CHECK_FALSE(limit.begin("2001:DB8:0:1::3%eth0"));
  CHECK(limit.begin("2001:db8:0:2::1"));
  CHECK(limit.clients() == 2);
}

TEST_CASE("client limit: permits move, and may outlive the limit") {
  client_limit::permit kept;
  CHECK_FALSE(kept);
  {
    client_limit limit(2);
    client_limit::permit a = limit.begin("1.1.1.1");
    client_limit::permit b = std::move(a);
    CHECK(b);
    CHECK_FALSE(a);
    client_limit const copy = limit;
    kept = copy.begin("1.1.1.1");
    CHECK(kept);
    CHECK_FALSE(limit.begin("1.1.1.1"));
    b = client_limit::permit();
    CHECK(limit.begin("1.1.1.1"));
    CHECK(limit.clients() == 1);
    CHECK_FALSE(client_limit(0).begin("1.1.1.1"));
  }
  kept = client_limit::permit();
}

}  // namespace unit_proxy_rules_forwarded_fields
