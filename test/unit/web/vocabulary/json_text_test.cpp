// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/json_text.hpp"

#include "support/catch.hpp"

namespace unit_web_vocabulary_json_text {

TEST_CASE("A JSON string is escaped, repaired and harmless in HTML", "[web][json]") {
  std::string out;
  anode::web::append_json_string(out, "a\"\\/\b\n\x7F<script>&\xC3\xA9\xFF");
  CHECK(out ==
        "\"a\\\"\\\\/\\u0008\\u000a\\u007f\\u003cscript\\u003e\\u0026\xC3\xA9\xEF\xBF\xBD\"");
  out.clear();
  anode::web::append_json_string(out, "");
  CHECK(out == "\"\"");
}

}  // namespace unit_web_vocabulary_json_text
