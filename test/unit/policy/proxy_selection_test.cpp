// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/proxy_selection.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <string_view>

namespace unit_policy_proxy_selection {

using namespace anode::policy;

namespace {

using environment = std::map<std::string, std::string, std::less<>>;

proxy_selection rules_of(environment const& e) {
  return proxy_selection{proxy_environment::read([&](std::string_view name) -> std::string_view {
    auto const it = e.find(name);
    return it == e.end() ? std::string_view{} : std::string_view{it->second};
  })};
}

bool bypassed(std::string const& no_proxy, std::string_view host, std::uint16_t port = 80) {
  auto const rules = rules_of({{"http_proxy", "http://proxy:3128"}, {"no_proxy", no_proxy}});
  bool const yes = rules.bypasses({host, port});
  CHECK(rules.proxy_for("http", {host, port}) ==
        (yes ? std::string_view{} : std::string_view{"http://proxy:3128"}));
  return yes;
}

}  // namespace

TEST_CASE("proxy selection: precedence of the environment variables", "[proxy]") {
  auto const both = rules_of({{"http_proxy", "http://low:1"},
                              {"HTTP_PROXY", "http://up:1"},
                              {"https_proxy", ""},
                              {"HTTPS_PROXY", "http://ups:1"}});
  CHECK(both.http_proxy() == "http://low:1");
  CHECK(both.proxy_for("http", {"h", 80}) == "http://low:1");
  CHECK(both.proxy_for("ws", {"h", 80}) == "http://low:1");
  CHECK(both.proxy_for("HTTPS", {"h", 443}) == "http://ups:1");
  CHECK(both.proxy_for("wss", {"h", 443}) == "http://ups:1");
  CHECK(both.proxy_for("ftp", {"h", 21}).empty());
  CHECK(proxy_selection{}.proxy_for("http", {"h", 80}).empty());
  CHECK(rules_of({{"HTTP_PROXY", "http://up:1"}}).proxy_for("https", {"h", 443}).empty());

  SECTION("NO_PROXY: lower case wins, an empty value counts as unset") {
    environment e{{"HTTP_PROXY", "http://p:1"}, {"no_proxy", "a"}, {"NO_PROXY", "b"}};
    CHECK(rules_of(e).bypasses({"a", 80}));
    CHECK_FALSE(rules_of(e).bypasses({"b", 80}));
    e["no_proxy"] = "";
    CHECK(rules_of(e).bypasses({"b", 80}));
  }
  SECTION("a CGI program ignores HTTP_PROXY, which a client's Proxy field sets") {
    environment e{{"REQUEST_METHOD", "GET"}, {"HTTP_PROXY", "http://evil:1"}};
    CHECK(rules_of(e).proxy_for("http", {"h", 80}).empty());
    e["http_proxy"] = "http://good:1";
    e["HTTPS_PROXY"] = "http://goods:1";
    CHECK(rules_of(e).proxy_for("http", {"h", 80}) == "http://good:1");
    CHECK(rules_of(e).proxy_for("https", {"h", 443}) == "http://goods:1");
  }
}

TEST_CASE("proxy selection: the proxy's URL", "[proxy]") {
  auto const proxy = [](std::string text) {
    auto const rules = rules_of({{"http_proxy", std::move(text)}});
    return std::string{rules.proxy_for("http", {"h", 80})};
  };
  CHECK(proxy("http://user:pass@p:3128/") == "http://user:pass@p:3128/");
  CHECK(proxy("HTTPS://p") == "HTTPS://p");
  CHECK(proxy("p:3128") == "http://p:3128");
  CHECK(proxy("user:pass@p:3128") == "http://user:pass@p:3128");
  CHECK(proxy("http://[::1]:3128") == "http://[::1]:3128");
  CHECK(proxy("socks5://p:1080").empty());

  SECTION("errors name the variable, not its value") {
    for (auto bad : {"http://p\r\nX: y", "http://p:1\n", "http://p q", "http://", "http://u:p@",
                     "http://:3128", "http://p\x7f", " http://p"}) {
      CAPTURE(bad);
      auto const rules = rules_of({{"HTTP_PROXY", bad}});
      CHECK(rules.proxy_for("http", {"h", 80}).empty());
      CHECK(rules.invalid_variable() == "HTTP_PROXY");
    }
    CHECK(rules_of({{"https_proxy", "http://"}}).invalid_variable() == "https_proxy");
    CHECK(rules_of({{"http_proxy", "socks5://p"}}).invalid_variable().empty());
  }
}

TEST_CASE("proxy selection: NO_PROXY", "[proxy]") {
  SECTION("names and their subdomains") {
    CHECK(bypassed("example.com", "example.com"));
    CHECK(bypassed("example.com", "EXAMPLE.com"));
    CHECK(bypassed("Example.COM", "www.example.com"));
    CHECK(bypassed("example.com", "example.com."));
    CHECK(bypassed("example.com.", "example.com"));
    CHECK_FALSE(bypassed("example.com", "badexample.com"));
    CHECK_FALSE(bypassed("example.com", "example.com.evil.org"));
    CHECK_FALSE(bypassed("www.example.com", "example.com"));
    CHECK(bypassed(".example.com", "example.com"));
    CHECK(bypassed(".example.com", "a.b.example.com"));
    CHECK_FALSE(bypassed(".example.com", "badexample.com"));
    CHECK(bypassed("*.example.com", "www.example.com"));
    CHECK_FALSE(bypassed("*.example.com", "example.com"));
    CHECK(bypassed("my-host.lan", "my-host.lan"));
  }
  SECTION("all hosts") {
    CHECK(bypassed("*", "example.com"));
    CHECK(bypassed("*", "10.0.0.1"));
    CHECK(bypassed("a, * ,b", "::1"));
    CHECK(bypassed("*:8080", "x", 8080));
    CHECK_FALSE(bypassed("*:8080", "x", 80));
  }
  SECTION("a list of entries") {
    CHECK(bypassed("a.com, b.com", "b.com"));
    CHECK(bypassed(",, \t,b.com,", "b.com"));
    CHECK_FALSE(bypassed(", ,", "b.com"));
    CHECK_FALSE(bypassed("", "b.com"));
    CHECK_FALSE(bypassed(".", "b.com"));
    CHECK_FALSE(bypassed("*.", "b.com"));
  }
  SECTION("entries with a port") {
    CHECK(bypassed("example.com:8080", "example.com", 8080));
    CHECK_FALSE(bypassed("example.com:8080", "example.com", 80));
    CHECK(bypassed(".example.com:80", "www.example.com", 80));
    CHECK(bypassed("10.0.0.1:81", "10.0.0.1", 81));
    CHECK(bypassed("[::1]:81", "::1", 81));
    CHECK_FALSE(bypassed("[::1]:81", "::1", 82));
    for (auto bad : {"example.com:", "example.com:0", "example.com:99999", "example.com:x",
                     "example.com:80x", "example.com:-80", "[::1]80", "[::1"}) {
      CHECK_FALSE((bypassed(bad, "example.com") || bypassed(bad, "::1")));
    }
  }
  SECTION("IP addresses") {
    CHECK(bypassed("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(bypassed("127.0.0.1", "127.0.0.10"));
    CHECK_FALSE(bypassed("127.0.0.1", "x.127.0.0.1"));
    CHECK_FALSE(bypassed("0.0.1", "127.0.0.1"));
    CHECK(bypassed("::1", "::1"));
    CHECK(bypassed("::1", "[::1]"));
    CHECK(bypassed("[::1]", "0:0:0:0:0:0:0:1"));
    CHECK(bypassed("2001:DB8::a", "2001:db8:0::A"));
    CHECK(bypassed("10.0.0.1", "::ffff:10.0.0.1"));
    CHECK(bypassed("::ffff:10.0.0.1", "10.0.0.1"));
    CHECK_FALSE(bypassed("::1", "::2"));
  }
  SECTION("CIDR blocks") {
    CHECK(bypassed("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(bypassed("10.0.0.0/8", "11.0.0.1"));
    CHECK(bypassed("192.168.128.0/17", "192.168.200.1"));
    CHECK_FALSE(bypassed("192.168.128.0/17", "192.168.100.1"));
    CHECK(bypassed("10.1.2.3/32", "10.1.2.3"));
    CHECK(bypassed("0.0.0.0/0", "8.8.8.8"));
    CHECK_FALSE(bypassed("0.0.0.0/0", "::1"));
    CHECK_FALSE(bypassed("0.0.0.0/0", "example.com"));
    CHECK(bypassed("2001:db8::/32", "2001:db8:1::1"));
    CHECK(bypassed("[2001:db8::]/33", "2001:db8:7fff::1"));
    CHECK_FALSE(bypassed("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(bypassed("::ffff:10.0.0.0/104", "10.1.1.1"));
    CHECK(bypassed("10.0.0.0/8", "::ffff:10.1.1.1"));
    for (auto bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/8/8",
                     "2001:db8::/129", "example.com/8", "/8", "::ffff:10.0.0.0/8"}) {
      CHECK_FALSE((bypassed(bad, "10.0.0.0") || bypassed(bad, "2001:db8::")));
    }
  }
  SECTION("address ranges") {
    CHECK(bypassed("192.168.1.5-192.168.1.9", "192.168.1.5"));
    CHECK(bypassed("192.168.1.5 - 192.168.1.9", "192.168.1.9"));
    CHECK_FALSE(bypassed("192.168.1.5-192.168.1.9", "192.168.1.10"));
    CHECK_FALSE(bypassed("192.168.1.5-192.168.1.9", "192.168.1.4"));
  }
  SECTION("the zone of an address is not part of a name") {
    CHECK_FALSE(bypassed(".example.com", "::1%25.example.com"));
    CHECK_FALSE(bypassed("example.com", "[::1%25.example.com]"));
    CHECK(bypassed("fe80::1", "fe80::1%eth0"));
    CHECK(bypassed("fe80::1%eth1", "[fe80::1%25eth0]"));
    CHECK(bypassed("fe80::/10", "fe80::1%eth0"));
  }
}

TEST_CASE("proxy selection: userinfo never appears in messages", "[proxy]") {
  auto const url = GENERATE(
      as<std::pair<std::string, std::string>>{},
      std::pair{"http://user:pass@p:3128/", "http://p:3128/"},
      std::pair{"http://user@p", "http://p"}, std::pair{"http://:pass@p", "http://p"},
      std::pair{"http://us@er:pa@ss@p:1", "http://p:1"}, std::pair{"user:pass@p:3128", "p:3128"},
      std::pair{"http://user:pa/ss@p", "http://p"}, std::pair{"http://user:pa?s#s@p", "http://p"},
      std::pair{"user:p://x@p:1", "p:1"}, std::pair{"http://user:pass@", "http://"},
      std::pair{"http://p:3128/a@b", "http://p:3128/a@b"},
      std::pair{"http://p/?mail=a@b", "http://p/?mail=a@b"},
      std::pair{"http://[::1]/a@b", "http://[::1]/a@b"},
      std::pair{"http://[::1]:80/a@b", "http://[::1]:80/a@b"}, std::pair{"p:3128", "p:3128"},
      // An invalid port, without an @ that would show where the password ends.
      std::pair{"http://user:pass", "http://user:pass"}, std::pair{"http://p:x/y", "http://p:x/y"},
      std::pair{"", ""}, std::pair{"@", ""}, std::pair{"://", "://"});
  CHECK(redact_userinfo(url.first) == url.second);
  CHECK(redact_userinfo(url.second) == url.second);
}

}  // namespace unit_policy_proxy_selection
