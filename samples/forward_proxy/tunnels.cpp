// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <variant>

namespace samples {

using namespace net::experimental::awaitable_operators;

namespace {

// Connects. On failure, stores the reason in `result` and returns an empty socket.
net::awaitable<anode::socket> try_connect(forward_proxy& p, std::string const& authority,
                                          http::lookup_function const& lookup, outcome& result) {
  try {
    co_return co_await p.connect(authority, lookup);
  } catch (boost::system::system_error const& e) {
    result.status = status_of(e.code());
    result.error = http::code_name(e.code());
  }
  co_return anode::socket();
}

net::awaitable<anode::socket> connect_in_time(forward_proxy& p, std::string const& authority,
                                              http::lookup_function const& lookup,
                                              outcome& result) {
  net::steady_timer timer(p.agent.get_executor(), p.connect_timeout);
  auto first =
      co_await (try_connect(p, authority, lookup, result) || timer.async_wait(net::use_awaitable));
  if (anode::socket* const connected = std::get_if<0>(&first)) {
    co_return *connected;
  }
  result.status = 504;
  result.error = "ETIMEDOUT";
  co_return anode::socket();
}

}  // namespace

net::awaitable<void> open_tunnel(forward_proxy& p, http::incoming_message& req,
                                 anode::socket client) {
  log_line log(p, client, req.method(), req.url());
  auto const answer = [&](int status, std::string_view why, std::string_view header = {}) {
    log.result.status = status;
    refuse(client, status, why, header);
  };
  std::string const authority(req.url());
  std::string host;
  std::uint16_t port = 0;
  client_limit::request const in_progress = p.limit.begin(client.remote_endpoint());
  if (!p.users.permit(req)) {
    answer(407, "a user name and a password are required", credentials::challenge);
  } else if (!split_authority(authority, host, port) || port == 0 || !access_rules::is_host(host)) {
    answer(400, "the target of CONNECT must be a host and a port");
  } else if (!p.access.permit(host, port)) {
    answer(403, "this host or port is not permitted");
  } else if (!in_progress) {
    answer(503, "too many requests of this client", "Retry-After: 1\r\n");
  } else {
    http::lookup_function const lookup = judged_lookup(p, port);
    anode::socket const origin = co_await connect_in_time(p, authority, lookup, log.result);
    if (!origin && log.result.error == "EACCES") {
      answer(403, "no permitted address");
    } else if (!origin) {
      answer(log.result.status, fmt::format("the origin fails with {}", log.result.error));
    } else {
      log.result.status = 200;
      // The relay starts with the input that followed the CONNECT request.
      co_await client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      anode::relay_result const passed = co_await anode::relay(client, origin, p.tunnel_silence);
      log.result.received = passed.a_to_b;
      log.result.sent = passed.b_to_a;
    }
  }
}

}  // namespace samples
