// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

namespace samples {
namespace {

constexpr std::string_view via = "1.1 reverse_proxy";

// The path at the upstream: under its URL's own path, and without a proxy's absolute form. Mostly
// it is the target as it came; else `changed` holds it.
std::string_view path_of(http::request_options const& upstream, std::string_view target,
                         std::string& changed) {
  if (!target.starts_with('/') && target != "*") {
    http::request_options absolute;
    absolute.set_url(target);
    changed = std::move(absolute.path);
    target = changed;
  }
  if (upstream.path != "/" && target != "*") {
    changed = upstream.path + std::string(target);
    target = changed;
  }
  return target;
}

// The client's address; of what is no connection over IP, nothing.
std::string address_of(anode::socket const& client) {
  anode::endpoint at = client.remote_endpoint();
  return at.family.starts_with("IPv") ? std::move(at.address) : std::string();
}

// Whether a request may be sent a second time: the first server has not seen it, or it changes
// nothing (RFC 9110 section 9.2.1). A body is gone once it was sent.
bool may_repeat(http::incoming_message const& req, outcome const& failed) {
  constexpr std::array<std::string_view, 4> safe{"GET", "HEAD", "OPTIONS", "TRACE"};
  return !has_body(req) && failed.status == 0 &&
         (failed.verdict == http::verdict::not_sent || std::ranges::count(safe, req.method()) > 0);
}

// Notes at its end that a request was under way.
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

http::client_request begin(reverse_proxy& p, upstream const& to, http::incoming_message const& req,
                           std::string_view peer, bool with_upgrade) {
  std::string changed;
  http::client_request out =
      p.agent.request(to.where, req.method(), path_of(to.where, req.url(), changed));
  http::pass_headers(req, out);
  add_forwarded(req, peer, p.trusted, out);
  out.append_header("Via", req.http_version_minor() == 0 ? "1.0 reverse_proxy" : via);
  if (with_upgrade) {
    out.set_header("Connection", "Upgrade");
    out.set_header("Upgrade", req.headers().get("Upgrade").value_or(""));
  }
  return out;
}

net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  if (!http::can_be_passed_on(req)) {
    refuse(res, 501, "an unknown Transfer-Encoding");
    co_return;
  }
  std::string const peer = address_of(req.socket());
  upstream* failed = nullptr;
  outcome last;
  for (std::size_t attempt = 0; attempt < p.servers.size(); ++attempt) {
    upstream* const to = p.servers.choose(std::chrono::steady_clock::now(), failed);
    if (to == nullptr) {
      break;
    }
    http::client_request out;
    try {
      out = begin(p, *to, req, peer, false);
    } catch (http::exception const& e) {
      refuse(res, 400, e.what());
      co_return;
    }
    under_way const count(*to);
    last = co_await pass_on(req, res, out, p.silence, via);
    bool const client_left = res.destroyed() && !last.status;
    if (client_left) {
      co_return;
    }
    p.servers.note(*to, last.status != 0, std::chrono::steady_clock::now());
    if (last.status != 0 || res.headers_sent()) {
      co_return;
    }
    failed = to;
    if (!may_repeat(req, last)) {
      break;
    }
  }
  if (failed == nullptr) {
    res.set_header("Retry-After", 1);
    refuse(res, 503, "no upstream is up");
  } else {
    refuse(res, last.error == "ETIMEDOUT" ? 504 : 502,
           fmt::format("the upstream fails with {}", last.error));
  }
}

net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client) {
  if (has_body(req)) {
    // Whose bytes they are is decided by the upstream, too late to frame them.
    refuse(client, 501, "an upgrade with a body");
    co_return;
  }
  std::string const peer = address_of(client);
  std::string wanted(req.headers().get("Upgrade").value_or(""));
  std::ranges::transform(wanted, wanted.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  upstream* failed = nullptr;
  outcome last;
  for (std::size_t attempt = 0; attempt < p.servers.size(); ++attempt) {
    upstream* const to = p.servers.choose(std::chrono::steady_clock::now(), failed);
    if (to == nullptr) {
      break;
    }
    http::client_request out;
    try {
      out = begin(p, *to, req, peer, wanted == "websocket");
    } catch (http::exception const& e) {
      refuse(client, 400, e.what());
      co_return;
    }
    under_way const count(*to);
    last = co_await pass_upgrade_on(client, out, p.silence, via);
    bool const answered = last.status != 0;
    p.servers.note(*to, answered, std::chrono::steady_clock::now());
    if (answered) {
      co_return;
    }
    failed = to;
    if (!may_repeat(req, last)) {
      break;
    }
  }
  if (failed == nullptr) {
    refuse(client, 503, "no upstream is up", "Retry-After: 1\r\n");
  } else {
    refuse(client, last.error == "ETIMEDOUT" ? 504 : 502,
           fmt::format("the upstream fails with {}", last.error));
  }
}

}  // namespace samples
