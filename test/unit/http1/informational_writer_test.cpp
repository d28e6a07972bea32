// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_writer.hpp"
#include "support/catch.hpp"

#include <anode/error.hpp>

#include <string>

namespace unit_http1_informational_writer {

namespace {

namespace http = anode::http;
using namespace anode::http1;

std::string information(int status, http::header_list const& headers) {
  std::string out = "before";
  try {
    write_information_head(out, status, headers);
  } catch (http::exception const& e) {
    CHECK(out == "before");
    return std::string(e.code_name()) + ": " + e.what();
  }
  CHECK(out.starts_with("before"));
  return out.substr(6);
}

std::string hints(http::header_list const& headers) {
  std::string out;
  try {
    bool const written = write_early_hints_head(out, headers);
    CHECK(written != out.empty());
  } catch (http::exception const& e) {
    CHECK(out.empty());
    return std::string(e.code_name()) + ": " + e.what();
  }
  return out;
}

std::string upgrade(http::header_list const& headers, std::string_view protocol, int status = 101,
                    std::string_view reason = "Switching Protocols") {
  anode::message::header_map map;
  map.set_all(headers);
  upgrade_context context;
  context.status = status;
  context.reason = reason;
  context.protocol = protocol;
  std::string out;
  try {
    write_upgrade_head(out, context, map);
  } catch (http::exception const& e) {
    CHECK(out.empty());
    return std::string(e.code_name());
  }
  return out;
}

}  // namespace

TEST_CASE("upgrade writer: adds Connection and Upgrade, unless they are set") {
  std::string const start = "HTTP/1.1 101 Switching Protocols\r\n";
  CHECK(upgrade({}, "websocket") == start + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  CHECK(upgrade({}, "h2c , websocket") == start + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  CHECK(upgrade({{"upgrade", "x"}, {"X-A", {"1", "2"}}}, "y") ==
        start + "upgrade: x\r\nX-A: 1\r\nX-A: 2\r\nConnection: Upgrade\r\n\r\n");
  CHECK(upgrade({{"Connection", "Upgrade, X"}}, "y") ==
        start + "Connection: Upgrade, X\r\nUpgrade: y\r\n\r\n");
  // The response would contradict itself.
  CHECK(upgrade({{"Connection", "close"}}, "y") ==
        start + "Connection: Upgrade\r\nUpgrade: y\r\n\r\n");
}

TEST_CASE("upgrade writer: a response to CONNECT gets no headers of its own") {
  CHECK(upgrade({}, "", 200, "Connection Established") ==
        "HTTP/1.1 200 Connection Established\r\n\r\n");
  CHECK(upgrade({{"Connection", "close"}}, "", 201, "") ==
        "HTTP/1.1 201 unknown\r\nConnection: close\r\n\r\n");
}

TEST_CASE("upgrade writer: rejects headers that frame a body, and what must not be sent") {
  CHECK(upgrade({{"Content-Length", 0}}, "y") == "ERR_HTTP_INVALID_HEADER_VALUE");
  CHECK(upgrade({{"Transfer-Encoding", "chunked"}}, "y") == "ERR_HTTP_INVALID_HEADER_VALUE");
  CHECK(upgrade({}, "y\r\nX: 1") == "ERR_INVALID_CHAR");
  CHECK(upgrade({}, "y", 101, "a\nb") == "ERR_INVALID_CHAR");
}

TEST_CASE("informational writer: writes a status line and fields", "[informational-writer]") {
  CHECK(continue_head == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(processing_head == "HTTP/1.1 102 Processing\r\n\r\n");
  CHECK(information(100, {}) == continue_head);
  CHECK(information(102, {}) == processing_head);
  CHECK(information(199, {{"X-A", "1"}, {"X-B", {"2", "3"}}}) ==
        "HTTP/1.1 199 unknown\r\nX-A: 1\r\nX-B: 2\r\nX-B: 3\r\n\r\n");
}

TEST_CASE("informational writer: accepts informational statuses only", "[informational-writer]") {
  int const status = GENERATE(0, 99, 101, 200, 1000);
  CHECK(information(status, {}) ==
        "ERR_HTTP_INVALID_STATUS_CODE: Invalid status code: " + std::to_string(status));
}

TEST_CASE("informational writer: rejects fields that announce a body",
          "[informational-writer][deviation]") {
  CHECK(information(103, {{"Content-Length", 5}}) ==
        "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"5\" for header \"Content-Length\"");
  CHECK(hints({{"link", "</a>"}, {"transfer-encoding", "chunked"}}) ==
        "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"chunked\" for header "
        "\"transfer-encoding\"");
}

TEST_CASE("informational writer: validates field names and values",
          "[informational-writer][injection]") {
  CHECK(information(103, {{"a b", "1"}}) ==
        "ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\"a b\"]");
  CHECK(information(103, {{"X", "a\r\nY: z"}}) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"X\"]");
  CHECK(hints({{"link", "</a>"}, {"X", "a\nb"}}) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"X\"]");
  // Node lets a line end pass inside the angle brackets.
  CHECK(hints({{"link", "</a\r\nX: y>"}}) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"link\"]");
}

TEST_CASE("informational writer: early hints start with all links on one line",
          "[informational-writer]") {
  CHECK(hints({{"link", "</style.css>; rel=preload; as=style"}}) ==
        "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n");
  CHECK(hints({{"link", {"</a.css>; rel=preload", "</b.js>; rel=preload"}}}) ==
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload, </b.js>; rel=preload\r\n\r\n");
  CHECK(hints({{"x-trace-id", "id1"}, {"link", "</a.css>; rel=preload"}, {"X-Other", "2"}}) ==
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nx-trace-id: id1\r\n"
        "X-Other: 2\r\n\r\n");
}

TEST_CASE("informational writer: early hints without a link write nothing",
          "[informational-writer]") {
  CHECK(hints({}).empty());
  CHECK(hints({{"x", "1"}}).empty());
  CHECK(hints({{"link", std::vector<std::string>()}}).empty());
}

TEST_CASE("informational writer: rejects an invalid link", "[informational-writer]") {
  CHECK(hints({{"link", "bad"}}) ==
        "ERR_INVALID_ARG_VALUE: The argument 'hints' must be an array or string of format "
        "\"</styles.css>; rel=preload; as=style\". Received 'bad'");
  CHECK(hints({{"link", {"</a>", "bad"}}}).starts_with("ERR_INVALID_ARG_VALUE"));
}

TEST_CASE("informational writer: an automatic error response has three lines",
          "[informational-writer]") {
  std::string out;
  write_error_head(out, 400);
  CHECK(out == "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  out.clear();
  write_error_head(out, 431);
  CHECK(out == "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n");
}

}  // namespace unit_http1_informational_writer
