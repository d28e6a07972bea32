// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "forwarding.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>

namespace samples {

using namespace net::experimental::awaitable_operators;

namespace {

// Stores an error in an outcome. A request error also has a verdict on whether a retry is safe.
void note(outcome& to, boost::system::system_error const& e) {
  to.error = http::code_name(e.code());
  to.status = 0;
}

void note(outcome& to, http::request_error const& e) {
  note(to, static_cast<boost::system::system_error const&>(e));
  to.verdict = e.verdict();
  if (status_of(e.code()) == 504) {
    to.error = "ETIMEDOUT";
  }
}

// Sends the request body. The other side may respond and close before it has read everything.
// Errors are ignored here, because the response decides the result.
net::awaitable<void> send(http::incoming_message& req, http::client_request& out,
                          std::uint64_t& bytes) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  try {
    bytes = co_await http::pipe(req, out);
  } catch (boost::system::system_error const&) {
  }
}

// Returns why a response without a protocol switch cannot be forwarded; empty if it can be.
std::string_view objection(http::incoming_message const& answer) {
  if (answer.status_code() == 101) {
    return "an unrequested switch of protocols";
  }
  return http::can_be_passed_on(answer) ? "" : "an unknown Transfer-Encoding";
}

void limit_silence(http::client_request& out, std::chrono::milliseconds silence) {
  if (silence.count() > 0) {
    out.set_timeout(silence, [&out] { out.destroy(http::error::timed_out); });
  }
}

net::awaitable<outcome> receive(http::client_request& out, http::server_response& res,
                                std::chrono::milliseconds silence, std::string_view via) {
  // Enables cancellation: a client that disconnects aborts its request to the other side.
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  outcome result;
  http::pass_information(out, res);
  limit_silence(out, silence);
  http::incoming_message answer;
  try {
    answer = co_await out.response();
  } catch (http::request_error const& e) {
    note(result, e);
    co_return result;
  }
  if (std::string_view const why = objection(answer); !why.empty()) {
    result.error = why;
    out.destroy();
    co_return result;
  }
  result.status = answer.status_code();
  res.set_status_code(answer.status_code());
  res.set_status_message(answer.status_message());
  http::pass_headers(answer, res);
  res.append_header("Via", via);
  try {
    result.sent = co_await http::pipe(answer, res);
  } catch (boost::system::system_error const& e) {
    result.error = http::code_name(e.code());
  }
  if (!out.writable_finished()) {
    out.destroy();  // the response came before the whole request was read
  }
  co_return result;
}

net::awaitable<outcome> send_and_receive(http::incoming_message& req, http::server_response& res,
                                         http::client_request& out,
                                         std::chrono::milliseconds silence, std::string_view via) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  std::uint64_t received = 0;
  outcome result = co_await (send(req, out, received) && receive(out, res, silence, via));
  result.received = received;
  co_return result;
}

std::string head_of(http::incoming_message const& answer, std::string_view via,
                    std::string_view connection) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", answer.status_code(), answer.status_message());
  for (http::header_list::entry const& h : http::end_to_end_headers(answer)) {
    head += fmt::format("{}: {}\r\n", h.name, h.value.text());
  }
  return head + fmt::format("Via: {}\r\n{}\r\n", via, connection);
}

}  // namespace

bool has_body(http::incoming_message const& req) {
  return req.headers().contains("Transfer-Encoding") ||
         req.headers().get("Content-Length").value_or("0") != "0";
}

void refuse(http::server_response& res, int status, std::string_view why) {
  res.set_status_code(status);
  res.set_header("Content-Type", "text/plain");
  res.end(fmt::format("{} {}: {}\n", status, http::reason_phrase(status), why));
}

void refuse(anode::socket client, int status, std::string_view why, std::string_view header) {
  std::string const text = fmt::format("{} {}: {}\n", status, http::reason_phrase(status), why);
  client.end(
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                  "Connection: close\r\n{}\r\n{}",
                  status, http::reason_phrase(status), text.size(), header, text));
}

int status_of(anode::error_code ec) {
  return ec == http::error::timed_out || ec == net::error::timed_out ? 504 : 502;
}

net::awaitable<outcome> pass_on(http::incoming_message& req, http::server_response& res,
                                http::client_request& out, std::chrono::milliseconds silence,
                                std::string_view via) {
  if (has_body(req)) {
    return send_and_receive(req, res, out, silence, via);
  }
  out.end();
  return receive(out, res, silence, via);
}

net::awaitable<outcome> pass_upgrade_on(anode::socket client, http::client_request& out,
                                        std::chrono::milliseconds silence, std::string_view via) {
  outcome result;
  limit_silence(out, silence);
  http::upgrade_result answer;
  try {
    out.end();
    answer = co_await out.upgraded();
  } catch (http::request_error const& e) {
    note(result, e);
    co_return result;
  }
  http::incoming_message& response = answer.response();
  result.status = response.status_code();
  try {
    if (!answer) {
      if (std::string_view const why = objection(response); !why.empty()) {
        refuse(client, 502, why);
        co_return result;
      }
      // The end of the connection frames this response. Input after the request is discarded.
      std::string head = head_of(response, via, "Connection: close\r\n");
      co_await client.write(head);
      while (auto const chunk = co_await response.read()) {
        result.sent += chunk->size();
        co_await client.write(*chunk);
      }
      client.end();
    } else {
      std::string const head = head_of(response, via,
                                       fmt::format("Connection: Upgrade\r\nUpgrade: {}\r\n",
                                                   response.headers().get("Upgrade").value_or("")));
      co_await client.write(head);
      anode::socket const upstream = answer.socket();
      anode::relay_result const passed = co_await anode::relay(client, upstream, silence);
      result.received = passed.a_to_b;
      result.sent = passed.b_to_a;
    }
  } catch (boost::system::system_error const& e) {
    result.error = http::code_name(e.code());
    client.destroy();
  }
  co_return result;
}

net::awaitable<void> drain_on_signal(http::server& server, http::agent& agent,
                                     std::chrono::seconds grace) {
  net::signal_set signals{server.get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  co_await server.drain(grace);
  agent.destroy();
}

}  // namespace samples
