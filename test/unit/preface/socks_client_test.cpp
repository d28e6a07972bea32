// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "preface/socks_client.hpp"

#include "support/catch.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace unit_preface_socks_client {

using namespace anode::preface;
using namespace std::string_literals;
using status = socks_client_handshake::status;

namespace {

socks_request to_name(std::string user = {}, std::string password = {}) {
  socks_request r;
  r.name = "example.org";
  r.port = 443;
  r.user = std::move(user);
  r.password = std::move(password);
  return r;
}

socks_request to_address(std::string_view address) {
  socks_request r;
  r.address = anode::base::parse_ip(address);
  r.port = 80;
  return r;
}

std::string const greeting = "\5\1\0"s;
std::string const connect = "\5\1\0\3\x0b"s + "example.org\1\xbb";

// What a server sends in each step, and what it must have received before.
struct exchange {
  std::string receives;
  std::string sends;
};

// Plays a server. `piece` is the number of bytes that arrive at once. Returns the outcome and the
// unused bytes.
std::string play(socks_request const& request, std::vector<exchange> const& steps,
                 std::size_t piece = 1000) {
  socks_client_handshake h(request);
  status s = status::need_more;
  std::string rest;
  for (exchange const& e : steps) {
    REQUIRE(s == status::need_more);
    CHECK(h.output() == e.receives);
    // The output may leave in parts.
    h.sent(1);
    CHECK(h.output() == e.receives.substr(1));
    h.sent(h.output().size());
    for (std::size_t at = 0; at < e.sends.size(); at += piece) {
      std::string_view const arrived = std::string_view(e.sends).substr(at, piece);
      std::size_t used = 0;
      s = h.feed(arrived, used);
      CHECK(used <= arrived.size());
      rest += arrived.substr(used);
    }
  }
  switch (s) {
    case status::need_more:
      return "more";
    case status::done:
      return "done|" + rest;
    case status::refused:
      return "refused: " + std::string(to_string(h.reply()));
    case status::bad:
      break;
  }
  return "bad: " + std::string(h.why());
}

std::string const good_v4 = "\5\0\0\1\1\2\3\4\0\x50"s;

}  // namespace

TEST_CASE("socks client: asks for a name without authentication") {
  CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, good_v4}}) == "done|");
}

TEST_CASE("socks client: asks for an address") {
  CHECK(play(to_address("1.2.3.4"), {{greeting, "\5\0"s}, {"\5\1\0\1\1\2\3\4\0\x50"s, good_v4}}) ==
        "done|");
  CHECK(play(to_address("::1"),
             {{greeting, "\5\0"s}, {"\5\1\0\4"s + std::string(15, '\0') + "\1\0\x50"s, good_v4}}) ==
        "done|");
}

TEST_CASE("socks client: authenticates with user name and password") {
  std::string const offer = "\5\2\0\2"s;
  std::string const login = "\1\2me\6secret"s;
  CHECK(play(to_name("me", "secret"), {{offer, "\5\2"s}, {login, "\1\0"s}, {connect, good_v4}}) ==
        "done|");
  // The server need not ask for them.
  CHECK(play(to_name("me", "secret"), {{offer, "\5\0"s}, {connect, good_v4}}) == "done|");
  CHECK(play(to_name("me", "secret"), {{offer, "\5\2"s}, {login, "\1\1"s}}) ==
        "bad: the proxy refuses the user name or the password");
  CHECK(play(to_name("me", "secret"), {{offer, "\5\xff"s}}) ==
        "bad: the proxy accepts neither method of authentication");
  CHECK(play(to_name("me", "secret"), {{offer, "\5\2"s}, {login, "\5\0"s}}) ==
        "bad: the proxy does not speak SOCKS5");
  std::string const longest(255, 'x');
  CHECK(play(to_name(longest, longest), {{offer, "\5\2"s},
                                         {"\1\xff"s + longest + "\xff"s + longest, "\1\0"s},
                                         {connect, good_v4}}) == "done|");
}

TEST_CASE("socks client: accepts each type of address in the reply") {
  for (std::string const& reply :
       {good_v4, "\5\0\0\4"s + std::string(18, 'x'), "\5\0\0\3\0\0\0"s,
        "\5\0\0\3\x04"s + "name\0\1"s, "\5\0\0\3\xff"s + std::string(257, 'x')}) {
    for (std::size_t piece = 1; piece <= 12; ++piece) {
      CAPTURE(reply, piece);
      CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, reply + "HTTP"}}, piece) ==
            "done|HTTP");
    }
  }
}

