// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/record_text.hpp"

#include "proxy/rules/forwarded_fields.hpp"

#include <anode/error.hpp>
#include <anode/proxy/access_log.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace anode::proxy {
namespace {

constexpr std::size_t longest_value = 2048;

// Writes the fields of a line in one of the two formats.
class record_writer {
public:
  explicit record_writer(log_format format) : json_(format == log_format::json) {
    line_.reserve(512);
    if (json_) {
      line_ += '{';
    }
  }

  // A word that consists of letters, digits and signs of the library's own.
  void word(std::string_view name, std::string_view value) {
    key(name);
    quote_json();
    line_ += value;
    quote_json();
  }

  // A text of a peer.
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) {
      return;
    }
    key(name);
    line_ += '"';
    for (char const c : value.substr(0, longest_value)) {
      append_escaped(c);
    }
    line_ += value.size() > longest_value ? "...\"" : "\"";
  }

  void number(std::string_view name, std::uint64_t value) {
    key(name);
    line_ += std::to_string(value);
  }

  // A time in milliseconds; "-" if there is none.
  void time(std::string_view name, std::chrono::microseconds value) {
    key(name);
    if (value.count() < 0) {
      line_ += json_ ? "null" : "-";
      return;
    }
    line_ += std::to_string(value.count() / 1000);
    line_ += '.';
    line_ += static_cast<char>('0' + value.count() % 1000 / 100);
  }

  std::string take() {
    if (json_) {
      line_ += '}';
    }
    return std::move(line_);
  }

private:
  void key(std::string_view name) {
    if (line_.size() > (json_ ? 1U : 0U)) {
      line_ += json_ ? ',' : ' ';
    }
    quote_json();
    line_ += name;
    quote_json();
    line_ += json_ ? ':' : '=';
  }

  void quote_json() {
    if (json_) {
      line_ += '"';
    }
  }

  void append_escaped(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto const byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      line_ += c;
    } else if (c == ' ') {
      line_ += c;  // the value is quoted
    } else {
      line_ += json_ ? "\\u00" : "\\x";
      line_ += digits[byte >> 4];
      line_ += digits[byte & 15];
    }
  }

  bool json_;
  std::string line_;
};

bool is_redacted(std::string_view key, std::vector<std::string> const& redact) {
  return std::ranges::find(redact, key) != redact.end();
}

// Returns a target without user information, and without the values of some query keys.
std::string loggable_target(std::string_view method, std::string_view target,
                            std::vector<std::string> const& redact) {
  std::string out;
  std::size_t const scheme = target.find("://");
  bool const absolute = scheme != std::string_view::npos && !target.starts_with('/');
  if (absolute || method == "CONNECT") {
    std::size_t const begin = absolute ? scheme + 3 : 0;
    std::size_t const end = std::min(target.find_first_of("/?#", begin), target.size());
    std::size_t const at = target.substr(0, end).rfind('@');
    out.append(target.substr(0, begin));
    target.remove_prefix(at != std::string_view::npos && at >= begin ? at + 1 : begin);
  }
  std::size_t const query = redact.empty() ? std::string_view::npos : target.find('?');
  if (query == std::string_view::npos) {
    return out.append(target);
  }
  out.append(target.substr(0, query + 1));
  std::string_view rest = target.substr(query + 1);
  while (!rest.empty()) {
    std::size_t const end = std::min(rest.find('&'), rest.size());
    std::string_view const pair = rest.substr(0, end);
    std::size_t const equals = pair.find('=');
    if (equals != std::string_view::npos && is_redacted(pair.substr(0, equals), redact)) {
      out.append(pair.substr(0, equals)).append("=***");
    } else {
      out.append(pair);
    }
    rest.remove_prefix(end);
    if (!rest.empty()) {
      out += '&';
      rest.remove_prefix(1);
    }
  }
  return out;
}

// Returns an authority without user information.
std::string_view loggable_host(std::string_view host) {
  std::size_t const at = host.rfind('@');
  return at == std::string_view::npos ? host : host.substr(at + 1);
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  auto const milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  auto const day = std::chrono::floor<std::chrono::days>(milliseconds);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(milliseconds - day);
  char text[40];
  int const size = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text, static_cast<std::size_t>(size));
}

// Returns what the upstreams are charged, "name:points" for each.
std::string charges(exchange_record const& record) {
  std::string text;
  for (attempt_record const& a : record.attempts()) {
    if (a.eighths > 0) {
      text.append(text.empty() ? "" : ",").append(a.upstream).append(1, ':');
      text += std::to_string(a.eighths / 8);
      if (a.eighths % 8 != 0) {
        text.append(1, '.').append(std::to_string(a.eighths % 8 * 125));
      }
    }
  }
  return text;
}

}  // namespace

std::string format_record(exchange_record const& record, log_entry const& of, log_format format,
                          std::vector<std::string> const& redact) {
  record_writer w(format);
  w.word("ts", timestamp(of.time));
  w.text("id", record.request_id);
  w.text("client", of.client);
  w.text("peer", of.peer);
  w.text("listener", of.listener);
  w.text("sni", of.sni);
  w.text("tls", of.tls);
  w.text("method", of.method);
  w.text("target", loggable_target(of.method, of.target, redact));
  w.text("host", loggable_host(of.host));
  w.text("proto", of.version);
  w.number("status", static_cast<std::uint64_t>(record.status));
  std::array<char, 2> const end = record.end();
  w.word("end", std::string_view(end.data(), end.size()));
  if (record.cause) {
    w.text("cause", http::code_name(record.cause));
  }
  w.text("detail", record.detail);
  w.text("pool", of.pool);
  if (!record.attempts().empty()) {
    attempt_record const& last = record.attempts().back();
    w.text("upstream", last.upstream);
    w.number("tries", record.tries());
    w.number("reused", last.reused ? 1 : 0);
  }
  w.number("in", record.request_body + record.tunnel_up);
  w.number("out", record.response_body + record.tunnel_down);
  w.time("t_queue", record.queued);
  w.time("t_first", record.to_first_byte);
  w.time("t_total", record.total);
  w.text("charged", charges(record));
  if (record.retry_denied) {
    w.word("retry", "denied");
  }
  return w.take();
}

}  // namespace anode::proxy

namespace anode::proxy::rules {

std::string error_text(exchange_record const& record, std::string_view phrase,
                       std::string_view cause, std::string_view other, std::string_view name) {
  std::string text = std::to_string(record.status);
  text.append(1, ' ').append(phrase).append(": ");
  if (record.side != failure_side::upstream) {
    text.append(record.detail);
  } else {
    text.append("the ").append(other);
    if (!name.empty()) {
      text.append(" \"").append(name).append(1, '"');
    }
    if (!record.detail.empty()) {
      text.append(1, ' ').append(record.detail);
    }
    if (record.detail.empty()) {
      text.append(" fails with ").append(cause);
    } else if (record.cause) {
      text.append(" (").append(cause).append(1, ')');
    }
  }
  if (!record.request_id.empty()) {
    text.append(". id ").append(record.request_id);
  }
  return text;
}

}  // namespace anode::proxy::rules
