// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/hello_texts.hpp"

#include <anode/proxy/client_hello.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace unit_proxy_hello_client_hello {

using anode::proxy::client_hello;
using anode::proxy::client_hello_parser;
using status = client_hello_parser::status;
using namespace std::string_literals;
using namespace support;

namespace {

struct outcome {
  status last = status::need_more;
  std::size_t used = 0;
  client_hello hello{};
  std::string why{};
  bool tls = true;
};

outcome parse(std::string_view bytes, std::size_t piece = 100'000) {
  client_hello_parser p;
  outcome o;
  while (o.last == status::need_more && o.used < bytes.size()) {
    std::size_t used = 0;
    o.last = p.feed(bytes.substr(o.used, piece), used);
    o.used += used;
  }
  CHECK((o.last == status::need_more) == (p.at_least() > 0));
  CHECK((o.last == status::bad) == !p.why().empty());
  o.hello = p.hello();
  o.why = p.why();
  o.tls = p.is_tls();
  return o;
}

std::string name_of(std::string_view name) {
  return parse(hello_with(server_name(name))).hello.server_name;
}

}  // namespace

TEST_CASE("client hello: those of programs, in every division") {
  struct row {
    char const* file;
    char const* name;
    std::size_t protocols;
    bool tls13;
  };
  for (row const& r : std::initializer_list<row>{
           {"openssl", "db.test", 0, true},
           {"openssl-fragmented", "split.test", 60, true},
           {"openssl-no-name", "", 0, true},
           {"openssl-tls12", "old.test", 1, false},
           {"node", "node.test", 2, true},
           {"curl", "curl.test", 2, true},
           {"python", "python.test", 0, true},
       }) {
    CAPTURE(r.file);
    std::string const bytes = recorded_hello(r.file);
    REQUIRE(bytes.size() > 100);
    std::string const with_data = bytes + "\x14\3\3\0\1\1"s;
    for (std::size_t piece = 1; piece < with_data.size(); piece += 1 + piece / 16) {
      outcome const o = parse(with_data, piece);
      CHECK(o.last == status::done);
      CHECK(o.used == bytes.size());
      CHECK(o.hello.server_name == r.name);
      CHECK(o.hello.protocols.size() == r.protocols);
      CHECK_FALSE(o.hello.encrypted_hello);
      bool const tls13 = std::find(o.hello.versions.begin(), o.hello.versions.end(), 0x0304) !=
                         o.hello.versions.end();
      CHECK(tls13 == r.tls13);
    }
    // Every prefix needs more bytes, and every split gives the same result.
    for (std::size_t split = 0; split < bytes.size(); ++split) {
      client_hello_parser p;
      std::size_t used = 0;
      bool const more = p.feed(std::string_view(bytes).substr(0, split), used) == status::need_more;
      bool const all_used = used == split;
      bool const fits = p.at_least() <= bytes.size() - split;
      bool const done = p.feed(std::string_view(bytes).substr(split), used) == status::done;
      if (!more || !all_used || !fits || !done || p.hello().server_name != r.name) {
        FAIL_CHECK("split at " << split);
      }
    }
  }
}

TEST_CASE("client hello: with one changed byte it is never read too far") {
  for (char const* const file : {"openssl", "curl", "openssl-tls12"}) {
    std::string const bytes = recorded_hello(file);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (char const change : {'\1', '\x80', '\x7f'}) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ change);
        client_hello_parser whole;
        std::size_t used = 0;
        status const last = whole.feed(changed + "behind", used);
        client_hello_parser pieces;
        std::size_t total = 0;
        while (total < changed.size() && pieces.at_least() > 0) {
          std::size_t n = 0;
          pieces.feed(std::string_view(changed).substr(total, 7), n);
          total += n;
        }
        bool const same = pieces.hello().server_name == whole.hello().server_name;
        if ((last == status::done && (used > changed.size() || total != used)) || !same) {
          FAIL_CHECK(file << " byte " << i);
        }
      }
    }
  }
}

TEST_CASE("client hello: names of servers") {
  CHECK(name_of("a.test") == "a.test");
  CHECK(name_of("A-b_C.Test.") == "a-b_c.test");
  CHECK(name_of(std::string(253, 'a')).size() == 253);
  for (std::string_view const address : {"127.0.0.1", "::1"}) {
    outcome const o = parse(hello_with(server_name(address)));
    CHECK(o.last == status::done);
    CHECK(o.hello.server_name.empty());
  }
  for (std::string const& bad :
       {""s, "."s, "a..b"s, ".a"s, "a.."s, "a b"s, "*.test"s, "a\0b"s, "a:443"s, "[::1]"s,
        "b\xc3\xbc.test"s, std::string(254, 'a'), "a/b"s, "a\r\nb"s}) {
    CAPTURE(bad);
    CHECK(parse(hello_with(server_name(bad))).last == status::bad);
  }
  std::string const one = std::string(1, '\0') + counted(2, "a.test");
  for (std::string const& content : {
           ""s,                                       // the form of an answer
           counted(2, ""),                            // an empty list
           counted(2, one + one),                     // two names
           counted(2, "\1"s + counted(2, "a.test")),  // another type
           counted(2, one) + "x",                     // bytes behind the list
           counted(2, one + "x"),                     // bytes behind the name
           counted(2, one).substr(0, 5),              // the list ends early
           "\0\7"s + one,                             // the length of the list is one too few
           "\0\x0a"s + one,                           // one too many
       }) {
    CHECK(parse(hello_with(extension(0, content))).last == status::bad);
  }
}

