// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/socks/socks_server_handshake.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace unit_proxy_socks_socks_server_handshake {

using namespace anode::proxy::socks;
using namespace std::string_literals;
using status = server_handshake::status;

namespace {

// What a client sends: greeting, user if there is one, request.
std::string const to_name =
    "\5\1\0\5\1\0\3\x0b"
    "example.org\1\xbb"s;
std::string const to_v4 = "\5\1\0\5\1\0\1\x0a\1\2\3\0\x50"s;
std::string const to_v6 = "\5\2\0\2\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x1f\x90"s;
std::string const with_user = "\5\2\0\2\1\2me\6secret\5\1\0\3\1a\0\x50"s;

struct outcome {
  status last = status::need_more;
  std::string output{};
  std::size_t used = 0;
  std::string host{};
  unsigned port = 0;
  std::string user{};
};

// Feeds `bytes` in pieces. Accepts the user "me" with the password "secret".
outcome run(std::string_view bytes, std::size_t piece, bool with_users) {
  server_handshake h(with_users);
  outcome o;
  auto const take_output = [&] {
    o.output += h.output();
    h.sent(h.output().size());
  };
  while (o.last == status::need_more && o.used < bytes.size()) {
    std::size_t used = 0;
    o.last = h.feed(bytes.substr(o.used, piece), used);
    o.used += used;
    if (o.last == status::authenticate) {
      o.user = std::string(h.user()) + ":" + std::string(h.password());
      CHECK(h.at_least() == 0);
      o.last = h.authenticated(o.user == "me:secret");
    }
    take_output();
  }
  CHECK((o.last == status::need_more) == (h.at_least() > 0));
  CHECK((o.last == status::refused) == !h.why().empty());
  o.host = h.host();
  o.port = h.port();
  return o;
}

}  // namespace

TEST_CASE("SOCKS server: requests, in every division") {
  struct row {
    std::string bytes;
    bool users;
    std::string output;
    std::string host;
    unsigned port;
  };
  for (row const& r : std::initializer_list<row>{
           {to_name, false, "\5\0"s, "example.org", 443},
           {to_v4, false, "\5\0"s, "10.1.2.3", 80},
           {to_v6, false, "\5\0"s, "2001:db8::1", 8080},
           {with_user, true, "\5\2\1\0"s, "a", 80},
       }) {
    CAPTURE(r.host);
    std::string const with_data = r.bytes + "data for the target";
    for (std::size_t piece = 1; piece <= with_data.size(); ++piece) {
      outcome const o = run(with_data, piece, r.users);
      CHECK(o.last == status::request);
      CHECK(o.output == r.output);
      CHECK(o.used == r.bytes.size());  // the rest is the target's
      CHECK(o.host == r.host);
      CHECK(o.port == r.port);
    }
    for (std::size_t split = 0; split < r.bytes.size(); ++split) {
      outcome const o = run(std::string_view(r.bytes).substr(0, split), 1000, r.users);
      CHECK(o.last == status::need_more);
      CHECK(o.used == split);
    }
  }
}

TEST_CASE("SOCKS server: at_least never reads too far") {
  for (std::string const& bytes : {to_name, to_v4, to_v6, with_user}) {
    server_handshake h(bytes == with_user);
    std::string_view rest = bytes;
    status last = status::need_more;
    while (last != status::request) {
      REQUIRE(h.at_least() > 0);
      REQUIRE(h.at_least() <= rest.size());
      std::size_t used = 0;
      last = h.feed(rest.substr(0, h.at_least()), used);
      rest.remove_prefix(used);
      if (last == status::authenticate) {
        last = h.authenticated(true);
      }
    }
    CHECK(rest.empty());
  }
}

