// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/passage.hpp"

#include "proxy/rules/forwarded_fields.hpp"
#include "proxy/rules/hops.hpp"
#include "proxy/rules/record_text.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace anode::proxy {
namespace {

bool has_body(http::incoming_message const& req) {
  return req.headers().contains("Transfer-Encoding") ||
         req.headers().get("Content-Length").value_or("0") != "0";
}

std::string address_of(anode::socket const& link) {
  endpoint at = link.remote_endpoint();
  return at.family.starts_with("IPv") ? std::move(at.address) : std::string();
}

std::string_view without_last_slashes(std::string_view path) {
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path;
}

std::string_view asked_of(http::incoming_message const& req, target_parts const& target) {
  return target.authority.empty() ? req.headers().get("Host").value_or("") : target.authority;
}

bool is_claim_of_stranger(std::string_view name) { return is_claim(name, false); }
bool is_claim_of_nobody(std::string_view name) { return is_claim(name, true); }

bool sends_list(forwarded_headers send) {
  return send == forwarded_headers::x_forwarded || send == forwarded_headers::both;
}

bool sends_element(forwarded_headers send) {
  return send == forwarded_headers::forwarded || send == forwarded_headers::both;
}

std::string text_of(passage const& p, std::string_view other) {
  exchange_record const& r = p.record;
  std::span<attempt_record const> const attempts = r.attempts();
  std::string_view const name = p.how.reveal && !attempts.empty()
                                    ? std::string_view(attempts.back().upstream)
                                    : std::string_view();
  std::string text = error_text(r, http::reason_phrase(r.status),
                                r.cause ? http::code_name(r.cause) : "", other, name);
  return text.append(1, '\n');
}

}  // namespace

passage::passage(http::incoming_message& request, anode::socket link,
                 forward_options const& options, exchange_record& facts)
    : req(request),
      how(options),
      record(facts),
      begun(std::chrono::steady_clock::now()),
      client(std::move(link)),
      peer(address_of(client)),
      secure(client.encrypted()),
      with_body(has_body(request)),
      target(split_request_target(request.method(), request.url(), changed_path)),
      asked(asked_of(request, target)) {}

refusal passage::admit() {
  if (how.limit) {
    permit_ = how.limit->begin(is_trusted() ? client_address(peer, req.raw_headers(), how.trusted)
                                            : peer);
    if (!permit_) {
      return {503, failure_side::resource, "too many requests of this client"};
    }
  }
  return objection();
}

bool passage::is_trusted() const {
  return !how.trusted.empty() && how.trusted.contains(plain_address(peer));
}

refusal passage::objection() const {
  if (!http::can_be_passed_on(req)) {
    return {501, failure_side::policy, "an unknown Transfer-Encoding"};
  }
  if (!has_few_connection_names(req.raw_headers())) {
    return {400, failure_side::policy, "too many names in Connection"};
  }
  if (!how.via.empty() && is_loop(req.raw_headers(), how.via, how.instance)) {
    return {508, failure_side::policy, "the request has come here before"};
  }
  return {};
}

std::string_view passage::path_for(std::string_view prefix, std::string& changed) const {
  prefix = without_last_slashes(prefix);
  std::string longer;
  if (!how.add_prefix.empty()) {
    longer.append(prefix).append(how.add_prefix);
    prefix = without_last_slashes(longer);
  }
  if (prefix.empty() && how.strip_prefix.empty()) {
    return target.path;
  }
  return rewrite_path(target.path, prefix, how.strip_prefix, changed) ? std::string_view(changed)
                                                                      : std::string_view();
}

body_state passage::body() const noexcept {
  if (!with_body) {
    return body_state::none;
  }
  if (!body_read) {
    return body_state::unread;
  }
  return body_kept ? body_state::whole : body_state::gone;
}

// Appends the fields without looking for earlier ones: none of them is left.
void passage::add_forwarded(http::client_request& out, bool trusted) const {
  forwarded_input in;
  in.peer = peer;
  in.trusted = trusted;
  in.secure = secure;
  in.asked = asked;
  forwarded_output const fields = forwarded_fields(in, req.raw_headers(), sends_element(how.send));
  if (sends_list(how.send)) {
    out.set_header("X-Forwarded-For", fields.list);
    out.set_header("X-Forwarded-Proto", fields.proto);
    if (!fields.host.empty()) {
      out.set_header("X-Forwarded-Host", fields.host);
    }
  }
  if (sends_element(how.send)) {
    out.set_header("Forwarded", fields.element);
  }
}

