// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/hop_by_hop.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace unit_policy_hop_by_hop {

using namespace anode::http;
using namespace anode::message;
using namespace anode::policy;

namespace {

field_lines fields(std::initializer_list<std::pair<char const*, char const*>> all) {
  field_lines lines;
  for (auto const& [name, value] : all) {
    lines.append(name, value);
  }
  return lines;
}

message_head head(std::initializer_list<std::pair<char const*, char const*>> all) {
  message_head h;
  h.fields = fields(all);
  for (std::size_t i = 0; i != h.fields.size(); ++i) {
    h.note(find_field_id(h.fields[i].name), i);
  }
  return h;
}

std::string passed_on(message_head const& from) {
  header_map to;
  to.set("X-First", "0");
  pass_fields(from, to);
  std::string all;
  to.for_each_line([&](header_map::line const& line) {
    all.append(line.name).append("=").append(line.value).append(" ");
  });
  return all;
}

}  // namespace

TEST_CASE("hop-by-hop: end-to-end fields are forwarded, except Host of a request") {
  message_head from = head({{"Host", "a"},
                            {"X-A", "1"},
                            {"Connection", "keep-alive, x-b"},
                            {"X-B", "2"},
                            {"x-a", "3"},
                            {"TE", "trailers"},
                            {"Content-Length", "0"},
                            {"X-First", "4"}});
  CHECK(passed_on(from) == "X-First=0 X-First=4 X-A=1 X-A=3 Content-Length=0 ");
  from.kind = message_kind::response;
  CHECK(passed_on(from) == "X-First=0 X-First=4 Host=a X-A=1 X-A=3 Content-Length=0 ");
  CHECK(
      passed_on(head({{"Connection", "x-a"}, {"X-A", "1"}, {"Connection", "x-b"}, {"X-B", "2"}})) ==
      "X-First=0 ");
}

TEST_CASE("hop-by-hop: fields parsed leniently are validated before they are forwarded") {
  message_head from = head({{"X", "a\x01z"}});
  from.lenient = true;
  CHECK_THROWS_AS(passed_on(from), exception);
}

TEST_CASE("hop-by-hop: fields that concern one connection are removed") {
  field_lines const plain = fields({{"X", "1"}});
  hop_by_hop const ends(plain);
  for (char const* const name :
       {"connection", "KEEP-ALIVE", "Proxy-Authenticate", "proxy-authorization",
        "Proxy-Authentication-Info", "proxy-connection", "te", "Transfer-Encoding", "upgrade",
        "Trailer"}) {
    INFO(name);
    CHECK(ends.contains(name));
  }
  for (char const* const name : {"Content-Length", "X", "Cookie", "Via", "Expect", "X-Upgrade"}) {
    INFO(name);
    CHECK_FALSE(ends.contains(name));
  }
}

TEST_CASE("hop-by-hop: a response without a body is forwarded without Content-Length") {
  message_head from = head({{"Content-Length", "5"}, {"X-A", "1"}});
  from.kind = message_kind::response;
  for (std::uint16_t const status : std::initializer_list<std::uint16_t>{103, 204}) {
    from.status = status;
    CHECK(passed_on(from) == "X-First=0 X-A=1 ");
  }
  for (std::uint16_t const status : std::initializer_list<std::uint16_t>{200, 205, 304}) {
    from.status = status;
    CHECK(passed_on(from) == "X-First=0 Content-Length=5 X-A=1 ");
  }
}

TEST_CASE("hop-by-hop: Connection can name many fields, in several lines and any order") {
  field_lines many;
  std::string list;
  for (int i = 999; i >= 0; --i) {
    list.append(i % 2 == 0 ? "X-" : "x-").append(std::to_string(i)).append(", ,");
    if (i % 100 == 0) {
      many.append("Connection", list);
      list.clear();
    }
  }
  hop_by_hop const ends(many);
  for (int i = 0; i != 1000; ++i) {
    CHECK(ends.contains("x-" + std::to_string(i)));
    CHECK(ends.contains("X-" + std::to_string(i)));
    CHECK_FALSE(ends.contains("y-" + std::to_string(i)));
  }
  CHECK_FALSE(ends.contains("x-1000"));
  CHECK_FALSE(ends.contains("x-"));
  CHECK(ends.contains("TE"));
}

TEST_CASE("hop-by-hop: fields named by Connection are removed by whole name in any case") {
  field_lines const named = fields({{"Connection", " close,\tX-Secret ,,"},
                                    {"connection", "x-forwarded-for"},
                                    {"Connection", ""}});
  hop_by_hop const ends(named);
  CHECK(ends.contains("x-secret"));
  CHECK(ends.contains("X-Forwarded-For"));
  CHECK(ends.contains("close"));
  CHECK_FALSE(ends.contains("X-Secret2"));
  CHECK_FALSE(ends.contains("Secret"));
  CHECK_FALSE(ends.contains(""));
}

TEST_CASE("hop-by-hop: Trailer is forwarded only with a chunked body") {
  field_lines const chunked = fields({{"Transfer-Encoding", "chunked"}, {"Trailer", "X"}});
  CHECK_FALSE(hop_by_hop(chunked).contains("Trailer"));
  field_lines const length = fields({{"Content-Length", "1"}, {"Trailer", "X"}});
  CHECK(hop_by_hop(length).contains("Trailer"));
}

TEST_CASE(
    "hop-by-hop: trailers for framing, routing, authorization or content description are removed") {
  for (char const* const name :
       {"content-length", "Transfer-Encoding", "Host", "authorization", "Content-Type", "Trailer",
        "TE", "Set-Cookie", "Connection", "X-Forwarded-For", "Content-Encoding", "Max-Forwards",
        "Cache-Control"}) {
    INFO(name);
    CHECK_FALSE(is_trailer_passed_on(name));
  }
  for (char const* const name : {"Digest", "Server-Timing", "X-Checksum", "ETag"}) {
    INFO(name);
    CHECK(is_trailer_passed_on(name));
  }
}

TEST_CASE("hop-by-hop: a body in a coding other than chunked cannot be framed again") {
  CHECK(can_be_reframed(head({})));
  CHECK(can_be_reframed(head({{"Content-Length", "5"}})));
  CHECK(can_be_reframed(head({{"transfer-encoding", " CHUNKED "}})));
  CHECK_FALSE(can_be_reframed(head({{"Transfer-Encoding", "gzip, chunked"}})));
  CHECK_FALSE(
      can_be_reframed(head({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}})));
}

}  // namespace unit_policy_hop_by_hop
