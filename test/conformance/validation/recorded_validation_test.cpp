// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares with Node which bytes each `http_validation` accepts: in received messages, and in
// headers that are set (tools/node/record validation).
#include "http1/chunk_writer.hpp"
#include "http1/head_writer.hpp"
#include "http1/parser.hpp"
#include "message/header_map.hpp"
#include "support/catch.hpp"

#include <anode/error.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace conformance_validation_recorded_validation {

namespace {

namespace http = anode::http;
namespace http1 = anode::http1;
namespace message = anode::message;
using http::http_validation;

constexpr std::string_view folder = "test/conformance/validation/recorded/";

std::vector<std::vector<std::string>> read(std::string_view name) {
  std::ifstream file(std::string(folder) + std::string(name));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    auto& cells = rows.emplace_back(1);
    for (char const c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
  }
  REQUIRE_FALSE(rows.empty());
  return rows;
}

std::string decode_uri(std::string const& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

http_validation validation_of(std::string const& name) {
  return name == "strict"    ? http_validation::strict
         : name == "relaxed" ? http_validation::relaxed
                             : http_validation::insecure;
}

std::string with_byte(std::string text, char byte) {
  if (std::size_t const at = text.find('@'); at != std::string::npos) {
    text[at] = byte;
  }
  return text;
}

// Reads the results of all bytes: "result:00-08,0b other:09".
std::vector<std::string> results_of(std::string const& table) {
  std::vector<std::string> results(256);
  std::istringstream parts(table);
  for (std::string part; parts >> part;) {
    std::size_t const colon = part.find(':');
    std::istringstream ranges(part.substr(colon + 1));
    for (std::string range; std::getline(ranges, range, ',');) {
      std::size_t const dash = range.find('-');
      std::size_t const first = std::stoul(range, nullptr, 16);
      std::size_t const last =
          dash == std::string::npos ? first : std::stoul(range.substr(dash + 1), nullptr, 16);
      std::fill(results.begin() + static_cast<std::ptrdiff_t>(first),
                results.begin() + static_cast<std::ptrdiff_t>(last) + 1, part.substr(0, colon));
    }
  }
  return results;
}

// Returns the bytes whose result differs from the recorded one, as text.
std::string differences(std::vector<std::string> const& wanted,
                        std::function<std::string(char)> const& result) {
  std::ostringstream out;
  for (std::size_t n = 0; n != wanted.size(); ++n) {
    std::string const got = result(static_cast<char>(n));
    if (got != wanted[n]) {
      out << std::hex << n << ": " << got << " instead of " << wanted[n] << '\n';
    }
  }
  return out.str();
}

struct place {
  message::message_kind kind{};
  bool eof = false;
  std::string field, value, input;
};

std::map<std::string, place> read_places() {
  std::map<std::string, place> places;
  for (auto const& row : read("places.tsv")) {
    place p;
    p.kind = row[1] == "request" ? message::message_kind::request : message::message_kind::response;
    p.eof = row[2] == "eof";
    p.field = row[3];
    p.value = row[4];
    p.input = decode_uri(row[5]);
    places[row[0]] = p;
  }
  return places;
}

bool has_value(http::field_lines const& lines, place const& p, std::string_view value) {
  for (http::field_line const line : lines) {
    if (anode::base::names_equal(line.name, p.field)) {
      return line.value == value;
    }
  }
  return false;
}

std::string_view without_ows(std::string_view text) {
  std::size_t const begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Parses one message, whole or byte by byte.
std::string parse(http_validation v, place const& p, char byte, std::size_t piece) {
  http1::parser_options o;
  o.set(v, false);
  http1::parser parser(p.kind, o);
  if (p.kind == message::message_kind::response) {
    parser.expect_response_to("GET");
  }
  message::message_head head;
  std::string const input = with_byte(p.input, byte);
  std::string const value = with_byte(p.value, byte);
  std::size_t body = 0;
  bool complete = false;
  bool begun = false;
  auto const take = [&](http1::parse_result result) {
    begun = begun || result == http1::parse_result::head;
    body += result == http1::parse_result::body ? parser.body().size() : 0;
    complete =
        complete || result == http1::parse_result::end || result == http1::parse_result::upgrade;
    return result != http1::parse_result::error;
  };
  for (std::size_t at = 0; at < input.size() && !complete; at += piece) {
    std::string_view left = std::string_view(input).substr(at, piece);
    http1::parse_result result{};
    do {
      result = parser.next(left, head);
      if (!take(result)) {
        return std::string(http::code_name(parser.error().code));
      }
    } while (result != http1::parse_result::need_more && !complete);
    parser.end_of_read();
  }
  if (!complete && p.eof && !take(parser.finish())) {
    return std::string(http::code_name(parser.error().code));
  }
  if (!complete) {
    return "incomplete";
  }
  std::string out = head.should_keep_alive ? "okk" : "ok";
  if (body > 0) {
    out += "=" + std::to_string(body);
  }
  out += head.upgrade ? "u" : "";
  std::string_view const sent = without_ows(value);
  bool const same = !p.field.empty() &&
                    (has_value(head.fields, p, sent) || has_value(parser.trailers(), p, sent));
  return out + (same ? "v" : "");
}

std::string code_of(std::function<void()> const& call) {
  try {
    call();
    return "ok";
  } catch (http::exception const& e) {
    return std::string(e.code_name());
  }
}

// The functions that set headers, by the end of their names in the recording.
std::string set(std::string_view what, http_validation v, char byte) {
  bool const relaxed = v != http_validation::strict;
  std::string const name = with_byte("X@Y", byte);
  std::string const value = with_byte("a@b", byte);
  http::header_list list;
  list.append("X", value);
  return code_of([&] {
    message::header_map headers;
    headers.reserve(10, 1000);  // the fast path too
    headers.accept_relaxed_values(relaxed);
    std::string out;
    if (what == "set-name") {
      headers.set(name, "v");
    } else if (what == "set-value") {
      headers.set("X", value);
    } else if (what == "append-value") {
      headers.append("X", value);
    } else if (what == "list-value") {
      headers.set("X", std::vector<std::string>{"a", value});
    } else if (what == "head-value" || what == "option-value") {
      headers.merge(list);
    } else if (what == "head-flat-value") {
      headers.merge(http::header_list::from_flat({"X", value}));
    } else if (what == "reason") {
      message::validate_reason(value);
    } else if (what == "trailer-name") {
      http::header_list trailers;
      trailers.append(name, "v");
      http1::trailer_lines().set(trailers, nullptr, relaxed);
    } else if (what == "trailer-value") {
      http1::trailer_lines().set(list, nullptr, relaxed);
    } else if (what == "information-value") {
      http1::write_information_head(out, 103, list, relaxed);
    } else if (what == "hint-value") {
      list.append("link", "</a>; rel=preload");
      http1::write_early_hints_head(out, list, relaxed);
    } else {
      FAIL("an unknown function: " << what);
    }
  });
}

// Places where anode differs from Node, in requests and responses, and the row of
// docs/deviations.md.
struct deviation {
  std::string_view place;
  char byte;
  std::string_view ours;
  std::string_view row;
};
constexpr deviation deviations[] = {
    {"chunked-end", '\t', "okk=3v", "framing-tab"},
    {"target", '\n', "HPE_INVALID_CONSTANT", "http-0.9"},
};

// Returns what anode makes of a byte for which Node has the result `node`.
std::string ours(std::string_view at, char byte, std::string const& node) {
  if (node == "hangs") {
    return "HPE_INVALID_HEADER_TOKEN";  // relaxed-nul
  }
  for (deviation const& d : deviations) {
    if (d.place == at && d.byte == byte) {
      CHECK(node != d.ours);
      return std::string(d.ours);
    }
  }
  return node;
}

}  // namespace

TEST_CASE("validation: received bytes are accepted and refused as by Node") {
  auto const places = read_places();
  for (auto const& row : read("parsed.tsv")) {
    INFO(row[0] << " " << row[1]);
    place const& p = places.at(row[1]);
    std::vector<std::string> wanted = results_of(row[2]);
    for (std::size_t n = 0; n != wanted.size(); ++n) {
      wanted[n] = ours(std::string_view(row[1]).substr(row[1].find('-') + 1), static_cast<char>(n),
                       wanted[n]);
    }
    for (std::size_t const piece : {p.input.size(), std::size_t{1}}) {
      CHECK(differences(wanted,
                        [&](char c) { return parse(validation_of(row[0]), p, c, piece); }) == "");
    }
  }
}

TEST_CASE("validation: headers are set and refused as by Node") {
  for (auto const& row : read("headers.tsv")) {
    INFO(row[0] << " " << row[1]);
    std::string const what = row[1].substr(row[1].find('-') + 1);
    CHECK(differences(results_of(row[2]),
                      [&](char c) { return set(what, validation_of(row[0]), c); }) == "");
  }
}

}  // namespace conformance_validation_recorded_validation
