// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The fast path writes the same bytes and the same framing as the general head writer, and rejects
// input that it cannot handle.
#include "http1/head_writer_fast_path.hpp"

#include "http1/head_writer.hpp"
#include "support/catch.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace unit_http1_head_writer_fast_path {

namespace {

using namespace anode::http1;
using namespace anode::message;

constexpr std::string_view date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

response_context default_context() {
  response_context context;
  context.date_line = date;
  context.keep_alive_line = "Keep-Alive: timeout=5\r\n";
  context.content_length = 13;
  return context;
}

}  // namespace

TEST_CASE("head writer fast path: writes the same head as the general head writer",
          "[head-writer]") {
  using set_up = std::function<void(header_map&)>;
  std::vector<set_up> const header_sets = {
      [](header_map&) {},
      [](header_map& h) { h.set("Content-Type", "text/plain"); },
      [](header_map& h) {
        h.set("X", "");
        h.set("X-Longer-Name-Than-Sixteen-Bytes", std::string(300, 'v'));
        h.append("x-seven", "1234567");
        h.set("x-eight", "12345678");
        h.set("x-sixteen-bytes-", "1234567890123456");
      },
  };
  for (set_up const& make : header_sets) {
    for (std::uint64_t const length : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
      for (std::string_view const keep_alive : {"", "Keep-Alive: timeout=5, max=3\r\n"}) {
        header_map headers;
        make(headers);
        response_context context = default_context();
        context.content_length = length;
        context.keep_alive_line = keep_alive;
        REQUIRE(has_fast_path(context, headers));
        std::string expected = "before";
        outgoing_framing const slow = write_response_head(expected, context, headers);
        std::string found = "before";
        outgoing_framing const fast =
            write_head_fast_path(found, headers, fast_path_fields(date, keep_alive), length);
        CHECK(found == expected);
        CHECK(fast.end() == slow.end());
        CHECK(fast.content_length() == slow.content_length());
        CHECK(fast.last() == slow.last());
        CHECK(fast.keep_alive() == slow.keep_alive());
        CHECK(fast.expect() == slow.expect());
      }
    }
  }
}

TEST_CASE("head writer fast path: writes a whole message as its head and its body",
          "[head-writer]") {
  header_map headers;
  headers.set("Content-Type", "text/plain");
  for (unsigned const size : {0U, 1U, 9U, 10U, 99U, 100U, 999U, 1000U, 8191U, 10000U, 123456U}) {
    std::string const body(size, 'b');
    response_context context = default_context();
    context.content_length = size;
    REQUIRE(has_fast_path(context, headers));
    std::string expected = "before";
    write_response_head(expected, context, headers);
    std::string found = "before";
    write_message_fast_path(found, headers, fast_path_fields(date, context.keep_alive_line), body);
    CHECK(found == expected + body);
  }
}

TEST_CASE("head writer fast path: writes the same GET as the general head writer",
          "[head-writer]") {
  for (std::string_view const target : {"/", "/a/long/path?with=a&query=of-some-length"}) {
    for (bool const host_first : {true, false}) {
      header_map headers;
      if (host_first) {
        headers.set("Host", "example.test");
      }
      headers.set("Accept", "*/*");
      headers.set("X-Long", std::string(200, 'x'));
      CHECK(headers.is_fast_path_with_host() == host_first);
      if (!host_first) {
        headers.set("Host", "example.test");
      }
      REQUIRE(headers.is_fast_path_with_host());
      request_context context;
      context.method = "GET";
      context.target = target;
      context.should_keep_alive = true;
      context.has_agent = true;
      context.content_length = 0;
      std::string expected = "before";
      outgoing_framing const framing = write_request_head(expected, context, headers);
      std::string found = "before";
      write_get_fast_path(found, target, headers);
      CHECK(found == expected);
      CHECK(framing.end() == body_end::none);
      CHECK(framing.keep_alive());
      CHECK_FALSE(framing.last());
    }
  }
}

TEST_CASE("head writer fast path: writes no GET with another known field, or without Host",
          "[head-writer]") {
  header_map headers;
  CHECK_FALSE(headers.is_fast_path_with_host());
  headers.set("Host", "a");
  CHECK(headers.is_fast_path_with_host());
  headers.append("Host", "b");
  CHECK_FALSE(headers.is_fast_path_with_host());
  for (std::string_view const name : {"Connection", "Content-Length", "Transfer-Encoding", "Expect",
                                      "Upgrade", "Trailer", "Date", "Keep-Alive"}) {
    header_map others;
    others.set("Host", "a");
    others.set(name, "1");
    CHECK_FALSE(others.is_fast_path_with_host());
    header_map alone;
    alone.set(name, "1");
    CHECK_FALSE(alone.is_fast_path_with_host());
  }
  header_map removed;
  removed.set("Host", "a");
  removed.mark_removed(field_id::connection);
  CHECK_FALSE(removed.is_fast_path_with_host());
}

TEST_CASE("head writer fast path: rejects each unusual head", "[head-writer]") {
  header_map const none;
  CHECK(has_fast_path(default_context(), none));
  std::vector<std::function<void(response_context&)>> const context_changes = {
      [](response_context& f) { f.status = 201; },
      [](response_context& f) { f.reason = "OK"; },
      [](response_context& f) { f.head_request = true; },
      [](response_context& f) { f.should_keep_alive = false; },
      [](response_context& f) { f.chunked_by_default = false; },
      [](response_context& f) { f.max_requests_reached = true; },
      [](response_context& f) { f.continue_withheld = true; },
      [](response_context& f) { f.send_date = false; },
      [](response_context& f) { f.content_length.reset(); },
  };
  for (auto const& change : context_changes) {
    response_context context = default_context();
    change(context);
    CHECK_FALSE(has_fast_path(context, none));
  }
  for (std::string_view const name : {"Connection", "Keep-Alive", "Content-Length", "Trailer",
                                      "Transfer-Encoding", "Date", "Expect", "Cookie", "Host"}) {
    INFO(name);
    header_map headers;
    headers.set(name, "1");
    CHECK_FALSE(has_fast_path(default_context(), headers));
  }
  for (std::string_view const name :
       {"Connection", "Content-Length", "Transfer-Encoding", "Date"}) {
    INFO(name);
    header_map headers;
    headers.remove(name);
    CHECK_FALSE(has_fast_path(default_context(), headers));
  }
  header_map list;
  list.set("X-List", {"a", "b"});
  CHECK_FALSE(has_fast_path(default_context(), list));
  header_map replaced;
  replaced.set("X", "a");
  replaced.set("X", "bc");
  CHECK_FALSE(has_fast_path(default_context(), replaced));
}

}  // namespace unit_http1_head_writer_fast_path
