// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

#include <algorithm>
#include <optional>

namespace parity {
namespace {

// Handlers that report the request or read its body.

std::string flat(http::field_lines const& lines) {
  json_text all("[]");
  for (http::field_line const line : lines) {
    all.text(line.name).text(line.value);
  }
  return all.str();
}

std::string array(http::header_values const& values) {
  json_text all("[]");
  for (std::string_view const value : values) {
    all.text(value);
  }
  return all.str();
}

std::string by_name(http::merged_headers const& headers, bool distinct) {
  struct pair {
    std::string name, value;
  };
  std::vector<pair> pairs;
  for (http::merged_headers::field const f : headers) {
    bool const list = distinct || f.name == "set-cookie";
    pairs.push_back({std::string(f.name), list ? array(f.values) : json_quoted(f.value)});
  }
  std::ranges::sort(pairs, {}, &pair::name);
  json_text all("[]");
  for (pair const& p : pairs) {
    all.raw(json_text("[]").text(p.name).raw(p.value).str());
  }
  return all.str();
}

std::string describe(http::incoming_message const& req, std::optional<std::string> const& body) {
  json_text all;
  all.text("method", req.method()).text("url", req.url()).text("httpVersion", req.http_version());
  all.raw("headers", by_name(req.headers(), false)).raw("rawHeaders", flat(req.raw_headers()));
  all.raw("headersDistinct", by_name(req.headers(), true));
  all.raw("trailers", by_name(req.trailers(), false)).raw("rawTrailers", flat(req.raw_trailers()));
  all.raw("trailersDistinct", by_name(req.trailers(), true));
  all.truth("complete", req.complete());
  all.raw("body", body ? json_quoted(*body) : "null");
  return all.str();
}

net::awaitable<void> root(call& c) {
  std::string const body = co_await collect(c);
  c.res.end(body);
}

net::awaitable<void> inspect(call& c) {
  c.listen_to_errors();
  std::string const body = co_await collect(c);
  c.res.set_header("Content-Type", "application/json");
  c.res.end(describe(c.req, body));
}

void inspect_head(call& c) {
  c.res.set_header("Content-Type", "application/json");
  c.res.end(describe(c.req, std::nullopt));
}

net::awaitable<void> echo(call& c) {
  c.res.write_head(200);
  c.listen_to_errors();
  c.waited = true;
  while (auto const chunk = co_await c.req.read()) {
    c.res.write(*chunk);
  }
  c.res.end();
}

net::awaitable<void> echo_length(call& c) {
  std::string const body = co_await collect(c);
  c.res.set_header("Content-Length", body.size());
  c.res.set_header("Content-Type", "application/octet-stream");
  c.res.end(body);
}

net::awaitable<void> echo_pipe(call& c) {
  c.waited = true;
  while (auto const chunk = co_await c.req.read()) {
    co_await c.res.write(*chunk);
  }
  c.res.end();
}

net::awaitable<void> body_length(call& c) {
  std::string const body = co_await collect(c);
  c.res.end("length=" + std::to_string(body.size()));
}

net::awaitable<void> read_none_later(call& c) {
  co_await pause(c, c.number());
  c.res.end("ignored");
}

net::awaitable<void> read_late(call& c) {
  co_await pause(c, c.number());
  co_await body_length(c);
}

net::awaitable<void> respond_then_read(call& c) {
  try {
    c.res.end("early");
  } catch (http::exception const& e) {
    c.log_throw(e);
    c.req.socket().destroy();  // The body is being read already.
  }
  std::string const body = co_await collect(c);
  c.log("handler.body", json_text().number("length", static_cast<std::int64_t>(body.size())));
}

void req_props(call& c) {
  http::incoming_message const& req = c.req;
  json_text all;
  all.truth("complete", req.complete()).truth("aborted", req.aborted());
  all.text("method", req.method()).text("url", req.url()).text("httpVersion", req.http_version());
  all.number("httpVersionMajor", req.http_version_major());
  all.number("httpVersionMinor", req.http_version_minor());
  // A request has no status, and a request that reaches this handler is not an upgrade.
  all.null("statusCode").null("statusMessage").truth("upgrade", false);
  all.truth("readableEnded", req.readable_ended()).truth("destroyed", req.destroyed());
  c.res.end(all.str());
}

constexpr handler table[] = {
    {"(root)", nullptr, root},
    {"inspect", nullptr, inspect},
    {"inspect-head", inspect_head},
    {"echo", nullptr, echo},
    {"echo-length", nullptr, echo_length},
    {"echo-pipe", nullptr, echo_pipe},
    {"body-length", nullptr, body_length},
    {"read-none", [](call& c) { c.res.end("ignored"); }},
    {"read-none-later", nullptr, read_none_later},
    {"read-late", nullptr, read_late},
    {"respond-then-read", nullptr, respond_then_read},
    {"req-props", req_props},
};

}  // namespace

std::span<handler const> request_handlers() { return table; }

}  // namespace parity
