// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Repeated headers from one side to the other.
#include "support/client_and_server.hpp"
#include "support/header_texts.hpp"
#include "support/thrown.hpp"

#include <string>
#include <vector>

namespace behaviour_message_node_merged_headers {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::lines_of;
using support::merged_of;
using support::strings;
using support::thrown;
using support::value_of;

namespace {

constexpr char const* once[] = {
    "content-type",      "user-agent",          "referer", "authorization", "proxy-authorization",
    "if-modified-since", "if-unmodified-since", "from",    "location",      "max-forwards"};
constexpr char const* once_in_responses[] = {"retry-after", "etag",    "last-modified", "server",
                                             "age",         "expires", "host"};

}  // namespace

TEST_CASE("test-http-multiple-headers: lists, lines and trailers, on both sides") {
  http::server_options options;
  options.unique_headers = {"x-res-b", "x-res-d", "x-res-y"};
  client_and_server f(options);
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        CHECK(lines_of(req.raw_headers()) == strings{"host: a", "connection: close", "x-req-a: zzz",
                                                     "x-req-a: www", "x-req-b: ggg; hhh; iii",
                                                     "x-req-c: X", "x-req-c: Y",
                                                     "Transfer-Encoding: chunked"});
        CHECK(merged_of(req.headers()) == strings{"host: a", "connection: close",
                                                  "x-req-a: zzz, www", "x-req-b: ggg; hhh; iii",
                                                  "x-req-c: X, Y", "transfer-encoding: chunked"});
        CHECK(req.headers().values("x-req-a").to_vector() == strings{"zzz", "www"});
        CHECK(req.headers().values("x-req-b").to_vector() == strings{"ggg; hhh; iii"});
        CHECK(req.trailers().empty());
        std::string const body = co_await req.text();
        CHECK(body == "BODY");
        CHECK(lines_of(req.raw_trailers()) == strings{"x-req-x: xxx", "x-req-y: yyy; zzz"});
        CHECK(merged_of(req.trailers()) == strings{"x-req-x: xxx", "x-req-y: yyy; zzz"});
        CHECK(req.trailers().values("x-req-y").to_vector() == strings{"yyy; zzz"});

        res.set_header("X-Res-a", "AAA");
        res.set_header("x-res-a", {"BBB", "CCC"});
        res.append_header("x-res-a", {"DDD", "EEE"});
        res.append_header("X-Res-a", "FFF");
        res.remove_header("date");
        http::header_list const more{{"Connection", "close"},
                                     {"x-res-c", "GGG"},
                                     {"x-res-b", {"HHH", "III"}},
                                     {"x-res-d", "JJJ"}};
        res.write_head(200, more);
        http::header_list const trailers{{"x-res-x", "XXX"}, {"X-Res-y", {"YYY", "ZZZ"}}};
        res.add_trailers(trailers);
        res.write("x");
        res.end();
        CHECK(thrown([&] { res.append_header("x-res-d", "JJJ"); }) ==
              "ERR_HTTP_HEADERS_SENT: Cannot append headers after they are sent to the client");
        CHECK(res.get_header("x-res-a") == http::header_value{"BBB", "CCC", "DDD", "EEE", "FFF"});
        CHECK(res.get_header_names() ==
              strings{"x-res-a", "connection", "x-res-c", "x-res-b", "x-res-d"});
        CHECK(res.get_raw_header_names() ==
              strings{"x-res-a", "Connection", "x-res-c", "x-res-b", "x-res-d"});
      });
  http::request_options o;
  o.method = "POST";
  o.unique_headers = {"x-req-b", "x-req-y"};
  o.headers = {{"host", "a"},
               {"connection", "close"},
               {"x-req-a", "eee"},
               {"X-Req-a", "fff"},
               {"x-req-b", {"ggg", "hhh"}}};
  http::client_request r = f.agent.request(std::move(o));
  r.set_header("x-req-a", {"zzz"});
  r.append_header("x-req-a", "www");
  r.append_header("X-Req-b", {"iii"});
  r.set_header("x-req-c", {"X", "Y"});
  r.add_trailers({{"x-req-x", "xxx"}, {"x-req-y", {"yyy", "zzz"}}});
  r.write("BODY");
  r.end();
  http::incoming_message answer;
  r.on_response([&](http::incoming_message m) { answer = std::move(m); });
  f.settle();
  REQUIRE(answer);
  std::string body;
  net::co_spawn(f.io, answer.text(), [&](std::exception_ptr, std::string s) { body = s; });
  f.settle();
  CHECK(body == "x");
  CHECK(lines_of(answer.raw_headers()) ==
        strings{"x-res-a: BBB", "x-res-a: CCC", "x-res-a: DDD", "x-res-a: EEE", "x-res-a: FFF",
                "Connection: close", "x-res-c: GGG", "x-res-b: HHH; III", "x-res-d: JJJ",
                "Transfer-Encoding: chunked"});
  CHECK(value_of(answer.headers(), "x-res-a") == "BBB, CCC, DDD, EEE, FFF");
  CHECK(answer.headers().values("x-res-a").to_vector() ==
        strings{"BBB", "CCC", "DDD", "EEE", "FFF"});
  CHECK(lines_of(answer.raw_trailers()) == strings{"x-res-x: XXX", "X-Res-y: YYY; ZZZ"});
  CHECK(merged_of(answer.trailers()) == strings{"x-res-x: XXX", "x-res-y: YYY; ZZZ"});
}

