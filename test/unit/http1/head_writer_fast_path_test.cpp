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

namespace {

using namespace anode::http1;
using namespace anode::message;

constexpr std::string_view date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

response_context usual_facts() {
  response_context facts;
  facts.date_line = date;
  facts.keep_alive_line = "Keep-Alive: timeout=5\r\n";
  facts.content_length = 13;
  return facts;
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
        response_context facts = usual_facts();
        facts.content_length = length;
        facts.keep_alive_line = keep_alive;
        REQUIRE(has_fast_path(facts, headers));
        std::string expected = "before";
        outgoing_framing const long_way = write_response_head(expected, facts, headers);
        std::string found = "before";
        outgoing_framing const short_way =
            write_head_fast_path(found, headers, fast_path_fields(date, keep_alive), length);
        CHECK(found == expected);
        CHECK(short_way.end() == long_way.end());
        CHECK(short_way.content_length() == long_way.content_length());
        CHECK(short_way.last() == long_way.last());
        CHECK(short_way.keep_alive() == long_way.keep_alive());
        CHECK(short_way.expect() == long_way.expect());
      }
    }
  }
}

TEST_CASE("head writer fast path: rejects each unusual head", "[head-writer]") {
  header_map const none;
  CHECK(has_fast_path(usual_facts(), none));
  std::vector<std::function<void(response_context&)>> const fact_changes = {
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
  for (auto const& change : fact_changes) {
    response_context facts = usual_facts();
    change(facts);
    CHECK_FALSE(has_fast_path(facts, none));
  }
  for (std::string_view const name : {"Connection", "Keep-Alive", "Content-Length", "Trailer",
                                      "Transfer-Encoding", "Date", "Expect", "Cookie", "Host"}) {
    INFO(name);
    header_map headers;
    headers.set(name, "1");
    CHECK_FALSE(has_fast_path(usual_facts(), headers));
  }
  for (std::string_view const name :
       {"Connection", "Content-Length", "Transfer-Encoding", "Date"}) {
    INFO(name);
    header_map headers;
    headers.remove(name);
    CHECK_FALSE(has_fast_path(usual_facts(), headers));
  }
  header_map list;
  list.set("X-List", {"a", "b"});
  CHECK_FALSE(has_fast_path(usual_facts(), list));
  header_map replaced;
  replaced.set("X", "a");
  replaced.set("X", "bc");
  CHECK_FALSE(has_fast_path(usual_facts(), replaced));
}
