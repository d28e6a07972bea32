// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/ip_text.hpp"
#include "security/host_spellings.hpp"
#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/proxy/target_rules.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace unit_proxy_rules_target_rules {

using namespace anode::proxy;
using namespace anode::proxy::rules;
using cause = target_decision::cause;

TEST_CASE("target rules: by default every public target is allowed, and no special address") {
  target_rules const rules;
  for (std::string_view const host : {"example.org", "a_b.example", "xn--bcher-kva.example", "a",
                                      "1.example", "0x7f.example", "8.8.8.8", "2606:4700::1111"}) {
    CAPTURE(host);
    CHECK(rules.judge(host, 443));
    CHECK(rules.judge(host, 443).text().empty());
  }
  CHECK(rules.judge_address("example.org", "93.184.216.34", 80));
  for (std::string_view const address : {"127.0.0.1",
                                         "127.255.255.254",
                                         "0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "100.64.0.1",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.192",
                                         "192.168.1.1",
                                         "198.18.0.1",
                                         "224.0.0.1",
                                         "239.255.255.255",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "168.63.129.16",
                                         "::",
                                         "::1",
                                         "fe80::1",
                                         "fec0::1",
                                         "fc00::1",
                                         "fd00:ec2::254",
                                         "ff02::1",
                                         "100::1",
                                         "64:ff9b:1::1",
                                         "::ffff:10.0.0.1",
                                         "::10.0.0.1",
                                         "64:ff9b::a9fe:a9fe",
                                         "2002:a00:1::",
                                         "2001:0:a00:1::",
                                         "::ffff:0:10.0.0.1"}) {
    CAPTURE(address);
    CHECK(rules.judge(address, 80).why == cause::special);
    CHECK(rules.judge_address("example.org", address, 80).verdict() == target_verdict::denied);
    CHECK(rules.judge_address("example.org", address, 80).text() == "a special address");
    CHECK_FALSE(rules.permits({std::string(address), 80, "IPv6"}));
  }
  CHECK(rules.permits({"8.8.8.8", 80, "IPv4"}));
  CHECK(rules.permits({"64:ff9b::8.8.8.8", 80, "IPv6"}));
  CHECK_FALSE(rules.permits({"/run/x", 0, "Unix"}));
  CHECK_FALSE(rules.permits({"x", 80, "IPv4"}));
}

TEST_CASE("target rules: no spelling of an address passes") {
  std::vector<std::string> all = support::loopback_spellings();
  for (std::string& text : support::numeric_spellings({127, 0, 0, 1})) {
    all.push_back(std::move(text));
  }
  for (std::string& text : support::numeric_spellings({10, 1, 2, 3})) {
    all.push_back(std::move(text));
  }
  target_rules denied;
  denied.allow_special();
  for (char const* const rule : {"127.0.0.0/8", "10.0.0.0/8", "::1"}) {
    denied.deny(rule);
  }
  target_rules const preset;
  std::size_t judged = 0;
  for (std::string const& host : all) {
    CAPTURE(host);
    CHECK_FALSE(preset.judge(host, 80));
    CHECK_FALSE(preset.judge_address("name.example", host, 80));
    // These contain no loopback address, but are special otherwise.
    if (host != "64:ff9b:1::127.0.0.1") {
      CHECK_FALSE(denied.judge(host, 80));
      CHECK_FALSE(denied.judge_address("name.example", host, 80));
    }
    ++judged;
  }
  CHECK(judged >= 152 + 60);
}