TEST_CASE("test-http-mutable-headers: headers can be set, read and removed until they are sent") {
  client_and_server f;
  std::string path;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    http::header_list const cookies{{"set-cookie", {"a=b", "c=d"}}};
    if (req.url() == "/headers") {
      res.set_header("x-test-header", "testing");
      res.set_header("X-TEST-HEADER2", "testing");
      res.set_header("set-cookie", {"c=d", "a=b"});
      res.set_header("x-test-array-header", {"1", "2", "3"});
      CHECK(res.get_header("x-test-header") == http::header_value("testing"));
      CHECK(res.get_header("X-TeSt-hEaDeR2") == http::header_value("testing"));
      http::header_list copy = res.get_headers();
      copy.append("invalid", "no part of the response");
      CHECK_FALSE(res.has_header("invalid"));
      CHECK(res.get_header_names() ==
            strings{"x-test-header", "x-test-header2", "set-cookie", "x-test-array-header"});
      CHECK(res.get_raw_header_names() ==
            strings{"x-test-header", "X-TEST-HEADER2", "set-cookie", "x-test-array-header"});
      CHECK(res.has_header("X-TEST-HEADER"));
      res.remove_header("x-Test-Header2");
      CHECK_FALSE(res.has_header("x-test-header2"));
      CHECK_FALSE(res.get_header("x-test-header2"));
      CHECK(thrown([&] { res.set_header("", "x"); }).starts_with("ERR_INVALID_HTTP_TOKEN"));
      res.end("hello");
    } else if (req.url() == "/contentLength") {
      res.set_header("content-length", "5");
      res.write("hello");
      res.end();
    } else if (req.url() == "/transferEncoding") {
      res.set_header("transfer-encoding", "chunked");
      res.write("hello");
      res.end();
    } else {
      res.set_status_code(404);
      res.set_header("x-foo", "keyboard cat");
      res.write_head(200, {{"x-foo", "bar"}});
      res.set_status_code(500);  // too late
      res.end("hello");
    }
  });
  auto const headers = f.get("/headers");
  http::merged_headers const merged(headers->headers);
  CHECK(value_of(merged, "x-test-header") == "testing");
  CHECK(value_of(merged, "x-test-array-header") == "1, 2, 3");
  CHECK(merged.values("set-cookie").to_vector() == strings{"c=d", "a=b"});
  CHECK_FALSE(merged.contains("x-test-header2"));
  auto const length = f.get("/contentLength");
  CHECK(length->header("content-length") == "5");
  CHECK(length->header("Transfer-Encoding") == "none");
  CHECK(length->body == "hello");
  auto const chunked = f.get("/transferEncoding");
  CHECK(chunked->header("transfer-encoding") == "chunked");
  CHECK(chunked->header("Content-Length") == "none");
  CHECK(chunked->body == "hello");
  auto const status = f.get("/writeHead");
  CHECK(status->status == 200);
  CHECK(status->header("x-foo") == "bar");

  http::client_request r = f.request("GET", "/headers", {{"X-foo", "bar"}});
  CHECK(r.get_header_names() == strings{"x-foo", "host"});
  CHECK(r.get_raw_header_names() == strings{"X-foo", "Host"});
}

