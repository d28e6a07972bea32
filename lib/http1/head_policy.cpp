// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_policy.hpp"

#include "base/char_class.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::http1 {

namespace {

[[noreturn]] void throw_invalid_value(std::string_view name, std::string_view value) {
  std::string message = "Invalid value \"";
  message.append(value).append("\" for header \"").append(name).append("\"");
  throw http::exception(http::error::invalid_header_value, std::move(message));
}

/// Parses one Transfer-Encoding line. The codings of all lines form one list.
void read_codings(user_header_summary& own, message::header_map::line const& line) {
  own.transfer_encoding = true;
  // Node's parser does not accept a tab as optional whitespace here.
  if (line.value.find('\t') != std::string_view::npos) {
    throw_invalid_value(line.name, line.value);
  }
  std::string_view rest = line.value;
  bool any = false;
  while (!rest.empty()) {
    std::size_t const comma = rest.find(',');
    std::string_view const coding = base::trim_ows(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (coding.empty()) {
      continue;
    }
    bool const chunked = base::names_equal(coding, "chunked");
    // Reject a coding after `chunked`, and a coding that only contains the word: peers disagree
    // about their meaning.
    if (own.chunked || (!chunked && message::has_word(coding, "chunked"))) {
      throw_invalid_value(line.name, line.value);
    }
    own.chunked = chunked;
    any = true;
  }
  if (!any) {
    throw_invalid_value(line.name, line.value);
  }
}

void check_trailer(user_header_summary const& own, message::outgoing_framing const& framing,
                   bool chunked) {
  if (own.trailer && !chunked && !framing.chunked()) {
    throw http::exception(http::error::trailer_invalid,
                          "Trailers are invalid with this transfer encoding");
  }
}

/// Decides how to delimit the body of a request without framing headers.
message::body_end choose_request_end(request_context const& context, user_header_summary const& own,
                                     message::header_map const& headers) {
  bool const body = context.body_follows || context.content_length.value_or(0) != 0;
  if (!body && message::is_bodyless_method(context.method)) {
    return message::body_end::none;
  }
  bool const length_fits = context.content_length && !own.trailer;
  if (length_fits && !headers.removed(message::field_id::content_length)) {
    return message::body_end::length;
  }
  if (!headers.removed(message::field_id::transfer_encoding)) {
    return message::body_end::chunked;
  }
  // The application removed the framing headers. Node then sends the body without framing, as for
  // GET, and the peer parses the body as the next request. Therefore frame a body even here.
  if (!body) {
    return message::body_end::none;
  }
  return length_fits ? message::body_end::length : message::body_end::chunked;
}

}  // namespace

user_header_summary summarize_user_headers(message::header_map const& headers) {
  user_header_summary own;
  bool host = false;
  headers.for_each_special_line([&](message::header_map::line const& line) {
    switch (line.field) {
      case message::field_id::connection:
        own.connection = true;
        own.connection_close = own.connection_close || message::has_word(line.value, "close");
        break;
      case message::field_id::keep_alive:
        own.keep_alive = true;
        break;
      case message::field_id::date:
        own.date = true;
        break;
      case message::field_id::expect:
        own.expect = true;
        break;
      case message::field_id::trailer:
        own.trailer = true;
        break;
      case message::field_id::host:
        own.host_twice = std::exchange(host, true);
        break;
      case message::field_id::transfer_encoding:
        read_codings(own, line);
        break;
      case message::field_id::content_length: {
        auto const length = message::parse_decimal(line.value);
        if (!length || own.content_length) {
          throw_invalid_value(line.name, line.value);
        }
        own.content_length = length;
        break;
      }
      default:
        break;
    }
  });
  return own;
}

head_policy plan_response(response_context const& context, user_header_summary const& own,
                          message::header_map const& headers) {
  bool const bodyless_status = message::is_bodyless_status(context.status);
  bool const has_body = !context.head_request && !bodyless_status;
  bool const own_length = own.content_length && !own.transfer_encoding;
  bool chunked = own.chunked;
  bool keep = context.should_keep_alive && !context.continue_withheld;
  bool last = false;
  if (bodyless_status && chunked) {
    chunked = false;
    keep = false;
  }
  // After a 1xx as the final head the client still expects a response: close the connection. A body
  // with a Transfer-Encoding other than chunked ends with the connection.
  if (context.status < 200 || (has_body && own.transfer_encoding && !chunked)) {
    keep = false;
    last = true;
  }

  head_policy plan;
  plan.date = context.send_date && !own.date && !headers.removed(message::field_id::date);
  // RFC 9110 section 8.6: 1xx and 204 responses have no Content-Length.
  plan.drop_content_length = own.content_length && (own.transfer_encoding || context.status < 200 ||
                                                    context.status == 204);
  if (own.connection) {
    if (own.connection_close) {
      last = true;
    } else {
      keep = true;
    }
  } else if (headers.removed(message::field_id::connection)) {
    last = last || !keep;
  } else if (!keep || !(own_length || context.chunked_by_default)) {
    plan.connection = connection_line::close;
    last = true;
  } else if (context.max_requests_reached) {
    plan.connection = connection_line::close;
  } else {
    plan.connection = connection_line::keep_alive;
    plan.keep_alive_field = !own.keep_alive;
  }

  message::body_end end = message::body_end::none;
  std::uint64_t length = 0;
  if (!has_body) {
    // Writes are discarded.
  } else if (own.transfer_encoding) {
    end = chunked ? message::body_end::chunked : message::body_end::close;
  } else if (own.content_length) {
    end = message::body_end::length;
    length = *own.content_length;
  } else if (!context.chunked_by_default) {
    end = message::body_end::close;
    last = true;
  } else if (!own.trailer && !headers.removed(message::field_id::content_length) &&
             context.content_length) {
    end = message::body_end::length;
    length = *context.content_length;
    plan.length = framing_line::content_length;
  } else if (!headers.removed(message::field_id::transfer_encoding)) {
    end = message::body_end::chunked;
    plan.length = framing_line::chunked;
  } else {
    end = message::body_end::close;
    last = true;
  }
  plan.framing = message::outgoing_framing(end, length);
  plan.framing.set_last(last);
  plan.framing.set_keep_alive(keep);
  plan.framing.set_expect(own.expect);
  check_trailer(own, plan.framing, chunked);
  return plan;
}

head_policy plan_request(request_context const& context, user_header_summary const& own,
                         message::header_map const& headers) {
  bool const bodyless = message::is_bodyless_method(context.method);
  bool keep = context.should_keep_alive;
  bool last = !keep;

  // A server must reject such a request (RFC 9112 section 3.2).
  if (own.host_twice) {
    throw http::exception(http::error::invalid_header_value,
                          "Invalid value for header \"Host\": it is one text");
  }

  head_policy plan;
  plan.drop_content_length = own.content_length && own.transfer_encoding;
  if (own.connection) {
    last = own.connection_close;
    keep = !own.connection_close;
  } else if (headers.removed(message::field_id::connection)) {
    last = !keep;
  } else if (keep && (own.content_length || !bodyless || context.has_agent)) {
    plan.connection = connection_line::keep_alive;
  } else {
    plan.connection = connection_line::close;
    last = true;
  }

  message::body_end end = message::body_end::none;
  std::uint64_t length = 0;
  if (own.transfer_encoding) {
    // Only chunked coding or a length delimit the body of a request (RFC 9112 section 6.3).
    if (!own.chunked) {
      throw_invalid_value("Transfer-Encoding", *headers.text("transfer-encoding"));
    }
    end = message::body_end::chunked;
  } else if (own.content_length) {
    end = message::body_end::length;
    length = *own.content_length;
  } else {
    end = choose_request_end(context, own, headers);
    if (end == message::body_end::length) {
      length = context.content_length.value_or(0);
    }
    plan.length = end == message::body_end::length    ? framing_line::content_length
                  : end == message::body_end::chunked ? framing_line::chunked
                                                      : framing_line::none;
  }
  plan.framing = message::outgoing_framing(end, length);
  plan.framing.set_last(last);
  plan.framing.set_keep_alive(keep);
  plan.framing.set_expect(own.expect);
  // For these requests Node sends the body without framing and rejects a Trailer header. The body
  // is framed here, but a Trailer header is rejected as in Node.
  bool const bare =
      !own.transfer_encoding && (bodyless || headers.removed(message::field_id::transfer_encoding));
  check_trailer(own, bare ? message::outgoing_framing() : plan.framing, false);
  return plan;
}

}  // namespace anode::http1
