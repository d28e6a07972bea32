// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The option http_validation of servers and requests, in both directions.
// test/conformance/validation compares all bytes with Node.

#include "support/client_fixture.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>
#include <anode/pipe.hpp>
#include <anode/server.hpp>

#include <functional>
#include <string>

namespace behaviour_message_http_validation {

namespace http = anode::http;
namespace net = boost::asio;
using http::http_validation;
using support::client_fixture;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr std::string_view bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

std::string code_of(std::function<void()> const& call) {
  try {
    call();
    return "ok";
  } catch (http::exception const& e) {
    return std::string(e.code_name());
  }
}

// Returns the answer of a server to bytes.
std::string answer(http::server_options const& o, std::string_view request, http::handler h) {
  server_fixture f(o);
  f.server.on_request(std::move(h));
  http_peer peer = f.connect();
  f.say(peer, request);
  return peer.received();
}

http::server_options with(http_validation v) {
  http::server_options o;
  o.http_validation = v;
  return o;
}

// Tries each way to set headers of a response, with one value. Ends with the codes in order.
http::handler set_all(std::string value, std::string& codes) {
  return [value = std::move(value), &codes](http::incoming_message&, http::server_response& res) {
    http::header_list list;
    list.append("X-B", value);
    auto const call = [&](std::function<void()> const& f) { codes += code_of(f) + " "; };
    call([&] { res.set_header("X-A", value); });
    call([&] { res.append_header("X-A", value); });
    call([&] { res.write_information(103, list); });
    call([&] { res.add_trailers(list); });
    call([&] { res.write_head(200, list); });
    res.end("ok");
  };
}

}  // namespace

TEST_CASE("http_validation: a server accepts values by the rule of Fetch if it is relaxed") {
  http::handler const echo = [](http::incoming_message& req, http::server_response& res) {
    res.end(req.headers().get("x").value_or("none"));
  };
  auto const with_value = [](std::string_view value) {
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(value) + "\r\n\r\n";
  };
  std::string const odd = with_value("a\x01\x7fz");
  CHECK(answer({}, odd, echo) == bad_request);
  CHECK(answer(with(http_validation::strict), odd, echo) == bad_request);
  CHECK(answer(with(http_validation::relaxed), odd, echo).ends_with("\r\n\r\na\x01\x7fz"));
  CHECK(answer(with(http_validation::insecure), odd, echo).ends_with("\r\n\r\na\x01\x7fz"));
  using namespace std::string_view_literals;
  for (std::string_view const value : {"a\0z"sv, "a\nz"sv, "a\rz"sv}) {
    CHECK(answer(with(http_validation::relaxed), with_value(value), echo) == bad_request);
  }
}

TEST_CASE("http_validation: relaxed changes nothing about framing, names and hosts") {
  http::handler const echo = [](http::incoming_message& req,
                                http::server_response& res) -> net::awaitable<void> {
    co_await req.text();
    co_await res.end("ok");
  };
  auto const refused = [&](std::string const& lines) {
    return answer(with(http_validation::relaxed),
                  "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n0\r\n\r\n", echo)
        .starts_with("HTTP/1.1 400 ");
  };
  CHECK(refused("Transfer-Encoding: chunked\x01"));
  CHECK(
      refused("Transfer-Encoding: \x01"
              "chunked"));
  CHECK(refused("Transfer-Encoding: gzip\x01, chunked"));
  CHECK(refused("Content-Length: 3\x01"));
  CHECK(refused("Content-Length: 3\x7f"));
  CHECK(refused("Content-Length: 3\r\nTransfer-Encoding: chunked"));
  CHECK(refused("Content-Length: 3\r\nContent-Length: 4"));
  CHECK(refused("X\x01: a"));
  CHECK(refused("X : a"));
  CHECK(refused("X: a\r\n b"));
  CHECK(refused("X: a\nY: b"));
  CHECK(answer(with(http_validation::relaxed), "GET / HTTP/1.1\r\nHost: a\x01z\r\n\r\n", echo) ==
        bad_request);
  CHECK(answer(with(http_validation::relaxed), "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", echo) ==
        bad_request);
}

TEST_CASE("http_validation: trailers of a request follow the rule of the server") {
  auto const h = [](http::incoming_message& req,
                    http::server_response& res) -> net::awaitable<void> {
    co_await req.text();
    co_await res.end(req.trailers().get("x").value_or("none"));
  };
  std::string const chunked =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\x02z\r\n\r\n";
  CHECK(answer({}, chunked, h).starts_with("HTTP/1.1 400 "));
  CHECK(answer(with(http_validation::relaxed), chunked, h).ends_with("\r\n\r\na\x02z"));
}

TEST_CASE("http_validation: the headers of a response follow the rule of its server") {
  std::string codes;
  std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  SECTION("strict") {
    answer({}, get, set_all("a\x01z", codes));
    CHECK(codes ==
          "ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ");
  }
  SECTION("relaxed") {
    std::string const out = answer(with(http_validation::relaxed), get, set_all("a\x01z", codes));
    CHECK(codes == "ok ok ok ok ok ");
    CHECK(support::count_of(out, "X-A: a\x01z\r\n") == 2);
    CHECK(support::count_of(out, "X-B: a\x01z\r\n") == 3);
  }
  SECTION("insecure, by its other name") {
    http::server_options o;
    o.insecure_http_parser = true;
    answer(o, get, set_all("a\x01z", codes));
    CHECK(codes == "ok ok ok ok ok ");
  }
  SECTION("relaxed, a line end") {
    answer(with(http_validation::relaxed), get, set_all("a\r\nX: z", codes));
    CHECK(codes ==
          "ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ");
  }
}

