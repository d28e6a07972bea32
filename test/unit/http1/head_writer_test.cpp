// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cases of the head writer that recorded_heads_test.cpp does not cover: input that Node sends
// unchanged and anode rejects or repairs, and functions besides the writing of a head.
#include "http1/head_writer.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <string>

namespace unit_http1_head_writer {

namespace {

namespace http = anode::http;
using namespace anode::http1;
using namespace anode::message;

constexpr std::string_view date = "Date: now\r\n";

response_context plain(int status = 200) {
  response_context context;
  context.status = status;
  context.date_line = date;
  context.keep_alive_line = "Keep-Alive: timeout=5\r\n";
  return context;
}

/// Returns the message of the exception that `f` throws, with the name of its code.
template <class F>
std::string thrown(F&& f) {
  try {
    f();
  } catch (http::exception const& e) {
    return std::string(e.code_name()) + ": " + e.what();
  }
  return "nothing";
}

std::string response_error(response_context const& context, header_map const& headers) {
  std::string out = "before";
  std::string const error = thrown([&] { write_response_head(out, context, headers); });
  CHECK(out == "before");
  return error;
}

std::string request_error(request_context const& context, header_map const& headers) {
  std::string out = "before";
  std::string const error = thrown([&] { write_request_head(out, context, headers); });
  CHECK(out == "before");
  return error;
}

}  // namespace

TEST_CASE("head writer: appends a response head to the output", "[head-writer]") {
  header_map headers;
  headers.set("Content-Type", "text/plain");
  response_context context = plain();
  context.content_length = 12;
  std::string out = "before";
  outgoing_framing const framing = write_response_head(out, context, headers);
  CHECK(out ==
        "beforeHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: now\r\n"
        "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 12\r\n\r\n");
  CHECK(framing.end() == body_end::length);
  CHECK(framing.content_length() == 12);
  CHECK(framing.keep_alive());
  CHECK_FALSE(framing.last());
  CHECK_FALSE(framing.expect());
}

TEST_CASE("head writer: sends header bytes unchanged, whatever the body is",
          "[head-writer][deviation]") {
  header_map headers;
  headers.set("Content-Length", 4);
  headers.set("Content-Disposition", "inline; filename=\xc3\xa9");
  headers.set("X-L", "caf\xe9");
  std::string out;
  write_response_head(out, plain(), headers);
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Disposition: inline; filename=\xc3\xa9\r\n"
        "X-L: caf\xe9\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n");
}

TEST_CASE("head writer: rejects a Content-Length that is not one number",
          "[head-writer][deviation]") {
  auto const [value, shown] = GENERATE(table<http::header_value, std::string>({
      {"abc", "abc"},
      {"", ""},
      {"+5", "+5"},
      {"-1", "-1"},
      {"5 ", "5 "},
      {"5,5", "5,5"},
      {"0x5", "0x5"},
      {"18446744073709551616", "18446744073709551616"},
      {{"5", "5"}, "5"},
      {{"5", "6"}, "6"},
      {-5, "-5"},
  }));
  header_map headers;
  headers.set("Content-Length", value);
  std::string const expected = "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"" + shown +
                               "\" for header \"Content-Length\"";
  CHECK(response_error(plain(), headers) == expected);
  CHECK(request_error({}, headers) == expected);
}

TEST_CASE("head writer: rejects two Content-Length fields of different spelling",
          "[head-writer][deviation]") {
  header_map headers;
  headers.merge({"Content-Length", "5", "content-length", "6"});
  CHECK(response_error(plain(), headers) ==
        "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"6\" for header \"content-length\"");
}

