// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/entity_tag.hpp"
#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/conditional.hpp>

namespace anode::web {

namespace {

enum class match { yes, no, malformed };

// Whether a list names the current representation.
match matches(std::string_view value, representation const& current, bool strong) noexcept {
  if (trim(value) == "*") {
    return current.exists ? match::yes : match::no;
  }
  entity_tag_list list(value);
  for (std::string_view tag = list.next(); !tag.empty(); tag = list.next()) {
    if (current.exists &&
        (strong ? equal_strong(tag, current.etag) : equal_weak(tag, current.etag))) {
      return match::yes;
    }
  }
  return list.is_malformed() ? match::malformed : match::no;
}

// Whether the representation is newer than the date of a field. Nothing if the field is ignored.
std::optional<bool> is_newer(std::string_view date, representation const& current,
                             std::chrono::sys_seconds now) noexcept {
  auto const time = parse_http_date(trim(date), now);
  if (!time || !current.exists || !current.last_modified) {
    return std::nullopt;
  }
  return *current.last_modified > *time;
}

}  // namespace

precondition evaluate_preconditions(std::string_view method, conditional_fields const& fields,
                                    representation const& current,
                                    std::chrono::sys_seconds now) noexcept {
  bool const is_read = method == "GET" || method == "HEAD";
  if (fields.if_match) {
    if (matches(*fields.if_match, current, true) != match::yes) {
      return precondition::failed;
    }
  } else if (fields.if_unmodified_since) {
    if (is_newer(*fields.if_unmodified_since, current, now).value_or(false)) {
      return precondition::failed;
    }
  }
  if (fields.if_none_match) {
    match const found = matches(*fields.if_none_match, current, false);
    if (is_read) {
      return found == match::yes ? precondition::not_modified : precondition::passed;
    }
    return found == match::no ? precondition::passed : precondition::failed;
  }
  if (is_read && fields.if_modified_since &&
      !is_newer(*fields.if_modified_since, current, now).value_or(true)) {
    return precondition::not_modified;
  }
  return precondition::passed;
}

bool is_range_current(std::optional<std::string_view> if_range, representation const& current,
                      std::chrono::sys_seconds now) noexcept {
  if (!if_range) {
    return true;
  }
  std::string_view const value = trim(*if_range);
  if (is_entity_tag(value)) {
    return equal_strong(value, current.etag);
  }
  auto const time = parse_http_date(value, now);
  return time && current.last_modified && *time == *current.last_modified;
}

}  // namespace anode::web
