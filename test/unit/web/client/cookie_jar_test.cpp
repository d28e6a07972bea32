// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "web/client/cookie_store.hpp"

#include <anode/web/cookie_jar.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace unit_web_client_cookie_jar {

namespace web = anode::web;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds jar_now =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);

// A jar with a list of public suffixes that has "com", "org" and "co.uk".
web::cookie_jar jar_with_suffixes() {
  web::cookie_jar jar;
  jar.public_suffixes(
      [](std::string_view d) { return d == "com" || d == "org" || d == "co.uk" || d == "uk"; });
  return jar;
}

bool stored(web::cookie_jar& jar, std::string_view url, std::string_view value) {
  return jar.store(url, value, jar_now);
}

std::string sent(web::cookie_jar& jar, std::string_view url,
                 std::chrono::sys_seconds now = jar_now) {
  return jar.header(url, now);
}

}  // namespace

TEST_CASE("web cookies: a cookie without a domain is for its host", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  CHECK(jar.empty());
  CHECK(stored(jar, "http://www.example.org/", "a=1"));
  CHECK(sent(jar, "http://www.example.org/x") == "a=1");
  CHECK(sent(jar, "http://WWW.example.org:8080/x") == "a=1");
  CHECK(sent(jar, "https://www.example.org/x") == "a=1");
  CHECK(sent(jar, "http://example.org/").empty());
  CHECK(sent(jar, "http://a.www.example.org/").empty());
  CHECK(sent(jar, "no url").empty());
  CHECK_FALSE(stored(jar, "no url", "a=1"));
  CHECK_FALSE(stored(jar, "http://www.example.org/", "=1"));
  CHECK(jar.size() == 1);
  jar.clear();
  CHECK(jar.empty());
}

TEST_CASE("web cookies: a cookie with a domain is for the hosts below it", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  CHECK(stored(jar, "http://www.example.org/", "a=1; Domain=.Example.org"));
  CHECK(sent(jar, "http://example.org/") == "a=1");
  CHECK(sent(jar, "http://www.example.org/") == "a=1");
  CHECK(sent(jar, "http://a.b.example.org/") == "a=1");
  for (std::string_view const host : {"evilexample.org", "example.org.evil.com", "org", "ple.org",
                                      "example.com", "xexample.org"}) {
    INFO(host);
    CHECK(sent(jar, "http://" + std::string(host) + "/").empty());
  }
  for (std::string_view const domain : {"org", "b.org", "a.www.example.org", "ample.org"}) {
    INFO(domain);
    CHECK_FALSE(stored(jar, "http://www.example.org/", "b=1; Domain=" + std::string(domain)));
  }
  CHECK_FALSE(stored(jar, "http://a.co.uk/", "b=1; Domain=co.uk"));
  // For the exact host, a public suffix means the host only.
  CHECK(stored(jar, "http://co.uk/", "c=1; Domain=co.uk"));
  CHECK(sent(jar, "http://co.uk/") == "c=1");
  CHECK(sent(jar, "http://a.co.uk/").empty());
}

TEST_CASE("web cookies: without a list of suffixes a domain is not trusted", "[web]") {
  web::cookie_jar jar;
  CHECK_FALSE(stored(jar, "http://www.example.org/", "a=1; Domain=example.org"));
  CHECK(stored(jar, "http://example.org/", "a=1; Domain=example.org"));
  CHECK(sent(jar, "http://www.example.org/").empty());
  jar.trust_domains();
  CHECK(stored(jar, "http://www.example.org/", "b=2; Domain=example.org"));
  CHECK(sent(jar, "http://x.example.org/") == "b=2");
  CHECK_FALSE(stored(jar, "http://www.example.org/", "c=1; Domain=org"));
  CHECK_FALSE(stored(jar, "http://www.localhost/", "c=1; Domain=localhost"));
}

TEST_CASE("web cookies: addresses have no domains", "[web]") {
  web::cookie_jar jar;
  jar.trust_domains();
  CHECK_FALSE(stored(jar, "http://127.0.0.1/", "a=1; Domain=0.0.1"));
  CHECK_FALSE(stored(jar, "http://127.0.0.1/", "a=1; Domain=.1"));
  CHECK_FALSE(stored(jar, "http://0x7f.1/", "a=1; Domain=.1"));
  CHECK(stored(jar, "http://127.0.0.1/", "a=1; Domain=127.0.0.1"));
  CHECK(sent(jar, "http://127.0.0.1:99/") == "a=1");
  CHECK(sent(jar, "http://1.127.0.0.1/").empty());
  CHECK(stored(jar, "http://[::1]/", "b=1"));
  CHECK(sent(jar, "http://[::1]/") == "b=1");
  for (std::string_view const host :
       {"1.2.3.4", "2130706433", "0x7f.1", "a.1", "1.", "::1", "x.0x", "0xff"}) {
    CHECK(web::is_address_host(host));
  }
  for (std::string_view const host : {"a", "1.a", "a.1b", "0x7g", "example.org", "org."}) {
    CHECK_FALSE(web::is_address_host(host));
  }
}