http::client_request passage::make_request(http::agent& by, http::request_options const& like,
                                           std::string_view path, bool upgrade,
                                           attempt_record const& of) {
  http::client_request out;
  try {
    out = by.request(like, req.method(), path);
  } catch (http::exception const&) {
    return out;
  }
  if (how.send == forwarded_headers::none) {
    http::pass_headers(req, out);
  } else {
    bool const trusted = is_trusted();
    http::pass_headers(req, out, trusted ? is_claim_of_nobody : is_claim_of_stranger);
    add_forwarded(out, trusted);
  }
  if (how.preserve_host && !asked.empty()) {
    out.set_header("Host", asked);
  }
  unsigned hops = 0;
  if (read_max_forwards(req.method(), req.raw_headers(), hops) == hop_limit::pass) {
    out.set_header("Max-Forwards", hops);
  }
  if (!how.via.empty()) {
    out.append_header("Via", via_value(req.http_version_minor(), how.via, how.instance));
  }
  if (upgrade) {
    out.set_header("Connection", "Upgrade");
    out.set_header("Upgrade", req.headers().get("Upgrade").value_or(""));
  } else if (with_body && req.headers().contains("Transfer-Encoding")) {
    out.set_header("Transfer-Encoding", "chunked");  // whatever the method is
  }
  if (how.on_request) {
    how.on_request(out, of);
  }
  return out;
}

std::chrono::milliseconds passage::left() const {
  if (how.timeouts.total.count() == 0) {
    return {};
  }
  auto const used = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed());
  return std::max(how.timeouts.total - used, std::chrono::milliseconds(1));
}

std::chrono::microseconds passage::elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begun);
}

void passage::finish() { record.total = elapsed(); }

void passage::refuse(refusal const& why) {
  record.status = why.status;
  record.side = why.side;
  record.detail = why.detail;
  record.phase =
      why.side == failure_side::resource ? exchange_phase::queue : exchange_phase::request_head;
}

method_kind kind_of(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 8> safe{"GET",      "HEAD",   "OPTIONS", "TRACE",
                                                 "PROPFIND", "REPORT", "SEARCH",  "QUERY"};
  if (std::ranges::find(safe, method) != safe.end()) {
    return method_kind::safe;
  }
  return method == "PUT" || method == "DELETE" ? method_kind::idempotent : method_kind::other;
}

bool answer_last_hop(passage& p, http::server_response& res) {
  unsigned left = 0;
  switch (read_max_forwards(p.req.method(), p.req.raw_headers(), left)) {
    case hop_limit::options:
      p.record.status = 200;
      res.set_header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      res.end();
      return true;
    case hop_limit::trace:
      // A copy of the request would show a script the fields that it must not see.
      p.refuse({405, failure_side::policy, "TRACE ends here"});
      send_refusal(p, res, {});
      return true;
    case hop_limit::none:
    case hop_limit::pass:
      break;
  }
  return false;
}

void send_refusal(passage const& p, http::server_response& res, std::string_view other) {
  exchange_record const& r = p.record;
  res.set_status_code(r.status);
  if (r.status == 503) {
    res.set_header("Retry-After", 1);
  }
  if (p.with_body && !p.req.complete()) {
    res.set_header("Connection", "close");
  }
  if (p.how.on_refusal) {
    p.how.on_refusal(r, res);
    if (res.writable_ended()) {
      return;
    }
  }
  res.set_header("Content-Type", "text/plain");
  res.end(text_of(p, other));
}

void send_refusal(passage const& p, anode::socket client, std::string_view other) {
  exchange_record const& r = p.record;
  std::string const text = text_of(p, other);
  std::string head = "HTTP/1.1 ";
  head.append(std::to_string(r.status)).append(1, ' ').append(http::reason_phrase(r.status));
  head.append("\r\nContent-Type: text/plain\r\nContent-Length: ");
  head.append(std::to_string(text.size())).append("\r\nConnection: close\r\n");
  if (r.status == 503) {
    head.append("Retry-After: 1\r\n");
  }
  client.end(head.append("\r\n").append(text));
}

}  // namespace anode::proxy