TEST_CASE("http_validation: a change of the server's options applies to the next request") {
  server_fixture f(with(http_validation::relaxed));
  std::string codes;
  f.server.on_request(set_all("a\x01z", codes));
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.server.set_options({});
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(codes ==
        "ok ok ok ok ok "
        "ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ERR_INVALID_CHAR ");
}

TEST_CASE("http_validation: relaxed and insecure_http_parser contradict each other") {
  http::server_options o = with(http_validation::relaxed);
  o.insecure_http_parser = true;
  net::io_context io;
  CHECK(code_of([&] { http::server const s(io.get_executor(), o); }) == "ERR_INVALID_ARG_VALUE");
  http::server server(io.get_executor());
  CHECK(code_of([&] { server.set_options(o); }) == "ERR_INVALID_ARG_VALUE");
  CHECK(server.options().http_validation == http_validation::strict);
  o.http_validation = http_validation::insecure;
  CHECK(code_of([&] { server.set_options(o); }) == "ok");

  client_fixture f;
  http::request_options r;
  r.host = "test";
  r.http_validation = http_validation::relaxed;
  r.insecure_http_parser = true;
  CHECK(code_of([&] { f.agent.request(r); }) == "ERR_INVALID_ARG_VALUE");
}

TEST_CASE("http_validation: a request's response and headers follow its own rule") {
  auto const run = [](http_validation v, std::string_view head) {
    client_fixture f;
    http::request_options o;
    o.host = "test";
    o.http_validation = v;
    auto req = f.watched(f.agent.request(std::move(o)));
    std::string out = code_of([&] { req.set_header("X", "a\x01z"); }) + " ";
    req.end();
    f.settle();
    f.say(0, head);
    out +=
        f.response ? std::string(f.response.headers().get("x").value_or("none")) : f.pop_events();
    return out;
  };
  std::string const odd = "HTTP/1.1 200 OK\r\nX: a\x01z\r\nContent-Length: 0\r\n\r\n";
  CHECK(run(http_validation::strict, odd) ==
        "ERR_INVALID_CHAR socket, finish, error HPE_INVALID_HEADER_TOKEN, close");
  CHECK(run(http_validation::relaxed, odd) == "ok a\x01z");
  CHECK(run(http_validation::insecure, odd) == "ok a\x01z");
  CHECK(run(http_validation::relaxed, "HTTP/1.1 200 OK\r\nContent-Length: 0\x01\r\n\r\n") ==
        "ok socket, finish, error HPE_INVALID_CONTENT_LENGTH, close");
}

TEST_CASE("http_validation: headers in the options of a request follow its rule") {
  client_fixture f;
  auto const code = [&](http_validation v) {
    http::request_options o;
    o.host = "test";
    o.http_validation = v;
    o.headers.append("X", "a\x01z");
    return code_of([&] { f.agent.request(std::move(o)).end(); });
  };
  CHECK(code(http_validation::strict) == "ERR_INVALID_CHAR");
  CHECK(code(http_validation::relaxed) == "ok");
  CHECK(code(http_validation::strict) == "ERR_INVALID_CHAR");  // an exchange may be reused
}

TEST_CASE("http_validation: pass_information omits fields that the response does not accept") {
  auto const forward = [](http_validation to) {
    server_fixture f(with(to));
    client_fixture upstream;
    http::client_request out;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      http::request_options o;
      o.host = "test";
      o.http_validation = http_validation::relaxed;
      out = upstream.agent.request(std::move(o));
      http::pass_information(out, res);
      out.end();
    });
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream.settle();
    upstream.say(0, "HTTP/1.1 103 Early Hints\r\nX: a\x01z\r\nY: b\r\n\r\n");
    f.settle();
    out.destroy();
    upstream.settle();
    return peer.received();
  };
  CHECK(forward(http_validation::strict) == "HTTP/1.1 103 Early Hints\r\nY: b\r\n\r\n");
  CHECK(forward(http_validation::relaxed) ==
        "HTTP/1.1 103 Early Hints\r\nX: a\x01z\r\nY: b\r\n\r\n");
}

TEST_CASE("http_validation: a proxy forwards such a value only to a relaxed message") {
  auto const forward = [](http_validation to) {
    server_fixture f(with(http_validation::relaxed));
    client_fixture upstream;
    std::string code;
    f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
      http::request_options o;
      o.host = "test";
      o.http_validation = to;
      auto out = upstream.agent.request(std::move(o));
      code = code_of([&] { http::pass_headers(req, out); });
      code += " " + out.get_header("x").value_or(http::header_value("none")).text();
      out.destroy();
      res.end();
    });
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n");
    return code;
  };
  CHECK(forward(http_validation::relaxed) == "ok a\x01z");
  CHECK(forward(http_validation::strict) == "ERR_INVALID_CHAR none");
}

}  // namespace behaviour_message_http_validation
