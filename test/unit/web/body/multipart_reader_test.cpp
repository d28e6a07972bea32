// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/multipart_reader.hpp"

#include "support/catch.hpp"

#include <functional>
#include <string>
#include <vector>

namespace unit_web_body_multipart_reader {

namespace web = anode::web;
using event = web::multipart_reader::event;
using fault = web::multipart_fault;

namespace {

// All that a reader finds: `[name|file_name|data]` for each part, then `.` or the fault.
std::string parts_of(std::string_view boundary, std::vector<std::string_view> const& pieces,
                     web::multipart_limits const& limits = {}) {
  web::multipart_reader reader(boundary, limits);
  std::size_t next = 0;
  std::string text;
  while (true) {
    switch (reader.next()) {
      case event::need_input:
        if (next == pieces.size()) {
          reader.finish();
        } else {
          reader.feed(pieces[next++]);
        }
        break;
      case event::part:
        text += "[" + reader.head().name;
        if (reader.head().is_file) {
          text += "|" + reader.head().file_name;
        }
        text += "|";
        break;
      case event::data:
        CHECK_FALSE(reader.data().empty());
        text += reader.data();
        break;
      case event::part_end:
        text += "]";
        break;
      case event::end:
        CHECK(reader.next() == event::end);
        return text + ".";
      case event::fault:
        CHECK(reader.next() == event::fault);
        return text + "!" + std::string(web::text_of(reader.fault()));
    }
  }
}

// The parts of a body that comes whole. Checks that they are the same if it comes in two pieces, at
// each place, and in pieces of one to three bytes.
std::string parts_of(std::string_view body, std::string_view boundary = "b",
                     web::multipart_limits const& limits = {}) {
  std::string const whole = parts_of(boundary, std::vector{body}, limits);
  for (std::size_t at = 0; at <= body.size(); ++at) {
    std::string const cut =
        parts_of(boundary, {body.substr(0, at), std::string_view(), body.substr(at)}, limits);
    if (cut != whole) {
      INFO("cut at " << at);
      CHECK(cut == whole);
    }
  }
  for (std::size_t size = 1; size <= 3; ++size) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < body.size(); at += size) {
      pieces.push_back(body.substr(at, size));
    }
    INFO("pieces of " << size);
    CHECK(parts_of(boundary, pieces, limits) == whole);
  }
  return whole;
}

std::string part(std::string_view name, std::string_view data) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(data) + "\r\n";
}

}  // namespace

TEST_CASE("web multipart: fields and files, as a browser sends them", "[web]") {
  CHECK(parts_of("------WebKitFormBoundaryTB2MiQ36fnSJlrhY\r\n"
                 "Content-Disposition: form-data; name=\"cont\"\r\n\r\n"
                 "some random content\r\n"
                 "------WebKitFormBoundaryTB2MiQ36fnSJlrhY\r\n"
                 "Content-Disposition: form-data; name=\"f\"; filename=\"a b.bin\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n"
                 "1\r\n2\n3\r--\r\n"
                 "------WebKitFormBoundaryTB2MiQ36fnSJlrhY--\r\n",
                 "----WebKitFormBoundaryTB2MiQ36fnSJlrhY") ==
        "[cont|some random content][f|a b.bin|1\r\n2\n3\r--].");
}

TEST_CASE("web multipart: the smallest bodies", "[web]") {
  CHECK(parts_of("--b--\r\n") == ".");
  CHECK(parts_of("--b--") == ".");
  CHECK(parts_of("\r\n--b--\r\n") == ".");
  CHECK(parts_of(part("a", "") + "--b--\r\n") == "[a|].");
  CHECK(parts_of(part("a", "1") + part("b", "2") + "--b--") == "[a|1][b|2].");
  CHECK(parts_of("--b\r\n\r\ndata\r\n--b--\r\n") == "[|data].");
  // An empty part without a line break of its own.
  CHECK(parts_of("--b\r\nX: y\r\n\r\n--b--\r\n") == "[|].");
  CHECK(parts_of("--b\r\nX: y\r\n\r\n--c\r\n--b--\r\n") == "[|--c].");
}