TEST_CASE("target rules: which hosts have a form that can be judged") {
  for (std::string_view const host : {"a", "a.b", "A-b_c.d1", "_sip._tcp.example", "1.2.3.4",
                                      "1.2.3.x", "::1", "2001:db8::1", "::ffff:1.2.3.4", "0xzz"}) {
    CAPTURE(host);
    CHECK(is_target_host(host));
  }
  CHECK(is_target_host(std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                       std::string(63, 'c') + "." + std::string(61, 'd')));
  for (std::string_view const host : {"",          ".",          "a.",
                                      ".a",        "a..b",       "*",
                                      "*.a",       "a b",        "a%20b",
                                      "1.2.3",     "1.2.3.4.5",  "1.2.3.04",
                                      "256.1.1.1", "1.2.3.4%lo", "fe80::1%eth0",
                                      "[::1]",     "::1::",      "0x7f",
                                      "a.0x7f",    "a.1",        "b\xc3\xbc.example",
                                      "a\n",       "a:80"}) {
    CAPTURE(host);
    CHECK_FALSE(is_target_host(host));
    CHECK(target_rules().judge(host, 80).verdict() == target_verdict::malformed);
  }
  CHECK(target_rules().judge("a", 0).why == cause::form);
}

TEST_CASE("target rules: rules with names") {
  target_rules rules;
  rules.deny("Secret.Example").deny("*.below.example").deny(".both.example").deny(":25");
  rules.deny("*:8080").deny("port.example:81");
  CHECK(rules.judge("secret.example", 80).text() == "rule deny[0]");
  CHECK(rules.judge("SECRET.example", 80).index == 0);
  CHECK(rules.judge("a.secret.example", 80));
  CHECK(rules.judge("asecret.example", 80));
  CHECK(rules.judge("below.example", 80));
  CHECK(rules.judge("a.b.below.example", 80).index == 1);
  CHECK(rules.judge("xbelow.example", 80));
  CHECK_FALSE(rules.judge("both.example", 80));
  CHECK_FALSE(rules.judge("a.both.example", 80));
  CHECK(rules.judge("aboth.example", 80));
  CHECK(rules.judge("a.example", 25).index == 3);
  CHECK(rules.judge("8.8.8.8", 25).index == 3);
  CHECK_FALSE(rules.permits({"8.8.8.8", 8080, "IPv4"}));
  CHECK_FALSE(rules.judge("a.example", 8080));
  CHECK_FALSE(rules.judge("port.example", 81));
  CHECK(rules.judge("port.example", 82));
  CHECK_FALSE(rules.judge_address("secret.example", "8.8.8.8", 80));
}

TEST_CASE("target rules: rules with addresses") {
  target_rules rules;
  rules.allow("10.0.0.0/8").allow("*.example:443").allow("[2001:db8::1]:80").deny("10.6.6.6");
  rules.deny("[2606::/32]:443");
  CHECK(rules.has_allow_rules());
  CHECK(rules.judge("10.1.2.3", 80));
  CHECK(rules.judge("10.6.6.6", 80).why == cause::rule);
  CHECK(rules.judge("::ffff:10.6.6.6", 80).why == cause::rule);
  CHECK(rules.judge("::ffff:10.6.6.7", 80));
  CHECK_FALSE(rules.judge("64:ff9b::10.6.6.7", 80));  // reaches it, but is not allowed itself
  CHECK(rules.judge("11.1.2.3", 80).why == cause::not_listed);
  CHECK(rules.judge("11.1.2.3", 80).text() == "no rule allows it");
  CHECK(rules.judge("2001:db8::1", 80));
  CHECK_FALSE(rules.judge("2001:db8::1", 81));
  CHECK_FALSE(rules.judge("2606::1", 443));
  CHECK(rules.judge("any.test", 80));  // its addresses decide
  CHECK(rules.judge_address("any.test", "10.1.2.3", 80));
  CHECK_FALSE(rules.judge_address("any.test", "11.1.2.3", 80));
  CHECK(rules.judge_address("a.example", "11.1.2.3", 443));
  CHECK_FALSE(rules.judge_address("a.example", "10.6.6.6", 443));
  // An allowed name does not make special addresses reachable, an allowed address does.
  CHECK(rules.judge_address("a.example", "192.168.0.1", 443).why == cause::special);
  CHECK(rules.judge_address("a.example", "10.1.1.1", 443));
  CHECK_FALSE(rules.judge_address("a.example", "8.8.8.8%lo", 443));
  target_rules names;
  names.allow("a.example");
  CHECK_FALSE(names.judge("8.8.8.8", 80));
  CHECK_FALSE(names.judge("b.example", 80));
  target_rules every;
  every.allow("*");
  CHECK(every.judge("8.8.8.8", 80));
  CHECK_FALSE(every.judge("10.0.0.1", 80));
  target_rules open;
  open.allow_special();
  CHECK(open.judge("127.0.0.1", 80));
  CHECK_FALSE(open.judge("127.1", 80));
}

