// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_plan.hpp"

#include "support/catch.hpp"

#include <string>

namespace unit_web_files_file_plan {

namespace web = anode::web;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

using field = std::optional<std::string_view>;

constexpr sys_seconds now{seconds(1'790'000'000)};
constexpr std::string_view modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view etag = "\"ae1b981bc490a00-b\"";

web::file_facts eleven_bytes() {
  web::file_facts file;
  file.size = 11;
  file.modified = 784111777;
  file.content_type = "text/plain";
  return file;
}

web::file_plan plan(web::file_request const& request,
                    web::file_facts const& file = eleven_bytes()) {
  return web::plan_file_response(request, file, now, "sep");
}

std::string header(web::file_plan const& p, std::string_view name) {
  for (auto const& [n, value] : p.headers) {
    if (n == name) {
      return value;
    }
  }
  return "-";
}

}  // namespace

TEST_CASE("web file plan: the entity tag has the time, the size and the coding", "[web]") {
  web::file_facts file = eleven_bytes();
  std::string const plain = web::entity_tag_of(file);
  CHECK(plain == etag);
  CHECK(web::is_entity_tag(plain));
  file.modified_ns = 1;
  CHECK(web::entity_tag_of(file) != plain);
  file = eleven_bytes();
  file.size = 12;
  CHECK(web::entity_tag_of(file) != plain);
  file = eleven_bytes();
  file.content_encoding = "br";
  CHECK(web::entity_tag_of(file) == "\"ae1b981bc490a00-b+br\"");
}

TEST_CASE("web file plan: a whole file", "[web]") {
  web::file_plan const p = plan({"GET"});
  CHECK(p.status == 200);
  CHECK(p.has_body);
  CHECK(p.length == 11);
  CHECK_FALSE(p.ranges.is_partial());
  CHECK(header(p, "ETag") == etag);
  CHECK(header(p, "Last-Modified") == modified);
  CHECK(header(p, "Content-Type") == "text/plain");
  CHECK(header(p, "Accept-Ranges") == "bytes");
  CHECK(header(p, "Content-Range") == "-");
  CHECK(header(p, "Cache-Control") == "-");
  CHECK(header(p, "Vary") == "-");

  web::file_plan const head = plan({"HEAD"});
  CHECK(head.status == 200);
  CHECK(head.length == 11);
  CHECK_FALSE(head.has_body);
  CHECK(head.headers == p.headers);
}

TEST_CASE("web file plan: the time of modification is not in the future", "[web]") {
  web::file_facts file = eleven_bytes();
  file.modified = now.time_since_epoch().count() + 100;
  CHECK(header(plan({"GET"}, file), "Last-Modified") == "Mon, 21 Sep 2026 14:13:20 GMT");
}

TEST_CASE("web file plan: conditions and ranges together", "[web]") {
  struct row {
    std::string_view method = "GET";
    field match{};
    field none_match{};
    field modified_since{};
    field unmodified_since{};
    field if_range{};
    field range{};
    int status = 200;
    std::string_view content_range = "-";
  };
  constexpr std::string_view later = "Sun, 06 Nov 1994 08:49:38 GMT";
  constexpr std::string_view earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
  for (row const& r : {
           row{},
           row{.none_match = etag, .status = 304},
           row{.method = "HEAD", .none_match = etag, .status = 304},
           row{.none_match = "\"x\", W/\"ae1b981bc490a00-b\"", .status = 304},
           row{.none_match = "\"x\""},
           row{.modified_since = modified, .status = 304},
           row{.modified_since = later, .status = 304},
           row{.modified_since = earlier},
           row{.none_match = "\"x\"", .modified_since = later},
           row{.match = etag},
           row{.match = "\"x\"", .status = 412},
           row{.unmodified_since = earlier, .status = 412},
           row{.unmodified_since = modified},
           row{.range = "bytes=0-4", .status = 206, .content_range = "bytes 0-4/11"},
           row{.range = "bytes=-2", .status = 206, .content_range = "bytes 9-10/11"},
           row{.range = "bytes=0-0,-2", .status = 206},
           row{.range = "bytes=11-", .status = 416, .content_range = "bytes */11"},
           row{.range = "bytes=0-,1-,2-,3-,4-"},
           row{.range = "items=0-4"},
           row{.method = "HEAD", .range = "bytes=0-4"},
           row{.method = "HEAD", .range = "bytes=11-"},
           // 304 and 412 come before a range.
           row{.none_match = etag, .range = "bytes=0-4", .status = 304},
           row{.match = "\"x\"", .range = "bytes=11-", .status = 412},
           // If-Range.
           row{.if_range = etag,
               .range = "bytes=0-4",
               .status = 206,
               .content_range = "bytes 0-4/11"},
           row{.if_range = modified,
               .range = "bytes=0-4",
               .status = 206,
               .content_range = "bytes 0-4/11"},
           row{.if_range = "\"x\"", .range = "bytes=0-4"},
           row{.if_range = "\"x\"", .range = "bytes=11-"},
           row{.if_range = later, .range = "bytes=0-4"},
           row{.if_range = "W/\"ae1b981bc490a00-b\"", .range = "bytes=0-4"},
           row{.if_range = etag},
       }) {
    web::file_request const request{
        r.method,
        {r.match, r.none_match, r.modified_since, r.unmodified_since, r.if_range},
        r.range};
    web::file_plan const p = plan(request);
    INFO(r.method << " match " << r.match.value_or("-") << " none " << r.none_match.value_or("-")
                  << " since " << r.modified_since.value_or("-") << " if-range "
                  << r.if_range.value_or("-") << " range " << r.range.value_or("-"));
    CHECK(p.status == r.status);
    CHECK(header(p, "Content-Range") == r.content_range);
    CHECK(p.has_body == (r.method == "GET" && r.status < 300));
    CHECK((header(p, "ETag") == etag) == (r.status != 412));
    CHECK((header(p, "Content-Type") == "-") == (r.status >= 300));
  }
}

TEST_CASE("web file plan: several ranges have a frame", "[web]") {
  web::file_request request{"GET"};
  request.range = "bytes=0-0,-2";
  web::file_plan const p = plan(request);
  REQUIRE(p.parts);
  CHECK(p.ranges.size() == 2);
  CHECK(header(p, "Content-Type") == "multipart/byteranges; boundary=sep");
  CHECK(p.parts->delimiter(0).find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(p.length == p.parts->delimiter(0).size() + 1 + p.parts->delimiter(1).size() + 2 +
                        p.parts->delimiter(2).size());
}

TEST_CASE("web file plan: headers of a precompressed file", "[web]") {
  web::file_facts file = eleven_bytes();
  file.content_encoding = "gzip";
  file.cache_control = "max-age=60";
  file.varies = true;
  web::file_plan const p = plan({"GET"}, file);
  CHECK(header(p, "Content-Encoding") == "gzip");
  CHECK(header(p, "Vary") == "Accept-Encoding");
  CHECK(header(p, "Cache-Control") == "max-age=60");
  web::file_request request{"GET"};
  std::string const tag = header(p, "ETag");
  request.conditions.if_none_match = tag;
  web::file_plan const unchanged = plan(request, file);
  CHECK(unchanged.status == 304);
  CHECK(header(unchanged, "Vary") == "Accept-Encoding");
  CHECK(header(unchanged, "Cache-Control") == "max-age=60");
  CHECK(header(unchanged, "Content-Encoding") == "-");
}

}  // namespace unit_web_files_file_plan