TEST_CASE("client hello: protocols and versions") {
  outcome const o =
      parse(hello_with(extension(16, counted(2, counted(1, "h2") + counted(1, "http/1.1"))) +
                       extension(43, counted(1, "\x2a\x2a\3\4\3\3")) + extension(0xfe0d, "any")));
  CHECK(o.last == status::done);
  CHECK(o.hello.protocols == std::vector<std::string>{"h2", "http/1.1"});
  CHECK(o.hello.versions == std::vector<std::uint16_t>{0x2a2a, 0x0304, 0x0303});
  CHECK(o.hello.encrypted_hello);
  CHECK(parse(hello_with("")).hello.versions == std::vector<std::uint16_t>{0x0303});
  for (std::string const& bad : {
           extension(16, ""),
           extension(16, counted(2, "")),
           extension(16, counted(2, counted(1, ""))),
           extension(16, counted(2, counted(1, "h2")) + "x"),
           extension(16, counted(2, "\3h2")),
           extension(43, ""),
           extension(43, counted(1, "")),
           extension(43, counted(1, "\3\4\3")),
           extension(43, counted(1, "\3\4") + "x"),
       }) {
    CHECK(parse(hello_with(bad)).last == status::bad);
    CHECK(parse(hello_with(server_name("a.test") + bad)).hello.server_name.empty());
  }
}

TEST_CASE("client hello: lengths inside of the message") {
  CHECK(parse(records(handshake_message(hello_body("")))).last == status::done);
  CHECK(parse(hello_with(extension(7, "") + extension(8, ""))).last == status::done);
  CHECK(parse(hello_with(extension(7, "") + extension(8, "") + extension(7, ""))).why ==
        "an extension occurs twice");
  CHECK(parse(hello_with(server_name("a.test") + server_name("b.test"))).last == status::bad);
  std::string const right = hello_body(counted(2, extension(7, "x")));
  for (std::string const& body : {
           right + "x",
           right.substr(0, right.size() - 1),
           hello_body("\0"s),
           hello_body(counted(2, "\0"s)),
           hello_body(counted(2, "\0\7\0\2x"s)),
           "\3\3"s,
           ""s,
           "\3\3"s + std::string(32, 'r') + counted(1, std::string(33, 's')) +
               counted(2, "\x13\x01") + counted(1, std::string(1, '\0')),
           "\3\3"s + std::string(32, 'r') + counted(1, "") + counted(2, "") + counted(1, "\0"s),
           "\3\3"s + std::string(32, 'r') + counted(1, "") + counted(2, "abc") + counted(1, "\0"s),
           "\3\3"s + std::string(32, 'r') + counted(1, "") + counted(2, "ab") + counted(1, ""),
       }) {
    CHECK(parse(records(handshake_message(body))).last == status::bad);
  }
}

TEST_CASE("client hello: records") {
  std::string const message = handshake_message(hello_body(counted(2, server_name("a.test"))));
  for (std::size_t const most : {2U, 3U, 5U, 17U, 100U}) {
    CAPTURE(most);
    outcome const o = parse(records(message, most), 1);
    CHECK(o.last == status::done);
    CHECK(o.hello.server_name == "a.test");
  }
  outcome const many = parse(records(message, 1));
  CHECK(many.last == status::bad);
  CHECK(many.why == "too many records");
  CHECK(many.used <= client_hello_parser::max_bytes);
  // The message may share its last record with others, which are not looked at.
  std::string const shared = records(message + message);
  CHECK(parse(shared).last == status::done);
  CHECK(parse(shared).used == 5 + message.size());
  for (std::string const& bad :
       {"\x16\3\1\0\0"s, "\x16\3\1\x40\1"s, "\x16\3\1\xff\xff"s,
        records(message, 20).substr(0, 25) + "\x17\3\3\0\1x"s, records(handshake_message("", 2))}) {
    outcome const o = parse(bad);
    CHECK(o.last == status::bad);
    CHECK(o.tls);
  }
  for (std::string const& other : {"GET / HTTP/1.1\r\n"s, "SSH-2.0-x\r\n"s, "\x80\x2e\1\3\1"s,
                                   "\x16\2\0\0\5"s, "\x15\3\1\0\2\2\0"s, "\0"s}) {
    outcome const o = parse(other);
    CHECK(o.last == status::bad);
    CHECK_FALSE(o.tls);
    CHECK(o.why == "not TLS");
  }
}

TEST_CASE("client hello: the longest message") {
  std::size_t const around = hello_body(counted(2, extension(7, ""))).size() + 4;
  std::size_t const room = client_hello_parser::max_message - around;
  std::string const longest =
      handshake_message(hello_body(counted(2, extension(7, std::string(room, 'x')))));
  REQUIRE(longest.size() == client_hello_parser::max_message);
  CHECK(parse(records(longest)).last == status::done);
  CHECK(parse(records(longest, 300), 7).last == status::done);
  std::string const longer =
      handshake_message(hello_body(counted(2, extension(7, std::string(room + 1, 'x')))));
  outcome const o = parse(records(longer));
  CHECK(o.last == status::bad);
  CHECK(o.used == 9);  // known before the rest arrives
}

TEST_CASE("client hello: alerts") {
  CHECK(anode::proxy::write_tls_alert(112) == "\x15\3\1\0\2\2\x70"s);
}

}  // namespace unit_proxy_hello_client_hello
