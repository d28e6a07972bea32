// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/file_plan.hpp"

#include "web/vocabulary/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace anode::web {

namespace {

void append_hex(std::string& out, std::uint64_t number) {
  std::array<char, 16> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string entity_tag_of(file_facts const& file) {
  std::string tag = "\"";
  append_hex(tag, static_cast<std::uint64_t>(file.modified) * 1'000'000'000U + file.modified_ns);
  tag += '-';
  append_hex(tag, file.size);
  if (!file.content_encoding.empty()) {
    tag.append("+").append(file.content_encoding);
  }
  return tag += '"';
}

file_plan plan_file_response(file_request const& request, file_facts const& file,
                             std::chrono::sys_seconds now, std::string_view boundary) {
  std::string const etag = entity_tag_of(file);
  auto const modified =
      std::min(std::chrono::sys_seconds(std::chrono::seconds(file.modified)), now);
  representation const current{true, etag, modified};

  file_plan plan;
  switch (evaluate_preconditions(request.method, request.conditions, current, now)) {
    case precondition::passed:
      break;
    case precondition::not_modified:
      plan.status = 304;
      break;
    case precondition::failed:
      plan.status = 412;
      return plan;
  }
  plan.headers.emplace_back("ETag", etag);
  plan.headers.emplace_back("Last-Modified", format_http_date(modified));
  if (!file.cache_control.empty()) {
    plan.headers.emplace_back("Cache-Control", file.cache_control);
  }
  if (file.varies) {
    plan.headers.emplace_back("Vary", "Accept-Encoding");
  }
  if (plan.status == 304) {
    return plan;
  }

  plan.headers.emplace_back("Accept-Ranges", "bytes");
  plan.length = file.size;
  if (request.method == "GET" && request.range &&
      is_range_current(request.conditions.if_range, current, now)) {
    plan.ranges = range_selection(*request.range, file.size);
  }
  if (plan.ranges.result() == range_selection::kind::unsatisfiable) {
    plan.status = 416;
    plan.length = 0;
    plan.headers.emplace_back("Content-Range", unsatisfied_range(file.size));
    return plan;
  }
  if (!file.content_encoding.empty()) {
    plan.headers.emplace_back("Content-Encoding", file.content_encoding);
  }
  std::string type = file.content_type;
  if (plan.ranges.size() == 1) {
    plan.status = 206;
    plan.length = plan.ranges[0].length;
    plan.headers.emplace_back("Content-Range", content_range(plan.ranges[0], file.size));
  } else if (plan.ranges.is_partial()) {
    plan.status = 206;
    plan.parts.emplace(plan.ranges, file.size, type, boundary);
    plan.length = plan.parts->length();
    type = plan.parts->content_type();
  }
  if (!type.empty()) {
    plan.headers.emplace_back("Content-Type", std::move(type));
  }
  plan.has_body = request.method != "HEAD";
  return plan;
}

}  // namespace anode::web
