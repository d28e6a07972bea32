// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/parser/parser_case.hpp"

#include "support/json.hpp"

namespace anode::test {

namespace {

namespace json = boost::json;
using anode::message::message_kind;

std::vector<std::string> read_list(json::value const& list) {
  std::vector<std::string> out;
  if (!list.is_null()) {
    for (auto const& text : list.as_array()) {
      out.push_back(bytes_of(text));
    }
  }
  return out;
}

std::vector<message> read_messages(json::value const& list) {
  std::vector<message> out;
  for (auto const& m : list.as_array()) {
    message read;
    auto const& status = member(m, "status");
    read.start = status.is_null()
                     ? bytes_member(m, "method") + ' ' + bytes_member(m, "url")
                     : std::to_string(status.as_int64()) + ' ' + bytes_member(m, "reason");
    read.version = bytes_member(m, "version", "1.1");
    read.fields = read_list(member(m, "headers"));
    read.body = bytes_member(m, "body");
    read.trailers = read_list(member(m, "trailers"));
    read.upgrade = bool_member(m, "upgrade", false);
    read.keep_alive = bool_member(m, "keep_alive", true);
    read.complete = bool_member(m, "complete", true);
    auto const& times = member(m, "times");
    out.insert(out.end(), times.is_null() ? 1 : times.to_number<std::size_t>(), read);
  }
  return out;
}

std::optional<failure> read_error(json::value const& error) {
  if (error.is_null()) {
    return std::nullopt;
  }
  return failure{bytes_member(error, "code"), bytes_member(error, "reason"),
                 member(error, "bytes").to_number<std::size_t>()};
}

/// Reads the members of `value` into `result`; other members keep their values.
void read_outcome(json::value const& value, outcome& result) {
  auto const& object = value.as_object();
  if (object.contains("messages")) {
    result.messages = read_messages(object.at("messages"));
  }
  if (object.contains("error")) {
    result.error = read_error(object.at("error"));
  }
  if (object.contains("head")) {
    auto const& head = object.at("head");
    result.head.reset();
    if (!head.is_null()) {
      result.head = head.to_number<std::size_t>();
    }
  }
}

parser_case read_case(json::value const& line, message_kind kind) {
  parser_case c;
  c.kind = kind;
  c.name = bytes_member(line, "name");
  c.input = bytes_member(line, "input");
  c.options.insecure_http_parser = bool_member(line, "lenient");
  if (auto const& size = member(line, "max_header_size"); !size.is_null()) {
    c.options.max_header_size = size.to_number<std::size_t>();
  }
  c.method = bytes_member(line, "method", "GET");
  c.accept_upgrade = bool_member(line, "upgrade");
  c.eof = bool_member(line, "eof");
  auto const& node = member(line, "node");
  read_outcome(node, c.node);
  c.bytewise = c.node;
  if (auto const& bytewise = member(line, "bytewise"); !bytewise.is_null()) {
    read_outcome(bytewise, c.bytewise);
  }
  if (auto const& deviation = member(line, "deviation"); !deviation.is_null()) {
    c.deviation = bytes_member(deviation, "row");
    c.mends = bool_member(deviation, "mends");
    c.expected.emplace();
    read_outcome(member(deviation, "expected"), *c.expected);
    c.expected_bytewise = c.expected;
    if (auto const& bytewise = member(deviation, "bytewise"); !bytewise.is_null()) {
      read_outcome(bytewise, *c.expected_bytewise);
    }
  }
  return c;
}

}  // namespace

std::vector<parser_case> read_parser_cases(std::string const& file, message_kind kind) {
  std::vector<parser_case> cases;
  for (auto const& line :
       anode::test::read_json_lines("test/conformance/parser/recorded/" + file)) {
    cases.push_back(read_case(line, kind));
  }
  return cases;
}

}  // namespace anode::test
