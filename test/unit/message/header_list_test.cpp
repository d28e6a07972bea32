// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ascii.hpp"
#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/headers.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace unit_message_header_list {

namespace {

namespace http = anode::http;

// Types that are used as arguments in a co_await expression must not be aggregates (g++ 12).
static_assert(!std::is_aggregate_v<http::header_list>);
static_assert(!std::is_aggregate_v<http::header_field>);
static_assert(!std::is_aggregate_v<http::header_value>);
static_assert(!std::is_aggregate_v<http::header_value_ref>);
static_assert(std::is_trivially_copyable_v<http::header_value_ref>);
static_assert(std::is_trivially_copyable_v<http::header_field>);

std::string show(http::header_list const& list) {
  std::string text = list.is_flat() ? "flat" : "pairs";
  for (auto const& [name, value] : list) {
    text += "; " + name + (value.is_list() ? " [" : value.is_number() ? " #" : " ");
    for (std::size_t i = 0; i != value.size(); ++i) {
      text.append(i != 0 ? "|" : "").append(value[i]);
    }
    text += value.is_list() ? "]" : "";
  }
  return text;
}

template <class F>
std::string thrown(F&& f) {
  try {
    f();
  } catch (http::exception const& e) {
    return std::string(e.code_name()) + ": " + e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("header_list: from pairs", "[headers]") {
  std::string const s = "s";
  std::string_view const v = "v";
  std::vector<std::string> const many{"1", "2"};
  CHECK(show({}) == "pairs");
  CHECK(show({{"A", "b"}}) == "pairs; A b");
  CHECK(show({{"A", "b"}, {"C", 5}}) == "pairs; A b; C #5");
  CHECK(show({{s, s}}) == "pairs; s s");
  CHECK(show({{s, v}, {v, s}}) == "pairs; s v; v s");
  CHECK(show({{"A", {"x", "y"}}}) == "pairs; A [x|y]");
  CHECK(show({{"A", {{"x", "y"}}}}) == "pairs; A [x|y]");
  CHECK(show({{"A", {"x"}}, {"B", many}}) == "pairs; A [x]; B [1|2]");
  CHECK(show({{"A", http::header_value(7)}, {"A", std::string_view("8")}}) == "pairs; A #7; A 8");
}

TEST_CASE("header_list: from a flat list of names and values", "[headers]") {
  CHECK(show({"A", "b"}) == "flat; A b");
  CHECK(show({"A", "b", "A", 5, "C", std::vector<std::string>{"1", "2"}}) ==
        "flat; A b; A #5; C [1|2]");
  CHECK(show(http::header_list::from_flat({"A", "1", "a", "2"})) == "flat; A 1; a 2");
  CHECK(show(http::header_list::from_flat({})) == "flat");
  CHECK(thrown([] { http::header_list::from_flat({"X-A"}); }) ==
        "ERR_INVALID_ARG_VALUE: The argument 'headers' is invalid. Received [ 'X-A' ]");
  CHECK(thrown([] { http::header_list::from_flat({"X-A", "b", "c"}); }) ==
        "ERR_INVALID_ARG_VALUE: The argument 'headers' is invalid. Received [ 'X-A', 'b', 'c' ]");
}

TEST_CASE("header_list: from a range of pairs", "[headers]") {
  std::map<std::string, std::string> const map{{"B", "2"}, {"A", "1"}};
  CHECK(show(http::header_list(map)) == "pairs; A 1; B 2");
  std::vector<std::pair<std::string_view, int>> const numbers{{"N", 1}};
  CHECK(show(http::header_list(numbers)) == "pairs; N #1");
}

TEST_CASE("header_list: searched and changed by name", "[headers]") {
  http::header_list list{{"A", "1"}, {"b", "2"}};
  list.append("a", 3).append("C", {"x", "y"});
  CHECK(list.size() == 4);
  CHECK_FALSE(list.empty());
  CHECK(list.contains("B"));
  CHECK_FALSE(list.contains("d"));
  CHECK(list.find("d") == nullptr);
  CHECK(list.find("a")->value == "1");
  CHECK(list[3].value.text() == "x, y");
  CHECK(list.erase("A") == 2);
  CHECK(list.erase("A") == 0);
  CHECK(list == http::header_list{{"b", "2"}, {"C", {"x", "y"}}});
}

TEST_CASE("header_list: a value keeps its kind", "[headers]") {
  http::header_value value;
  CHECK(value.text().empty());
  CHECK(value.size() == 1);
  value = 42;
  CHECK(value.is_number());
  CHECK(value.text() == "42");
  CHECK(value == http::header_value::number("42"));
  CHECK_FALSE(value == http::header_value("42"));
  value = {"a", "b"};
  CHECK(value.is_list());
  CHECK(value.size() == 2);
  CHECK(value[1] == "b");
  CHECK(http::header_value(std::vector<std::string>()).text().empty());
  CHECK(http::header_value(INT64_MIN).text() == "-9223372036854775808");
  CHECK(http::header_value(UINT64_MAX).text() == "18446744073709551615");
}

TEST_CASE("header_list: a value reference reads each kind of value alike", "[headers]") {
  std::vector<std::string_view> const views{"a", "b"};
  std::vector<std::string> const strings{"a", "b"};
  http::header_value const list{"a", "b"};
  http::header_value const number(7);
  http::header_value const text("t");
  for (http::header_value_ref const& ref :
       {http::header_value_ref(views), http::header_value_ref(strings),
        http::header_value_ref(list)}) {
    CHECK(ref.is_list());
    CHECK(ref.size() == 2);
    CHECK(ref[1] == "b");
  }
  CHECK(http::header_value_ref(number).is_number());
  CHECK(http::header_value_ref(number)[0] == "7");
  CHECK(http::header_value_ref(text)[0] == "t");
  CHECK(http::header_value(http::header_value_ref(views)) == list);
  CHECK(http::header_value(http::header_value_ref(number)) == number);
}

TEST_CASE("header_list: a name is a token", "[headers]") {
  for (int c = 0; c != 256; ++c) {
    std::string const name(1, static_cast<char>(c));
    bool const token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("!#$%&'*+-.^_`|~").find(name) != std::string_view::npos;
    INFO(c);
    CHECK(anode::base::is_token(name) == (token && c != 0));
    CHECK(anode::base::is_token("a" + name) == (token && c != 0));
  }
  CHECK(thrown([] { http::validate_header_name(""); }) ==
        "ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\"\"]");
  CHECK(thrown([] { http::validate_header_name("a b", "Trailer name"); }) ==
        "ERR_INVALID_HTTP_TOKEN: Trailer name must be a valid HTTP token [\"a b\"]");
  CHECK(thrown([] { http::validate_header_name("__proto__"); }) == "nothing");
}

TEST_CASE("header_list: a value has no control characters", "[headers]") {
  for (int c = 0; c != 256; ++c) {
    bool const good = c == '\t' || (c >= 0x20 && c != 0x7f);
    for (std::size_t const before : {0U, 3U, 7U, 8U, 20U}) {
      std::string const value = std::string(before, 'a') + static_cast<char>(c) + "bcd";
      INFO(c << " behind " << before);
      CHECK(anode::base::is_header_text(value) == good);
      CHECK(anode::base::is_header_text(std::string(16, '\xff') + value) == good);
    }
  }
  CHECK(anode::base::is_header_text(""));
  CHECK(anode::base::is_header_text("\t\t\t\t\t\t\t\t\t"));
  CHECK(thrown([] { http::validate_header_value("X", "a\nb"); }) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"X\"]");
  CHECK(thrown([] { http::validate_header_value("X", {"ok", "a\rb"}); }) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"X\"]");
  CHECK(thrown([] { http::validate_header_value("X", 5); }) == "nothing");
}

TEST_CASE("header_list: names and values are tested without throwing", "[headers]") {
  CHECK(http::is_valid_header_name("X-A"));
  CHECK_FALSE(http::is_valid_header_name(""));
  CHECK_FALSE(http::is_valid_header_name("a b"));
  CHECK_FALSE(http::is_valid_header_name("a:"));
  CHECK(http::is_valid_header_value(""));
  for (int c = 0; c != 256; ++c) {
    std::string const value = std::string("a") + static_cast<char>(c) + "bcdefghij";
    INFO(c);
    bool const strict = c == '\t' || (c >= 0x20 && c != 0x7f);
    CHECK(http::is_valid_header_value(value) == strict);
    CHECK(http::is_valid_header_value(value, http::http_validation::insecure) == strict);
    CHECK(http::is_valid_header_value(value, http::http_validation::relaxed) ==
          (c != 0 && c != '\r' && c != '\n'));
  }
}

TEST_CASE("header_list: names compare with ASCII case folding only", "[headers]") {
  CHECK(anode::base::names_equal("Content-Type", "content-TYPE"));
  CHECK_FALSE(anode::base::names_equal("a", "ab"));
  CHECK_FALSE(anode::base::names_equal("a-b", "a_b"));
  CHECK_FALSE(anode::base::names_equal("[", "{"));
  CHECK_FALSE(anode::base::names_equal("@", "`"));
  CHECK_FALSE(anode::base::names_equal("\xc9", "\xe9"));
}

}  // namespace unit_message_header_list
