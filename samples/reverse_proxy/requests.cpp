// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>

namespace samples {
namespace {

constexpr std::string_view via = "1.1 reverse_proxy";

// Returns whether a path could leave the prefix of an upstream, in the view of some server: a dot
// segment, written plainly, encoded, or with parameters, or a separator other than "/".
bool may_leave_prefix(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned byte = 0;
    char const* const digits = path.data() + i + 1;
    if (path[i] == '%' && i + 2 < path.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      i += 2;
      plain += static_cast<char>(byte);
    } else {
      plain += path[i];
    }
  }
  if (plain.find_first_of(std::string_view("\\\0\r\n", 4)) != std::string::npos) {
    return true;
  }
  std::string_view rest = plain;
  while (!rest.empty()) {
    std::string_view const segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    std::string_view const name = segment.substr(0, segment.find(';'));
    if (name == "." || name == "..") {
      return true;
    }
  }
  return false;
}

// Returns the path for the upstream: the path of its URL, followed by the path of the target.
// Usually this is the unchanged target; otherwise `changed` owns the text.
// @throws http::exception if the target could leave the path of the upstream
std::string_view path_of(http::request_options const& upstream, std::string_view method,
                         std::string_view target, std::string& changed) {
  std::string_view const path = split_target(method, target, changed).path;
  if (upstream.path == "/" || path == "*") {
    return path;
  }
  if (may_leave_prefix(path.substr(0, path.find('?')))) {
    throw http::exception(http::error::invalid_url, "the path has dot segments");
  }
  changed = upstream.path + std::string(path);
  return changed;
}

// Returns whether a request can be sent again: the first server has not received it, or its method
// is safe (RFC 9110 section 9.2.1). A body that was read is no longer available.
bool may_repeat(http::incoming_message const& req, outcome const& failed) {
  constexpr std::array<std::string_view, 4> safe{"GET", "HEAD", "OPTIONS", "TRACE"};
  return !failed.body_taken && failed.status == 0 &&
         (failed.verdict == http::verdict::not_sent || std::ranges::count(safe, req.method()) > 0);
}

// Counts an active request of an upstream.
class under_way {
public:
  explicit under_way(upstream& u) : busy_(u.busy) { ++*busy_; }
  under_way(under_way const&) = delete;
  under_way& operator=(under_way const&) = delete;
  ~under_way() { --*busy_; }

private:
  std::shared_ptr<std::size_t> busy_;
};

}  // namespace