TEST_CASE("SOCKS server: with users, nothing but a right user and password opens a tunnel") {
  for (std::string const& bytes : {
           "\5\1\0\5\1\0\3\1a\0\x50"s,                // no authentication
           "\5\0\5\1\0\3\1a\0\x50"s,                  // no method at all
           "\5\3\0\1\x80\5\1\0\3\1a\0\x50"s,          // other methods
           "\5\1\2\5\1\0\3\1a\0\x50"s,                // the request without a user
           "\5\1\2\1\2me\5wrong\5\1\0\3\1a\0\x50"s,   // the wrong password
           "\5\1\2\1\0\0\5\1\0\3\1a\0\x50"s,          // empty user and password
           "\5\1\2\0\2me\6secret\5\1\0\3\1a\0\x50"s,  // the wrong version
           "\5\1\2\5\2me\6secret\5\1\0\3\1a\0\x50"s,
       }) {
    for (std::size_t const piece : {std::size_t{1}, bytes.size()}) {
      outcome const o = run(bytes, piece, true);
      CHECK(o.last == status::refused);
      CHECK(o.host.empty());
      bool const answered = o.output == "\5\xff"s || o.output == "\5\2"s || o.output == "\5\2\1\1"s;
      CHECK(answered);
    }
  }
  CHECK(run("\5\1\0"s, 10, true).output == "\5\xff"s);
  CHECK(run("\5\1\2\1\1x\1y"s, 10, true).output == "\5\2\1\1"s);
  // Without users, none is asked for.
  CHECK(run(with_user, 1, false).last == status::refused);
  CHECK(run("\5\1\2"s, 10, false).output == "\5\xff"s);
  server_handshake h(false);
  CHECK(h.authenticated(true) == status::need_more);
  CHECK(h.output().empty());
}

TEST_CASE("SOCKS server: requests that are refused, with their replies") {
  struct row {
    std::string request;
    char code;
  };
  std::string const address = "\1\x0a\1\2\3\0\x50"s;
  for (row const& r : std::initializer_list<row>{
           {"\5\2\0"s + address, 7},  // BIND
           {"\5\3\0"s + address, 7},  // UDP ASSOCIATE
           {"\5\0\0"s + address, 7},
           {"\5\xff\0"s + address, 7},
           {"\5\1\1"s + address, 1},
           {"\5\1\0\2\x0a"s, 8},
           {"\5\1\0\0\0"s, 8},
           {"\5\1\0\5\0"s, 8},
       }) {
    outcome const o = run("\5\1\0"s + r.request + "more", 1, false);
    CHECK(o.last == status::refused);
    CHECK(o.output == "\5\0"s + write_reply(static_cast<reply>(r.code), {}));
    CHECK(o.used == 3 + r.request.size());
  }
  for (std::string const& other :
       {"GET / HTTP/1.1\r\n"s, "\4\1\0\x50\x0a\1\2\3\0"s, "\x16\3\1"s, "\0"s, "\5\1\0GET"s}) {
    outcome const o = run(other, 1, false);
    CHECK(o.last == status::refused);
    CHECK((o.output.empty() || o.output == "\5\0"s));
  }
  CHECK(run("GET", 3, false).used <= 2);
}

TEST_CASE("SOCKS server: replies") {
  CHECK(write_reply(reply::succeeded, {"127.0.0.1", 0x1f90, "IPv4"}) ==
        "\5\0\0\1\x7f\0\0\1\x1f\x90"s);
  CHECK(write_reply(reply::succeeded, {"2001:db8::1", 80, "IPv6"}) ==
        "\5\0\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x50"s);
  CHECK(write_reply(reply::succeeded, {"fe80::1%eth0", 80, "IPv6"}).size() == 22);
  CHECK(write_reply(reply::host_unreachable, {}) == "\5\4\0\1\0\0\0\0\0\0"s);
  CHECK(write_reply(reply::succeeded, {"/run/x", 80, "Unix"}) == "\5\0\0\1\0\0\0\0\0\0"s);
}

TEST_CASE("SOCKS server: the longest messages") {
  std::string const longest(255, 'x');
  outcome const o = run("\5\1\2\1\xff"s + longest + "\xff" + longest, 1, true);
  CHECK(o.user == longest + ":" + longest);
  CHECK(o.last == status::refused);
  std::string methods(255, '\7');
  methods.back() = '\0';
  CHECK(run("\5\xff"s + methods, 1, false).output == "\5\0"s);
  outcome const name = run("\5\1\0\5\1\0\3\xff"s + longest + "\0\x50"s, 1, false);
  CHECK(name.last == status::request);
  CHECK(name.host == longest);
  outcome const empty = run("\5\1\0\5\1\0\3\0\0\x50"s, 1, false);
  CHECK(empty.last == status::request);
  CHECK(empty.host.empty());  // the rules refuse it
  outcome const with_nul = run("\5\1\0\5\1\0\3\3a\0b\0\x50"s, 1, false);
  CHECK(with_nul.host == "a\0b"s);
}

}  // namespace unit_proxy_socks_socks_server_handshake
