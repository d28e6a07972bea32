// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A proxy for clients: CONNECT opens a tunnel through which bytes pass both ways, and a request for
// "http://host/path" is made for the client over kept connections.

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <set>
#include <string>
#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;
using namespace net::experimental::awaitable_operators;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// The names of fields that end here (RFC 9110 section 7.6.1): those that concern one connection,
// and those that Connection calls such.
std::set<std::string> hop_by_hop(http::incoming_message const& message) {
  std::set<std::string> names{"connection",          "keep-alive",       "proxy-authenticate",
                              "proxy-authorization", "proxy-connection", "te",
                              "transfer-encoding",   "upgrade"};
  if (!message.method().empty()) {
    names.insert("host");  // a request has the Host of the one it is sent to
  }
  if (!message.headers().contains("Transfer-Encoding")) {
    names.insert("trailer");  // what has a length has no trailers
  }
  for (std::string_view rest : message.headers().values("Connection")) {
    while (!rest.empty()) {
      std::size_t const begin = std::min(rest.find_first_not_of(" \t,"), rest.size());
      rest.remove_prefix(begin);
      std::size_t const end = std::min(rest.find_first_of(" \t,"), rest.size());
      names.insert(lower(rest.substr(0, end)));
      rest.remove_prefix(end);
    }
  }
  return names;
}

void copy_headers(http::incoming_message const& from, http::outgoing_message& to) {
  std::set<std::string> const ends_here = hop_by_hop(from);
  for (auto const& [name, value] : from.raw_headers()) {
    if (!ends_here.contains(lower(name))) {
      to.append_header(name, value);
    }
  }
}

net::awaitable<void> copy_body(http::incoming_message& from, http::outgoing_message& to) {
  while (auto const piece = co_await from.read()) {
    co_await to.write(*piece);
  }
  http::header_list trailers;
  for (auto const& [name, value] : from.raw_trailers()) {
    trailers.append(name, value);
  }
  to.add_trailers(trailers);
  co_await to.end();
}

// Makes the client's request one to the origin; Host follows the target (RFC 9112 section 3.2.2).
http::client_request begin(http::agent& agent, http::incoming_message& req) {
  http::request_options options;
  options.set_url(req.url());
  options.method = req.method();
  http::client_request out = agent.request(options);
  copy_headers(req, out);
  out.append_header("Via", fmt::format("{} tunnel_proxy", req.http_version()));
  return out;
}

// The origin may answer before it has read everything, and close; a client that goes away cancels
// send_response: neither is told here.
net::awaitable<void> send_request(http::incoming_message& req, http::client_request& out) {
  try {
    co_await copy_body(req, out);
  } catch (boost::system::system_error const&) {
  }
}

void refuse(http::server_response& res, int status, std::string_view why) {
  res.set_status_code(status);
  res.set_header("Content-Type", "text/plain");
  res.end(fmt::format("{} {}: {}\n", status, http::reason_phrase(status), why));
}

net::awaitable<void> send_response(http::client_request& out, http::server_response& res) {
  // A client that goes away cancels what it has asked for.
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  http::incoming_message answer;
  try {
    answer = co_await out.response();
  } catch (http::request_error const& e) {
    bool const late = e.code() == http::error::timed_out || e.code() == net::error::timed_out;
    refuse(res, late ? 504 : 502, fmt::format("the origin fails with {}", e.code_name()));
    co_return;
  }
  res.set_status_code(answer.status_code());
  res.set_status_message(answer.status_message());
  copy_headers(answer, res);
  co_await copy_body(answer, res);
  if (!out.writable_finished()) {
    out.destroy();  // answered before all of the request was read
  }
}

net::awaitable<void> forward(http::agent& agent, http::incoming_message& req,
                             http::server_response& res) {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  http::client_request out;
  try {
    out = begin(agent, req);
  } catch (http::exception const& e) {
    refuse(res, 400, fmt::format("a proxy is asked for http://host/path ({})", e.what()));
    co_return;
  }
  co_await (send_request(req, out) && send_response(out, res));
}

// Connects, agrees, and from then on passes bytes both ways, until neither side sends any more.
net::awaitable<void> tunnel(http::incoming_message& req, anode::socket client) {
  anode::socket origin;
  std::string refusal;
  try {
    origin = co_await anode::connect(client.get_executor(), req.url());
  } catch (http::exception const& e) {
    refusal = fmt::format("400 Bad Request\r\n\r\n{}\n", e.what());
  } catch (boost::system::system_error const& e) {
    refusal =
        fmt::format("502 Bad Gateway\r\n\r\nthe origin fails with {}\n", http::code_name(e.code()));
  }
  if (!origin) {
    client.end("HTTP/1.1 " + refusal);
    co_await client.drained();
    co_return;
  }
  co_await client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  co_await anode::relay(client, origin, std::chrono::minutes(10));
}

// Drains on the first signal; the second one meets no handler any more and ends the program.
net::awaitable<void> drain_on_signal(http::server& server, http::agent& agent,
                                     std::chrono::seconds grace) {
  net::signal_set signals{server.get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  co_await server.drain(grace);
  agent.destroy();
}

int main(int argc, char** argv) try {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  unsigned grace = 5;
  samples::options{"tunnel_proxy", "A proxy for http: tunnels by CONNECT, and requests in full."}
      .add("--host", "ADDRESS", host, "where to listen (127.0.0.1)")
      .add("--port", "PORT", port, "0 takes any free port (8080)")
      .add("--grace", "SECONDS", grace, "how long a drain may take (5)")
      .parse(argc, argv);

  net::io_context io{1};
  http::agent_options pool;
  pool.keep_alive = true;
  pool.connect_timeout = std::chrono::seconds(10);
  http::agent agent{io.get_executor(), pool};
  http::server server{io.get_executor()};
  server.on_connect(tunnel);
  server.on_request([&](http::incoming_message& req, http::server_response& res) {
    return forward(agent, req, res);
  });
  server.listen(port, host);
  net::co_spawn(io, drain_on_signal(server, agent, std::chrono::seconds(grace)), net::detached);
  samples::announce(server.address());
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "tunnel_proxy: {}\n", e.what());
  return EXIT_FAILURE;
}
