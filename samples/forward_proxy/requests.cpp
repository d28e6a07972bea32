// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace samples {

forward_proxy::forward_proxy(http::agent a) : agent(std::move(a)), connector(agent.get_executor()) {
  access.allow_special();
  how.via = "forward_proxy";
  how.send = proxy::forwarded_headers::none;  // the origin need not know the client
  how.limit.emplace(std::size_t{64});
}

void forward_proxy::set_silence(std::chrono::milliseconds time) {
  proxy::proxy_timeouts& t = how.timeouts;
  t.body_silence = t.answer = t.answer_silence = t.client_write = time;
}

namespace {

constexpr std::string_view no_credentials = "a user name and a password are required";

void note(forward_proxy& p, proxy::exchange_record const& record, http::incoming_message const& req,
          std::string_view client) {
  p.log.write(record, req, client);
  if (p.on_done) {
    p.on_done(record);
  }
}

proxy::exchange_record refused() {
  proxy::exchange_record record;
  record.status = 407;
  record.side = proxy::failure_side::policy;
  record.phase = proxy::exchange_phase::request_head;
  record.detail = no_credentials;
  return record;
}

std::string refusal_text() {
  return fmt::format("407 {}: {}\n", http::reason_phrase(407), no_credentials);
}

}  // namespace

net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res) {
  std::string const client = req.socket().remote_endpoint().address;
  proxy::exchange_record record;
  if (p.users.permit(req)) {
    record = co_await proxy::forward_absolute(req, res, p.agent, p.connector, p.access, p.how);
  } else {
    record = refused();
    res.set_status_code(407);
    res.set_header("Proxy-Authenticate", R"(Basic realm="forward_proxy", charset="UTF-8")");
    res.set_header("Content-Type", "text/plain");
    res.end(refusal_text());
  }
  note(p, record, req, client);
}

net::awaitable<void> open_tunnel(forward_proxy& p, http::incoming_message& req,
                                 anode::socket client) {
  std::string const address = client.remote_endpoint().address;
  proxy::exchange_record record;
  if (p.users.permit(req)) {
    record = co_await proxy::forward_connect(req, client, p.connector, p.access, p.how);
  } else {
    record = refused();
    std::string const text = refusal_text();
    client.end(
        fmt::format("HTTP/1.1 407 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                    "Connection: close\r\n{}\r\n{}",
                    http::reason_phrase(407), text.size(), credentials::challenge, text));
  }
  note(p, record, req, address);
}

}  // namespace samples
