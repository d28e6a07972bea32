// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/chunk_writer.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <cstdint>
#include <string>

namespace unit_http1_chunk_writer {

namespace {

namespace http = anode::http;
using namespace anode::http1;
using namespace anode::message;

std::string thrown(trailer_lines& trailers, http::header_list const& list) {
  try {
    trailers.set(list);
  } catch (http::exception const& e) {
    return std::string(e.code_name()) + ": " + e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("chunk writer: writes the size in lower-case hexadecimal digits", "[chunk-writer]") {
  CHECK(chunk_size_line(1).text() == "1\r\n");
  CHECK(chunk_size_line(10).text() == "a\r\n");
  CHECK(chunk_size_line(16).text() == "10\r\n");
  CHECK(chunk_size_line(255).text() == "ff\r\n");
  CHECK(chunk_size_line(65536).text() == "10000\r\n");
  std::string const most(2 * sizeof(std::size_t), 'f');  // 8 or 16 digits
  CHECK(chunk_size_line(SIZE_MAX).text() == most + "\r\n");
}

TEST_CASE("chunk writer: writes size, data and line end; empty data writes no chunk",
          "[chunk-writer]") {
  std::string out;
  append_chunk(out, "");
  append_chunk(out, "Hello World!");
  append_chunk(out, "");
  append_chunk(out, "\r\n");
  append_last_chunk(out, {});
  CHECK(out == "c\r\nHello World!\r\n2\r\n\r\n\r\n0\r\n\r\n");
  CHECK(last_chunk == "0\r\n\r\n");
}

TEST_CASE("chunk writer: writes trailers behind the last chunk", "[chunk-writer]") {
  trailer_lines trailers;
  CHECK(trailers.empty());
  trailers.set({{"X-T", "tv"}, {"X-U", 5}, {"X-Trailer", {"1", "2"}}, {"X-One", {"3"}}});
  std::string out;
  append_last_chunk(out, trailers);
  CHECK(out == "0\r\nX-T: tv\r\nX-U: 5\r\nX-Trailer: 1\r\nX-Trailer: 2\r\nX-One: 3\r\n\r\n");
  trailers.set({{"X-2", "b"}});
  CHECK(trailers.lines() == "X-2: b\r\n");
  trailers.clear();
  CHECK(trailers.empty());
  trailers.set({"X-T", "1", "X-T", "2"});
  CHECK(trailers.lines() == "X-T: 1\r\nX-T: 2\r\n");
}

TEST_CASE("chunk writer: joins unique trailers on one line", "[chunk-writer]") {
  unique_headers const unique({"x-trailer"});
  trailer_lines trailers;
  trailers.set({{"X-Trailer", {"1", "2"}}, {"X-T", {"3", "4"}}}, &unique);
  CHECK(trailers.lines() == "X-Trailer: 1; 2\r\nX-T: 3\r\nX-T: 4\r\n");
}

TEST_CASE("chunk writer: an invalid trailer leaves the output unchanged",
          "[chunk-writer][injection]") {
  trailer_lines trailers;
  trailers.set({{"X-T", "kept"}});
  CHECK(thrown(trailers, {{"X", "1"}, {"a b", "1"}}) ==
        "ERR_INVALID_HTTP_TOKEN: Trailer name must be a valid HTTP token [\"a b\"]");
  CHECK(thrown(trailers, {{"X", "a\nb"}}) ==
        "ERR_INVALID_CHAR: Invalid character in trailer content [\"X\"]");
  CHECK(thrown(trailers, {{"X", {"a", "b\r"}}}) ==
        "ERR_INVALID_CHAR: Invalid character in trailer content [\"X\"]");
  CHECK(thrown(trailers, {{"Content-Length", 5}}) ==
        "ERR_HTTP_TRAILER_INVALID: Trailers are invalid with this transfer encoding");
  CHECK(thrown(trailers, {{"transfer-encoding", "chunked"}}) ==
        "ERR_HTTP_TRAILER_INVALID: Trailers are invalid with this transfer encoding");
  CHECK(trailers.lines() == "X-T: kept\r\n");
}

}  // namespace unit_http1_chunk_writer
