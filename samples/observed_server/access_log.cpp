// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "access_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <iterator>

namespace samples {
namespace {

void append_escaped(std::string& out, std::string_view text, char const* format) {
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '"' || c == '\\') {
      fmt::format_to(std::back_inserter(out), fmt::runtime(format), byte);
    } else {
      out += c;
    }
  }
}

double seconds_of(http::exchange_facts const& facts) {
  return std::chrono::duration<double>(facts.finished - facts.received).count();
}

void append_common(std::string& out, http::incoming_message& req, http::exchange_facts const& facts,
                   std::string_view client, std::tm const& now) {
  fmt::format_to(std::back_inserter(out), "{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] \"",
                 client.empty() ? "-" : client, now);
  append_escaped(out, req.method(), "\\x{:02x}");
  out += ' ';
  append_escaped(out, req.url(), "\\x{:02x}");
  fmt::format_to(std::back_inserter(out), " HTTP/{}\" {} {}\n", req.http_version(), facts.status,
                 facts.body_bytes);
}

void append_json(std::string& out, http::incoming_message& req, http::exchange_facts const& facts,
                 std::string_view client, std::tm const& now) {
  fmt::format_to(std::back_inserter(out), "{{\"time\":\"{:%Y-%m-%dT%H:%M:%SZ}\",\"client\":\"",
                 now);
  append_escaped(out, client, "\\u{:04x}");
  out += "\",\"method\":\"";
  append_escaped(out, req.method(), "\\u{:04x}");
  out += "\",\"path\":\"";
  append_escaped(out, req.path(), "\\u{:04x}");
  fmt::format_to(std::back_inserter(out),
                 "\",\"status\":{},\"bytes_in\":{},\"bytes_out\":{},\"seconds\":{:.6f},"
                 "\"aborted\":{}}}\n",
                 facts.status, facts.request_bytes, facts.head_bytes + facts.body_bytes,
                 seconds_of(facts), facts.aborted);
}

}  // namespace

void append_line(std::string& out, log_form form, http::incoming_message& req,
                 http::exchange_facts const& facts, std::string_view client,
                 std::time_t unix_seconds) {
  std::tm const now = fmt::gmtime(unix_seconds);
  if (form == log_form::common) {
    append_common(out, req, facts, client, now);
  } else if (form == log_form::json) {
    append_json(out, req, facts, client, now);
  }
}

void access_log::add_to(http::server_trace& trace) {
  if (form_ == log_form::none) {
    return;
  }
  trace.request_start = [](http::incoming_message& req, http::server_response&) {
    // The connection may be gone at the end.
    req.emplace_data<std::string>(req.socket().remote_endpoint().address);
  };
  trace.response_finish = [this](http::incoming_message& req, http::server_response&,
                                 http::exchange_facts const& facts) {
    auto const* const client = req.data<std::string>();
    line_.clear();
    append_line(line_, form_, req, facts, client != nullptr ? *client : std::string_view(),
                std::time(nullptr));
    std::fwrite(line_.data(), 1, line_.size(), to_);
    std::fflush(to_);
  };
}

}  // namespace samples