TEST_CASE("web multipart: preamble, padding and epilogue are skipped", "[web]") {
  CHECK(parts_of("This is a preamble.\r\n\r\n--almost\r\n" + part("a", "1") +
                 "--b--\r\nThe epilogue.\r\n--b\r\n") == "[a|1].");
  CHECK(parts_of("--b \t \r\nX: y\r\n\r\n1\r\n--b  \r\n\r\n2\r\n--b-- \t\r\n") == "[|1][|2].");
  CHECK(parts_of("x--b\r\n" + part("a", "1") + "--b--") == "[a|1].");
}

TEST_CASE("web multipart: lines that resemble the delimiter are data", "[web]") {
  for (std::string const& data : {
           std::string("\r\n--"),       std::string("\r\n-"),
           std::string("\r"),           std::string("\r\r\n"),
           std::string("\r\n\r\n\r\n"), std::string("x--b--"),
           std::string("\n--b\n"),      std::string("\n--b--\n"),
           std::string("\r--b\r"),      std::string("\r\n--c"),
           std::string("\r\n--bb"),     std::string("\r\n--bx\r\n"),
           std::string("\r\n--b-"),     std::string("\r\n--b-x"),
           std::string("\r\n--b-\r\n"), std::string("\r\n--b."),
           std::string("\r\n -b"),      std::string("\r\n- -b"),
           std::string("\r\n --b"),     std::string("\r\r\n-\r\n--\r\n--c\r\n--\r\n-b"),
           std::string("\r\n--b\0", 6), std::string("\0\xff\r\n", 4),
       }) {
    INFO(data);
    CHECK(parts_of(part("a", data) + "--b--") == "[a|" + data + "].");
  }
  // A boundary of dashes.
  CHECK(parts_of("------\r\n\r\n-----\r\n------\r\n\r\n----\r\n--------", "----") ==
        "[|-----][|----].");
}

TEST_CASE("web multipart: a nested multipart body is the data of its part", "[web]") {
  std::string const inner =
      "--bb\r\nContent-Disposition: file; filename=\"x\"\r\n\r\n1\r\n--bb--\r\n";
  CHECK(parts_of("--b\r\nContent-Disposition: form-data; name=n\r\n"
                 "Content-Type: multipart/mixed; boundary=bb\r\n\r\n" +
                 inner + "\r\n--b--") == "[n|" + inner + "].");
  CHECK(parts_of(inner, "bb") == "[|x|1].");
}

TEST_CASE("web multipart: a body without its closing delimiter is cut", "[web]") {
  std::string const body = part("a", "1\r\n2") + "--b\r\nX: y\r\n\r\nz\r\n--b--";
  for (std::size_t size = 0; size != body.size(); ++size) {
    INFO(size);
    std::string const found = parts_of(std::string_view(body).substr(0, size));
    CHECK(found.ends_with("!multipart body without its end"));
  }
  CHECK(parts_of(body).ends_with("."));
  // Lines end with CR LF.
  CHECK(parts_of("--b\n\n1\n--b--\n") == "!multipart body without its end");
}

TEST_CASE("web multipart: malformed bodies", "[web]") {
  for (std::string_view const body : {
           "--b x\r\n\r\n--b--",
           "--b\rx\r\n\r\n--b--",
           "--b\r\nA: b\n\r\n\r\n--b--",
           "--b\r\nno colon\r\n\r\n1\r\n--b--",
           "--b\r\n\n--b--",
           "--b\r\n--b--\r\n\r\n",
           "--b--x",
           "--b--\rx",
           "--b-- \n",
           "--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--",
       }) {
    INFO(body);
    CHECK(parts_of(body).ends_with("!malformed multipart body"));
  }
}

