// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The head of a client's request.
#include "client/client_exchange.hpp"
#include "http1/head_writer.hpp"
#include "http1/head_writer_fast_path.hpp"
#include "policy/default_headers.hpp"

namespace anode::client {

message::outgoing_framing client_request_state::write_head(
    std::string& out, std::optional<std::uint64_t> content_length) {
  if (!proxied_authority.empty()) {
    check_host();
  }
  http1::request_context context;
  context.method = method;
  context.target = target;
  context.should_keep_alive = should_keep_alive;
  context.has_agent = has_agent;
  context.content_length = content_length;
  context.body_follows = !content_length && !flushing_;
  context.unique = unique_headers;
  return http1::write_request_head(out, context, headers);
}

bool client_request_state::write_whole(std::string& out, std::string_view body,
                                       message::outgoing_framing&) {
  if (!body.empty() || method != "GET" || !should_keep_alive || !has_agent || flushing_ ||
      unique_headers != nullptr || !proxied_authority.empty() ||
      !headers.is_fast_path_with_host()) {
    return false;
  }
  http1::write_get_fast_path(out, target, headers);
  return true;
}

// A request without a body stays one, although a filter would make some bytes of nothing.
bool client_request_state::filters_empty_body() const noexcept {
  return !message::is_bodyless_method(method);
}

void client_request_state::check_host() const {
  if (auto const host = headers.text("host")) {
    policy::validate_proxied_host(*host, proxied_authority);
  }
}

void client_request_state::fix_head() {
  flushing_ = true;
  store_head();
  flushing_ = false;
  if (framing().expect()) {
    flush_headers();
  }
}

void client_request_state::reset_fast() {
  exchange::outgoing_state::reset_fast();
  has_agent = true;
  proxied_authority.clear();
}

}  // namespace anode::client
