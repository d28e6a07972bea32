// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <fmt/format.h>

namespace samples {
namespace {

// Parses a target in absolute form. The target overrides the Host header (RFC 9112 section 3.2.2).
// Its path is passed on as it is. On failure, stores the reason in `why` and returns false.
bool read_target(http::incoming_message const& req, http::request_options& options,
                 std::string& why) {
  try {
    options.set_url(req.url());
    options.method = req.method();
    options.retry = 1;  // the origin may have closed a kept connection
    if (options.port == 0) {
      options.port = 80;
    }
    std::string changed;
    options.path = split_target(options.method, req.url(), changed).path;
    if (req.headers().contains("Authorization")) {
      options.auth.clear();  // the request has its own credentials
    }
    if (options.protocol != "http:") {
      why = "https needs CONNECT";
    } else if (!access_rules::is_host(options.host)) {
      why = "the host is neither a name nor an address";
    }
  } catch (http::exception const& e) {
    why = fmt::format("the target must be http://host/path ({})", e.what());
  }
  return why.empty();
}

net::awaitable<void> find(
    forward_proxy& p, std::string host, std::uint16_t port,
    std::function<void(anode::error_code, std::vector<http::lookup_address>)> done) {
  std::vector<http::lookup_address> found;
  anode::error_code ec = net::error::access_denied;
  try {
    std::vector<std::string> const all = co_await p.resolve(host);
    for (std::string const& address : all) {
      if (p.access.permit_address(host, address, port)) {
        found.push_back({address, address.find(':') == std::string::npos ? 4 : 6});
      }
    }
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  if (!found.empty()) {
    ec = {};
  }
  done(ec, std::move(found));
}

}  // namespace

http::lookup_function judged_lookup(forward_proxy& p, std::uint16_t port) {
  return [&p, port](std::string_view host, auto done) {
    net::co_spawn(p.agent.get_executor(), find(p, std::string(host), port, std::move(done)),
                  net::detached);
  };
}

net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  log_line log(p, req.socket(), req.method(), req.url());
  auto const answer = [&](int status, std::string_view why) {
    log.result.status = status;
    refuse(res, status, why);
  };
  client_limit::request const in_progress = p.limit.begin(req.socket().remote_endpoint());
  http::request_options options;
  std::string why;
  if (!p.users.permit(req)) {
    res.set_header("Proxy-Authenticate", R"(Basic realm="forward_proxy", charset="UTF-8")");
    answer(407, "a user name and a password are required");
  } else if (!read_target(req, options, why)) {
    answer(400, why);
  } else if (!p.access.permit(options.host, options.port)) {
    answer(403, "this host or port is not permitted");
  } else if (!http::can_be_passed_on(req)) {
    answer(501, "an unknown Transfer-Encoding");
  } else if (!in_progress) {
    res.set_header("Retry-After", 1);
    answer(503, "too many requests of this client");
  } else if (answer_last_hop(req, res)) {
    log.result.status = res.status_code();
  } else {
    options.lookup = judged_lookup(p, options.port);
    // A statement of its own, without co_await: see the README about g++ 12.
    http::client_request out = p.agent.request(std::move(options));
    http::pass_headers(req, out);
    std::string const via = fmt::format("{} forward_proxy", req.http_version());
    pass_max_forwards(req, out);
    out.append_header("Via", via);
    co_await pass_on(req, res, out, p.request_silence, "1.1 forward_proxy", log.result);
    if (log.result.status == 0 && !res.headers_sent() && !res.destroyed()) {
      if (log.result.error == "EACCES") {
        answer(403, "no permitted address");
      } else if (log.result.client_is_slow) {
        res.set_header("Connection", "close");
        answer(408, "the request took too long");
      } else {
        answer(log.result.refusal, fmt::format("the origin fails with {}", log.result.error));
      }
    }
  }
}

}  // namespace samples
