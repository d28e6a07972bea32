// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/download/resume_decision.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace unit_web_download_resume_decision {

using namespace anode::web;

namespace {

constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'700'000'000));
constexpr std::string_view modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view second_later = "Sun, 06 Nov 1994 08:49:38 GMT";

std::string number(std::optional<std::uint64_t> n) { return n ? std::to_string(*n) : "-"; }

std::string range(std::string_view text) {
  auto const r = parse_content_range(text);
  return r ? number(r->first) + " " + number(r->last) + " " + number(r->total) : "none";
}

partial_state part(std::uint64_t size, std::optional<std::uint64_t> total,
                   std::string validator = "\"a\"") {
  partial_state s;
  s.size = size;
  s.total = total;
  s.validator = std::move(validator);
  return s;
}

download_head head(int status, std::string_view content_range = {},
                   std::optional<std::uint64_t> length = std::nullopt, std::string_view etag = {}) {
  download_head h;
  h.status = status;
  h.content_range = content_range;
  h.length = length;
  h.etag = etag;
  return h;
}

std::string validator_of(std::string_view etag, std::string_view last_modified,
                         std::string_view date) {
  download_head h;
  h.etag = etag;
  h.last_modified = last_modified;
  h.date = date;
  return strong_validator(h, now);
}

}  // namespace

TEST_CASE("web download: Content-Range") {
  CHECK(range("bytes 0-0/1") == "0 0 1");
  CHECK(range("bytes 5-9/10") == "5 9 10");
  CHECK(range("BYTES 5-9/10") == "5 9 10");
  CHECK(range("bytes 5-9/*") == "5 9 -");
  CHECK(range("bytes */10") == "- - 10");
  CHECK(range("bytes 0-18446744073709551614/18446744073709551615") ==
        "0 18446744073709551614 18446744073709551615");
  for (std::string_view const text : {"",
                                      "bytes",
                                      "bytes ",
                                      "bytes 5",
                                      "bytes 5-",
                                      "bytes -9/10",
                                      "bytes 5-9",
                                      "bytes 5-9/",
                                      "bytes 9-5/10",
                                      "bytes 5-10/10",
                                      "bytes */*",
                                      "bytes */",
                                      "bytes  5-9/10",
                                      "bytes 5-9/10 ",
                                      "bytes 5 - 9/10",
                                      "bytes=5-9/10",
                                      "items 5-9/10",
                                      "bytes 5-9/10/11",
                                      "bytes +5-9/10",
                                      "bytes 0x5-9/10",
                                      "bytes 5-9,10-11/20",
                                      "bytes 0-18446744073709551616/*",
                                      "bytes 5--9/10"}) {
    INFO(text);
    CHECK(range(text) == "none");
  }
}

TEST_CASE("web download: only strong validators are used") {
  CHECK(validator_of("\"a\"", "", "") == "\"a\"");
  CHECK(validator_of("\"\"", modified, second_later) == "\"\"");
  CHECK(validator_of("W/\"a\"", "", "").empty());
  CHECK(validator_of("a", "", "").empty());
  CHECK(validator_of("\"", "", "").empty());
  CHECK(validator_of('"' + std::string(1100, 'a') + '"', "", "").empty());
  CHECK(validator_of("", modified, second_later) == modified);
  CHECK(validator_of("W/\"a\"", modified, second_later) == modified);
  // The file may change again in the same second.
  CHECK(validator_of("", modified, modified).empty());
  CHECK(validator_of("", second_later, modified).empty());
  CHECK(validator_of("", modified, "").empty());
  CHECK(validator_of("", "yesterday", second_later).empty());
}

TEST_CASE("web download: what a response means") {
  using step = download_step;
  partial_state const five = part(5, 10);
  auto const decide = [](partial_state const& have, download_head const& h) {
    return decide_download(have, true, h);
  };
  CHECK(decide(five, head(206, "bytes 5-9/10")) == step::append);
  CHECK(decide(five, head(206, "bytes 5-9/10", 5, "\"a\"")) == step::append);
  CHECK(decide(five, head(206, "bytes 5-6/10", 2)) == step::append);
  CHECK(decide(five, head(206, "bytes 5-9/*", 5)) == step::append);
  CHECK(decide(part(5, {}), head(206, "bytes 5-9/10")) == step::append);
  // Another place, length, file or nothing usable.
  CHECK(decide(five, head(206, "bytes 4-9/10")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 6-9/10")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 0-9/10")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 5-9/11")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 5-10/*")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 5-9/10", 6)) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 5-9/10", 5, "\"b\"")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes 5-9/10", 5, "W/\"a\"")) == step::ask_whole);
  CHECK(decide(five, head(206, "bytes */10")) == step::ask_whole);
  CHECK(decide(five, head(206)) == step::ask_whole);
  CHECK(decide(part(5, {}), head(206, "bytes 5-9/*")) == step::ask_whole);
  CHECK(decide(five, head(200)) == step::restart);
  CHECK(decide(five, head(203)) == step::restart);
  // The whole is there already, or the file is shorter now.
  CHECK(decide(part(10, 10), head(416, "bytes */10")) == step::complete);
  CHECK(decide(part(10, {}), head(416, "bytes */10", 0, "\"a\"")) == step::complete);
  CHECK(decide(part(10, 10), head(416, "bytes */10", 0, "\"b\"")) == step::ask_whole);
  CHECK(decide(five, head(416, "bytes */5")) == step::ask_whole);
  CHECK(decide(five, head(416, "bytes */3")) == step::ask_whole);
  CHECK(decide(five, head(416)) == step::ask_whole);
  CHECK(decide(five, head(416, "bytes 0-4/5")) == step::ask_whole);
  for (int const status : {201, 204, 205, 304, 404, 412, 500, 503}) {
    CHECK(decide(five, head(status)) == step::fail);
  }
  // A date is compared with a date.
  partial_state const dated = part(5, 10, std::string(modified));
  download_head changed = head(206, "bytes 5-9/10");
  CHECK(decide(dated, changed) == step::append);
  changed.etag = "\"x\"";
  CHECK(decide(dated, changed) == step::append);
  changed.last_modified = second_later;
  CHECK(decide(dated, changed) == step::ask_whole);
  // Without a range in the request.
  CHECK(decide_download(five, false, head(200)) == step::restart);
  CHECK(decide_download(five, false, head(206, "bytes 5-9/10")) == step::fail);
  CHECK(decide_download(five, false, head(416, "bytes */5")) == step::fail);
}

}  // namespace unit_web_download_resume_decision
