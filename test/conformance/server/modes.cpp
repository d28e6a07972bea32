// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/modes.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace parity {
namespace {

using namespace std::chrono_literals;
using options = anode::http::server_options;

void nothing(options&) {}

void short_deadlines(options& o) {
  o.headers_timeout = 300ms;
  o.request_timeout = 600ms;
  o.connections_checking_interval = 50ms;
}

void insecure(options& o) {
  o.insecure_http_parser = true;
  o.require_host_header = false;
}

void unique(options& o) { o.unique_headers = {"X-Multi", "set-cookie", "x-trailer"}; }

constexpr mode table[] = {
    {"default"},
    {"inspect", nothing, "", "inspect"},
    {"insecure", insecure, "", "inspect"},
    {"no-host", [](options& o) { o.require_host_header = false; }, "", "inspect"},
    {"join-duplicates", [](options& o) { o.join_duplicate_headers = true; }, "", "inspect"},
    {"max-header-1k", [](options& o) { o.max_header_size = 1024; }, "", "inspect"},
    {"max-header-64k", [](options& o) { o.max_header_size = 65536; }, "", "inspect"},
    {"max-headers-count-5", [](options& o) { o.max_headers_count = 5; }, "", "inspect"},
    {"max-headers-count-0", [](options& o) { o.max_headers_count = 0; }, "", "inspect"},
    {"check-continue", nothing, " checkContinue "},
    {"check-expectation", nothing, " checkExpectation "},
    {"upgrade", nothing, " upgrade connect "},
    {"client-error-reply", nothing, " clientErrorReply "},
    {"client-error-destroy", nothing, " clientErrorDestroy "},
    {"client-error-ignore", nothing, " clientErrorIgnore "},
    {"max-requests-1", [](options& o) { o.max_requests_per_socket = 1; }},
    {"max-requests-3", [](options& o) { o.max_requests_per_socket = 3; }, " dropRequest "},
    {"keep-alive-0", [](options& o) { o.keep_alive_timeout = 0ms; }},
    {"keep-alive-200", [](options& o) { o.keep_alive_timeout = 200ms; }},
    {"keep-alive-1999", [](options& o) { o.keep_alive_timeout = 1999ms; }},
    {"timeouts", short_deadlines},
    {"timeouts-reply", short_deadlines, " clientErrorReply "},
    {"socket-timeout", [](options& o) { o.timeout = 250ms; }},
    {"socket-timeout-listener", [](options& o) { o.timeout = 250ms; }, " timeout "},
    {"strict-body", [](options& o) { o.reject_non_standard_body_writes = true; }},
    {"unique-headers", unique},
    {"half-open", [](options& o) { o.http_allow_half_open = true; }},
    {"small-hwm", [](options& o) { o.high_water_mark = 1024; }},
    {"fresh"},
};

}  // namespace

bool mode::has(std::string_view listener) const {
  return listeners.find(" " + std::string(listener) + " ") != std::string_view::npos;
}

mode const* find_mode(std::string_view name) {
  auto const found = std::ranges::find(table, name, &mode::name);
  return found == std::end(table) ? nullptr : &*found;
}

}  // namespace parity
