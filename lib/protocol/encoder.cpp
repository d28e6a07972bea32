// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/encoder.hpp"

#include "protocol/head_plan.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <charconv>

namespace anode::http::protocol {

namespace {

constexpr std::string_view version = "HTTP/1.1 ";
constexpr std::string_view crlf = "\r\n";
constexpr std::string_view connection_keep_alive = "Connection: keep-alive\r\n";
constexpr std::string_view connection_close = "Connection: close\r\n";
constexpr std::string_view content_length = "Content-Length: ";
constexpr std::string_view transfer_encoding = "Transfer-Encoding: chunked\r\n";
constexpr std::size_t length_digits = 20;

/// Writes flat into the end of a string that was made large enough at once.
class appender {
public:
  appender(std::string& out, std::size_t at_most) : out_(out) {
    std::size_t const start = out.size();
    out.resize(start + at_most);
    at_ = out.data() + start;
  }

  void put(std::string_view text) noexcept {
    text.copy(at_, text.size());
    at_ += text.size();
  }

  void put_number(std::uint64_t number) noexcept {
    at_ = std::to_chars(at_, at_ + length_digits, number).ptr;
  }

  void finish() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }

private:
  std::string& out_;
  char* at_;
};

/// Returns whether the values of a header go on one line, joined with "; ".
bool is_joined(outgoing_headers::line const& line, unique_headers const* unique) noexcept {
  if (line.special == special_field::cookie)
    return true;
  return unique != nullptr && line.special != special_field::transfer_encoding &&
         unique->contains(line.name);
}

std::size_t lines_size(outgoing_headers const& headers) {
  std::size_t size = 0;
  headers.for_each_line([&](outgoing_headers::line const& line) {
    size += line.name.size() + line.value.size() + 4;
  });
  return size;
}

void put_lines(appender& to, outgoing_headers const& headers, head_plan const& plan,
               unique_headers const* unique) {
  headers.for_each_line([&](outgoing_headers::line const& line) {
    if (plan.drop_content_length && line.special == special_field::content_length)
      return;
    bool const joined = (line.more || !line.first) && is_joined(line, unique);
    if (line.first || !joined) {
      to.put(line.name);
      to.put(": ");
    }
    to.put(line.value);
    to.put(joined && line.more ? "; " : crlf);
  });
}

void put_framing(appender& to, head_plan const& plan) {
  if (plan.length == framing_line::chunked) {
    to.put(transfer_encoding);
  } else if (plan.length == framing_line::content_length) {
    to.put(content_length);
    to.put_number(plan.framing.content_length());
    to.put(crlf);
  }
  to.put(crlf);
}

void put_connection(appender& to, head_plan const& plan, std::string_view keep_alive_field) {
  if (plan.connection == connection_line::close) {
    to.put(connection_close);
  } else if (plan.connection == connection_line::keep_alive) {
    to.put(connection_keep_alive);
    if (plan.keep_alive_field)
      to.put(keep_alive_field);
  }
}

constexpr std::size_t automatic_size = connection_keep_alive.size() + transfer_encoding.size() +
                                       content_length.size() + length_digits + 2 * crlf.size();

}  // namespace

outgoing_framing write_response_head(std::string& out, response_facts const& facts,
                                     outgoing_headers const& headers) {
  validate_status(facts.status);
  std::string_view reason;
  if (facts.reason) {
    reason = *facts.reason;
    validate_reason(reason);
  } else {
    reason = reason_phrase(facts.status);
    if (reason.empty())
      reason = "unknown";
  }
  head_plan const plan = plan_response(facts, read_own_fields(headers), headers);

  appender to(out, version.size() + 4 + reason.size() + crlf.size() + lines_size(headers) +
                       facts.date_line.size() + facts.keep_alive_line.size() + automatic_size);
  to.put(version);
  to.put_number(static_cast<std::uint64_t>(facts.status));
  to.put(" ");
  to.put(reason);
  to.put(crlf);
  put_lines(to, headers, plan, facts.unique);
  if (plan.date)
    to.put(facts.date_line);
  put_connection(to, plan, facts.keep_alive_line);
  put_framing(to, plan);
  to.finish();
  return plan.framing;
}

outgoing_framing write_request_head(std::string& out, request_facts const& facts,
                                    outgoing_headers const& headers) {
  validate_method(facts.method);
  validate_request_target(facts.target);
  head_plan const plan = plan_request(facts, read_own_fields(headers), headers);

  appender to(out, facts.method.size() + 1 + facts.target.size() + 1 + version.size() +
                       crlf.size() + lines_size(headers) + automatic_size);
  to.put(facts.method);
  to.put(" ");
  to.put(facts.target);
  to.put(" ");
  to.put(version.substr(0, version.size() - 1));
  to.put(crlf);
  put_lines(to, headers, plan, facts.unique);
  put_connection(to, plan, {});
  put_framing(to, plan);
  to.finish();
  return plan.framing;
}

std::string keep_alive_line(std::uint64_t timeout_milliseconds, std::uint32_t max_requests) {
  if (timeout_milliseconds == 0)
    return {};
  std::string line = "Keep-Alive: timeout=" + std::to_string(timeout_milliseconds / 1000);
  if (max_requests != 0)
    line.append(", max=").append(std::to_string(max_requests));
  return line.append(crlf);
}

}  // namespace anode::http::protocol
