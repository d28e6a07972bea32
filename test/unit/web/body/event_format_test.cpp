// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/event_format.hpp"

#include "support/catch.hpp"

#include <string>

namespace unit_web_body_event_format {

namespace web = anode::web;

namespace {

std::string event(std::string_view data, std::string_view type = "", std::string_view id = "") {
  std::string out;
  web::append_event(out, data, type, id);
  return out;
}

std::string comment(std::string_view text) {
  std::string out;
  web::append_event_comment(out, text);
  return out;
}

}  // namespace

TEST_CASE("web events: data, type and id", "[web]") {
  CHECK(event("hello") == "data: hello\n\n");
  CHECK(event("hello", "greeting") == "event: greeting\ndata: hello\n\n");
  CHECK(event("hello", "greeting", "7") == "event: greeting\nid: 7\ndata: hello\n\n");
  CHECK(event("", "", "7") == "id: 7\ndata: \n\n");
  CHECK(event("") == "data: \n\n");
  CHECK(event(" a") == "data:  a\n\n");
  CHECK(event(": a") == "data: : a\n\n");
}

TEST_CASE("web events: each line of the data is a line of the event", "[web]") {
  CHECK(event("a\nb") == "data: a\ndata: b\n\n");
  CHECK(event("a\r\nb\rc\nd") == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(event("a\n") == "data: a\ndata: \n\n");
  CHECK(event("\n") == "data: \ndata: \n\n");
  CHECK(event("\n\r") == "data: \ndata: \ndata: \n\n");
  CHECK(event("a\n\nevent: x\nid: 1") == "data: a\ndata: \ndata: event: x\ndata: id: 1\n\n");
  // U+2028 is no line break here.
  CHECK(event("a\xe2\x80\xa8 b") == "data: a\xe2\x80\xa8 b\n\n");
}

TEST_CASE("web events: type and id cannot begin another line", "[web]") {
  CHECK(event("d", "a\r\ndata: x\n\n") == "event: adata: x\ndata: d\n\n");
  CHECK(event("d", "", "1\n\ndata: x") == "id: 1data: x\ndata: d\n\n");
  CHECK(event("d", "", std::string_view("1\0", 2)) == "data: d\n\n");
}

TEST_CASE("web events: comments and the time to wait", "[web]") {
  CHECK(comment("") == ":\n\n");
  CHECK(comment("a\nb\rdata: x") == ": a\n: b\n: data: x\n\n");
  std::string out;
  web::append_event_retry(out, std::chrono::seconds(3));
  CHECK(out == "retry: 3000\n\n");
  out.clear();
  web::append_event_retry(out, std::chrono::seconds(-3));
  CHECK(out == "retry: 0\n\n");
}

}  // namespace unit_web_body_event_format
