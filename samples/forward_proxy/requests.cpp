// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/format.h>

namespace samples {
namespace {

// Parses a target in absolute form. The target overrides the Host header (RFC 9112 section 3.2.2).
// On failure, stores the reason in `why` and returns false.
bool read_target(http::incoming_message const& req, http::request_options& options,
                 std::string& why) {
  try {
    options.set_url(req.url());
    options.method = req.method();
    if (options.port == 0) {
      options.port = 80;
    }
    why = options.protocol == "http:" ? "" : "https needs CONNECT";
  } catch (http::exception const& e) {
    why = fmt::format("the target must be http://host/path ({})", e.what());
  }
  return why.empty();
}

}  // namespace

net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  log_line log(p, req.socket(), req.method(), req.url());
  auto const answer = [&](int status, std::string_view why) {
    log.result.status = status;
    refuse(res, status, why);
  };
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
  } else {
    // A statement of its own, without co_await: see the README about g++ 12.
    http::client_request out = p.agent.request(std::move(options));
    http::pass_headers(req, out);
    std::string const via = fmt::format("{} forward_proxy", req.http_version());
    out.append_header("Via", via);
    log.result = co_await pass_on(req, res, out, p.request_silence, "1.1 forward_proxy");
    if (log.result.status == 0 && !res.headers_sent() && !res.destroyed()) {
      answer(log.result.error == "ETIMEDOUT" ? 504 : 502,
             fmt::format("the origin fails with {}", log.result.error));
    }
  }
}

}  // namespace samples
