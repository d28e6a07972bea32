// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_dispatch.hpp"

#include "http1/parser.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace unit_policy_request_dispatch {

using namespace anode::http1;
using namespace anode::message;
using namespace anode::policy;
using anode::http::error;

namespace {

message_head decode(std::string_view text) {
  parser d(message_kind::request);
  message_head head;
  std::string_view input = text;
  REQUIRE(d.next(input, head) == parse_result::head);
  return head;
}

dispatch decide(std::string_view text, dispatch_context const& context = {}) {
  std::uint32_t served = 0;
  bool limit = false;
  return dispatch_request(decode(text), context, served, limit);
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("dispatch: an ordinary request goes to its handler") {
  CHECK(decide(get("")) == dispatch::request);
  CHECK(decide("GET / HTTP/1.0\r\n\r\n") == dispatch::request);
}

TEST_CASE("dispatch: an ordinary request goes to its handler, whatever the other inputs") {
  std::string_view const heads[] = {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
  };
  int ordinary = 0;
  for (std::string_view const head : heads) {
    if (!is_fast_path(decode(head))) {
      continue;
    }
    ++ordinary;
    for (unsigned bits = 0; bits != 64; ++bits) {
      dispatch_context context;
      context.has_upgrade = (bits & 1) != 0;
      context.has_connect = (bits & 2) != 0;
      context.has_check_continue = (bits & 4) != 0;
      context.has_check_expectation = (bits & 8) != 0;
      context.require_host_header = (bits & 16) != 0;
      context.upgrade_requests = (bits & 32) != 0;
      CHECK(decide(head, context) == dispatch::request);
      CHECK_FALSE(holds_input(decode(head), context));
    }
  }
  CHECK(ordinary == 2);
}

TEST_CASE("dispatch: with upgrade_requests the request handler gets what no other handler gets") {
  std::string const upgrade = get("Upgrade: x\r\nConnection: upgrade\r\n");
  std::string const connect = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
  dispatch_context context;
  context.upgrade_requests = true;
  CHECK(decide(upgrade, context) == dispatch::request);
  CHECK(decide(connect, context) == dispatch::request);
  CHECK(holds_input(decode(upgrade), context));
  CHECK(holds_input(decode(connect), context));
  // Other rules apply as to every request.
  CHECK(decide("CONNECT a:1 HTTP/1.1\r\n\r\n", context) == dispatch::missing_host);
  // The program decides that the request is an ordinary one, or an upgrade.
  context.upgrades = false;
  CHECK(decide(upgrade, context) == dispatch::request);
  CHECK_FALSE(holds_input(decode(upgrade), context));
  context.upgrades = true;
  CHECK(decide(upgrade, context) == dispatch::request);
  CHECK(holds_input(decode(upgrade), context));
  // Handlers of their own come first.
  context.has_upgrade = context.has_connect = true;
  CHECK(decide(upgrade, context) == dispatch::upgrade);
  CHECK(decide(connect, context) == dispatch::connect);
  context.upgrades = false;
  CHECK(decide(upgrade, context) == dispatch::request);
}

TEST_CASE("dispatch: HTTP/1.1 requires Host unless that is turned off") {
  CHECK(decide("GET / HTTP/1.1\r\n\r\n") == dispatch::missing_host);
  dispatch_context context;
  context.require_host_header = false;
  CHECK(decide("GET / HTTP/1.1\r\n\r\n", context) == dispatch::request);
}

TEST_CASE("dispatch: a misdirected request is refused before its expectation and its upgrade") {
  dispatch_context context;
  context.misdirected = true;
  context.has_upgrade = true;
  context.has_check_expectation = true;
  for (std::string_view const fields :
       {"", "Expect: 100-continue\r\n", "Expect: x\r\n", "Upgrade: x\r\nConnection: upgrade\r\n"}) {
    CAPTURE(fields);
    CHECK(decide(get(fields), context) == dispatch::misdirected);
  }
  CHECK(decide("GET / HTTP/1.0\r\nHost: a\r\n\r\n", context) == dispatch::misdirected);
  CHECK(decide("GET / HTTP/1.1\r\n\r\n", context) == dispatch::missing_host);
  context.max_requests_per_socket = 1;
  std::uint32_t served = 1;
  bool limit = false;
  CHECK(dispatch_request(decode(get("")), context, served, limit) == dispatch::drop);
}

TEST_CASE("dispatch: Expect requests 100 Continue as a token, in any case and in any line") {
  struct row {
    std::string_view fields;
    dispatch expected;
  };
  row const rows[] = {
      {"Expect: 100-continue\r\n", dispatch::continue_and_request},
      {"Expect: 100-CONTINUE\r\n", dispatch::continue_and_request},
      {"Expect: foo, 100-continue\r\n", dispatch::continue_and_request},
      {"Expect: x-100-continue-y\r\n", dispatch::continue_and_request},
      {"Expect: foo\r\nExpect: 100-continue\r\n", dispatch::continue_and_request},
      {"Expect: foo\r\nExpect: bar\r\n", dispatch::refuse_expectation},
      {"Expect: x100-continue\r\n", dispatch::refuse_expectation},
      {"Expect: 100-continue1\r\n", dispatch::refuse_expectation},
      {"Expect: \r\n", dispatch::refuse_expectation},
      {"Expect: meow\r\n", dispatch::refuse_expectation},
  };
  for (row const& r : rows) {
    CAPTURE(r.fields);
    CHECK(decide(get(r.fields)) == r.expected);
  }
  CHECK(decide("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n") == dispatch::request);
}

TEST_CASE("dispatch: handlers of expectations are called instead") {
  dispatch_context context;
  context.has_check_continue = true;
  context.has_check_expectation = true;
  CHECK(decide(get("Expect: 100-continue\r\n"), context) == dispatch::check_continue);
  CHECK(decide(get("Expect: other\r\n"), context) == dispatch::check_expectation);
}

TEST_CASE("dispatch: an Upgrade without a handler is an ordinary request") {
  std::string const ask = get("Connection: upgrade\r\nUpgrade: chat\r\n");
  CHECK(decide(ask) == dispatch::request);
  dispatch_context context;
  context.has_upgrade = true;
  CHECK(decide(ask, context) == dispatch::upgrade);
  CHECK(decide(get("Upgrade: chat\r\n"), context) == dispatch::request);
}

TEST_CASE("dispatch: the user can decide about an Upgrade") {
  std::string const ask = get("Connection: upgrade\r\nUpgrade: chat\r\n");
  CHECK(asks_for_upgrade(decode(ask)));
  CHECK_FALSE(asks_for_upgrade(decode(get("Connection: upgrade\r\n"))));
  CHECK_FALSE(asks_for_upgrade(decode("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")));
  dispatch_context context;
  context.has_upgrade = true;
  context.upgrades = false;
  CHECK(decide(ask, context) == dispatch::request);
  context.upgrades = true;
  CHECK(decide(ask, context) == dispatch::upgrade);
  context.has_upgrade = false;
  CHECK(decide(ask, context) == dispatch::refuse_upgrade);
}

TEST_CASE("dispatch: CONNECT without a handler is rejected") {
  std::string const ask = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
  CHECK(decide(ask) == dispatch::refuse_connect);
  dispatch_context context;
  context.has_connect = true;
  CHECK(decide(ask, context) == dispatch::connect);
}

TEST_CASE(
    "dispatch: requests above max_requests_per_socket are rejected, except those of HTTP/1.0") {
  dispatch_context context;
  context.max_requests_per_socket = 2;
  std::uint32_t served = 0;
  bool limit = false;
  message_head const head = decode(get(""));
  CHECK(dispatch_request(head, context, served, limit) == dispatch::request);
  CHECK_FALSE(limit);
  CHECK(dispatch_request(decode("GET / HTTP/1.0\r\n\r\n"), context, served, limit) ==
        dispatch::request);
  CHECK_FALSE(limit);
  CHECK(dispatch_request(head, context, served, limit) == dispatch::request);
  CHECK(limit);
  CHECK(dispatch_request(head, context, served, limit) == dispatch::drop);
}

TEST_CASE("dispatch: an error has the status with which Node responds") {
  CHECK(status_of(error::header_overflow) == 431);
  CHECK(status_of(error::chunk_extensions_overflow) == 413);
  CHECK(status_of(error::body_too_large) == 413);
  CHECK(status_of(error::request_timeout) == 408);
  CHECK(status_of(error::invalid_method) == 400);
  CHECK(status_of(error::invalid_eof_state) == 400);
}

TEST_CASE("dispatch: HTTP/1.1 accepts chunked coding, HTTP/1.0 only if its TE says so") {
  CHECK(understands_chunks(decode(get(""))));
  CHECK_FALSE(understands_chunks(decode("GET / HTTP/1.0\r\n\r\n")));
  CHECK(understands_chunks(decode("GET / HTTP/1.0\r\nTE: trailers, chunked\r\n\r\n")));
  CHECK_FALSE(understands_chunks(decode("GET / HTTP/1.0\r\nTE: xchunked\r\n\r\n")));
}

}  // namespace unit_policy_request_dispatch