TEST_CASE("web cookies: paths", "[web]") {
  CHECK(web::default_cookie_path("/") == "/");
  CHECK(web::default_cookie_path("/a") == "/");
  CHECK(web::default_cookie_path("/a/") == "/a");
  CHECK(web::default_cookie_path("/a/b?c/d") == "/a");
  CHECK(web::default_cookie_path("*") == "/");
  CHECK(web::path_matches("/a", "/a"));
  CHECK(web::path_matches("/a?x", "/a"));
  CHECK(web::path_matches("/a/b", "/a"));
  CHECK(web::path_matches("/a/b", "/a/"));
  CHECK(web::path_matches("/a", "/"));
  CHECK_FALSE(web::path_matches("/ab", "/a"));
  CHECK_FALSE(web::path_matches("/a", "/a/"));
  CHECK_FALSE(web::path_matches("/?/a", "/a"));
  web::cookie_jar jar;
  CHECK(stored(jar, "http://a/x/y", "n=folder"));
  CHECK(stored(jar, "http://a/", "n=root; Path=/"));
  CHECK(stored(jar, "http://a/", "m=deep; Path=/x/y"));
  CHECK(stored(jar, "http://a/", "o=root; Path=relative"));
  // Longer paths first, then older cookies.
  CHECK(sent(jar, "http://a/x/y/z") == "m=deep; n=folder; n=root; o=root");
  CHECK(sent(jar, "http://a/x") == "n=folder; n=root; o=root");
  CHECK(sent(jar, "http://a/xy") == "n=root; o=root");
}

TEST_CASE("web cookies: secure cookies and prefixes", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  CHECK_FALSE(stored(jar, "http://a.org/", "s=1; Secure"));
  CHECK(stored(jar, "https://a.org/", "s=1; Secure; Path=/p"));
  CHECK(sent(jar, "http://a.org/p").empty());
  CHECK(sent(jar, "https://a.org/p") == "s=1");
  // A cookie of http must not replace or hide it.
  CHECK_FALSE(stored(jar, "http://a.org/", "s=2; Path=/p"));
  CHECK_FALSE(stored(jar, "http://a.org/", "s=2; Path=/p/q"));
  CHECK_FALSE(stored(jar, "http://b.a.org/", "s=2; Domain=a.org; Path=/p"));
  CHECK(stored(jar, "http://a.org/", "s=2; Path=/other"));
  CHECK(stored(jar, "http://b.org/", "s=2; Path=/p"));
  CHECK(stored(jar, "https://a.org/", "s=3; Path=/p"));
  CHECK(sent(jar, "https://a.org/p") == "s=3");

  CHECK_FALSE(stored(jar, "https://a.org/", "__Secure-a=1"));
  CHECK_FALSE(stored(jar, "http://a.org/", "__Secure-a=1; Secure"));
  CHECK(stored(jar, "https://a.org/", "__Secure-a=1; Secure"));
  CHECK_FALSE(stored(jar, "https://a.org/", "__Host-a=1; Secure"));
  CHECK_FALSE(stored(jar, "https://a.org/", "__Host-a=1; Path=/"));
  CHECK_FALSE(stored(jar, "https://a.org/", "__host-a=1; Path=/; Secure; Domain=a.org"));
  CHECK(stored(jar, "https://a.org/", "__Host-a=1; Path=/; Secure"));
  CHECK_FALSE(stored(jar, "http://a.org/", "p=1; Partitioned"));
  CHECK_FALSE(stored(jar, "https://a.org/", "p=1; SameSite=None"));
  CHECK(stored(jar, "https://a.org/", "p=1; SameSite=None; Secure"));
}