bool wants_websocket(http::incoming_message const& req) {
  std::string wanted(req.headers().get("Upgrade").value_or(""));
  std::ranges::transform(wanted, wanted.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return wanted == "websocket" && req.method() == "GET" && !has_body(req);
}

http::client_request begin(reverse_proxy& p, upstream const& to, http::incoming_message const& req,
                           std::string_view peer, bool with_upgrade, trace_parent const* span) {
  std::string changed;
  http::client_request out =
      p.agent.request(to.where, req.method(), path_of(to.where, req.method(), req.url(), changed));
  http::pass_headers(req, out);
  add_forwarded(req, peer, p.trusted, out);
  pass_max_forwards(req, out);
  out.append_header("Via", req.http_version_minor() == 0 ? "1.0 reverse_proxy" : via);
  if (with_upgrade) {
    out.set_header("Connection", "Upgrade");
    out.set_header("Upgrade", req.headers().get("Upgrade").value_or(""));
  }
  if (span != nullptr) {
    out.set_header("traceparent", span->text());
    if (!parse_trace_parent(req.headers().get("traceparent").value_or(""))) {
      out.remove_header("tracestate");  // it belongs to a valid traceparent
    }
  }
  return out;
}

namespace {

// Prints the span of one attempt as a line of JSON.
void print_span(std::FILE* file, trace_parent const& span, std::string_view parent,
                upstream const& to, outcome const& result,
                std::chrono::steady_clock::duration took) {
  fmt::print(
      file,
      "{{\"trace_id\":\"{}\",\"span_id\":\"{}\",\"parent_span_id\":\"{}\",\"server\":\"{}:{}\","
      "\"status\":{},\"seconds\":{:.6f}}}\n",
      span.trace_id, span.span_id, parent, to.where.host, to.where.port, result.status,
      std::chrono::duration<double>(took).count());
  std::fflush(file);
}

// A client that waits for a response.
struct client_of_request {
  http::server_response& res;

  static std::string_view objection(http::incoming_message const& req) {
    return http::can_be_passed_on(req) ? "" : "an unknown Transfer-Encoding";
  }
  static bool with_upgrade(http::incoming_message const&) { return false; }

  bool left() const { return res.destroyed(); }
  bool is_being_answered() const { return res.headers_sent(); }
  bool is_answered(http::incoming_message const& req) const { return answer_last_hop(req, res); }
  net::awaitable<void> pass_on(reverse_proxy const& p, http::incoming_message& req,
                               http::client_request& out, outcome& result) const {
    return samples::pass_on(req, res, out, p.silence, via, result);
  }
  void refuse(int status, std::string_view why) const {
    if (status == 408) {
      res.set_header("Connection", "close");
    }
    samples::refuse(res, status, why);
  }
  void refuse_for_now(std::string_view why) const {
    res.set_header("Retry-After", 1);
    refuse(503, why);
  }
};

// A client that requests an upgrade.
struct client_of_upgrade {
  anode::socket socket;

  static std::string_view objection(http::incoming_message const& req) {
    // Until the upstream responds, it is unknown whether the body belongs to HTTP: reject it.
    return has_body(req) ? "an upgrade with a body" : "";
  }
  static bool with_upgrade(http::incoming_message const& req) { return wants_websocket(req); }

  static bool left() { return false; }
  static bool is_being_answered() { return false; }
  static bool is_answered(http::incoming_message const&) { return false; }
  net::awaitable<void> pass_on(reverse_proxy const& p, http::incoming_message&,
                               http::client_request& out, outcome& result) const {
    return pass_upgrade_on(socket, out, p.silence, via, result);
  }
  void refuse(int status, std::string_view why) const { samples::refuse(socket, status, why); }
  void refuse_for_now(std::string_view why) const {
    samples::refuse(socket, 503, why, "Retry-After: 1\r\n");
  }
};

template <class Client>
net::awaitable<void> forward(reverse_proxy& p, http::incoming_message& req, Client client,
                             anode::endpoint peer) {
  using clock = std::chrono::steady_clock;
  if (std::string_view const why = client.objection(req); !why.empty()) {
    client.refuse(501, why);
    co_return;
  }
  if (client.is_answered(req)) {
    co_return;
  }
  client_limit::request const in_progress = p.limit.begin(peer);
  if (!in_progress) {
    client.refuse_for_now("too many requests of this client");
    co_return;
  }
  std::string const address = peer.family.starts_with("IPv") ? peer.address : std::string();
  bool const with_upgrade = client.with_upgrade(req);
  std::optional<trace_parent> const from =
      parse_trace_parent(req.headers().get("traceparent").value_or(""));
  trace_parent span = next_span(from);
  upstream* failed = nullptr;
  outcome last;
  for (std::size_t attempt = 0; attempt < p.servers.size(); ++attempt) {
    upstream* const to = p.servers.choose(clock::now(), failed);
    if (to == nullptr) {
      break;
    }
    http::client_request out;
    try {
      out = begin(p, *to, req, address, with_upgrade, p.spans != nullptr ? &span : nullptr);
    } catch (http::exception const& e) {
      client.refuse(400, e.what());
      co_return;
    }
    under_way const count(*to);
    auto const begun = clock::now();
    co_await client.pass_on(p, req, out, last);
    if (p.spans != nullptr) {
      print_span(p.spans, span, from ? from->span_id : "", *to, last, clock::now() - begun);
      span = next_span(span);  // each attempt has a span of its own
    }
    if (last.status != 0) {
      p.servers.note_answer(*to);
      co_return;
    }
    if (client.left()) {
      co_return;
    }
    if (last.other_is_down) {
      p.servers.note_failure(*to, clock::now());
    }
    if (client.is_being_answered()) {
      co_return;
    }
    failed = to;
    if (last.client_is_slow || !may_repeat(req, last)) {
      break;
    }
  }
  if (failed == nullptr) {
    client.refuse_for_now("no upstream is up");
  } else if (last.client_is_slow) {
    client.refuse(408, "the request took too long");
  } else if (last.refusal == 503) {
    client.refuse_for_now("the proxy has too few resources");
  } else {
    client.refuse(last.refusal, fmt::format("the upstream fails with {}", last.error));
  }
}

}  // namespace

net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  return forward(p, req, client_of_request{res}, req.socket().remote_endpoint());
}

net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client) {
  return forward(p, req, client_of_upgrade{client}, client.remote_endpoint());
}

}  // namespace samples
