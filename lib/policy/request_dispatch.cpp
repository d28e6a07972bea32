// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_dispatch.hpp"

#include "message/header_validation.hpp"

#include <anode/error.hpp>

namespace anode::http::protocol {
namespace {

bool any_value_contains(message_head const& head, field_id which, std::string_view text) noexcept {
  if (!head.repeats(which)) {
    return has_word(head.value(which), text);
  }
  for (field_line const line : head.fields) {
    if (find_field_id(line.name) == which && has_word(line.value, text)) {
      return true;
    }
  }
  return false;
}

}  // namespace

dispatch dispatch_request(message_head const& head, dispatch_context const& facts,
                          std::uint32_t& requests_served, bool& limit_reached) noexcept {
  if (head.upgrade) {
    if (head.method == method::connect) {
      return facts.has_connect ? dispatch::connect : dispatch::refuse_connect;
    }
    if (facts.upgrades.value_or(facts.has_upgrade)) {
      return facts.has_upgrade ? dispatch::upgrade : dispatch::refuse_upgrade;
    }
  }
  if (head.version_major != 1 || head.version_minor != 1) {
    return dispatch::request;
  }
  if (facts.require_host_header && !head.has(field_id::host)) {
    return dispatch::missing_host;
  }
  if (facts.max_requests_per_socket > 0) {
    ++requests_served;
    limit_reached = requests_served >= facts.max_requests_per_socket;
    if (requests_served > facts.max_requests_per_socket) {
      return dispatch::drop;
    }
  }
  if (head.has(field_id::expect)) {
    if (expects_continue(head)) {
      return facts.has_check_continue ? dispatch::check_continue : dispatch::continue_and_request;
    }
    return facts.has_check_expectation ? dispatch::check_expectation : dispatch::refuse_expectation;
  }
  return dispatch::request;
}

bool expects_continue(message_head const& head) noexcept {
  return any_value_contains(head, field_id::expect, "100-continue");
}

int status_of(error e) noexcept {
  switch (e) {
    case error::header_overflow:
      return 431;
    case error::chunk_extensions_overflow:
      return 413;
    case error::request_timeout:
      return 408;
    default:
      return 400;
  }
}

bool understands_chunks(message_head const& head) noexcept {
  if (head.version_major >= 1 && head.version_minor >= 1) {
    return true;
  }
  return any_value_contains(head, field_id::te, "chunked");
}

}  // namespace anode::http::protocol
