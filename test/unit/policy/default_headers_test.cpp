// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/default_headers.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

namespace unit_policy_default_headers {

using namespace anode::message;
using namespace anode::policy;

TEST_CASE("default headers: Host has the port unless it is the default port", "[default-headers]") {
  CHECK(host_header({"127.0.0.1", 8080}, 80) == "127.0.0.1:8080");
  CHECK(host_header({"h.example", 80}, 80) == "h.example");
  CHECK(host_header({"h.example", 443}, 80) == "h.example:443");
  CHECK(host_header({"h.example", 443}, 443) == "h.example");
  CHECK(host_header({"::1", 80}, 80) == "[::1]");
  CHECK(host_header({"::1", 81}, 80) == "[::1]:81");
  CHECK(host_header({"[::1]", 81}, 80) == "[::1]:81");
  CHECK(host_header({"a:b", 81}, 80) == "a:b:81");
  CHECK(host_header({"h", 0}, 80) == "h");
}

TEST_CASE("default headers: credentials are sent in base64", "[default-headers]") {
  CHECK(basic_authorization("") == "Basic ");
  CHECK(basic_authorization("a") == "Basic YQ==");
  CHECK(basic_authorization("ab") == "Basic YWI=");
  CHECK(basic_authorization("user:p@ss") == "Basic dXNlcjpwQHNz");
  CHECK(basic_authorization("us\xc3\xa9r:p\xe2\x82\xac") == "Basic dXPDqXI6cOKCrA==");
  CHECK(basic_authorization("\xfb\xff\xfe") == "Basic +//+");
}

TEST_CASE("default headers: an agent requests keep-alive for connections that it reuses",
          "[default-headers]") {
  CHECK(agent_keeps_alive(true, true));
  CHECK(agent_keeps_alive(true, false));
  CHECK(agent_keeps_alive(false, false));
  CHECK_FALSE(agent_keeps_alive(false, true));
}

TEST_CASE("default headers: Host and Authorization are added unless they are set",
          "[default-headers]") {
  request_origin origin;
  origin.to.host = "h";
  origin.to.port = 81;
  origin.auth = "u:p";
  header_map headers;

  SECTION("added behind the user's headers") {
    headers.set("X-A", "1");
    add_default_headers(headers, origin);
    CHECK(headers.raw_names() == std::vector<std::string>{"X-A", "Host", "Authorization"});
    CHECK(headers.text("host") == "h:81");
    CHECK(headers.text("authorization") == "Basic dTpw");
  }
  SECTION("prepared in advance") {
    origin.host_value = "made:82";
    add_default_headers(headers, origin);
    CHECK(headers.text("host") == "made:82");
  }
  SECTION("already set") {
    headers.set("host", "given");
    headers.set("authorization", "given");
    add_default_headers(headers, origin);
    CHECK(headers.text("host") == "given");
    CHECK(headers.text("authorization") == "given");
  }
  SECTION("turned off") {
    origin.set_host = false;
    origin.auth = "";
    add_default_headers(headers, origin);
    CHECK(headers.empty());
  }
  SECTION("no host") {
    origin.to.host = "";
    add_default_headers(headers, origin);
    CHECK_FALSE(headers.contains("host"));
  }
  SECTION("a host with a line break") {
    origin.to.host = "h\r\nX: y";
    CHECK_THROWS_AS(add_default_headers(headers, origin), anode::http::exception);
    CHECK(headers.empty());
  }
}

}  // namespace unit_policy_default_headers
