// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

#include <algorithm>
#include <initializer_list>

namespace parity {
namespace {

// Handlers for automatic headers and for headers that decide the framing.

void without(call& c, std::initializer_list<std::string_view> names) {
  for (std::string_view const name : names) {
    c.res.remove_header(name);
  }
}

// Sets one header and ends the response.
void end_with(call& c, std::string_view name, http::header_value_ref value, std::string_view body) {
  c.res.set_header(name, value);
  c.res.end(body);
}

void connection(call& c) {
  std::string text = c.argument();
  std::ranges::replace(text, '_', ' ');
  end_with(c, "Connection", text, "c");
}

void te_and_cl(call& c) {
  c.res.set_header("Content-Length", "4").set_header("Transfer-Encoding", "chunked");
  try {
    c.res.end("body");
  } catch (http::exception const& e) {
    without(c, {"content-length", "transfer-encoding"});
    c.res.end(e.code_name());
  }
}

constexpr handler table[] = {
    {"no-date",
     [](call& c) {
       c.res.set_send_date(false);
       c.res.end("no date");
     }},
    {"remove-date",
     [](call& c) {
       without(c, {"Date"});
       c.res.end("no date");
     }},
    {"custom-date", [](call& c) { end_with(c, "Date", "yesterday", "date"); }},
    {"remove-connection",
     [](call& c) {
       without(c, {"Connection"});
       c.res.end("rc");
     }},
    {"remove-te",
     [](call& c) {
       without(c, {"Transfer-Encoding"});
       c.res.write("a");
       c.res.end("b");
     }},
    {"remove-cl",
     [](call& c) {
       without(c, {"Content-Length"});
       c.res.end("body");
     }},
    {"remove-cl-te",
     [](call& c) {
       without(c, {"Content-Length", "Transfer-Encoding"});
       c.res.end("body");
     }},
    {"remove-cl-te-empty",
     [](call& c) {
       without(c, {"Content-Length", "Transfer-Encoding"});
       c.res.end();
     }},
    {"remove-all",
     [](call& c) {
       without(c, {"Connection", "Content-Length", "Transfer-Encoding", "Date"});
       c.res.end("bare");
     }},
    {"remove-then-set-connection",
     [](call& c) {
       without(c, {"Connection"});
       end_with(c, "Connection", "close", "x");
     }},
    {"close-header", [](call& c) { end_with(c, "Connection", "close", "closing"); }},
    {"connection", connection},
    {"connection-array", [](call& c) { end_with(c, "Connection", {"foo", "close"}, "c"); }},
    {"write-head-close",
     [](call& c) {
       c.res.write_head(200, {{"Connection", "close"}, {"X-A", "1"}});
       c.res.end("c");
     }},
    {"keep-alive-header", [](call& c) { end_with(c, "Connection", "keep-alive", "ka"); }},
    {"keep-alive-params", [](call& c) { end_with(c, "Keep-Alive", "timeout=99, max=7", "ka"); }},
    {"should-keep-alive-false",
     [](call& c) {
       c.res.set_should_keep_alive(false);
       c.res.end("ska");
     }},
    {"te-chunked", [](call& c) { end_with(c, "Transfer-Encoding", "chunked", "body"); }},
    {"te-upper-chunked", [](call& c) { end_with(c, "Transfer-Encoding", "CHUNKED", "body"); }},
    {"te-gzip-chunked", [](call& c) { end_with(c, "Transfer-Encoding", "gzip, chunked", "body"); }},
    {"te-identity", [](call& c) { end_with(c, "Transfer-Encoding", "identity", "body"); }},
    {"te-array", [](call& c) { end_with(c, "Transfer-Encoding", {"gzip", "chunked"}, "body"); }},
    {"te-and-cl", te_and_cl},
    {"content-length", [](call& c) { end_with(c, "Content-Length", 5, "hello"); }},
    {"content-length-writes",
     [](call& c) {
       c.res.set_header("Content-Length", "6");
       c.res.write("abc");
       c.res.end("def");
     }},
    {"content-length-over", [](call& c) { end_with(c, "Content-Length", 3, "hello"); }},
    {"content-length-under", [](call& c) { end_with(c, "Content-Length", 10, "hello"); }},
    {"content-length-end-only",
     [](call& c) {
       c.res.set_header("Content-Length", 5);
       c.res.end();
     }},
    {"content-length-text", [](call& c) { end_with(c, "Content-Length", "abc", "hello"); }},
    {"content-length-array", [](call& c) { end_with(c, "Content-Length", {"5", "5"}, "hello"); }},
};

}  // namespace

std::span<handler const> connection_header_handlers() { return table; }

}  // namespace parity
