// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/forwarding.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <utility>

using namespace anode::http;
using namespace anode::http::protocol;

namespace {

field_lines fields(std::initializer_list<std::pair<char const*, char const*>> all) {
  field_lines lines;
  for (auto const& [name, value] : all) {
    lines.append(name, value);
  }
  return lines;
}

}  // namespace

TEST_CASE("fields that concern a single connection end here") {
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

TEST_CASE("fields that Connection names end here, whole words in any case") {
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

TEST_CASE("Trailer is passed on with a body in chunks only") {
  field_lines const chunked = fields({{"Transfer-Encoding", "chunked"}, {"Trailer", "X"}});
  CHECK_FALSE(hop_by_hop(chunked).contains("Trailer"));
  field_lines const length = fields({{"Content-Length", "1"}, {"Trailer", "X"}});
  CHECK(hop_by_hop(length).contains("Trailer"));
}

TEST_CASE("trailers that frame, route, authorize or describe are not passed on") {
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

TEST_CASE("a body in another coding than chunked cannot be framed anew") {
  CHECK(can_be_reframed(fields({})));
  CHECK(can_be_reframed(fields({{"Content-Length", "5"}})));
  CHECK(can_be_reframed(fields({{"transfer-encoding", " CHUNKED "}})));
  CHECK_FALSE(can_be_reframed(fields({{"Transfer-Encoding", "gzip, chunked"}})));
  CHECK_FALSE(
      can_be_reframed(fields({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}})));
}
