// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/header_map.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace unit_message_header_map {

namespace {

namespace http = anode::http;
using namespace anode::message;

std::string show(header_map const& headers) {
  std::string text;
  headers.for_each_line([&](header_map::line const& line) {
    text.append(line.name).append(": ").append(line.value).append(line.more ? " +" : "");
    text += line.first ? "\n" : " -\n";
  });
  return text;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("header_map: set keeps the position of a header", "[header-map]") {
  header_map headers;
  headers.set("X-One", "1");
  headers.set("X-Mid", "m");
  headers.set("x-ONE", "a longer value than before");
  CHECK(show(headers) == "x-ONE: a longer value than before\nX-Mid: m\n");
  headers.set("X-One", "");
  CHECK(show(headers) == "X-One: \nX-Mid: m\n");
  headers.set("X-Mid", {"1", "2"});
  headers.set("X-One", {"a", "b", "c"});
  CHECK(show(headers) == "X-One: a +\nX-One: b + -\nX-One: c -\nX-Mid: 1 +\nX-Mid: 2 -\n");
  headers.set("X-One", 7);
  CHECK(show(headers) == "X-One: 7\nX-Mid: 1 +\nX-Mid: 2 -\n");
}

TEST_CASE("header_map: returns headers in the form in which they were set", "[header-map]") {
  header_map headers;
  headers.set("X-A", "1");
  headers.set("set-cookie", {"a", "b"});
  headers.set("X-Num", 7);
  headers.set("X-None", std::vector<std::string>());
  CHECK(headers.names() == names{"x-a", "set-cookie", "x-num", "x-none"});
  CHECK(headers.raw_names() == names{"X-A", "set-cookie", "X-Num", "X-None"});
  CHECK(headers.contains("x-A"));
  CHECK_FALSE(headers.contains("z"));
  CHECK_FALSE(headers.contains(""));
  CHECK(headers.get("X-a") == http::header_value("1"));
  CHECK(headers.get("x-num") == http::header_value(7));
  CHECK(headers.get("Set-Cookie") == http::header_value{"a", "b"});
  CHECK(headers.get("x-none")->size() == 0);
  CHECK(headers.get("z") == std::nullopt);
  CHECK(headers.text("SET-cookie") == "a");
  CHECK(headers.text("x-none") == std::nullopt);
  CHECK(headers.text("z") == std::nullopt);
  CHECK(headers.size() == 4);
  CHECK(headers.get_all() == http::header_list{{"x-a", "1"},
                                               {"set-cookie", {"a", "b"}},
                                               {"x-num", 7},
                                               {"x-none", std::vector<std::string>()}});
}

TEST_CASE("header_map: append adds to existing values", "[header-map]") {
  header_map headers;
  headers.append("X-App", "1");
  CHECK_FALSE(headers.get("x-app")->is_list());
  headers.append("x-app", 2);
  headers.append("X-App", {"3", "4"});
  headers.append("X-App", std::vector<std::string>());
  CHECK(headers.get("x-app") == http::header_value{"1", "2", "3", "4"});
  headers.set("X-None", std::vector<std::string>());
  headers.append("X-None", "1");
  CHECK(headers.get("x-none") == http::header_value{"1"});
  CHECK(headers.raw_names() == names{"X-App", "X-None"});
}

TEST_CASE("header_map: a removed header that is set again comes last", "[header-map]") {
  header_map headers;
  headers.set("X-A", "1");
  headers.set("X-B", {"2", "3"});
  CHECK(headers.remove("x-a"));
  CHECK_FALSE(headers.remove("x-a"));
  headers.set("X-A", "4");
  CHECK(headers.raw_names() == names{"X-B", "X-A"});
  CHECK(headers.remove("X-B"));
  CHECK(headers.remove("X-A"));
  CHECK(headers.empty());
}

TEST_CASE("header_map: remembers the removal of an automatic header", "[header-map]") {
  header_map headers;
  for (std::string_view const name :
       {"Date", "CONNECTION", "content-length", "Transfer-Encoding"}) {
    CHECK_FALSE(headers.remove(name));
  }
  headers.remove("Trailer");
  for (auto const field : {field_id::date, field_id::connection, field_id::content_length,
                           field_id::transfer_encoding}) {
    CHECK(headers.removed(field));
  }
  CHECK_FALSE(headers.removed(field_id::trailer));
  headers.unmark_removed(field_id::date);
  CHECK_FALSE(headers.removed(field_id::date));
  headers.clear();
  CHECK_FALSE(headers.removed(field_id::connection));
}

TEST_CASE("header_map: recognises special headers by name", "[header-map]") {
  std::map<std::string, field_id> const known{
      {"Connection", field_id::connection},
      {"keep-alive", field_id::keep_alive},
      {"Content-Length", field_id::content_length},
      {"TRANSFER-ENCODING", field_id::transfer_encoding},
      {"trailer", field_id::trailer},
      {"Date", field_id::date},
      {"Expect", field_id::expect},
      {"Cookie", field_id::cookie},
      {"host", field_id::host},
      {"Vary", field_id::none},
      {"Server", field_id::none},
      {"Referer", field_id::none},
      {"User-Agent", field_id::none},
      {"Content-Lengths", field_id::none},
      {"Content-Length2", field_id::none},
      {"If-Modified-Sinc", field_id::none},
      {"X-Forwarded-Prot", field_id::none},
      {"Accept-Language", field_id::none},
      {"Accept-Encodings", field_id::none},
      {"If-None-Match-x", field_id::none},
      {"cache-control-", field_id::none},
      {"If-Modified-Since", field_id::none},
  };
  for (auto const& [name, field] : known) {
    INFO(name);
    CHECK(find_field_id(name) == field);
  }
}

TEST_CASE("header_map: sets many headers at once, cookies last", "[header-map]") {
  header_map headers;
  headers.set("Set-Cookie", "old");
  headers.set("X-M", "old");
  headers.set_all({{"x-m", "1"}, {"set-cookie", {"a", "b"}}, {"X-N", 2}, {"Set-Cookie", "c"}});
  CHECK(headers.get("set-cookie") == http::header_value{"a", "b", "c"});
  CHECK(headers.raw_names() == names{"set-cookie", "x-m", "X-N"});

  header_map fresh;
  fresh.set_all({{"X-M", "1"}, {"set-cookie", "a"}, {"X-N", "2"}});
  CHECK(fresh.raw_names() == names{"X-M", "X-N", "set-cookie"});
}

TEST_CASE("header_map: write_head merges its headers with those set before", "[header-map]") {
  header_map headers;
  SECTION("none set before: unchanged") {
    headers.merge({{"X-A", "1"}, {"x-a", "2"}});
    CHECK(show(headers) == "X-A: 1\nx-a: 2\n");
  }
  SECTION("pairs replace earlier headers") {
    headers.set("X-A", "set");
    headers.set("X-B", "set");
    headers.merge({{"x-a", "head"}, {"X-C", "head"}});
    CHECK(show(headers) == "x-a: head\nX-B: set\nX-C: head\n");
  }
  SECTION("a flat list removes earlier headers and appends") {
    headers.set("X-A", "set");
    headers.set("X-K", "keep");
    headers.merge({"x-a", "1", "X-A", "2", "X-Z", "3"});
    CHECK(show(headers) == "X-K: keep\nx-a: 1 +\nx-a: 2 -\nX-Z: 3\n");
  }
}

TEST_CASE("header_map: an invalid header changes nothing", "[header-map][injection]") {
  std::string const bad = GENERATE(as<std::string>(), "a\rb", "a\nb", std::string("a\0b", 3),
                                   "a\x7f", "\x1b[0m", "a\r\nX: y");
  header_map headers;
  headers.set("X-A", "1");
  CHECK_THROWS_AS(headers.set("X-A", bad), http::exception);
  CHECK_THROWS_AS(headers.set(bad, "1"), http::exception);
  CHECK_THROWS_AS(headers.set("X-A", {"ok", http::header_item(bad)}), http::exception);
  CHECK_THROWS_AS(headers.append("X-A", bad), http::exception);
  CHECK_THROWS_AS(headers.append(bad, "1"), http::exception);
  CHECK_THROWS_AS(headers.set_all({{"X-B", "1"}, {"X-C", bad}}), http::exception);
  CHECK_THROWS_AS(headers.merge({{"X-B", "1"}, {bad, "1"}}), http::exception);
  CHECK_THROWS_AS(headers.merge({"X-A", "2", "X-C", bad}), http::exception);
  CHECK(show(headers) == "X-A: 1\n");
}

TEST_CASE("header_map: set accepts text of the map itself", "[header-map]") {
  header_map headers;
  headers.set("X-A", "a text that is too long to lie in a small string");
  std::string const text(*headers.text("x-a"));
  for (int i = 0; i != 20; ++i) {
    headers.set("X-" + std::to_string(i), *headers.text("x-a"));
  }
  headers.set("X-A", headers.text("x-a")->substr(2));
  CHECK(headers.text("x-a") == text.substr(2));
  headers.append("X-0", *headers.text("x-0"));
  CHECK(headers.get("x-0") == http::header_value{text, text});
  std::vector<std::string_view> const own{*headers.text("x-1"), "b"};
  headers.append("X-1", own);
  CHECK(headers.get("x-1") == http::header_value{text, text, "b"});
  // A value set as text can become the name of another header.
  headers.set("X-A", "X-New");
  headers.set(*headers.text("X-A"), "1");
  CHECK(headers.contains("x-new"));
}

TEST_CASE("header_map: repeated replacement does not increase memory", "[header-map]") {
  header_map headers;
  headers.set("X-Keep", {"k1", "k2"});
  for (int i = 0; i != 20000; ++i) {
    headers.set("X-A", std::string(static_cast<std::size_t>(i % 300), 'a'));
    headers.set("X-B", {"1", "2", "3"});
    headers.append("X-B", "4");
    headers.set("X-C", i);
    headers.remove("x-c");
  }
  std::size_t bytes = 0;
  headers.for_each_line(
      [&](header_map::line const& line) { bytes += line.name.size() + line.value.size(); });
  CHECK(bytes < 500);
  CHECK(headers.memory() < 64 * 1024);
  CHECK(headers.get("x-keep") == http::header_value{"k1", "k2"});
  CHECK(headers.get("x-b") == http::header_value{"1", "2", "3", "4"});
  CHECK(headers.text("x-a") == std::string(19999 % 300, 'a'));
}

TEST_CASE("header_map: random changes agree with a plain list", "[header-map]") {
  std::mt19937 random(1);
  auto const draw = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::vector<std::string> const pool{"a", "B", "Connection", "set-cookie", "X-Longer-Name", "b"};
  for (int round = 0; round != 300; ++round) {
    header_map headers;
    std::vector<std::pair<std::string, std::vector<std::string>>> model;
    auto const find = [&](std::string const& name) {
      return std::find_if(model.begin(), model.end(), [&](auto const& entry) {
        return std::equal(entry.first.begin(), entry.first.end(), name.begin(), name.end(),
                          [](char x, char y) { return (x | 0x20) == (y | 0x20); });
      });
    };
    for (int step = 0; step != 60; ++step) {
      std::string const name = pool[draw(6)];
      std::vector<std::string> values;
      for (unsigned i = draw(4); i != 0; --i) {
        values.emplace_back(draw(200), 'v');
      }
      auto const at = find(name);
      switch (draw(3)) {
        case 0:
          headers.set(name, values);
          if (at == model.end()) {
            model.emplace_back(name, values);
          } else {
            *at = {name, values};
          }
          break;
        case 1:
          headers.append(name, values);
          if (at == model.end()) {
            model.emplace_back(name, values);
          } else {
            at->second.insert(at->second.end(), values.begin(), values.end());
          }
          break;
        default:
          CHECK(headers.remove(name) == (at != model.end()));
          if (at != model.end()) {
            model.erase(at);
          }
          break;
      }
    }
    REQUIRE(headers.size() == model.size());
    names spelled;
    for (auto const& [name, values] : model) {
      spelled.push_back(name);
      CHECK(headers.get(name) == http::header_value(values));
    }
    CHECK(headers.raw_names() == spelled);
  }
}

TEST_CASE("header_map: finds headers among many as among few, after any changes", "[header-map]") {
  header_map headers;
  std::map<int, std::string> values;
  std::mt19937 random(1);
  auto const name = [&](int i) {
    std::string text = (random() % 2 == 0 ? "x-NAME-" : "X-name-") + std::to_string(i);
    return text;
  };
  for (int step = 0; step != 5000; ++step) {
    int const i = static_cast<int>(random() % 300);
    switch (random() % 8) {
      case 0:
        CHECK(headers.remove(name(i)) == (values.erase(i) > 0));
        break;
      case 1:
        headers.set(name(i), std::to_string(step));
        values[i] = std::to_string(step);
        break;
      case 2:
        if (step % 500 == 0) {
          headers.clear();
          values.clear();
        }
        break;
      case 3:
        CHECK(headers.contains(name(i)) == values.contains(i));
        break;
      default:
        if (values.contains(i)) {
          CHECK(headers.text(name(i)) == std::string_view(values[i]));
        } else {
          headers.append_valid(name(i), std::to_string(step));
          values[i] = std::to_string(step);
        }
    }
    CHECK(headers.size() == values.size());
  }
  for (auto const& [i, value] : values) {
    CHECK(headers.text(name(i)) == std::string_view(value));
  }
}

}  // namespace unit_message_header_map
