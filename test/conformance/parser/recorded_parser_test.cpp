// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares the parser with the recorded results of Node's parser (tools/node/record parser). Each
// input is parsed whole, byte by byte, and split in two at every offset.
#include "conformance/parser/parser_case.hpp"
#include "http1/parser.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance_parser_recorded_parser {

namespace {

namespace http = anode::http;
using anode::http1::parse_result;
using anode::message::message_kind;
using anode::test::failure;
using anode::test::message;
using anode::test::outcome;
using anode::test::parser_case;

std::vector<parser_case> const& requests() {
  static auto const cases = anode::test::read_parser_cases("requests.jsonl", message_kind::request);
  return cases;
}

std::vector<parser_case> const& responses() {
  static auto const cases =
      anode::test::read_parser_cases("responses.jsonl", message_kind::response);
  return cases;
}

// --- the parser ---------------------------------------------------------------------------------

std::vector<std::string> flat(http::field_lines const& lines) {
  std::vector<std::string> out;
  for (auto const line : lines) {
    out.emplace_back(line.name);
    out.emplace_back(line.value);
  }
  return out;
}

/// Feeds the input, split at `cuts`, to a fresh parser.
class replay {
public:
  explicit replay(parser_case const& c) : case_(c), parser_(c.kind, c.options) {
    if (c.kind == message_kind::response) {
      parser_.expect_response_to(c.method);
    }
  }

  outcome run(std::vector<std::size_t> const& cuts) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= cuts.size() && !stopped_; ++i) {
      std::size_t const end = i < cuts.size() ? cuts[i] : case_.input.size();
      feed(begin, end);
      begin = end;
    }
    if (case_.eof && !stopped_) {
      switch (parser_.finish()) {
        case parse_result::end:
          result_.messages.back().complete = true;
          break;
        case parse_result::error:
          fail(0);
          break;
        case parse_result::need_more:
          break;
        default:
          throw std::logic_error("finish() tells what only next() may");
      }
    }
    return std::move(result_);
  }

private:
  void feed(std::size_t begin, std::size_t end) {
    // A heap block of exactly this size lets a sanitizer detect reads beyond the end.
    std::size_t const size = end - begin;
    auto const block = std::make_unique<char[]>(size);
    std::memcpy(block.get(), case_.input.data() + begin, size);
    std::string_view input(block.get(), size);
    for (;;) {
      switch (parser_.next(input, head_)) {
        case parse_result::need_more:
          if (!input.empty()) {
            throw std::logic_error("need_more with input left");
          }
          return;
        case parse_result::head:
          begin_message();
          break;
        case parse_result::body:
          result_.messages.back().body += parser_.body();
          break;
        case parse_result::end:
          end_message();
          break;
        case parse_result::upgrade:
          end_message();
          result_.head = case_.input.size() - end + input.size();
          stopped_ = true;
          return;
        case parse_result::error:
          fail(begin);
          if (input.size() != size - parser_.error().bytes_parsed && !is_overflow()) {
            throw std::logic_error("after an error the input must begin where it occurred");
          }
          return;
      }
    }
  }

  void begin_message() {
    message m;
    if (case_.kind == message_kind::request) {
      m.start = std::string(head_.method_name()) + ' ' + std::string(head_.target());
      if (head_.upgrade && case_.accept_upgrade) {
        parser_.accept_upgrade();
      }
    } else {
      m.start = std::to_string(head_.status) + ' ' + std::string(head_.reason());
    }
    m.version = std::to_string(head_.version_major) + '.' + std::to_string(head_.version_minor);
    m.fields = flat(head_.fields);
    m.upgrade = head_.upgrade;
    m.keep_alive = head_.should_keep_alive;
    m.complete = false;
    result_.messages.push_back(std::move(m));
  }

  void end_message() {
    result_.messages.back().trailers = flat(parser_.trailers());
    result_.messages.back().complete = true;
  }

  void fail(std::size_t offset) {
    auto const& e = parser_.error();
    result_.error = failure{std::string(http::code_name(make_error_code(e.code))),
                            std::string(e.reason), offset + e.bytes_parsed};
    stopped_ = true;
  }

  bool is_overflow() const {
    return parser_.error().code == http::error::header_overflow ||
           parser_.error().code == http::error::chunk_extensions_overflow;
  }

  parser_case const& case_;
  anode::http1::parser parser_;
  anode::message::message_head head_;
  outcome result_;
  bool stopped_ = false;
};

