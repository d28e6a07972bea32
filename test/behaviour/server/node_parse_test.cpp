// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a server handles requests that are malformed, ambiguous or too large.
#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <string>
#include <vector>

namespace behaviour_server_node_parse {

namespace http = anode::http;
namespace net = boost::asio;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

using strings = std::vector<std::string>;

constexpr auto bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
constexpr auto overflow =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n";
constexpr auto too_large = "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n";

// A server that records the requests it handles and their bodies.
class recording_server : public server_fixture {
public:
  explicit recording_server(http::server_options o = {}) : server_fixture(std::move(o)) {
    server.on_request(
        [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          urls.emplace_back(req.url());
          while (auto const chunk = co_await req.read()) {
            log.note("data");
          }
          log.note("end");
          co_await res.end("bye");
        });
  }

  /// Records errors of clients and leaves their connections open.
  void note_errors() {
    server.on_client_error([this](http::client_error const& e, anode::socket) {
      CHECK(e.message.starts_with("Parse Error"));
      log.note(std::string(http::code_name(e.code)));
    });
  }

  strings urls;
  event_log log;
};

}  // namespace

TEST_CASE(
    "test-http-blank-header: an empty value is valid, and invalid bytes behind the request are an "
    "error") {
  server_fixture f;
  strings seen;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) {
    for (auto const& field : req.headers()) {
      seen.push_back(std::string(field.name) + "=" + std::string(field.value));
    }
  });
  http_peer peer = f.connect();
  f.say(peer,
        "GET /blah HTTP/1.1\r\nHost: example.org:443\r\nCookie:\r\n"
        "Origin: http://example.org\r\n\r\n\r\nhello world");
  CHECK(seen == strings{"host=example.org:443", "cookie=", "origin=http://example.org"});
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-chunk-extensions-limit: the extensions of a chunk have a limit") {
  recording_server f;
  http_peer peer = f.connect();
  std::string const head =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string const tail = "=bar\r\nAA\r\n0\r\n\r\n";
  SECTION("in one segment") {
    f.say(peer, head + "2;" + std::string(17000, 'A') + tail);
    CHECK(peer.received() == too_large);
  }
  SECTION("in two segments") {
    f.say(peer, head + "2;" + std::string(8500, 'A'));
    CHECK(peer.received() == "");
    f.say(peer, std::string(8500, 'A') + tail);
    CHECK(peer.received() == too_large);
  }
  SECTION("the limit applies to each chunk") {
    std::string const chunk = "2;" + std::string(10000, 'A') + "=bar\r\nAA\r\n";
    f.say(peer, head + chunk + chunk + chunk + "0\r\n\r\n");
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbye");
  }
  CHECK(peer.ended());
}

TEST_CASE("test-http-chunked-smuggling: a bare LF does not end a chunk's size line") {
  recording_server f;
  http_peer peer = f.connect();
  f.say(peer,
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2;\nxx\r\n4c\r\n0\r\n\r\n"
        "GET /admin HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n");
  CHECK(f.urls == strings{"/"});
  CHECK(peer.ended());
}