TEST_CASE("test-http-raw-headers: spelling and order are preserved") {
  http::agent_options agent;
  agent.keep_alive = true;
  client_and_server f({}, agent);
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        CHECK(lines_of(req.raw_headers()) == strings{"transfer-ENCODING: CHUNKED", "x-BaR: yoyoyo",
                                                     "Host: test", "Connection: keep-alive"});
        std::string const body = co_await req.text();
        CHECK(body == "y b a r");
        CHECK(lines_of(req.raw_trailers()) ==
              strings{"x-bAr: yOyOyOy", "x-baR: OyOyOyO", "X-bAr: yOyOyOy", "X-baR: OyOyOyO"});
        CHECK(merged_of(req.trailers()) == strings{"x-bar: yOyOyOy, OyOyOyO, yOyOyOy, OyOyOyO"});
        res.set_header("Keep-Alive", "timeout=1");
        res.set_header("Trailer", "x-foo");
        http::header_list const trailers("x-fOo", "xOxOxOx", "x-foO", "OxOxOxO", "X-fOo", "xOxOxOx",
                                         "X-foO", "OxOxOxO");
        res.add_trailers(trailers);
        res.end("x f o o");
      });
  http::client_request r =
      f.request("POST", "/", {{"transfer-ENCODING", "CHUNKED"}, {"x-BaR", "yoyoyo"}});
  r.add_trailers(http::header_list("x-bAr", "yOyOyOy", "x-baR", "OyOyOyO", "X-bAr", "yOyOyOy",
                                   "X-baR", "OyOyOyO"));
  http::incoming_message answer;
  r.on_response([&](http::incoming_message m) { answer = std::move(m); });
  r.end("y b a r");
  f.settle();
  REQUIRE(answer);
  std::string body;
  net::co_spawn(f.io, answer.text(), [&](std::exception_ptr, std::string s) { body = s; });
  f.settle();
  CHECK(body == "x f o o");
  CHECK(lines_of(answer.raw_headers()) ==
        strings{"Keep-Alive: timeout=1", "Trailer: x-foo", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Connection: keep-alive", "Transfer-Encoding: chunked"});
  CHECK(lines_of(answer.raw_trailers()) ==
        strings{"x-fOo: xOxOxOx", "x-foO: OxOxOxO", "X-fOo: xOxOxOx", "X-foO: OxOxOxO"});
  CHECK(merged_of(answer.trailers()) == strings{"x-foo: xOxOxOx, OxOxOxO, xOxOxOx, OxOxOxO"});
}

TEST_CASE("test-http-request-join-authorization-headers: each side joins as its option says") {
  bool const server_joins = GENERATE(false, true);
  bool const client_joins = GENERATE(false, true);
  http::server_options options;
  options.join_duplicate_headers = server_joins;
  options.require_host_header = false;
  client_and_server f(options);
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    CHECK(value_of(req.headers(), "authorization") == (server_joins ? "1, 2" : "1"));
    CHECK(value_of(req.headers(), "cookie") == "foo; bar");
    res.write_head(200,
                   {"authorization", "3", "authorization", "4", "cookie", "foo", "cookie", "bar"});
    res.end();
  });
  http::request_options o;
  o.join_duplicate_headers = client_joins;
  o.headers = {"authorization", "1", "authorization", "2", "cookie", "foo", "cookie", "bar"};
  http::client_request r = f.agent.request(std::move(o));
  r.end();
  http::incoming_message answer;
  r.on_response([&](http::incoming_message m) { answer = std::move(m); });
  f.settle();
  REQUIRE(answer);
  CHECK(value_of(answer.headers(), "authorization") == (client_joins ? "3, 4" : "3"));
  CHECK(value_of(answer.headers(), "cookie") == "foo; bar");
}

