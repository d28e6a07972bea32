// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "forwarding.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <utility>

namespace samples {

using namespace net::experimental::awaitable_operators;

namespace {

// Returns whether a failure is a lack of resources of this process.
bool is_own(anode::error_code ec) {
  namespace errc = boost::system::errc;
  return ec == net::error::no_descriptors || ec == errc::too_many_files_open_in_system ||
         ec == net::error::no_memory || ec == net::error::no_buffer_space ||
         ec == errc::address_not_available;
}

bool is_timeout(anode::error_code ec) {
  return ec == http::error::timed_out || ec == net::error::timed_out;
}

// Returns whether the other side cannot be reached, or has closed the connection without a
// response.
bool is_down(http::request_error const& e) {
  using http::request_phase;
  switch (e.phase()) {
    case request_phase::queued:
    case request_phase::body:
      return false;
    case request_phase::lookup:
    case request_phase::connect:
    case request_phase::tunnel:
    case request_phase::secure:
      return true;
    case request_phase::send:
    case request_phase::head:
      break;
  }
  return e.bytes_received() == 0 &&
         (e.code() == http::error::connection_reset || e.code() == net::error::connection_reset ||
          e.code() == net::error::broken_pipe);
}

// Stores a failure in an outcome.
void note(outcome& to, http::request_error const& e) {
  to.status = 0;
  to.verdict = e.verdict();
  to.error = http::code_name(e.code());
  if (to.client_is_slow) {
    to.error = "a client that sends nothing";
    to.refusal = 408;
  } else if (is_own(e.code())) {
    to.refusal = 503;
  } else {
    to.other_is_down = is_down(e);
    to.refusal = status_of(e.code());
    if (is_timeout(e.code())) {
      to.error = "ETIMEDOUT";
    }
  }
}

// Waits until the head of the request is passed to the system, therefore a connection exists, or
// the request has failed.
net::awaitable<void> connected(http::client_request& out) {
  out.flush_headers();
  bool waits = true;
  while (waits && !out.destroyed()) {
    anode::socket connection = out.socket();
    co_await connection.drained();
    waits = connection != out.socket();  // a retry has another connection
  }
}

// Sends the request body, once there is a connection: until then another server can be asked. The
// other side may respond and close before it has read everything. Errors are ignored here, because
// the response decides the result.
net::awaitable<void> send(http::incoming_message& req, http::client_request& out, outcome& result) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  try {
    co_await connected(out);
    if (!out.destroyed()) {
      result.body_taken = true;
      result.received = co_await http::pipe(req, out);
    }
  } catch (boost::system::system_error const&) {
  }
}

bool is_text(std::string_view reason) {
  return std::ranges::none_of(reason, [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte == 0x7f || (byte < 0x20 && c != '\t');
  });
}

bool asks_to_close(http::incoming_message const& answer) {
  std::string value(answer.headers().get("Connection").value_or(""));
  std::ranges::transform(value, value.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return value.find("close") != std::string::npos;
}

// Returns why a response cannot be forwarded; empty if it can be.
// @param switching whether the response may switch the protocol
std::string_view objection(http::incoming_message const& answer, bool switching = false) {
  int const status = answer.status_code();
  if (status == 101 && !switching) {
    return "an unrequested switch of protocols";
  }
  if (status < 100 || status > 599 || (status < 200 && status != 101)) {
    return "an invalid status";
  }
  if (!is_text(answer.status_message())) {
    return "an invalid reason phrase";
  }
  return http::can_be_passed_on(answer) ? "" : "an unknown Transfer-Encoding";
}

// Aborts the request after a time without activity. If the client could send more of its request,
// and everything it has sent is passed on, the client is the one that is slow.
void limit_silence(http::client_request& out, http::incoming_message const* req, outcome& result,
                   std::chrono::milliseconds silence) {
  if (silence.count() > 0) {
    out.set_timeout(silence, [&out, req, &result] {
      result.client_is_slow = req != nullptr && !req->complete() && out.writable_length() == 0;
      out.destroy(http::error::timed_out);
    });
  }
}

net::awaitable<void> receive(http::incoming_message const& req, http::client_request& out,
                             http::server_response& res, std::chrono::milliseconds silence,
                             std::string_view via, outcome& result) {
  // Enables cancellation: a client that disconnects aborts its request to the other side.
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  http::pass_information(out, res);
  limit_silence(out, &req, result, silence);
  http::incoming_message answer;
  try {
    answer = co_await out.response();
  } catch (http::request_error const& e) {
    note(result, e);
    co_return;
  }
  if (std::string_view const why = objection(answer); !why.empty()) {
    result.error = why;
    out.destroy();
    co_return;
  }
  result.status = answer.status_code();
  res.set_status_code(answer.status_code());
  res.set_status_message(answer.status_message());
  http::pass_headers(answer, res);
  res.append_header("Via", via);
  // An early response does not stop the upload, unless it is an error and the connection ends.
  bool const stops = answer.status_code() >= 400 && asks_to_close(answer);
  try {
    result.sent = co_await http::pipe(answer, res);
  } catch (boost::system::system_error const& e) {
    result.error = http::code_name(e.code());
  }
  if ((stops || !result.error.empty()) && !out.writable_finished()) {
    out.destroy();
  }
}

net::awaitable<void> send_and_receive(http::incoming_message& req, http::server_response& res,
                                      http::client_request& out, std::chrono::milliseconds silence,
                                      std::string_view via, outcome& result) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await (send(req, out, result) && receive(req, out, res, silence, via, result));
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

int status_of(anode::error_code ec) { return is_timeout(ec) ? 504 : 502; }

net::awaitable<void> pass_on(http::incoming_message& req, http::server_response& res,
                             http::client_request& out, std::chrono::milliseconds silence,
                             std::string_view via, outcome& result) {
  result = {};
  if (has_body(req)) {
    if (req.headers().contains("Transfer-Encoding")) {
      out.set_header("Transfer-Encoding", "chunked");  // whatever the method is
    }
    return send_and_receive(req, res, out, silence, via, result);
  }
  out.end();
  return receive(req, out, res, silence, via, result);
}

net::awaitable<void> pass_upgrade_on(anode::socket client, http::client_request& out,
                                     std::chrono::milliseconds silence, std::string_view via,
                                     outcome& result) {
  result = {};
  limit_silence(out, nullptr, result, silence);
  http::upgrade_result answer;
  try {
    out.end();
    answer = co_await out.upgraded();
  } catch (http::request_error const& e) {
    note(result, e);
    co_return;
  }
  http::incoming_message& response = answer.response();
  result.status = response.status_code();
  if (std::string_view const why = objection(response, static_cast<bool>(answer)); !why.empty()) {
    result.status = 502;
    refuse(client, 502, why);
    co_return;
  }
  try {
    if (!answer) {
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
}

client_limit::request::request(client_limit& of, std::string client)
    : counts_(of.counts_), client_(std::move(client)) {
  ++(*counts_)[client_];
}

client_limit::request::~request() {
  if (counts_) {
    auto const found = counts_->find(client_);
    if (--found->second == 0) {
      counts_->erase(found);
    }
  }
}

client_limit::request client_limit::begin(anode::endpoint const& client) {
  std::string key = client.address;
  anode::error_code ec;
  if (auto const v6 = net::ip::make_address_v6(key, ec); !ec && !v6.is_v4_mapped()) {
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    key = net::ip::address_v6(bytes).to_string();
  }
  auto const found = counts_->find(key);
  if (found != counts_->end() && found->second >= most_) {
    return {};
  }
  return {*this, std::move(key)};
}

target_parts split_target(std::string_view method, std::string_view target, std::string& changed) {
  target_parts parts;
  parts.path = target;
  std::size_t const scheme = target.find("://");
  if (target.starts_with('/') || target == "*" || scheme == std::string_view::npos) {
    return parts;
  }
  std::string_view const rest = target.substr(scheme + 3);
  std::size_t const end = std::min(rest.find_first_of("/?#"), rest.size());
  parts.authority = rest.substr(0, end);
  if (std::size_t const at = parts.authority.rfind('@'); at != std::string_view::npos) {
    parts.authority.remove_prefix(at + 1);
  }
  parts.path = rest.substr(end, rest.find('#') - end);
  if (parts.path.empty()) {
    parts.path = method == "OPTIONS" ? "*" : "/";
  } else if (parts.path.front() == '?') {
    changed = "/" + std::string(parts.path);
    parts.path = changed;
  }
  return parts;
}

namespace {

bool counts_hops(std::string_view method) { return method == "TRACE" || method == "OPTIONS"; }

// Returns the number of hops that are left; -1 without a valid number.
int hops_left(http::incoming_message const& req) {
  std::string_view const text = req.headers().get("Max-Forwards").value_or("");
  int hops = -1;
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, hops);
  return ec == std::errc{} && rest == end ? hops : -1;
}

}  // namespace

bool answer_last_hop(http::incoming_message const& req, http::server_response& res) {
  if (!counts_hops(req.method()) || hops_left(req) != 0) {
    return false;
  }
  if (req.method() == "OPTIONS") {
    res.set_header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    res.end();
  } else {
    // A copy of the request would show a script the fields that it must not see.
    refuse(res, 405, "TRACE ends here");
  }
  return true;
}

void pass_max_forwards(http::incoming_message const& req, http::client_request& out) {
  if (int const hops = hops_left(req); counts_hops(req.method()) && hops > 0) {
    out.set_header("Max-Forwards", hops - 1);
  }
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
