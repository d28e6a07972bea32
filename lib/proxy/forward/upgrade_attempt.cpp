// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/upgrade_attempt.hpp"

#include "proxy/forward/time_limit.hpp"
#include "proxy/forward/tunnel.hpp"
#include "proxy/rules/hops.hpp"

#include <anode/error.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <string>
#include <utility>

namespace anode::proxy {

using namespace net::experimental::awaitable_operators;

namespace {

net::awaitable<void> wait_upgraded(attempt& a, http::client_request& out,
                                   http::upgrade_result& answer) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  try {
    answer = co_await out.upgraded();
    a.reused = out.reused_socket();
  } catch (http::request_error const& e) {
    a.note(e);
  } catch (boost::system::system_error const& e) {
    a.note(e.code());
  }
}

std::string head_of(attempt const& a, http::incoming_message const& answer,
                    std::string_view connection) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status_code()) + ' ';
  head.append(answer.status_message()).append("\r\n");
  for (http::header_list::entry const& h : http::end_to_end_headers(answer)) {
    head.append(h.name).append(": ").append(h.value.text()).append("\r\n");
  }
  if (!a.p.how.via.empty()) {
    head.append("Via: ")
        .append(via_value(answer.http_version_minor(), a.p.how.via, {}))
        .append("\r\n");
  }
  return head.append(connection).append("\r\n");
}

// Passes a response on that does not switch the protocol. The end of the connection frames it.
// Input after the request is discarded.
net::awaitable<void> pass_declined(attempt& a, http::incoming_message& answer,
                                   anode::socket client) {
  write_limit limit(client, a.p.how.timeouts.client_write);
  bool reading = false;
  try {
    std::string const head = head_of(a, answer, "Connection: close\r\n");
    client.write(head);
    while (true) {
      reading = true;
      auto const chunk = co_await answer.read();
      reading = false;
      if (!chunk) {
        break;
      }
      a.down.bytes += chunk->size();
      limit.start();
      co_await client.write(*chunk);
      limit.stop();
    }
    client.end();
  } catch (boost::system::system_error const& e) {
    a.down.error = e.code();
    a.down.end = reading               ? http::pipe_end::source_failed
                 : limit.has_expired() ? http::pipe_end::target_silent
                                       : http::pipe_end::target_failed;
    client.destroy();  // an incomplete response must not look complete
  }
  a.p.record.response_body = a.down.bytes;
}

}  // namespace

net::awaitable<void> run_upgrade_attempt(attempt& a, anode::socket client,
                                         http::client_request& out) {
  http::upgrade_result answer;
  out.end();
  auto const first = co_await (wait_upgraded(a, out, answer) || client.closed());
  if (first.index() == 1 || (a.failed && client.destroyed())) {
    a.failed = true;
    a.client_left = true;
    co_return;
  }
  if (a.failed) {
    co_return;
  }
  http::incoming_message& response = answer.response();
  if (!a.accept(response, static_cast<bool>(answer))) {
    out.destroy();
    co_return;
  }
  a.note_answer(response);
  if (!answer) {
    auto const ended = co_await (pass_declined(a, response, client) || client.closed());
    if (ended.index() == 1) {
      a.down.end = http::pipe_end::target_failed;
    }
    co_return;
  }
  std::string connection = "Connection: Upgrade\r\nUpgrade: ";
  connection.append(response.headers().get("Upgrade").value_or("")).append("\r\n");
  client.write(head_of(a, response, connection));
  co_await run_tunnel(a.p, client, answer.socket());
}

}  // namespace anode::proxy
