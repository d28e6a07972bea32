// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/socks/socks_server_handshake.hpp"
#include "proxy/tunnel/dial.hpp"

#include <anode/agent.hpp>
#include <anode/delay.hpp>
#include <anode/error.hpp>
#include <anode/proxy/socks_server.hpp>
#include <anode/relay.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <exception>
#include <memory>
#include <utility>

namespace anode::proxy {

using namespace boost::asio::experimental::awaitable_operators;
using socks::reply;
using socks::server_handshake;

namespace {

namespace net = boost::asio;

reply reply_of(boost::system::error_code ec) noexcept {
  if (ec == http::error::address_refused || ec == net::error::access_denied) {
    return reply::not_allowed;
  }
  if (ec == net::error::network_unreachable || ec == boost::system::errc::network_down) {
    return reply::network_unreachable;
  }
  if (ec == net::error::host_unreachable || ec == net::error::host_not_found ||
      ec == net::error::host_not_found_try_again || ec == net::error::timed_out) {
    return reply::host_unreachable;
  }
  if (ec == net::error::connection_refused) {
    return reply::connection_refused;
  }
  if (ec == net::error::address_family_not_supported) {
    return reply::address_type_not_supported;
  }
  return reply::general_failure;
}

// One connection.
class socks_session {
public:
  socks_session(socket peer, socks_options const& options)
      : client(std::move(peer)), how(options), handshake(options.authenticate != nullptr) {}

  // Receives messages until the request, a refusal, or the end of the connection.
  static net::awaitable<void> receive_request(socks_session& s) {
    std::array<char, server_handshake::longest_message> buffer;
    try {
      while (s.state == server_handshake::status::need_more) {
        std::size_t const n =
            co_await s.client.read(net::buffer(buffer.data(), s.handshake.at_least()));
        if (n == 0) {
          s.record.detail = "the client has left";
          break;
        }
        std::size_t used = 0;
        s.state = s.handshake.feed({buffer.data(), n}, used);
        if (s.state == server_handshake::status::authenticate) {
          s.record.user = s.handshake.user();
          bool const permitted = s.authenticate();
          if (s.thrown) {
            co_return;
          }
          if (!permitted) {
            co_await delay(s.client.get_executor(), s.how.failure_delay);
          }
          s.state = s.handshake.authenticated(permitted);
        }
        if (std::string_view const out = s.handshake.output(); !out.empty()) {
          std::string text(out);
          s.handshake.sent(text.size());
          co_await s.client.write(std::move(text));
        }
      }
    } catch (boost::system::system_error const& e) {
      s.record.detail = "the client has left";
      s.record.cause = e.code();
    }
  }

  // Judges the request and connects. Returns an empty socket if it is refused.
  static net::awaitable<socket> connect(socks_session& s) {
    std::shared_ptr<target_rules const> const rules =
        s.how.rules ? s.how.rules : std::make_shared<target_rules const>();
    target_decision const decision = rules->judge(s.record.to);
    if (!decision) {
      s.refuse(reply::not_allowed, decision.text());
      co_return socket();
    }
    net::any_io_executor const ex = s.client.get_executor();
    auto const resolve = [ex](std::string_view host) { return anode::resolve(ex, host); };
    http::lookup_function const lookup = tunnel::judged_lookup(
        rules, s.record.to.port, s.how.lookup ? s.how.lookup : tunnel::lookup_by(ex, resolve),
        make_error_code(http::error::address_refused));
    std::string const authority = tunnel::authority_of(s.record.to);
    tunnel::dialed const result =
        co_await tunnel::dial_in_time(ex, s.how.dial, authority, lookup, s.how.connect_timeout);
    if (!result.stream) {
      s.record.cause = result.cause;
      s.refuse(reply_of(result.cause), result.cause == http::error::address_refused
                                           ? "no address of the host is allowed"
                                           : "the target cannot be connected");
    }
    co_return result.stream;
  }

  bool authenticate() {
    try {
      return how.authenticate(handshake.user(), handshake.password());
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }

  void refuse(reply code, std::string why) {
    record.reply = static_cast<std::uint8_t>(code);
    record.detail = std::move(why);
    client.write(socks::write_reply(code, {}));
  }

  socket client;
  socks_options const& how;
  server_handshake handshake;
  server_handshake::status state = server_handshake::status::need_more;
  socks_record record;
  std::exception_ptr thrown;  // by the program
};

net::awaitable<void> serve_session(socks_session& s) {
  net::any_io_executor const ex = s.client.get_executor();
  auto const first =
      co_await (socks_session::receive_request(s) || delay(ex, s.how.preface_timeout));
  if (s.thrown) {
    std::rethrow_exception(s.thrown);
  }
  if (first.index() == 1 || s.state == server_handshake::status::need_more) {
    if (first.index() == 1) {
      s.record.detail = "the handshake took too long";
      s.record.cause = make_error_code(http::error::timed_out);
    }
    co_return;
  }
  if (s.state == server_handshake::status::refused) {
    s.record.detail = s.handshake.why();
    co_await tunnel::finish(s.client);
    co_return;
  }
  s.record.to = target(s.handshake.host(), s.handshake.port());
  socket const origin = co_await socks_session::connect(s);
  if (!origin) {
    co_await tunnel::finish(s.client);
    co_return;
  }
  s.record.reply = static_cast<std::uint8_t>(reply::succeeded);
  s.record.connected = true;
  s.client.write(socks::write_reply(reply::succeeded, origin.local_endpoint()));
  relay_options limits;
  limits.idle_timeout = s.how.idle_timeout;
  limits.half_closed = s.how.half_closed_timeout;
  relay_result const passed = co_await relay(s.client, origin, limits);
  s.record.up = passed.a_to_b;
  s.record.down = passed.b_to_a;
}

net::awaitable<socks_record> run_socks(socket client, socks_options const& how) {
  tunnel::close_at_end const guard(client);
  socks_session s(client, how);
  try {
    co_await serve_session(s);
  } catch (boost::system::system_error const& e) {
    if (s.thrown || e.code() != net::error::operation_aborted) {
      throw;
    }
    tunnel::note_cancelled(s.record);
  }
  co_return std::move(s.record);
}

}  // namespace

net::awaitable<socks_record> serve_socks(socket client, socks_options const& how) {
  return run_socks(std::move(client), how);
}

}  // namespace anode::proxy