TEST_CASE("target rules: the forms of rules") {
  target_rules rules;
  for (std::string_view const bad : {"",
                                     ":",
                                     ":0",
                                     ":65536",
                                     ":x",
                                     ":-1",
                                     "a:",
                                     "127.1",
                                     "0x7f.1",
                                     "[::1",
                                     "::1]",
                                     "[a]",
                                     "a b",
                                     "a/8",
                                     "10.0.0.0/33",
                                     "10.0.0.0/8:",
                                     "*.127.1",
                                     "[::1%lo]",
                                     "*.",
                                     "a.*",
                                     "a..b",
                                     "[::1]80",
                                     "[10.0.0.1]:80",
                                     "b\xc3\xbc.example"}) {
    CAPTURE(bad);
    CHECK_FALSE(rules.try_deny(bad));
    CHECK_FALSE(rules.try_allow(bad));
    CHECK_THROWS_AS(rules.allow(bad), anode::http::exception);
    CHECK_THROWS_AS(rules.deny(bad), anode::http::exception);
  }
  for (std::string_view const good : {"a", "a:1", ".a", "*.a:65535", "*", "*:1", ":1", "10.0.0.1",
                                      "10.0.0.1:80", "10.0.0.0/8", "10.0.0.0/8:80", "::1", "[::1]",
                                      "[::1]:80", "2001:db8::/32", "[2001:db8::/32]:443", "unix"}) {
    CAPTURE(good);
    CHECK(rules.try_deny(good));
    CHECK(rules.try_allow(good));
  }
  CHECK_FALSE(rules.judge("unix", 443));
}

TEST_CASE("target rules: an authority is split into host and port") {
  target t;
  CHECK(split_target("a.example:443", t));
  CHECK((t.host == "a.example" && t.port == 443));
  CHECK(split_target("[::1]:80", t));
  CHECK((t.host == "::1" && t.port == 80));
  t.port = 7;
  CHECK(split_target("b", t));
  CHECK((t.host == "b" && t.port == 7));
  CHECK(split_target("[::1]", t));
  for (std::string_view const bad : {"", ":80", "a:", "a:0", "a:65536", "a:+1", "a:1x", "a:1:2",
                                     "::1", "[::1", "[::1]80", "[]:80", "[a]:80", "a:1 "}) {
    CAPTURE(bad);
    CHECK_FALSE(split_target(bad, t));
  }
}

TEST_CASE("target rules: addresses as text and bytes") {
  CHECK(ip_text(parse_ip_text("2001:DB8:0:0::1").view()) == "2001:db8::1");
  CHECK(ip_text(parse_ip_text("10.0.0.1").view()) == "10.0.0.1");
  CHECK(ip_text("abc").empty());
  CHECK_FALSE(parse_ip_text(std::string(46, '1')));
  CHECK_FALSE(parse_ip_text(std::string("::1\0", 4)));
  CHECK(reached_addresses("a").empty());
  CHECK(reached_addresses("::") == std::vector<std::string>{"::", "::1", "0.0.0.0", "127.0.0.1"});
  CHECK(reached_addresses("2002:7f00:1::") ==
        std::vector<std::string>{"2002:7f00:1::", "127.0.0.1"});
}

}  // namespace unit_proxy_rules_target_rules
