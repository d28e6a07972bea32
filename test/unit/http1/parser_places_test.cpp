// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The parser and Beast's parser find the fields of a head at the same offsets. Checked at each
// offset of every recorded input and every fuzz seed at which a head or a trailer section begins.
#include "conformance/parser/parser_case.hpp"
#include "fuzz/tokenizer_invariants.hpp"
#include "http1/head_places.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace unit_http1_parser_places {

namespace {

using anode::message::message_kind;
using anode::test::check_places;

std::size_t check_recorded(char const* file, message_kind kind) {
  std::size_t compared = 0;
  for (auto const& recorded : anode::test::read_parser_cases(file, kind)) {
    compared += check_places(kind, recorded.input);
  }
  return compared;
}

std::size_t check_corpus(std::string const& target, message_kind kind) {
  std::size_t compared = 0;
  for (auto const& entry : std::filesystem::directory_iterator("test/fuzz/corpus/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string const input((std::istreambuf_iterator<char>(file)), {});
    compared += check_places(kind, std::string_view(input).substr(1));
  }
  return compared;
}

}  // namespace

TEST_CASE("field offsets equal Beast's: recorded inputs") {
  CHECK(check_recorded("requests.jsonl", message_kind::request) > 300);
  CHECK(check_recorded("responses.jsonl", message_kind::response) > 100);
}

TEST_CASE("field offsets equal Beast's: seeds of the fuzz targets") {
  CHECK(check_corpus("request_parser", message_kind::request) > 100);
  CHECK(check_corpus("response_parser", message_kind::response) > 50);
}

TEST_CASE("field offsets equal Beast's: white space, empty values, unusual names") {
  CHECK(check_places(message_kind::request,
                     "GET /a?b#c HTTP/1.1\r\nHost: \t a \t \r\nA:\r\nB: \t \r\nConnection:  close ,"
                     " x\t\r\n!#$%&'*+-.^_`|~9z:\xff\x80 a\tb\r\nContent-Length: 0  \r\n\r\n") > 1);
  CHECK(check_places(message_kind::request,
                     "OPTIONS * HTTP/1.0\r\nUpgrade: a\r\nproxy-connection: upgrade\r\n\r\n") > 1);
  CHECK(check_places(message_kind::response,
                     "HTTP/1.1 200 \r\nTransfer-Encoding: gzip, chunked\r\nDate: x\r\n\r\n") > 1);
  CHECK(check_places(message_kind::response, "HTTP/1.0 404 a\tb\xe4 \r\n\r\n") == 2);
}

}  // namespace unit_http1_parser_places
