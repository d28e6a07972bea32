// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_writer.hpp"

#include "base/string_writer.hpp"
#include "http1/head_policy.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

namespace anode::http1 {

namespace {

constexpr char http_version[] = "HTTP/1.1 ";
constexpr char crlf[] = "\r\n";
constexpr char connection_keep_alive[] = "Connection: keep-alive\r\n";
constexpr char connection_close[] = "Connection: close\r\n";
constexpr char content_length_start[] = "Content-Length: ";
constexpr char transfer_encoding[] = "Transfer-Encoding: chunked\r\n";

/// Returns whether the values of a header are sent on one line, joined with "; ".
bool is_joined(message::header_map::line const& line,
               message::unique_headers const* unique) noexcept {
  if (line.field == message::field_id::cookie) {
    return true;
  }
  return unique != nullptr && line.field != message::field_id::transfer_encoding &&
         unique->contains(line.name);
}

std::size_t lines_size(message::header_map const& headers) {
  std::size_t size = headers.contiguous_lines().size();
  if (size != 0) {
    return size;
  }
  headers.for_each_line([&](message::header_map::line const& line) {
    size += line.name.size() + line.value.size() + 4;
  });
  return size;
}

void put_lines(base::string_writer& to, message::header_map const& headers, head_policy const& plan,
               message::unique_headers const* unique) {
  std::string_view const whole = headers.contiguous_lines();
  if (!whole.empty() && !plan.drop_content_length) {
    to.put(whole);
    return;
  }
  headers.for_each_line([&](message::header_map::line const& line) {
    if (plan.drop_content_length && line.field == message::field_id::content_length) {
      return;
    }
    bool const joined = (line.more || !line.first) && is_joined(line, unique);
    if (line.first || !joined) {
      to.put(line.name);
      to.put(": ");
    }
    to.put(line.value);
    if (joined && line.more) {
      to.put("; ");
    } else {
      to.put(crlf);
    }
  });
}

void put_framing(base::string_writer& to, head_policy const& plan) {
  if (plan.length == framing_line::chunked) {
    to.put(transfer_encoding);
  } else if (plan.length == framing_line::content_length) {
    to.put(content_length_start);
    to.put_number(plan.framing.content_length());
    to.put(crlf);
  }
  to.put(crlf);
}

void put_connection(base::string_writer& to, head_policy const& plan,
                    std::string_view keep_alive_field) {
  if (plan.connection == connection_line::close) {
    to.put(connection_close);
  } else if (plan.connection == connection_line::keep_alive) {
    to.put(connection_keep_alive);
    if (plan.keep_alive_field) {
      to.put(keep_alive_field);
    }
  }
}

constexpr std::size_t automatic_size = sizeof connection_keep_alive + sizeof transfer_encoding +
                                       sizeof content_length_start +
                                       base::string_writer::longest_number + 2 * sizeof crlf;

}  // namespace

message::outgoing_framing write_response_head(std::string& out, response_context const& context,
                                              message::header_map const& headers) {
  message::validate_status(context.status);
  std::string_view reason;
  if (context.reason) {
    reason = *context.reason;
    message::validate_reason(reason);
  } else {
    reason = http::reason_phrase(context.status);
    if (reason.empty()) {
      reason = "unknown";
    }
  }
  head_policy const plan = plan_response(context, summarize_user_headers(headers), headers);

  base::string_writer to(out, sizeof http_version + 4 + reason.size() + sizeof crlf +
                                  lines_size(headers) + context.date_line.size() +
                                  context.keep_alive_line.size() + automatic_size);
  to.put(http_version);
  to.put_status(context.status);
  to.put(" ");
  to.put(reason);
  to.put(crlf);
  put_lines(to, headers, plan, context.unique);
  if (plan.date) {
    to.put(context.date_line);
  }
  put_connection(to, plan, context.keep_alive_line);
  put_framing(to, plan);
  to.finish();
  return plan.framing;
}

message::outgoing_framing write_request_head(std::string& out, request_context const& context,
                                             message::header_map const& headers) {
  message::validate_method(context.method);
  message::validate_request_target(context.target);
  head_policy const plan = plan_request(context, summarize_user_headers(headers), headers);

  base::string_writer to(out, context.method.size() + 1 + context.target.size() + 1 +
                                  sizeof http_version + sizeof crlf + lines_size(headers) +
                                  automatic_size);
  to.put(context.method);
  to.put(" ");
  to.put(context.target);
  to.put(" HTTP/1.1\r\n");
  put_lines(to, headers, plan, context.unique);
  put_connection(to, plan, {});
  put_framing(to, plan);
  to.finish();
  return plan.framing;
}

std::string keep_alive_line(std::uint64_t timeout_milliseconds, std::uint32_t max_requests) {
  if (timeout_milliseconds == 0) {
    return {};
  }
  std::string line = "Keep-Alive: timeout=" + std::to_string(timeout_milliseconds / 1000);
  if (max_requests != 0) {
    line.append(", max=").append(std::to_string(max_requests));
  }
  return line.append(crlf);
}

}  // namespace anode::http1
