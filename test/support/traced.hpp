// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/client_request.hpp>
#include <anode/client_trace.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace support {

/// A listener of all hooks of a `client_trace`: the name of the hook, the request, and the other
/// facts as text.
using trace_listener = std::function<void(
    std::string_view hook, anode::http::traced_request const& r, std::string const& facts)>;

/// Returns a trace whose hooks all call `f`.
inline anode::http::client_trace traced(trace_listener f) {
  namespace http = anode::http;
  using request = http::traced_request;
  auto const text = [](anode::endpoint const& e) {
    return e.address + (e.family == "Unix" ? "" : ":" + std::to_string(e.port));
  };
  auto const code = [](anode::error_code ec) {
    return ec ? " " + std::string(http::code_name(ec)) : std::string();
  };
  http::client_trace t;
  t.created = [f](request const& r) { f("created", r, ""); };
  t.queued = [f](request const& r) { f("queued", r, ""); };
  t.lookup_start = [f](request const& r, std::string_view host) {
    f("lookup_start", r, std::string(host));
  };
  t.lookup_done = [f, text, code](request const& r, std::span<anode::endpoint const> found,
                                  anode::error_code ec) {
    std::string all;
    for (anode::endpoint const& e : found) {
      all += (all.empty() ? "" : " ") + text(e);
    }
    f("lookup_done", r, all + code(ec));
  };
  t.connect_start = [f, text](request const& r, anode::endpoint const& to) {
    f("connect_start", r, text(to));
  };
  t.connect_done = [f, text, code](request const& r, anode::endpoint const& to,
                                   anode::error_code ec) {
    f("connect_done", r, text(to) + code(ec));
  };
  t.tunnel = [f](request const& r, std::string_view proxy, int status) {
    f("tunnel", r, std::string(proxy) + " " + std::to_string(status));
  };
  t.secure = [f](request const& r, anode::secure_info const& info, bool with_proxy) {
    f("secure", r, info.protocol + (with_proxy ? " proxy" : ""));
  };
  t.socket = [f](request const& r, bool reused, std::chrono::nanoseconds idle) {
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(idle);
    f("socket", r, reused ? "reused " + std::to_string(ms.count()) + "ms" : "new");
  };
  t.sent = [f](request const& r) { f("sent", r, ""); };
  t.first_byte = [f](request const& r) { f("first_byte", r, ""); };
  t.information = [f](request const& r, http::information const& i) {
    f("information", r, std::to_string(i.status_code) + " " + i.status_message);
  };
  t.response = [f](request const& r, http::incoming_message const& m) {
    f("response", r, std::to_string(m.status_code()));
  };
  t.retried = [f](request const& r) { f("retried", r, std::to_string(r.attempt)); };
  t.finished = [f](request const& r, http::request_outcome const& o) {
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(o.duration);
    f("finished", r,
      std::to_string(o.status) + " " + std::to_string(o.bytes_sent) + " " +
          std::to_string(o.bytes_received) + " " + std::to_string(ms.count()) + "ms" +
          (o.reused_socket ? " reused" : ""));
  };
  t.failed = [f](request const& r, http::request_error const& e) {
    f("failed", r,
      std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
          std::string(http::to_string(e.verdict())));
  };
  return t;
}

/// Returns a trace whose hooks all call `f`, which is copied, and allocate nothing.
template <class F>
anode::http::client_trace traced_by(F f) {
  auto const hook = [f](auto const&...) { f(); };
  anode::http::client_trace t;
  t.created = t.queued = t.sent = t.first_byte = t.retried = hook;
  t.lookup_start = hook;
  t.lookup_done = hook;
  t.connect_start = hook;
  t.connect_done = hook;
  t.tunnel = hook;
  t.secure = hook;
  t.socket = hook;
  t.information = hook;
  t.response = hook;
  t.finished = hook;
  t.failed = hook;
  return t;
}

/// Returns "hook" or "hook(facts)".
inline std::string trace_entry(std::string_view hook, std::string const& facts) {
  return std::string(hook) + (facts.empty() ? "" : "(" + facts + ")");
}

}  // namespace support
