// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/char_class.hpp"

#include "base/ci_literal.hpp"
#include "support/catch.hpp"

#include <string>

namespace unit_base_char_class {

using namespace anode::base;

TEST_CASE("char_class: the sixteen-byte search finds the same byte as the bytewise search") {
  auto const visible = [](char c) { return c > 0x20 && c < 0x7f; };
  auto const word = [](char c) { return is(c, alpha_char | digit_char) || c == '-'; };
  auto const value = [](char c) { return is(c, value_char); };
  auto const check = [](auto skip_wide, auto good, char filler) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      bool found = true;
      for (std::size_t size = 16; size < 40; ++size) {
        std::string text(size, filler);
        char const* const end = text.data() + size;
        for (std::size_t at = 0; at < size; ++at) {
          text[at] = static_cast<char>(byte);
          char const* const expected = good(text[at]) ? end : text.data() + at;
          found = found && skip_wide(text.data(), end) == expected;
          // Starts behind the byte and at the byte itself; the rest can be shorter than sixteen
          // bytes.
          found = found && skip_wide(text.data() + at, end) == expected;
          found = found && skip_wide(text.data() + at + 1, end) == end;
          text[at] = filler;
        }
      }
      INFO("byte " << byte);
      CHECK(found);
    }
  };
  check(skip_value_wide, value, '\t');
  check(skip_value_wide, value, '\xff');
  check(skip_visible_wide, visible, '~');
  check(skip_word_wide, word, '-');
  check(skip_word_wide, word, 'Z');
  check(skip_word_wide, word, '0');
  auto const name = [&](char c) { return word(c) || c == '.'; };
  check(skip_name_wide, name, '.');
  check(skip_name_wide, name, 'a');
  check(skip_name_wide, name, '9');
}

TEST_CASE("char_class: words compare equal regardless of the case of ASCII letters") {
  constexpr ci_literal two("te");
  constexpr ci_literal seven("chunked");
  constexpr ci_literal ten("keep-alive");
  constexpr ci_literal seventeen("transfer-encoding");
  CHECK(two.equals("tE"));
  CHECK(!two.equals("t"));
  CHECK(!two.equals("tee"));
  CHECK(seven.equals("CHUNKED"));
  CHECK(seven.equals("chunked"));
  CHECK(ten.equals("KEEP-alive"));
  CHECK(!ten.equals("keep\ralive"));
  for (std::size_t at = 0; at < 17; ++at) {
    std::string text = "Transfer-Encoding";
    for (unsigned byte = 0; byte < 256; ++byte) {
      text[at] = static_cast<char>(byte);
      bool const same = to_lower(text[at]) == std::string_view("transfer-encoding")[at];
      INFO("byte " << byte << " at " << at);
      CHECK(seventeen.equals(text) == same);
    }
  }
}

TEST_CASE("char_class: the members of each byte set") {
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
  CHECK(to_lower('[') == '[');
}

}  // namespace unit_base_char_class
