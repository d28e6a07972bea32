// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/char_class.hpp"

#include "support/catch.hpp"

#include <string>

using namespace anode::http::protocol;

TEST_CASE("skip_value finds each byte that is no value at each place") {
  for (unsigned c = 0; c < 256; ++c) {
    bool const good = c == '\t' || (c >= 0x20 && c != 0x7f);
    bool found = true;
    for (std::size_t size = 1; size <= 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(c);
        char const* const end = text.data() + size;
        found = found && skip_value(text.data(), end) == (good ? end : text.data() + at);
      }
    }
    INFO(c);
    CHECK(found);
  }
}

TEST_CASE("sets of bytes") {
  for (unsigned i = 0; i < 256; ++i) {
    char const c = static_cast<char>(i);
    CHECK(is(c, value_char) == (i == 9 || (i >= 32 && i != 127)));
    CHECK(is(c, quoted_char) == (i == 9 || (i >= 32 && i != '"' && i != '\\')));
    CHECK(is(c, target_char) == (i > 32 && i < 127 && i != '#' && i != '?'));
    CHECK(is(c, digit_char) == (i >= '0' && i <= '9'));
    bool const letter = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
    CHECK(is(c, alpha_char) == letter);
    CHECK(is(c, token_char) ==
          (letter || is(c, digit_char) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos));
    CHECK((hex_value(c) >= 0) ==
          (std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos));
  }
  CHECK(hex_value('f') == 15);
  CHECK(hex_value('A') == 10);
  CHECK(hex_value('7') == 7);
  CHECK(equals_lower("CoNtEnT", "content"));
  CHECK(!equals_lower("content", "contents"));
  CHECK(!equals_lower("@", "`"));
  CHECK(to_lower('[') == '[');
}