TEST_CASE("head writer: omits Content-Length beside Transfer-Encoding",
          "[head-writer][deviation]") {
  header_map headers;
  headers.set("Content-Length", "4");
  headers.set("Transfer-Encoding", "chunked");
  std::string out;
  CHECK(write_response_head(out, plain(), headers).chunked());
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\n\r\n");
  out.clear();
  request_context context;
  context.method = "POST";
  CHECK(write_request_head(out, context, headers).chunked());
  CHECK(out == "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("head writer: rejects a Transfer-Encoding that peers interpret differently",
          "[head-writer][deviation]") {
  auto const value =
      GENERATE(as<http::header_value>(), "chunked, gzip", "chunked, chunked", "chunked;q=1",
               "x-chunked", "", ", ,", "\"chunked\"", "chunked abc", "chunked\t", "\tchunked", "\t",
               "gzip\t", http::header_value{"chunked", "gzip"});
  header_map headers;
  headers.set("Transfer-Encoding", value);
  std::string const expected = "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"";
  CHECK(response_error(plain(), headers).starts_with(expected));
  CHECK(request_error({}, headers).starts_with(expected));
}

TEST_CASE("head writer: a response in a coding other than chunked ends with the connection",
          "[head-writer][deviation]") {
  header_map headers;
  headers.set("Transfer-Encoding", "gzip");
  std::string out;
  outgoing_framing framing = write_response_head(out, plain(), headers);
  CHECK(framing.end() == body_end::close);
  CHECK(framing.last());
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nDate: now\r\nConnection: close\r\n\r\n");

  headers.set("Connection", "keep-alive");
  framing = write_response_head(out, plain(), headers);
  CHECK(framing.last());

  // Without a body the connection can stay open.
  headers.remove("connection");
  headers.unmark_removed(field_id::connection);
  response_context head = plain();
  head.head_request = true;
  framing = write_response_head(out, head, headers);
  CHECK(framing.end() == body_end::none);
  CHECK_FALSE(framing.last());
}

TEST_CASE("head writer: rejects a request in a coding other than chunked",
          "[head-writer][deviation]") {
  header_map headers;
  headers.set("Transfer-Encoding", "identity");
  CHECK(request_error({}, headers) ==
        "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value \"identity\" for header "
        "\"Transfer-Encoding\"");
}

TEST_CASE("head writer: an informational status as the final status closes the connection",
          "[head-writer][deviation]") {
  int const status = GENERATE(100, 101, 103, 199);
  header_map headers;
  std::string out;
  outgoing_framing const framing = write_response_head(out, plain(status), headers);
  CHECK(framing.last());
  CHECK(framing.end() == body_end::none);
  CHECK(out.ends_with("\r\nDate: now\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("head writer: always frames the body of a request", "[head-writer][deviation]") {
  std::string const method = GENERATE("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT");
  header_map headers;
  std::string const head = method + " / HTTP/1.1\r\nConnection: keep-alive\r\n";
  request_context context;
  context.method = method;
  std::string out;

  SECTION("known length") {
    context.content_length = 4;
    outgoing_framing const framing = write_request_head(out, context, headers);
    CHECK(framing.content_length() == 4);
    CHECK(out == head + "Content-Length: 4\r\n\r\n");
  }
  SECTION("unknown length") {
    context.body_follows = true;
    CHECK(write_request_head(out, context, headers).chunked());
    CHECK(out == head + "Transfer-Encoding: chunked\r\n\r\n");
  }
  SECTION("no body") {
    context.content_length = 0;
    CHECK(write_request_head(out, context, headers).end() == body_end::none);
    CHECK(out == head + "\r\n");
  }
  SECTION("trailers, with and without a body") {
    headers.set("Trailer", "X-T");
    context.content_length = GENERATE(0U, 4U);
    CHECK(request_error(context, headers) ==
          "ERR_HTTP_TRAILER_INVALID: Trailers are invalid with this transfer encoding");
  }
}

TEST_CASE("head writer: adds removed framing again if the request has a body",
          "[head-writer][deviation]") {
  std::string const method = GENERATE("GET", "POST");
  header_map headers;
  headers.mark_removed(field_id::connection);
  headers.mark_removed(field_id::content_length);
  headers.mark_removed(field_id::transfer_encoding);
  request_context context;
  context.method = method;
  std::string out;

  SECTION("known length") {
    context.content_length = 4;
    write_request_head(out, context, headers);
    CHECK(out == method + " / HTTP/1.1\r\nContent-Length: 4\r\n\r\n");
  }
  SECTION("unknown length") {
    context.body_follows = true;
    write_request_head(out, context, headers);
    CHECK(out == method + " / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  }
  SECTION("trailers") {
    context.content_length = 4;
    headers.set("Trailer", "X-T");
    CHECK(request_error(context, headers) ==
          "ERR_HTTP_TRAILER_INVALID: Trailers are invalid with this transfer encoding");
  }
  SECTION("no body: nothing is added") {
    CHECK(write_request_head(out, context, headers).end() == body_end::none);
    CHECK(out == method + " / HTTP/1.1\r\n\r\n");
  }
}

TEST_CASE(
    "head writer: the user's Connection header decides whether a request's connection is kept",
    "[head-writer][deviation]") {
  header_map headers;
  request_context context;
  std::string out;
  headers.set("Connection", "close");
  outgoing_framing framing = write_request_head(out, context, headers);
  CHECK_FALSE(framing.keep_alive());
  CHECK(framing.last());

  context.should_keep_alive = false;
  headers.set("Connection", "keep-alive");
  framing = write_request_head(out, context, headers);
  CHECK(framing.keep_alive());
  CHECK_FALSE(framing.last());
}

TEST_CASE("head writer: a request without an agent closes its connection", "[head-writer]") {
  header_map headers;
  request_context context;
  context.should_keep_alive = false;
  context.has_agent = false;
  std::string out;
  outgoing_framing const framing = write_request_head(out, context, headers);
  CHECK_FALSE(framing.keep_alive());
  CHECK(framing.last());
  CHECK(out == "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");

  // The user's keep-alive does not make the connection of a request without a body reusable.
  context.should_keep_alive = true;
  out.clear();
  CHECK(write_request_head(out, context, headers).last());
  headers.set("Content-Length", 0);
  out.clear();
  CHECK_FALSE(write_request_head(out, context, headers).last());
}

TEST_CASE("head writer: reports Expect, because such a head is sent at once", "[head-writer]") {
  header_map headers;
  headers.set("Expect", "100-continue");
  request_context context;
  context.method = "POST";
  std::string out;
  CHECK(write_request_head(out, context, headers).expect());
}

TEST_CASE("head writer: rejects invalid bytes in a start line", "[head-writer][injection]") {
  std::string const bad =
      GENERATE(as<std::string>(), "a\rb", "a\nb", "a\r\nX: y", std::string("a\0b", 3));
  header_map headers;
  request_context context;
  context.method = bad;
  CHECK(request_error(context, headers)
            .starts_with("ERR_INVALID_HTTP_TOKEN: Method must be a valid HTTP token [\"a"));
  context.method = "GET";
  context.target = bad;
  CHECK(request_error(context, headers) ==
        "ERR_UNESCAPED_CHARACTERS: Request path contains unescaped characters");
  response_context answer = plain();
  answer.reason = bad;
  CHECK(response_error(answer, headers) == "ERR_INVALID_CHAR: Invalid character in statusMessage");
}

TEST_CASE("head writer: validates each part of a start line", "[head-writer][injection]") {
  header_map headers;
  request_context context;
  for (std::string_view const method : {"", "G T", "G:T", "G\xe9", "(GET)"}) {
    context.method = method;
    CHECK(request_error(context, headers).starts_with("ERR_INVALID_HTTP_TOKEN"));
  }
  context.method = "m-search";
  for (std::string_view const target : {"/a b", "/\t", "/\x1f", " /", "/a\x7f"}) {
    context.target = target;
    CHECK(request_error(context, headers).starts_with("ERR_UNESCAPED_CHARACTERS"));
  }
  std::string out;
  for (std::string_view const target : {"*", "h:80", "http://h/x?y#z", "/caf\xe9"}) {
    context.target = target;
    out.clear();
    write_request_head(out, context, headers);
    CHECK(out.starts_with("m-search " + std::string(target) + " HTTP/1.1\r\n"));
  }
  for (int const status : {-1, 0, 99, 1000, 2000}) {
    CHECK(response_error(plain(status), headers) ==
          "ERR_HTTP_INVALID_STATUS_CODE: Invalid status code: " + std::to_string(status));
  }
}

TEST_CASE("head writer: rejects an empty target", "[head-writer][injection]") {
  request_context context;
  context.target = "";
  CHECK(request_error(context, {}).starts_with("ERR_UNESCAPED_CHARACTERS"));
}

TEST_CASE("head writer: the Keep-Alive field has whole seconds", "[head-writer]") {
  CHECK(keep_alive_line(5000, 0) == "Keep-Alive: timeout=5\r\n");
  CHECK(keep_alive_line(1999, 0) == "Keep-Alive: timeout=1\r\n");
  CHECK(keep_alive_line(200, 0) == "Keep-Alive: timeout=0\r\n");
  CHECK(keep_alive_line(5000, 3) == "Keep-Alive: timeout=5, max=3\r\n");
  CHECK(keep_alive_line(0, 3) == "");
}

TEST_CASE("head writer: checks a declared Content-Length on request", "[head-writer]") {
  outgoing_framing const five(body_end::length, 5);
  check_content_length(five, 5, false);
  check_content_length(five, 2, false);
  check_content_length(five, 5, true);
  CHECK(thrown([&] { check_content_length(five, 6, false); }) ==
        "ERR_HTTP_CONTENT_LENGTH_MISMATCH: Response body's content-length of 6 byte(s) does not "
        "match the content-length of 5 byte(s) set in header");
  CHECK(thrown([&] { check_content_length(five, 2, true); }) ==
        "ERR_HTTP_CONTENT_LENGTH_MISMATCH: Response body's content-length of 2 byte(s) does not "
        "match the content-length of 5 byte(s) set in header");
  check_content_length(outgoing_framing(body_end::chunked, 0), 7, true);
  CHECK(thrown([] { throw_body_not_allowed(); }) ==
        "ERR_HTTP_BODY_NOT_ALLOWED: Adding content for this request method or response status is "
        "not allowed.");
}

TEST_CASE("head writer: a request has one Host", "[head-writer]") {
  std::string const wrong =
      "ERR_HTTP_INVALID_HEADER_VALUE: Invalid value for header \"Host\": it is one text";
  header_map headers;
  headers.append("Host", "a");
  std::string out;
  write_request_head(out, {}, headers);
  CHECK(out == "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  headers.append("host", "b");
  CHECK(request_error({}, headers) == wrong);
}

}  // namespace unit_http1_head_writer
