// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tunnel_log.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <string>

namespace samples {

namespace proxy = anode::proxy;

namespace {

// The reply of a SOCKS5 server to a target that its rules deny.
constexpr std::uint8_t not_allowed = 2;

std::chrono::microseconds since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begun);
}

void set_end(proxy::exchange_record& r, proxy::failure_side side, proxy::exchange_phase phase) {
  r.side = side;
  r.phase = phase;
}

proxy::exchange_phase phase_of(bool connected) {
  return connected ? proxy::exchange_phase::tunnel : proxy::exchange_phase::connect;
}

}  // namespace

proxy::exchange_record record_of(proxy::socks_record const& from) {
  proxy::exchange_record r;
  r.cause = from.cause;
  r.timed_out = from.cause == anode::http::error::timed_out;
  r.detail = from.detail;
  r.tunnel_up = from.up;
  r.tunnel_down = from.down;
  if (from.cause == boost::asio::error::operation_aborted) {
    set_end(r, proxy::failure_side::killed, phase_of(from.connected));
  } else if (from.reply == not_allowed) {
    set_end(r, proxy::failure_side::policy, proxy::exchange_phase::connect);
  } else if (!from.connected) {
    bool const asked = !from.to.host.empty();
    set_end(r, asked ? proxy::failure_side::upstream : proxy::failure_side::client,
            asked ? proxy::exchange_phase::connect : proxy::exchange_phase::preface);
  }
  return r;
}

proxy::exchange_record record_of(proxy::pass_through_record const& from) {
  proxy::exchange_record r;
  r.cause = from.cause;
  r.timed_out = from.cause == anode::http::error::timed_out;
  r.detail = from.detail;
  r.tunnel_up = from.up;
  r.tunnel_down = from.down;
  if (from.cause == boost::asio::error::operation_aborted) {
    set_end(r, proxy::failure_side::killed, phase_of(from.connected));
  } else if (!from.connected) {
    if (from.tries > 0) {
      set_end(r, proxy::failure_side::upstream, proxy::exchange_phase::connect);
    } else {
      bool const no_route = !from.hello.versions.empty();
      set_end(r, no_route ? proxy::failure_side::policy : proxy::failure_side::client,
              proxy::exchange_phase::preface);
    }
  }
  return r;
}

void log_tunnel(proxy_log const& log, proxy::socks_record const& record, std::string_view client,
                std::chrono::steady_clock::time_point begun) {
  std::string const target =
      record.to.host.empty() ? std::string() : fmt::format("{}:{}", record.to.host, record.to.port);
  proxy::log_entry entry;
  entry.client = client;
  entry.method = "SOCKS5";
  entry.target = target;
  proxy::exchange_record line = record_of(record);
  line.total = since(begun);
  log.write(line, entry);
}

void log_tunnel(proxy_log const& log, proxy::pass_through_record const& record,
                std::string_view client, std::chrono::steady_clock::time_point begun) {
  proxy::log_entry entry;
  entry.client = client;
  entry.method = "TLS";
  entry.sni = record.hello.server_name;
  entry.target = record.upstream;
  proxy::exchange_record line = record_of(record);
  line.total = since(begun);
  log.write(line, entry);
}

}  // namespace samples
