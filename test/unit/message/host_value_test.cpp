// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/host_value.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace unit_message_host_value {

namespace {

/// Validates the value on its own and behind other bytes, which is a different code path.
bool is_host_value(std::string const& value) {
  bool const alone = anode::message::is_host_value(value);
  std::string const head = "GET / HTTP/1.1\r\nHost: " + value;
  std::string_view const behind = std::string_view(head).substr(head.size() - value.size());
  CHECK(anode::message::is_host_value(behind, head.data()) == alone);
  return alone;
}

}  // namespace

TEST_CASE("host value: valid Host fields") {
  for (char const* const host : {"a",
                                 "a.b",
                                 "a.b.",
                                 "localhost:80",
                                 "a:",
                                 "a:0",
                                 "a:65535",
                                 "a_b-c~d",
                                 "1.2.3.4",
                                 "1.2.3.4:5",
                                 "%41b",
                                 "a!$&'()*+,;=b",
                                 "a-name-of-more-than-sixteen.example:8080",
                                 "a-name-of-more-than-sixteen_bytes.example",
                                 "999.1.1.1",
                                 "[::]",
                                 "[::1]",
                                 "[::1]:80",
                                 "[1:2:3:4:5:6:7:8]",
                                 "[1::8]",
                                 "[1:2:3:4:5:6:7::]",
                                 "[::ffff:1.2.3.4]",
                                 "[1:2:3:4:5:6:1.2.3.4]",
                                 "[ABCD::ef01]"}) {
    INFO(host);
    CHECK(is_host_value(host));
  }
}

TEST_CASE("host value: invalid Host fields") {
  for (char const* const host : {"",
                                 ":80",
                                 "a:x",
                                 "a:-1",
                                 "a:65536",
                                 "a:99999999999999999999",
                                 "a:80:80",
                                 "u@a",
                                 "a/b",
                                 "a?b",
                                 "a#b",
                                 "a b",
                                 "a,b c",
                                 "a\tb",
                                 "a\"",
                                 "a\\b",
                                 "a%",
                                 "a%4",
                                 "a%4g",
                                 "a%g4",
                                 "<a>",
                                 "a\xe9",
                                 "a{b}",
                                 "[",
                                 "[]",
                                 "[::1",
                                 "[::1]x",
                                 "[::1]80",
                                 "[::1]:x",
                                 "[a]",
                                 "[1:2:3:4:5:6:7]",
                                 "[1:2:3:4:5:6:7:8:9]",
                                 "[1::2::3]",
                                 "[:::]",
                                 "[12345::]",
                                 "[g::]",
                                 "[1:2:3:4:5:6:7:8::]",
                                 "[::1.2.3]",
                                 "[::1.2.3.256]",
                                 "[::1.2.3.04]",
                                 "[::1.2.3.4.5]",
                                 "[::1.2..4]",
                                 "[::1.2.3.4444]",
                                 "[::1.2.3.a]",
                                 "[1.2.3.4::]",
                                 "[fe80::1%eth0]",
                                 "[fe80::1%25eth0]",
                                 "[v1.a]",
                                 "::1"}) {
    INFO(host);
    CHECK(!is_host_value(host));
  }
}

}  // namespace unit_message_host_value
