// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Recorded parser cases (test/conformance/parser/recorded/*.jsonl, written by tools/node/record
// parser).
#pragma once

#include "http1/parser.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace anode::test {

struct message {
  std::string start;  ///< method and target, or status and reason
  std::string version;
  std::vector<std::string> fields;
  std::string body;
  std::vector<std::string> trailers;
  bool upgrade = false;
  bool keep_alive = true;
  bool complete = true;

  bool operator==(message const&) const = default;
};

struct failure {
  std::string code;
  std::string reason;
  std::size_t bytes = 0;  ///< from the beginning of the whole input

  bool operator==(failure const&) const = default;
};

struct outcome {
  std::vector<message> messages;
  std::optional<failure> error;
  std::optional<std::size_t> head;  ///< bytes left behind an upgrade

  bool operator==(outcome const&) const = default;
};

struct parser_case {
  std::string name;
  std::string input;
  anode::message::message_kind kind{};
  http1::parser_options options;
  std::string method;
  bool accept_upgrade = false;
  bool eof = false;
  outcome node;           ///< what Node makes of the input in one piece
  outcome bytewise;       ///< what it makes of it byte by byte
  std::string deviation;  ///< a row of docs/deviations.md
  bool mends = false;     ///< that row mends a fault of Node instead of being stricter
  std::optional<outcome> expected_bytewise;
  std::optional<outcome> expected;  ///< what the decoder makes of the input instead
};

/// Reads the cases of one file in test/conformance/parser/recorded.
std::vector<parser_case> read_parser_cases(std::string const& file,
                                           anode::message::message_kind kind);

}  // namespace anode::test