TEST_CASE("test-http-double-content-length: two lengths are rejected") {
  recording_server f;
  f.note_errors();
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
  CHECK(f.urls.empty());
  CHECK(f.log.pop_events() == "HPE_UNEXPECTED_CONTENT_LENGTH");
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-dummy-characters-smuggling: an LF must follow a CR") {
  recording_server f;
  http_peer peer = f.connect();
  SECTION("at the end of a head") {
    f.say(peer,
          "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\rZ\r\n"
          "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(f.urls.empty());
  }
  SECTION("in the line of a chunk's size") {
    f.say(peer,
          "GET / HTTP/1.1\r\nHost: a  \r\nConnection: keep-alive  \r\n"
          "Transfer-Encoding: chunked  \r\n\r\n5\r\r;ABCD\r\n34\r\nE\r\n0\r\n\r\n"
          "GET / HTTP/1.1 \r\nHost: a\r\n\r\n0\r\n\r\n");
    CHECK(f.urls == strings{"/"});
  }
  CHECK(f.log.pop_events() == "");
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-header-overflow: one byte above the limit of a head") {
  server_fixture f;
  std::string const line = "GET /blah HTTP/1.1\r\n";
  std::string const bytes =
      line + "Cookie: " + std::string(http::max_header_size() - 7 - 5 + 1, 'a');
  http::server_trace trace;
  int calls = 0;
  trace.client_error = [&](http::client_error const& e, anode::socket const&) {
    ++calls;
    CHECK(e.message == "Parse Error: Header overflow");
    CHECK(e.code == http::error::header_overflow);
    CHECK(bytes.ends_with(e.raw_packet));
    CHECK(e.bytes_parsed == e.raw_packet.size());
  };
  f.server.set_trace(std::move(trace));
  http_peer peer = f.connect();
  f.say(peer, bytes);
  CHECK(calls == 1);
  CHECK(peer.received() == overflow);
  CHECK(peer.ended());
}

TEST_CASE("test-http-header-owstext: white space around a value is not part of it") {
  struct {
    strings pieces;
    std::string value;
  } const cases[] = {
      {{" \t foo.com\t"}, "foo.com"},
      {{" \t foo\tcom\t"}, "foo\tcom"},
      {{" \t", " ", " foo.com\t", "\t "}, "foo.com"},
      {strings(100, " \t"), ""},
      {{" \t", " - - - -   ", "\t "}, "- - - -"},
  };
  for (auto const& c : cases) {
    server_fixture f;
    std::string value = "none";
    f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
      value = req.headers().get("x-test").value_or("none");
      res.end();
    });
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nX-Test:");
    for (std::string const& chunk : c.pieces) {
      f.say(peer, chunk);
    }
    f.say(peer, "\r\n\r\n");
    CHECK(value == c.value);
    CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("test-http-insecure-parser: a server option allows control bytes in values") {
  bool const insecure = GENERATE(false, true);
  http::server_options options;
  options.insecure_http_parser = insecure;
  server_fixture f(options);
  std::string type = "none";
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    type = req.headers().get("content-type").value_or("none");
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer,
        "GET / HTTP/1.1\r\nHost: example.com\r\nContent-Type: text/te\x08t\r\n"
        "Connection: close\r\n\r\n");
  CHECK(type == (insecure ? "text/te\x08t" : "none"));
  CHECK(peer.received().starts_with(insecure ? "HTTP/1.1 200 OK\r\n" : bad_request));
  CHECK(peer.ended());
}

