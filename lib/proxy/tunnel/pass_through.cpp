// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/tunnel/client_header.hpp"
#include "proxy/tunnel/dial.hpp"

#include <anode/delay.hpp>
#include <anode/error.hpp>
#include <anode/proxy/pass_through.hpp>
#include <anode/relay.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace anode::proxy {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

namespace net = boost::asio;

// TLS alerts (RFC 8446 section 6.2).
constexpr std::uint8_t decode_error = 50;
constexpr std::uint8_t internal_error = 80;
constexpr std::uint8_t unrecognized_name = 112;

net::awaitable<received_hello> run_read(socket client) {
  received_hello result;
  client_hello_parser parser;
  std::array<char, 4096> buffer;
  try {
    while (parser.at_least() > 0) {
      std::size_t const most = std::min(parser.at_least(), buffer.size());
      std::size_t const n = co_await client.read(net::buffer(buffer.data(), most));
      if (n == 0) {
        result.why = "the client has left";
        break;
      }
      result.bytes.append(buffer.data(), n);
      std::size_t used = 0;
      result.complete = parser.feed({buffer.data(), n}, used) == client_hello_parser::status::done;
    }
  } catch (boost::system::system_error const& e) {
    result.why = "the client has left";
    result.cause = e.code();
  }
  result.hello = parser.hello();
  result.tls = parser.is_tls();
  if (!parser.why().empty()) {
    result.why = parser.why();
  }
  co_return result;
}

// Sends a fatal alert and ends the connection.
net::awaitable<void> refuse_client(socket client, pass_through_record& record, std::uint8_t alert) {
  record.alert = alert;
  client.write(write_tls_alert(alert));
  co_await tunnel::finish(client);
}

net::awaitable<void> pass_connection(socket client, sni_routes const& routes,
                                     pass_through_options const& how, pass_through_record& record) {
  net::any_io_executor const ex = client.get_executor();
  auto first = co_await (read_client_hello(client) || delay(ex, how.preface_timeout));
  received_hello* const received = std::get_if<0>(&first);
  if (received == nullptr || !received->complete) {
    record.detail = received == nullptr ? "the client hello took too long" : received->why;
    record.cause = received == nullptr ? make_error_code(http::error::timed_out) : received->cause;
    if (received != nullptr && received->tls && received->bytes.size() > 0 && !received->cause &&
        received->why != "the client has left") {
      co_await refuse_client(client, record, decode_error);
    }
    co_return;
  }
  record.hello = std::move(received->hello);
  socket origin;
  for (std::string const& upstream : routes.find(record.hello.server_name)) {
    ++record.tries;
    record.upstream = upstream;
    tunnel::dialed result =
        co_await tunnel::dial_in_time(ex, how.dial, upstream, how.lookup, how.connect_timeout);
    record.cause = result.cause;
    if (result.stream) {
      origin = std::move(result.stream);
      break;
    }
  }
  if (!origin) {
    record.detail = record.tries == 0 ? "no route for the server name" : "no upstream is connected";
    co_await refuse_client(client, record, record.tries == 0 ? unrecognized_name : internal_error);
    co_return;
  }
  record.connected = true;
  if (how.send_proxy != 0) {
    origin.write(tunnel::client_header(client, how.send_proxy, record.hello.server_name));
  }
  origin.write(received->bytes);
  relay_options limits;
  limits.idle_timeout = how.idle_timeout;
  limits.half_closed = how.half_closed_timeout;
  relay_result const passed = co_await relay(client, origin, limits);
  record.up = received->bytes.size() + passed.a_to_b;
  record.down = passed.b_to_a;
}

net::awaitable<pass_through_record> run_pass_through(socket client, sni_routes const& routes,
                                                     pass_through_options const& how) {
  tunnel::close_at_end const guard(client);
  pass_through_record record;
  try {
    co_await pass_connection(client, routes, how, record);
  } catch (boost::system::system_error const& e) {
    if (e.code() != net::error::operation_aborted) {
      throw;
    }
    tunnel::note_cancelled(record);
  }
  co_return record;
}

}  // namespace

net::awaitable<received_hello> read_client_hello(socket client) {
  return run_read(std::move(client));
}

net::awaitable<pass_through_record> pass_through(socket client, sni_routes const& routes,
                                                 pass_through_options const& how) {
  if (how.send_proxy > 2) {
    throw http::exception(http::error::out_of_range, "The version of a PROXY header is 1 or 2");
  }
  return run_pass_through(std::move(client), routes, how);
}

}  // namespace anode::proxy