TEST_CASE("web cookies: replacement and expiry", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  CHECK(stored(jar, "http://a.org/", "a=1"));
  CHECK(stored(jar, "http://a.org/", "b=1; Max-Age=10"));
  CHECK(stored(jar, "http://a.org/", "a=2"));
  CHECK(sent(jar, "http://a.org/") == "a=2; b=1");
  CHECK(sent(jar, "http://a.org/", jar_now + 9s) == "a=2; b=1");
  CHECK(sent(jar, "http://a.org/", jar_now + 10s) == "a=2");
  // One for the hosts below is another cookie.
  CHECK(stored(jar, "http://a.org/", "a=3; Domain=a.org"));
  CHECK(sent(jar, "http://a.org/") == "a=2; b=1; a=3");
  CHECK(stored(jar, "http://a.org/", "a=; Max-Age=0"));
  CHECK(sent(jar, "http://a.org/") == "b=1; a=3");
  CHECK(stored(jar, "http://a.org/", "a=; Domain=a.org; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  CHECK(stored(jar, "http://a.org/", "never=1; Max-Age=-1"));
  CHECK(sent(jar, "http://a.org/") == "b=1");
  CHECK(stored(jar, "http://a.org/", "b=; Max-Age=0"));
  CHECK(jar.empty());
}

TEST_CASE("web cookies: their number and the header are bounded", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  for (int i = 0; i != 200; ++i) {
    CHECK(stored(jar, "http://a.org/", "n" + std::to_string(i) + "=1"));
  }
  CHECK(jar.size() == web::cookie_store::most_of_domain);
  std::string const header = sent(jar, "http://a.org/");
  CHECK(header.starts_with("n20=1; n21=1; "));
  CHECK(header.ends_with("; n199=1"));
  // Expired ones go first.
  jar.clear();
  CHECK(stored(jar, "http://a.org/", "first=1"));
  CHECK(stored(jar, "http://a.org/", "short=1; Max-Age=1"));
  for (int i = 0; i != 178; ++i) {
    CHECK(stored(jar, "http://a.org/", "n" + std::to_string(i) + "=1"));
  }
  CHECK(jar.store("http://a.org/", "last=1", jar_now + 2s));
  CHECK(jar.size() == 180);
  CHECK(sent(jar, "http://a.org/", jar_now + 2s).starts_with("first=1; n0=1; "));

  jar.clear();
  for (int i = 0; i != 3100; ++i) {
    CHECK(stored(jar, "http://h" + std::to_string(i) + ".org/", "a=1"));
  }
  CHECK(jar.size() == web::cookie_store::most_cookies);
  CHECK(sent(jar, "http://h99.org/").empty());
  CHECK(sent(jar, "http://h100.org/") == "a=1");

  jar.clear();
  for (int i = 0; i != 20; ++i) {
    CHECK(stored(jar, "http://a.org/", "n" + std::to_string(i) + "=" + std::string(1000, 'x')));
  }
  CHECK_FALSE(stored(jar, "http://a.org/", "n=" + std::string(4096, 'x')));
  CHECK(sent(jar, "http://a.org/").size() == 8 * (3 + 1000) + 7 * 2);
}

TEST_CASE("web cookies: a jar is saved and loaded", "[web]") {
  web::cookie_jar jar = jar_with_suffixes();
  CHECK(stored(jar, "https://www.a.org/", "a=1; Domain=a.org; Secure; HttpOnly; Max-Age=60"));
  CHECK(stored(jar, "http://b.org/x/y", "b=\"q r\"=\t2"));
  CHECK(stored(jar, "http://b.org/", "gone=1; Max-Age=5"));
  CHECK(stored(jar, "http://b.org/", "t\tab=1"));
  std::string const text = jar.save(jar_now + 10s);
  CHECK(text ==
        "# Netscape HTTP Cookie File\n"
        "#HttpOnly_.a.org\tTRUE\t/\tTRUE\t1795996860\ta\t1\n"
        "b.org\tFALSE\t/x\tFALSE\t0\tb\t\"q r\"=\t2\n");
  web::cookie_jar copy;
  CHECK(copy.load(text, jar_now + 10s) == 2);
  CHECK(copy.save(jar_now + 10s) == text);
  CHECK(sent(copy, "https://x.a.org/") == "a=1");
  CHECK(sent(copy, "http://b.org/x/") == "b=\"q r\"=\t2");
  // Expired by now.
  web::cookie_jar later;
  CHECK(later.load(text, jar_now + 60s) == 1);
}

TEST_CASE("web cookies: malformed lines are skipped", "[web]") {
  web::cookie_jar jar;
  for (std::string_view const line :
       {"", "# remark", "a.org", "a.org\tFALSE\t/\tFALSE\t0\ta", "\tFALSE\t/\tFALSE\t0\ta\tb",
        "a.org\tFALSE\tx\tFALSE\t0\ta\tb", "a.org\tFALSE\t/\tFALSE\tsoon\ta\tb",
        "a.org\tFALSE\t/\tFALSE\t0\t\tb", "a.org\tFALSE\t/\tFALSE\t0\ta=\tb",
        "a.org\tFALSE\t/\tFALSE\t0\ta\tb;c", "a.org\tFALSE\t/\tFALSE\t0\ta\tb\x01",
        "A.org\tFALSE\t/\tFALSE\t0\ta\tb", "a.org\tFALSE\t/\tFALSE\t-5\ta\tb",
        "a.org\tFALSE\t/\tFALSE\t1\ta\tb", "a/b\tFALSE\t/\tFALSE\t0\ta\tb"}) {
    INFO(line);
    CHECK(jar.load(line, jar_now) == 0);
  }
  CHECK(jar.load("a.org\tFALSE\t/\tFALSE\t0\ta\tb\r\n\n.b.org\tTRUE\t/\tTRUE\t0\tc\t", jar_now) ==
        2);
  CHECK(sent(jar, "http://a.org/") == "a=b");
  CHECK(sent(jar, "https://b.org/") == "c=");
  // A life of more than 400 days is cut.
  CHECK(jar.load("d.org\tFALSE\t/\tFALSE\t99999999999\ta\tb", jar_now) == 1);
  CHECK(sent(jar, "http://d.org/", jar_now + 400 * 24h - 1s) == "a=b");
  CHECK(sent(jar, "http://d.org/", jar_now + 400 * 24h).empty());
}

}  // namespace unit_web_client_cookie_jar
