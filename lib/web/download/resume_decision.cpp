// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/download/resume_decision.hpp"

#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/tokens.hpp"

#include <charconv>

namespace anode::web {

namespace {

// The longest validator that is kept.
constexpr std::size_t most_validator = 1024;

std::optional<std::uint64_t> decimal(std::string_view text) noexcept {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// Returns whether a response can be of the representation of which there is a part.
bool may_be_same(partial_state const& have, download_head const& head) {
  bool const by_tag = have.validator.starts_with('"');
  std::string_view const now = by_tag ? head.etag : head.last_modified;
  return now.empty() || now == have.validator;
}

bool continues(partial_state const& have, download_head const& head) {
  auto const range = parse_content_range(head.content_range);
  if (!range || !range->first || *range->first != have.size) {
    return false;
  }
  bool const contradicts = range->total && have.total && *range->total != *have.total;
  bool const unknown = !range->total && !have.total;
  bool const beyond = !range->total && have.total && *range->last >= *have.total;
  bool const other_length = head.length && *head.length != *range->last - *range->first + 1;
  return !contradicts && !unknown && !beyond && !other_length && may_be_same(have, head);
}

}  // namespace

std::optional<content_range> parse_content_range(std::string_view text) noexcept {
  if (text.size() < 6 || !equal_nocase(text.substr(0, 6), "bytes ")) {
    return std::nullopt;
  }
  text.remove_prefix(6);
  std::size_t const slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  content_range out;
  std::string_view const size = text.substr(slash + 1);
  if (size != "*") {
    out.total = decimal(size);
    if (!out.total) {
      return std::nullopt;
    }
  }
  std::string_view const range = text.substr(0, slash);
  if (range == "*") {
    return out.total ? std::optional(out) : std::nullopt;
  }
  std::size_t const dash = range.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  out.first = decimal(range.substr(0, dash));
  out.last = decimal(range.substr(dash + 1));
  if (!out.first || !out.last || *out.last < *out.first || (out.total && *out.last >= *out.total)) {
    return std::nullopt;
  }
  return out;
}

std::string strong_validator(download_head const& head, std::chrono::sys_seconds now) {
  std::string_view const tag = head.etag;
  if (tag.size() >= 2 && tag.size() <= most_validator && tag.front() == '"' && tag.back() == '"') {
    return std::string(tag);
  }
  // Both dates are of the server, therefore its clock does not matter.
  auto const modified = parse_http_date(head.last_modified, now);
  auto const sent = parse_http_date(head.date, now);
  return modified && sent && *modified < *sent ? std::string(head.last_modified) : std::string();
}

download_step decide_download(partial_state const& have, bool asked, download_head const& head) {
  if (head.status == 200 || head.status == 203) {
    return download_step::restart;
  }
  if (asked && head.status == 206) {
    return continues(have, head) ? download_step::append : download_step::ask_whole;
  }
  if (asked && head.status == 416) {
    auto const range = parse_content_range(head.content_range);
    bool const whole = range && !range->first && *range->total == have.size;
    bool const expected = !have.total || *have.total == have.size;
    return whole && expected && may_be_same(have, head) ? download_step::complete
                                                        : download_step::ask_whole;
  }
  return download_step::fail;
}

}  // namespace anode::web