TEST_CASE("test-http-response-multiheaders: only the first of some repeated headers counts") {
  bool const in_head = GENERATE(false, true);
  client_and_server f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    http::header_list list;
    for (char const* name : once) {
      list.append(name, {"A", "B"});
    }
    for (char const* name : once_in_responses) {
      list.append(name, {"A", "B"});
    }
    list.append("X-A", {"A", "B"});
    if (in_head) {
      res.write_head(200, list);
    } else {
      res.set_headers(list);
    }
    res.end("ok");
  });
  auto const answer = f.get();
  http::merged_headers const headers(answer->headers);
  for (char const* name : once) {
    INFO(name);
    CHECK(value_of(headers, name) == "A");
    CHECK(headers.values(name).size() == 2);
  }
  for (char const* name : once_in_responses) {
    INFO(name);
    CHECK(value_of(headers, name) == "A");
  }
  CHECK(value_of(headers, "x-a") == "A, B");
}

TEST_CASE("test-http-server-multiheaders: repeated headers of a request are joined") {
  client_and_server f;
  strings merged;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    merged = merged_of(req.headers());
    res.end();
  });
  http::request_options o;
  // A second Host would be rejected.
  o.headers = {"accept",
               "abc",
               "accept",
               "def",
               "Accept",
               "ghijklmnopqrst",
               "host",
               "foo",
               "www-authenticate",
               "foo",
               "WWW-Authenticate",
               "bar",
               "WWW-AUTHENTICATE",
               "baz",
               "proxy-authenticate",
               "foo",
               "Proxy-Authenticate",
               "bar",
               "PROXY-AUTHENTICATE",
               "baz",
               "x-foo",
               "bingo",
               "x-bar",
               "banjo",
               "x-bar",
               "bango",
               "sec-websocket-protocol",
               "chat",
               "sec-websocket-protocol",
               "share",
               "sec-websocket-extensions",
               "foo; 1",
               "sec-websocket-extensions",
               "bar; 2",
               "sec-websocket-extensions",
               "baz",
               "constructor",
               "foo",
               "constructor",
               "bar",
               "constructor",
               "baz"};
  http::client_request r = f.agent.request(std::move(o));
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->status == 200);
  CHECK(merged == strings{"accept: abc, def, ghijklmnopqrst", "host: foo",
                          "www-authenticate: foo, bar, baz", "proxy-authenticate: foo, bar, baz",
                          "x-foo: bingo", "x-bar: banjo, bango",
                          "sec-websocket-protocol: chat, share",
                          "sec-websocket-extensions: foo; 1, bar; 2, baz",
                          "constructor: foo, bar, baz", "connection: close"});
}

TEST_CASE("test-http-server-multiheaders2: also when the lines are not adjacent") {
  constexpr char const* joined[] = {"accept",
                                    "accept-charset",
                                    "accept-encoding",
                                    "accept-language",
                                    "dav",
                                    "pragma",
                                    "link",
                                    "www-authenticate",
                                    "proxy-authenticate",
                                    "sec-websocket-extensions",
                                    "sec-websocket-protocol",
                                    "via",
                                    "x-forwarded-for",
                                    "some-random-header",
                                    "other-random-header"};
  client_and_server f;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    for (char const* name : once) {
      INFO(name);
      CHECK(value_of(req.headers(), name) == "foo");
    }
    for (char const* name : joined) {
      INFO(name);
      CHECK(value_of(req.headers(), name) == "foo, bar");
    }
    CHECK(value_of(req.headers(), "cookie") == "foo; bar");
    res.end();
  });
  http::request_options o;
  o.headers = {"host", "test", "cookie", "foo"};
  for (std::string const value : {"foo", "bar"}) {
    for (char const* name : once) {
      o.headers.append(name, value);
    }
    for (char const* name : joined) {
      o.headers.append(name, value);
    }
  }
  o.headers.append("cookie", "bar");
  http::client_request r = f.agent.request(std::move(o));
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->status == 200);
}

}  // namespace behaviour_message_node_merged_headers
