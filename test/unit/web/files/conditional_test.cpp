// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "web/files/entity_tag.hpp"

#include <anode/web/conditional.hpp>

#include <optional>

namespace unit_web_files_conditional {

namespace web = anode::web;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using web::precondition;

namespace {

using field = std::optional<std::string_view>;

constexpr sys_seconds now{seconds(1'790'000'000)};
constexpr sys_seconds modified{seconds(784111777)};
constexpr std::string_view exactly = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view after = "Sun, 06 Nov 1994 08:49:38 GMT";

constexpr auto passed = precondition::passed;
constexpr auto not_modified = precondition::not_modified;
constexpr auto failed = precondition::failed;

// The result for the representation `"a"` of the time `modified`.
precondition evaluate(std::string_view method, web::conditional_fields const& fields,
                      web::representation const& current = {true, "\"a\"", modified}) {
  return web::evaluate_preconditions(method, fields, current, now);
}

precondition none_match(std::string_view method, std::string_view value,
                        web::representation const& current = {true, "\"a\"", modified}) {
  web::conditional_fields fields;
  fields.if_none_match = value;
  return evaluate(method, fields, current);
}

precondition match(std::string_view method, std::string_view value,
                   web::representation const& current = {true, "\"a\"", modified}) {
  web::conditional_fields fields;
  fields.if_match = value;
  return evaluate(method, fields, current);
}

}  // namespace

TEST_CASE("web conditional: syntax of an entity tag", "[web]") {
  for (std::string_view const tag :
       {"\"\"", "\"a\"", "W/\"a\"", "\"a,b\"", "\"\\\"", "\"\xff\"", "\"W/\"", "\"!#~\""}) {
    INFO(tag);
    CHECK(web::is_entity_tag(tag));
  }
  for (std::string_view const tag : {"", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/a", "W/", "\"a b\"",
                                     "\"a\"b", "\"\x7f\"", "\"\x01\"", " \"a\"", "W/ \"a\""}) {
    INFO(tag);
    CHECK_FALSE(web::is_entity_tag(tag));
  }
}

TEST_CASE("web conditional: comparisons of RFC 9110 section 8.8.3.2", "[web]") {
  CHECK_FALSE(web::equal_strong("W/\"1\"", "W/\"1\""));
  CHECK(web::equal_weak("W/\"1\"", "W/\"1\""));
  CHECK_FALSE(web::equal_strong("W/\"1\"", "W/\"2\""));
  CHECK_FALSE(web::equal_weak("W/\"1\"", "W/\"2\""));
  CHECK_FALSE(web::equal_strong("W/\"1\"", "\"1\""));
  CHECK(web::equal_weak("W/\"1\"", "\"1\""));
  CHECK(web::equal_strong("\"1\"", "\"1\""));
  CHECK(web::equal_weak("\"1\"", "\"1\""));
  CHECK_FALSE(web::equal_weak("", ""));
  CHECK_FALSE(web::equal_strong("1", "1"));
  CHECK(web::weakened("\"1\"") == "W/\"1\"");
  CHECK(web::weakened("W/\"1\"") == "W/\"1\"");
  CHECK(web::weakened("").empty());
}

TEST_CASE("web conditional: elements of a list of entity tags", "[web]") {
  web::entity_tag_list list(" ,\"a\" ,, W/\"b,c\"\t,\"d\" ,");
  CHECK(list.next() == "\"a\"");
  CHECK(list.next() == "W/\"b,c\"");
  CHECK(list.next() == "\"d\"");
  CHECK(list.next().empty());
  CHECK_FALSE(list.is_malformed());

  for (std::string_view const text : {"\"a\" \"b\"", "\"a\",b", "\"a\",\"", "\"a\";", "\"a\",*"}) {
    INFO(text);
    web::entity_tag_list malformed(text);
    while (!malformed.next().empty()) {
    }
    CHECK(malformed.is_malformed());
    CHECK(malformed.next().empty());
  }
}

TEST_CASE("web conditional: If-None-Match compares weakly", "[web]") {
  struct row {
    std::string_view value;
    precondition read;
    precondition write;
  };
  for (row const& r : {
           row{"\"a\"", not_modified, failed},
           row{"W/\"a\"", not_modified, failed},
           row{"\"b\"", passed, passed},
           row{"\"b\", \"a\"", not_modified, failed},
           row{"\"b\",,\"c\" , W/\"a\"", not_modified, failed},
           row{"*", not_modified, failed},
           row{" * ", not_modified, failed},
           row{"\"A\"", passed, passed},
           row{"\"a,b\"", passed, passed},
           // Malformed: a read ignores the rest, a write fails.
           row{"a", passed, failed},
           row{"\"b\" \"a\"", passed, failed},
           row{"\"a\", oops", not_modified, failed},
           row{"", passed, passed},
           row{",", passed, passed},
       }) {
    INFO(r.value);
    CHECK(none_match("GET", r.value) == r.read);
    CHECK(none_match("HEAD", r.value) == r.read);
    CHECK(none_match("PUT", r.value) == r.write);
    CHECK(none_match("DELETE", r.value) == r.write);
    CHECK(none_match("get", r.value) == r.write);
  }
  // Without a representation, nothing matches.
  web::representation const none{false, "\"a\"", std::nullopt};
  CHECK(none_match("PUT", "*", none) == passed);
  CHECK(none_match("GET", "\"a\"", none) == passed);
  // Without an entity tag, only `*` matches.
  web::representation const untagged{true, "", modified};
  CHECK(none_match("GET", "\"\"", untagged) == passed);
  CHECK(none_match("GET", "*", untagged) == not_modified);
  CHECK(none_match("GET", "\"a\"", {true, "W/\"a\"", {}}) == not_modified);
}

TEST_CASE("web conditional: If-Match compares strongly", "[web]") {
  for (std::string_view const method : {"GET", "HEAD", "PUT", "DELETE"}) {
    CHECK(match(method, "\"a\"") == passed);
    CHECK(match(method, "\"b\", \"a\"") == passed);
    CHECK(match(method, "*") == passed);
    CHECK(match(method, "\"b\"") == failed);
    CHECK(match(method, "W/\"a\"") == failed);
    CHECK(match(method, "a") == failed);
    CHECK(match(method, "") == failed);
    CHECK(match(method, "*", {false, "", {}}) == failed);
    CHECK(match(method, "W/\"a\"", {true, "W/\"a\"", {}}) == failed);
    CHECK(match(method, "\"\"", {true, "", {}}) == failed);
  }
}

TEST_CASE("web conditional: If-Modified-Since applies to GET and HEAD", "[web]") {
  struct row {
    std::string_view value;
    precondition result;
  };
  for (row const& r : {
           row{exactly, not_modified},
           row{after, not_modified},
           row{before, passed},
           row{"Sunday, 06-Nov-94 08:49:37 GMT", not_modified},
           row{"Sun Nov  6 08:49:37 1994", not_modified},
           row{"yesterday", passed},
           row{"", passed},
           row{"Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", passed},
       }) {
    INFO(r.value);
    web::conditional_fields fields;
    fields.if_modified_since = r.value;
    CHECK(evaluate("GET", fields) == r.result);
    CHECK(evaluate("HEAD", fields) == r.result);
    CHECK(evaluate("POST", fields) == passed);
    CHECK(evaluate("GET", fields, {true, "\"a\"", std::nullopt}) == passed);
    CHECK(evaluate("GET", fields, {false, "", modified}) == passed);
  }
}

TEST_CASE("web conditional: If-Unmodified-Since applies to all methods", "[web]") {
  for (std::string_view const method : {"GET", "HEAD", "PUT"}) {
    web::conditional_fields fields;
    fields.if_unmodified_since = exactly;
    CHECK(evaluate(method, fields) == passed);
    fields.if_unmodified_since = after;
    CHECK(evaluate(method, fields) == passed);
    fields.if_unmodified_since = before;
    CHECK(evaluate(method, fields) == failed);
    CHECK(evaluate(method, fields, {true, "\"a\"", std::nullopt}) == passed);
    fields.if_unmodified_since = "never";
    CHECK(evaluate(method, fields) == passed);
  }
}

TEST_CASE("web conditional: entity tags come before dates, and If-Match before If-None-Match",
          "[web]") {
  struct row {
    field match{};
    field unmodified_since{};
    field none_match{};
    field modified_since{};
    precondition result = passed;
  };
  for (row const& r : {
           // If-Match hides If-Unmodified-Since.
           row{"\"a\"", before, {}, {}, passed},
           row{"\"b\"", after, {}, {}, failed},
           row{"junk", after, {}, {}, failed},
           // If-None-Match hides If-Modified-Since.
           row{{}, {}, "\"b\"", after, passed},
           row{{}, {}, "\"a\"", before, not_modified},
           row{{}, {}, "junk", after, passed},
           // Both steps apply, the first failure decides.
           row{"\"a\"", {}, "\"a\"", {}, not_modified},
           row{"\"b\"", {}, "\"a\"", {}, failed},
           row{{}, before, "\"a\"", {}, failed},
           row{{}, exactly, "\"a\"", {}, not_modified},
           row{{}, exactly, {}, exactly, not_modified},
           row{"\"a\"", {}, {}, after, not_modified},
           row{"\"a\"", {}, "\"b\"", after, passed},
       }) {
    web::conditional_fields const fields{r.match, r.none_match, r.modified_since,
                                         r.unmodified_since, std::nullopt};
    INFO(r.match.value_or("-") << " " << r.unmodified_since.value_or("-") << " "
                               << r.none_match.value_or("-") << " "
                               << r.modified_since.value_or("-"));
    CHECK(evaluate("GET", fields) == r.result);
  }
}

TEST_CASE("web conditional: If-Range needs a strong validator that is equal", "[web]") {
  web::representation const current{true, "\"a\"", modified};
  auto const is_current = [&](field value) { return web::is_range_current(value, current, now); };
  CHECK(is_current(std::nullopt));
  CHECK(is_current("\"a\""));
  CHECK(is_current(" \"a\" "));
  CHECK(is_current(exactly));
  CHECK(is_current("Sun Nov  6 08:49:37 1994"));
  CHECK_FALSE(is_current("W/\"a\""));
  CHECK_FALSE(is_current("\"b\""));
  CHECK_FALSE(is_current("\"a\", \"b\""));
  CHECK_FALSE(is_current("*"));
  CHECK_FALSE(is_current(""));
  CHECK_FALSE(is_current("a"));
  CHECK_FALSE(is_current(before));
  CHECK_FALSE(is_current(after));
  CHECK_FALSE(web::is_range_current("W/\"a\"", {true, "W/\"a\"", {}}, now));
  CHECK_FALSE(web::is_range_current(exactly, {true, "\"a\"", {}}, now));
}

}  // namespace unit_web_files_conditional
