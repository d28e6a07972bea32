// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent_options.hpp>
#include <anode/proxy/socks_server.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/socket.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace anode::proxy::tunnel {

namespace net = boost::asio;
using boost::system::error_code;

/// Closes a connection when the scope ends, also by an exception or a cancellation.
class close_at_end {
public:
  explicit close_at_end(socket s) : socket_(std::move(s)) {}
  close_at_end(close_at_end const&) = delete;
  close_at_end& operator=(close_at_end const&) = delete;
  ~close_at_end() { socket_.destroy(); }

private:
  socket socket_;
};

/// Returns the authority "host:port" of a target.
std::string authority_of(target const& to);

/// Returns a look-up that finds only the addresses that the rules allow. It fails with
/// `http::error::address_refused` if none is left. The connection uses the found addresses: a later
/// answer of the resolver cannot lead it elsewhere.
/// @param inner  finds the addresses; empty: the system's resolver
http::lookup_function judged_lookup(net::any_io_executor ex,
                                    std::shared_ptr<target_rules const> rules, std::uint16_t port,
                                    http::lookup_function inner);

/// The outcome of a connection attempt.
class dialed {
public:
  dialed() {}

  socket stream;     ///< empty after a failure
  error_code cause;  ///< the failure; `net::error::timed_out` at the time limit
};

/// Connects with a time limit.
/// @param by, authority, lookup must exist until the operation completes.
net::awaitable<dialed> dial_in_time(net::any_io_executor ex, dial_function const& by,
                                    std::string const& authority,
                                    http::lookup_function const& lookup,
                                    std::chrono::milliseconds limit);

/// Ends a connection after the last bytes for its peer. Its input is discarded for a limited time
/// first, because a close with unread input would reset the connection and could lose the bytes.
net::awaitable<void> finish(socket client);

}  // namespace anode::proxy::tunnel
