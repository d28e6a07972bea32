// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_dispatch.hpp"

#include "message/header_validation.hpp"

#include <anode/error.hpp>

namespace anode::policy {
namespace {

bool any_value_contains(message::message_head const& head, message::field_id which,
                        std::string_view text) noexcept {
  if (!head.repeats(which)) {
    return message::has_word(head.value(which), text);
  }
  for (http::field_line const line : head.fields) {
    if (message::find_field_id(line.name) == which && message::has_word(line.value, text)) {
      return true;
    }
  }
  return false;
}

}  // namespace

dispatch dispatch_request(message::message_head const& head, dispatch_context const& context,
                          std::uint32_t& requests_served, bool& limit_reached) noexcept {
  if (head.upgrade && !context.misdirected) {
    if (head.method == message::method::connect) {
      if (context.has_connect || !context.upgrade_requests) {
        return context.has_connect ? dispatch::connect : dispatch::refuse_connect;
      }
    } else if (context.upgrades.value_or(context.has_upgrade)) {
      if (context.has_upgrade || !context.upgrade_requests) {
        return context.has_upgrade ? dispatch::upgrade : dispatch::refuse_upgrade;
      }
    }
  }
  if (head.version_major != 1 || head.version_minor != 1) {
    return context.misdirected ? dispatch::misdirected : dispatch::request;
  }
  if (context.require_host_header && !head.has(message::field_id::host)) {
    return dispatch::missing_host;
  }
  if (context.max_requests_per_socket > 0) {
    ++requests_served;
    limit_reached = requests_served >= context.max_requests_per_socket;
    if (requests_served > context.max_requests_per_socket) {
      return dispatch::drop;
    }
  }
  if (context.misdirected) {
    return dispatch::misdirected;
  }
  if (head.has(message::field_id::expect)) {
    if (expects_continue(head)) {
      return context.has_check_continue ? dispatch::check_continue : dispatch::continue_and_request;
    }
    return context.has_check_expectation ? dispatch::check_expectation
                                         : dispatch::refuse_expectation;
  }
  return dispatch::request;
}

bool holds_input(message::message_head const& head, dispatch_context const& context) noexcept {
  return context.upgrade_requests && head.upgrade && context.upgrades.value_or(true);
}

bool expects_continue(message::message_head const& head) noexcept {
  return any_value_contains(head, message::field_id::expect, "100-continue");
}

int status_of(http::error e) noexcept {
  switch (e) {
    case http::error::header_overflow:
      return 431;
    case http::error::chunk_extensions_overflow:
    case http::error::body_too_large:
      return 413;
    case http::error::request_timeout:
      return 408;
    default:
      return 400;
  }
}

bool understands_chunks(message::message_head const& head) noexcept {
  if (head.version_major >= 1 && head.version_minor >= 1) {
    return true;
  }
  return any_value_contains(head, message::field_id::te, "chunked");
}

}  // namespace anode::policy