// --- comparison ---------------------------------------------------------------------------------

std::string shown(std::string_view bytes) {
  std::ostringstream out;
  out << '"';
  for (char const c : bytes.substr(0, 120)) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out << c;
    } else {
      constexpr char const* digits = "0123456789abcdef";
      out << "\\x" << digits[byte >> 4] << digits[byte & 15];
    }
  }
  out << (bytes.size() > 120 ? "\"..." : "\"");
  return out.str();
}

std::string shown(outcome const& o) {
  std::ostringstream out;
  for (auto const& m : o.messages) {
    out << "\n    " << shown(m.start) << " HTTP/" << m.version << (m.upgrade ? " upgrade" : "")
        << (m.keep_alive ? "" : " close") << (m.complete ? "" : " incomplete");
    for (std::size_t i = 0; i < std::min<std::size_t>(m.fields.size(), 12); ++i) {
      out << (i % 2 == 0 ? " | " : "=") << shown(m.fields[i]);
    }
    out << " body(" << m.body.size() << ") " << shown(m.body);
    for (auto const& t : m.trailers) {
      out << " t:" << shown(t);
    }
  }
  if (o.error) {
    out << "\n    " << o.error->code << ", " << shown(o.error->reason) << " at " << o.error->bytes;
  }
  if (o.head) {
    out << "\n    " << *o.head << " bytes behind the upgrade";
  }
  return out.str();
}

/// Returns whether `got` equals `wanted`. The error can also lie between the two offsets at which
/// Node reports it for whole and for split input.
bool equal_but_for_place(outcome got, outcome const& wanted, outcome const& other) {
  if (got.error && wanted.error && other.error) {
    auto const low = std::min(wanted.error->bytes, other.error->bytes);
    auto const high = std::max(wanted.error->bytes, other.error->bytes);
    if (got.error->bytes >= low && got.error->bytes <= high) {
      got.error->bytes = wanted.error->bytes;
    }
  }
  return got == wanted;
}

/// Collects all differences of one set of cases and reports them together.
class differences {
public:
  void check(parser_case const& c, std::string const& how, std::vector<std::size_t> const& cuts,
             outcome const& wanted, outcome const& other) {
    std::string problem;
    try {
      auto const got = replay(c).run(cuts);
      if (equal_but_for_place(got, wanted, other)) {
        return;
      }
      problem = "\n  expected:" + shown(wanted) + "\n  actual:" + shown(got);
    } catch (std::logic_error const& e) {
      problem = std::string("\n  ") + e.what();
    }
    ++count_;
    if (cases_.insert({c.name, true}).second && cases_.size() <= 400) {
      text_ += "\n" + c.name + " (" + how + ")\n  input: " + shown(c.input) + problem;
    }
  }

  void require_none() const {
    INFO(cases_.size() << " cases, " << count_ << " differences" << text_);
    CHECK(count_ == 0);
  }

private:
  std::map<std::string, bool> cases_;
  std::size_t count_ = 0;
  std::string text_;
};

outcome const& wanted_whole(parser_case const& c) { return c.expected ? *c.expected : c.node; }
outcome const& wanted_in_pieces(parser_case const& c) {
  return c.expected ? *c.expected_bytewise : c.bytewise;
}

void check_whole(std::vector<parser_case> const& cases) {
  differences found;
  for (auto const& c : cases) {
    found.check(c, "whole", {}, wanted_whole(c), wanted_in_pieces(c));
  }
  found.require_none();
}

void check_bytewise(std::vector<parser_case> const& cases) {
  differences found;
  for (auto const& c : cases) {
    std::vector<std::size_t> cuts(c.input.empty() ? 0 : c.input.size() - 1);
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      cuts[i] = i + 1;
    }
    found.check(c, "byte by byte", cuts, wanted_in_pieces(c), wanted_whole(c));
  }
  found.require_none();
}

/// Returns all split offsets of a short input. For a long input, returns those of its first and
/// last bytes and some in between.
std::vector<std::size_t> offsets(std::size_t size) {
  constexpr std::size_t all_up_to = 2000;
  constexpr std::size_t ends = 300;
  std::vector<std::size_t> out;
  std::size_t const step = size <= all_up_to ? 1 : size / 200;
  for (std::size_t i = 1; i < size; i += (i < ends || i + ends > size ? 1 : step)) {
    out.push_back(i);
  }
  return out;
}

