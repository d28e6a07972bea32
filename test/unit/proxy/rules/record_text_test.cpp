// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/record_text.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/proxy/access_log.hpp>

#include <chrono>
#include <string>

namespace unit_proxy_rules_record_text {

namespace http = anode::http;
using namespace anode::proxy;
using namespace anode::proxy::rules;
using namespace std::chrono_literals;

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

exchange_record failed() {
  exchange_record r;
  r.status = 502;
  r.side = failure_side::upstream;
  r.phase = exchange_phase::response_head;
  r.cause = http::error::connection_reset;
  r.detail = "closed the connection before it answered";
  attempt_record& a = r.add_attempt();
  a.upstream = "api/1";
  a.eighths = 10;
  a.reused = true;
  r.response_body = 97;
  r.total = 12'800us;
  r.request_id = "6f2c81";
  return r;
}

log_entry entry() {
  log_entry e;
  e.time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 17h + 27min + 25s + 120ms;
  e.client = "203.0.113.7";
  e.listener = "https";
  e.method = "GET";
  e.target = "/x?y=1";
  e.host = "a.test";
  e.version = "1.1";
  e.pool = "api";
  return e;
}

}  // namespace

TEST_CASE("access log: a line of text") {
  CHECK(format_record(failed(), entry()) ==
        "ts=2026-11-29T17:27:25.120Z id=\"6f2c81\" client=\"203.0.113.7\" listener=\"https\" "
        "method=\"GET\" target=\"/x?y=1\" host=\"a.test\" proto=\"1.1\" status=502 end=SH "
        "cause=\"ECONNRESET\" detail=\"closed the connection before it answered\" pool=\"api\" "
        "upstream=\"api/1\" tries=1 reused=1 in=0 out=97 t_queue=0.0 t_first=- t_total=12.8 "
        "charged=\"api/1:1.250\"");
}

TEST_CASE("access log: the same as JSON") {
  CHECK(format_record(failed(), entry(), log_format::json) ==
        "{\"ts\":\"2026-11-29T17:27:25.120Z\",\"id\":\"6f2c81\",\"client\":\"203.0.113.7\","
        "\"listener\":\"https\",\"method\":\"GET\",\"target\":\"/x?y=1\",\"host\":\"a.test\","
        "\"proto\":\"1.1\",\"status\":502,\"end\":\"SH\",\"cause\":\"ECONNRESET\","
        "\"detail\":\"closed the connection before it answered\",\"pool\":\"api\","
        "\"upstream\":\"api/1\",\"tries\":1,\"reused\":1,\"in\":0,\"out\":97,\"t_queue\":0.0,"
        "\"t_first\":null,\"t_total\":12.8,\"charged\":\"api/1:1.250\"}");
}

TEST_CASE("access log: a client cannot forge lines") {
  log_entry e = entry();
  e.target = "/a\" status=200\n\\\x7f\xc3\xa4";
  std::string const line = format_record(exchange_record(), e);
  CHECK(has(line, "target=\"/a\\x22 status=200\\x0a\\x5c\\x7f\\xc3\\xa4\""));
  CHECK(line.find('\n') == std::string::npos);
  CHECK(has(format_record(exchange_record(), e, log_format::json),
            "\"/a\\u0022 status=200\\u000a\\u005c\\u007f\\u00c3\\u00a4\""));
  e.target = std::string_view();
  std::string const long_host(3000, 'h');
  e.host = long_host;
  CHECK(has(format_record(exchange_record(), e), std::string(2048, 'h') + "...\""));
}

TEST_CASE("access log: no credentials") {
  auto const target = [](std::string_view method, std::string_view text) {
    log_entry e;
    e.method = method;
    e.target = text;
    std::string const line = format_record(exchange_record(), e, log_format::text, {"key", "k"});
    std::size_t const begin = line.find("target=") + 8;
    return line.substr(begin, line.find('"', begin) - begin);
  };
  CHECK(target("GET", "http://me:secret@h/x") == "http://h/x");
  CHECK(target("GET", "http://me:se@cret@h/x@y") == "http://h/x@y");
  CHECK(target("GET", "http://me:secret@h?a@b") == "http://h?a@b");
  CHECK(target("CONNECT", "me:secret@h:443") == "h:443");
  CHECK(target("GET", "/a@b") == "/a@b");
  CHECK(target("GET", "/a?u=http://me:x@h") == "/a?u=http://me:x@h");
  CHECK(target("GET", "/a?key=secret&b=1&k=x&key&kk=2") == "/a?key=***&b=1&k=***&key&kk=2");
  CHECK(target("GET", "http://me:x@h/a?key=secret") == "http://h/a?key=***");
  log_entry e;
  e.host = "me:secret@h";
  CHECK_FALSE(has(format_record(exchange_record(), e), "secret"));
}

TEST_CASE("error text: whose failure it is, in a line") {
  exchange_record r = failed();
  CHECK(error_text(r, "Bad Gateway", "ECONNRESET", "upstream", "") ==
        "502 Bad Gateway: the upstream closed the connection before it answered (ECONNRESET). id "
        "6f2c81");
  CHECK(has(error_text(r, "Bad Gateway", "ECONNRESET", "upstream", "api/1"),
            "the upstream \"api/1\" closed"));
  r.detail = {};
  r.request_id.clear();
  CHECK(error_text(r, "Bad Gateway", "ECONNRESET", "origin", "") ==
        "502 Bad Gateway: the origin fails with ECONNRESET");
  r.side = failure_side::client;
  r.status = 408;
  r.detail = "the request took too long";
  CHECK(error_text(r, "Request Timeout", "", "origin", "") ==
        "408 Request Timeout: the request took too long");
}

}  // namespace unit_proxy_rules_record_text
