// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/origin_key.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace unit_policy_origin_key {

using namespace anode::policy;
using namespace std::chrono_literals;

TEST_CASE("origin key: equals the strings of Node's getName", "[agent]") {
  struct row {
    origin_key_options options;
    std::string_view name;
  };
  // Recorded from Node 23.5.0.
  row const rows[] = {
      {{}, "localhost::"},
      {{{"a", 80}, {}, 0, {}}, "a:80:"},
      {{{"::1", 8080}, "1.2.3.4", 6, {}}, "::1:8080:1.2.3.4:6"},
      {{{{}, 0}, {}, 0, {}}, "localhost::"},
      {{{{}, 0}, {}, 4, {}}, "localhost:::4"},
      {{{{}, 0}, {}, 0, "/x"}, "localhost:::/x"},
      {{{"h", 0}, {}, 4, "/x"}, "h:::4:/x"},
      {{{{}, 443}, {}, 0, {}}, "localhost:443:"},
      {{{"h", 65535}, {}, 5, {}}, "h:65535:"},
  };
  std::string reused = "left over";
  for (row const& r : rows) {
    CHECK(origin_key(r.options) == r.name);
    origin_key(r.options, reused);
    CHECK(reused == r.name);
  }
}

TEST_CASE("origin key: the server's Keep-Alive hint", "[agent]") {
  struct row {
    std::string_view value;
    bool given;
    bool may_park;
    std::chrono::milliseconds timeout;
  };
  row const rows[] = {
      {"", false, true, 0ms},
      {"timeout=5", true, true, 4000ms},
      {"timeout=5, max=100", true, true, 4000ms},
      {"timeout=2junk", true, true, 1000ms},
      {"timeout=1", true, false, 0ms},
      {"timeout=0", true, false, 0ms},
      {"timeout=00000000000000000000000000000005", true, true, 4000ms},
      {"timeout=", false, true, 0ms},
      {"timeout=-1", false, true, 0ms},
      {"timeout=\"5\"", false, true, 0ms},
      {"Timeout=5", false, true, 0ms},
      {" timeout=5", false, true, 0ms},
      {"max=100, timeout=5", false, true, 0ms},
      {"timeout =5", false, true, 0ms},
  };
  for (row const& r : rows) {
    CAPTURE(r.value);
    keep_alive_hint const h = read_keep_alive_hint(r.value);
    CHECK(h.given == r.given);
    CHECK(h.may_park == r.may_park);
    CHECK(h.timeout == r.timeout);
  }
  SECTION("large numbers saturate") {
    keep_alive_hint const h = read_keep_alive_hint("timeout=" + std::string(1000, '9'));
    CHECK(h.may_park);
    CHECK(h.timeout > 24h * 365 * 100);
  }
  SECTION("the caller chooses the margin") {
    CHECK(read_keep_alive_hint("timeout=5", 0ms).timeout == 5000ms);
    CHECK(read_keep_alive_hint("timeout=1", 500ms).timeout == 500ms);
    CHECK_FALSE(read_keep_alive_hint("timeout=5", 5000ms).may_park);
  }
}

TEST_CASE("origin key: the time that a socket stays idle in the pool", "[agent]") {
  CHECK(parked_timeout(0ms, {}) == 0ms);
  CHECK(parked_timeout(5000ms, {}) == 5000ms);
  CHECK(parked_timeout(5000ms, read_keep_alive_hint("timeout=3")) == 2000ms);
  CHECK(parked_timeout(5000ms, read_keep_alive_hint("timeout=60")) == 5000ms);
  CHECK(parked_timeout(0ms, read_keep_alive_hint("timeout=60")) == 59000ms);
}

}  // namespace unit_policy_origin_key