TEST_CASE("test-http-invalid-te: chunked behind an unknown coding and beside a length") {
  recording_server f;
  f.note_errors();
  http_peer peer = f.connect();
  f.say(peer,
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 10\r\nTransfer-Encoding: eee, chunked\r\n\r\nHELLOWORLD"
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\n\r\nI AM A SMUGGLED REQUEST!!!\r\n");
  CHECK(f.urls.empty());
  CHECK(f.log.pop_events() == "HPE_INVALID_TRANSFER_ENCODING");
}

TEST_CASE("test-http-max-header-size: the limit of heads can be queried and is an option") {
  CHECK(http::max_header_size() == 16384);
  http::server_options options;
  CHECK(options.max_header_size == 16384);
  options.max_header_size = 10;
  server_fixture f(options);
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nX: yyyy\r\n\r\n");
  CHECK(peer.received() == overflow);
}

TEST_CASE("test-http-max-header-size-per-stream: a server can accept larger heads") {
  bool const larger = GENERATE(false, true);
  http::server_options options;
  if (larger) {
    options.max_header_size = 4 * 16384;
  }
  recording_server f(options);
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nHello: " + std::string(3 * 16384, 'A') + "\r\n\r\n");
  CHECK(peer.received().starts_with(larger ? "HTTP/1.1 200 OK\r\n" : overflow));
  CHECK(f.urls.size() == (larger ? 1 : 0));
}

TEST_CASE("test-http-max-http-headers: a head received slowly has the same limit") {
  // The limit counts the target, names and values.
  std::size_t const rest = std::string("/HostlocalhostAgentnodeX-CRASH").size();
  std::size_t const over = GENERATE(as<std::size_t>{}, 0, 1);
  recording_server f;
  f.note_errors();
  http_peer peer = f.connect();
  std::string const head = "GET / HTTP/1.1\r\nHost: localhost\r\nAgent: node\r\nX-CRASH: " +
                           std::string(http::max_header_size() - 1 - rest + over, 'a') + "\r\n\r\n";
  for (std::size_t at = 0; at < head.size(); at += 100) {
    f.say(peer, head.substr(at, 100));
  }
  CHECK(f.log.pop_events() == (over == 1 ? "HPE_HEADER_OVERFLOW" : "end"));
  CHECK(f.urls.size() == 1 - over);
}

TEST_CASE("test-http-missing-header-separator-cr: a bare LF does not end a line of a head") {
  std::string const field = GENERATE(std::string("Dummy: x\nContent-Length: 23"),
                                     std::string("x:x\nTransfer-Encoding: chunked"),
                                     std::string("x:\nTransfer-Encoding: chunked"));
  recording_server f;
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n" + field +
                  "\r\n\r\nGET / HTTP/1.1\r\nDummy: GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.urls.empty());
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-missing-header-separator-lf: a bare CR does not end a line of a head") {
  std::string const field = GENERATE(std::string("Dummy: x\rContent-Length: 23"),
                                     std::string("x:x\rTransfer-Encoding: chunked"),
                                     std::string("x:\rTransfer-Encoding: chunked"));
  recording_server f;
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n" + field +
                  "\r\n\r\nGET / HTTP/1.1\r\nDummy: GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.urls.empty());
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-parser-finish-error: the end of input within a head") {
  recording_server f;
  event_log log;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    CHECK(e.message.starts_with("Parse Error"));
    log.note(std::string(http::code_name(e.code)));
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nContent-Length:");
  peer.end();
  f.settle();
  CHECK(log.pop_events() == "HPE_INVALID_EOF_STATE");
  CHECK(f.urls.empty());
  CHECK(peer.received() == "");
  CHECK(peer.ended());
}

TEST_CASE("test-http-parser-freed-during-execute: closed while its input is parsed") {
  server_fixture f;
  int handled = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++handled;
    req.socket().destroy();
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(handled == 1);
  CHECK(f.server.connection_count() == 0);
  CHECK(peer.ended());
}

TEST_CASE("test-http-request-smuggling-content-length: no blank before the colon") {
  recording_server f;
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello");
  CHECK(f.urls.empty());
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-reject-chunked-with-content-length: both framing fields are rejected") {
  recording_server f;
  f.note_errors();
  http_peer peer = f.connect();
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
  peer.end();
  f.settle();
  CHECK(f.log.pop_events() == "HPE_INVALID_TRANSFER_ENCODING");
  CHECK(f.urls.empty());
  CHECK(peer.received() == "");
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-reject-cr-no-lf: a lone CR does not end a line") {
  recording_server f;
  f.note_errors();
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nDummy: Header\rContent-Length: 1\r\n\r\n");
  peer.end();
  f.settle();
  CHECK(f.log.pop_events() == "HPE_LF_EXPECTED");
  CHECK(f.urls.empty());
  CHECK(peer.received() == "");
  CHECK(peer.ended());
}

TEST_CASE("test-http-transfer-encoding-repeated-chunked: chunkedchunked is not chunked") {
  recording_server f;
  http_peer peer = f.connect();
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunkedchunked\r\n\r\n"
        "1\r\na\r\n0\r\n\r\n");
  CHECK(f.urls == strings{"/"});
  CHECK(f.log.pop_events() == "");
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-transfer-encoding-smuggling: a coding behind chunked") {
  recording_server f;
  http_peer peer = f.connect();
  SECTION("in a separate line") {
    f.say(peer,
          "PUT /ignore HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked-false\r\n\r\n"
          "5\r\nhello\r\n0\r\n\r\nGET /flag HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(peer.received() == bad_request);
  }
  SECTION("in a folded line") {
    f.say(
        peer,
        "PUT /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n , chunked-false\r\n"
        "Connection: upgrade\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /flag HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  CHECK(f.urls.empty());
  CHECK(peer.ended());
}

}  // namespace behaviour_server_node_parse
