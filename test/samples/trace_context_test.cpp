// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/reverse_proxy/trace_context.hpp"

#include "support/catch.hpp"

#include <string>

namespace samples_trace_context {

namespace {

std::string const example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

}  // namespace

TEST_CASE("reverse proxy: traceparent is parsed and written unchanged") {
  auto const parsed = samples::parse_trace_parent(example);
  REQUIRE(parsed);
  CHECK(parsed->trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(parsed->span_id == "00f067aa0ba902b7");
  CHECK(parsed->flags == 1);
  CHECK(parsed->text() == example);
}

TEST_CASE("reverse proxy: a later version of traceparent is read as the first") {
  CHECK(samples::parse_trace_parent("cc" + example.substr(2)));
  CHECK(samples::parse_trace_parent("cc" + example.substr(2) + "-what-comes-later"));
  CHECK_FALSE(samples::parse_trace_parent("cc" + example.substr(2) + ".later"));
}

TEST_CASE("reverse proxy: a malformed traceparent is rejected") {
  CHECK_FALSE(samples::parse_trace_parent(""));
  CHECK_FALSE(samples::parse_trace_parent("ff" + example.substr(2)));
  CHECK_FALSE(samples::parse_trace_parent(example + "-more"));
  std::string const zero_trace = "00-" + std::string(32, '0') + example.substr(35);
  CHECK_FALSE(samples::parse_trace_parent(zero_trace));
  std::string const zero_span = example.substr(0, 36) + std::string(16, '0') + "-01";
  CHECK_FALSE(samples::parse_trace_parent(zero_span));
  for (std::size_t i = 0; i < example.size(); ++i) {
    CAPTURE(i);
    CHECK_FALSE(samples::parse_trace_parent(example.substr(0, i)));
    std::string changed = example;
    for (char const c : {'G', 'A', ' ', '_'}) {
      changed[i] = c;
      CHECK_FALSE(samples::parse_trace_parent(changed));
    }
  }
}

TEST_CASE("reverse proxy: a span continues the client's trace, or begins one") {
  auto const from = samples::parse_trace_parent(example);
  auto const next = samples::next_span(from);
  CHECK(next.trace_id == from->trace_id);
  CHECK(next.span_id != from->span_id);
  CHECK(next.flags == 1);
  CHECK(samples::parse_trace_parent(next.text()));

  auto const first = samples::next_span({});
  auto const second = samples::next_span({});
  CHECK(samples::parse_trace_parent(first.text()));
  CHECK(first.trace_id != second.trace_id);
  CHECK(first.span_id != second.span_id);
  CHECK(first.flags == 0);
}

}  // namespace samples_trace_context