TEST_CASE("socks client: a failure is known after two bytes of the reply") {
  for (unsigned code = 1; code < 256; ++code) {
    socks_client_handshake h(to_name());
    std::size_t used = 0;
    h.sent(h.output().size());
    REQUIRE(h.feed("\5\0"s, used) == status::need_more);
    h.sent(h.output().size());
    std::string const reply{'\5', static_cast<char>(code)};
    CHECK(h.feed(reply, used) == status::refused);
    CHECK(static_cast<unsigned>(h.reply()) == code);
    CHECK(h.at_least() == 0);
    CHECK(may_try_next_address(h.reply()) ==
          (code == 1 || code == 3 || code == 4 || code == 5 || code == 6 || code == 8));
  }
  CHECK(to_string(socks_reply::host_unreachable) == "host unreachable");
  CHECK(to_string(static_cast<socks_reply>(9)) == "unknown reply");
  std::string all;
  for (unsigned code = 0; code <= 8; ++code) {
    all += std::string(to_string(static_cast<socks_reply>(code))) + ";";
  }
  CHECK(all ==
        "succeeded;general failure;not allowed by the rules of the proxy;network unreachable;host "
        "unreachable;connection refused;TTL expired;command not supported;address type not "
        "supported;");
}

TEST_CASE("socks client: refuses hostile answers") {
  CHECK(play(to_name(), {{greeting, "\4"s}}) == "bad: the proxy does not speak SOCKS5");
  CHECK(play(to_name(), {{greeting, "HTTP/1.1 400"s}}) == "bad: the proxy does not speak SOCKS5");
  CHECK(play(to_name(), {{greeting, "\5\xff"s}}) == "bad: the proxy requires authentication");
  for (unsigned method = 1; method < 255; ++method) {
    CHECK(play(to_name(), {{greeting, std::string{'\5', static_cast<char>(method)}}}) ==
          "bad: the proxy has chosen a method of authentication that was not offered");
  }
  CHECK(play(to_name("a", "b"), {{"\5\2\0\2"s, "\5\1"s}}) ==
        "bad: the proxy has chosen a method of authentication that was not offered");
  CHECK(play(to_name(), {{greeting, "\5\0"s + good_v4}}) ==
        "bad: the proxy answers before it is asked");
  CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, "\4\0"s}}) ==
        "bad: the proxy does not speak SOCKS5");
  CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, "\5\0\1"s}}) ==
        "bad: the reserved byte of the reply is not zero");
  for (char const type : {'\0', '\2', '\5', '\xff'}) {
    CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, "\5\0\0"s + type + "x"}}) ==
          "bad: the type of the address in the reply is unknown");
  }
}

TEST_CASE("socks client: waits for the rest at each byte, and never reads too far") {
  for (std::string const& reply :
       {good_v4, "\5\0\0\4"s + std::string(18, 'x'), "\5\0\0\3\x04"s + "name\0\1"s}) {
    for (std::size_t cut = 0; cut < reply.size(); ++cut) {
      CHECK(play(to_name(), {{greeting, "\5\0"s}, {connect, reply.substr(0, cut)}}) == "more");
    }
    socks_client_handshake h(to_name());
    std::string const all = "\5\0"s + reply;
    std::size_t at = 0;
    while (std::size_t const more = h.at_least()) {
      h.sent(h.output().size());
      std::size_t used = 0;
      REQUIRE(at + more <= all.size());
      h.feed(std::string_view(all).substr(at, more), used);
      CHECK(used == more);
      at += more;
    }
    CHECK(at == all.size());
  }
}

TEST_CASE("socks client: random answers end, and use no more than they have") {
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    socks_client_handshake h(to_name("me", "secret"));
    status s = status::need_more;
    std::size_t total = 0;
    for (int n = 0; n < 400 && s == status::need_more; ++n) {
      h.sent(h.output().size());
      char const byte =
          random() % 2 == 0 ? "\0\1\2\3\4\5"[random() % 6] : static_cast<char>(random());
      std::size_t used = 0;
      s = h.feed({&byte, 1}, used);
      total += used;
    }
    if (s == status::need_more || total > 2 + 2 + 262) {
      FAIL(total);
    }
  }
}

}  // namespace unit_preface_socks_client