TEST_CASE("web multipart: limits", "[web]") {
  web::multipart_limits limits;
  limits.parts = 2;
  std::string const two = part("a", "") + part("b", "");
  CHECK(parts_of(two + "--b--", "b", limits) == "[a|][b|].");
  CHECK(parts_of(two + part("c", "") + "--b--", "b", limits) == "[a|][b|]!too many parts");

  limits = {};
  limits.field_size = 10;
  limits.file_size = 20;
  std::string const file = "--b\r\nContent-Disposition: form-data; filename=f\r\n\r\n";
  CHECK(parts_of(part("a", "0123456789") + "--b--", "b", limits) == "[a|0123456789].");
  CHECK(parts_of(part("a", "01234567\r\n") + "--b--", "b", limits) == "[a|01234567\r\n].");
  CHECK(
      parts_of(part("a", "0123456789x") + "--b--", "b", limits).ends_with("!a field is too large"));
  CHECK(parts_of(file + "01234567890123456789\r\n--b--", "b", limits) ==
        "[|f|01234567890123456789].");
  CHECK(parts_of(file + "01234567890123456789x\r\n--b--", "b", limits)
            .ends_with("!a file is too large"));

  limits = {};
  limits.header_bytes = 40;
  limits.header_lines = 3;
  CHECK(parts_of("--b\r\nA: " + std::string(34, 'x') + "\r\n\r\n1\r\n--b--", "b", limits)
            .ends_with("!headers of a part are too large"));
  CHECK(parts_of("--b\r\nA: " + std::string(35, 'x') + "\r\n\r\n1\r\n--b--", "b", limits)
            .ends_with("!headers of a part are too large"));
  CHECK(parts_of("--b\r\nA: " + std::string(33, 'x') + "\r\n\r\n1\r\n--b--", "b", limits)
            .ends_with("[|1]."));
  CHECK(parts_of("--b\r\nA:\r\nB:\r\nC:\r\n\r\n1\r\n--b--", "b", limits) == "[|1].");
  CHECK(parts_of("--b\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n1\r\n--b--", "b", limits)
            .ends_with("!headers of a part are too large"));

  limits = {};
  limits.preamble_size = 8;
  CHECK(parts_of("12345678\r\n--b--", "b", limits) == ".");
  CHECK(parts_of("123456789\r\n--b--", "b", limits) == "!malformed multipart body");
}

TEST_CASE("web multipart: statuses", "[web]") {
  CHECK(web::status_of(fault::malformed) == 400);
  CHECK(web::status_of(fault::cut) == 400);
  CHECK(web::status_of(fault::too_many_parts) == 413);
  CHECK(web::status_of(fault::field_too_large) == 413);
  CHECK(web::status_of(fault::file_too_large) == 413);
  CHECK(web::status_of(fault::head_too_large) == 431);
  CHECK(web::text_of(fault::none).empty());
}

TEST_CASE("web multipart: a large part that resembles the delimiter passes in large views",
          "[web]") {
  std::string const line = "\r\n--almos";
  std::string data;
  while (data.size() < 1024 * 1024) {
    data += line;
  }
  std::string const body =
      "--almost\r\nContent-Disposition: form-data; filename=f\r\n\r\n" + data + "\r\n--almost--";
  web::multipart_reader reader("almost", {});
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::size_t at = 0;
  for (event e = reader.next(); e != event::end; e = reader.next()) {
    REQUIRE(e != event::fault);
    if (e == event::need_input && at >= body.size()) {
      reader.finish();
    } else if (e == event::need_input) {
      reader.feed(std::string_view(body).substr(at, 65536));
      at += 65536;
    } else if (e == event::data) {
      ++events;
      bytes += reader.data().size();
    }
  }
  CHECK(bytes == data.size());
  CHECK(events < 3 * (body.size() / 65536 + 1));
}

}  // namespace unit_web_body_multipart_reader