void check_cut(std::vector<parser_case> const& cases) {
  differences found;
  for (auto const& c : cases) {
    for (std::size_t const at : offsets(c.input.size())) {
      // Node itself can parse a part of the rest as HTTP if the split hides it from one read.
      found.check(c, "cut at " + std::to_string(at), {at}, wanted_whole(c), wanted_in_pieces(c));
    }
  }
  found.require_none();
}

std::string read_text(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Returns whether `node` contains everything in `ours`, and `ours` stops with an error, leaves
/// HTTP, or closes the connection where `node` continues.
bool stricter(outcome const& ours, outcome const& node) {
  bool less = ours.error || ours.head;
  if (ours.messages.size() > node.messages.size()) {
    return false;
  }
  for (std::size_t i = 0; i < ours.messages.size(); ++i) {
    auto a = ours.messages[i];
    auto const& b = node.messages[i];
    if (a.body.size() > b.body.size() || b.body.compare(0, a.body.size(), a.body) != 0 ||
        (a.complete && a.body != b.body)) {
      return false;
    }
    if (!a.complete) {
      a.body = b.body;
      a.trailers = b.trailers;
      a.complete = b.complete;
    }
    less = less || (b.keep_alive && !a.keep_alive);
    a.keep_alive = a.keep_alive || b.keep_alive;
    if (a != b) {
      return false;
    }
  }
  return less;
}

}  // namespace

TEST_CASE("recorded requests: whole", "[parser]") { check_whole(requests()); }
TEST_CASE("recorded responses: whole", "[parser]") { check_whole(responses()); }

TEST_CASE("recorded requests: byte by byte", "[parser]") { check_bytewise(requests()); }
TEST_CASE("recorded responses: byte by byte", "[parser]") { check_bytewise(responses()); }

TEST_CASE("recorded requests: split in two", "[parser]") { check_cut(requests()); }
TEST_CASE("recorded responses: split in two", "[parser]") { check_cut(responses()); }

TEST_CASE("recorded cases: the number of cases is as expected", "[parser]") {
  CHECK(requests().size() >= 400);
  CHECK(responses().size() >= 200);
}

TEST_CASE("recorded cases: every error code of Node's parser occurs", "[parser]") {
  std::map<std::string, int> seen;
  for (auto const* cases : {&requests(), &responses()}) {
    for (auto const& c : *cases) {
      if (c.node.error) {
        ++seen[c.node.error->code];
      }
    }
  }
  for (char const* code :
       {"HPE_INVALID_METHOD", "HPE_INVALID_URL", "HPE_INVALID_VERSION", "HPE_INVALID_STATUS",
        "HPE_INVALID_CONSTANT", "HPE_INVALID_HEADER_TOKEN", "HPE_INVALID_CONTENT_LENGTH",
        "HPE_UNEXPECTED_CONTENT_LENGTH", "HPE_INVALID_TRANSFER_ENCODING", "HPE_INVALID_CHUNK_SIZE",
        "HPE_CR_EXPECTED", "HPE_LF_EXPECTED", "HPE_UNEXPECTED_SPACE", "HPE_STRICT",
        "HPE_CLOSED_CONNECTION", "HPE_INVALID_EOF_STATE", "HPE_PAUSED_H2_UPGRADE",
        "HPE_HEADER_OVERFLOW", "HPE_CHUNK_EXTENSIONS_OVERFLOW"}) {
    INFO(code);
    CHECK(seen[code] > 0);
  }
}

TEST_CASE("recorded cases: every deviation from Node is stricter and documented", "[parser]") {
  std::string const documented = read_text("docs/deviations.md");
  for (auto const* cases : {&requests(), &responses()}) {
    for (auto const& c : *cases) {
      if (!c.expected) {
        continue;
      }
      INFO(c.name << ": " << c.deviation << "\n  Node:" << shown(c.node)
                  << "\n  expected here:" << shown(*c.expected));
      if (c.mends) {
        CHECK((c.deviation == "upgrade-ignored" || c.deviation == "insecure-name-blank" ||
               c.deviation == "framing-tab" || c.deviation == "connect-interim"));
      } else {
        CHECK(stricter(*c.expected, c.node));
      }
      CHECK(documented.find('`' + c.deviation + '`') != std::string::npos);
    }
  }
}

}  // namespace conformance_parser_recorded_parser
