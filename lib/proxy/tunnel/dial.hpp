// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent_options.hpp>
#include <anode/proxy/socks_server.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/socket.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// A function that finds the addresses of a host. An exception fails the look-up.
using resolve_function = std::function<net::awaitable<std::vector<std::string>>(std::string_view)>;

/// Returns a look-up by a function that is a coroutine.
/// @param if_empty the error if the function finds no address; no error: the look-up finds none
http::lookup_function lookup_by(net::any_io_executor ex, resolve_function resolve,
                                error_code if_empty = {});

/// Returns a look-up that finds only the addresses that the rules allow. The connection uses the
/// found addresses: a later answer of the resolver cannot lead it elsewhere.
/// @param inner finds the addresses
/// @param refused the error if `inner` finds addresses, and none is allowed
http::lookup_function judged_lookup(std::shared_ptr<target_rules const> rules, std::uint16_t port,
                                    http::lookup_function inner, error_code refused);

/// The outcome of a connection attempt.
class dialed {
public:
  dialed() {}

  socket stream;     ///< empty after a failure
  error_code cause;  ///< the failure; `net::error::timed_out` at the time limit
};

/// Connects. A failure is stored in `result`.
/// @param by, authority, lookup, result must exist until the operation completes.
net::awaitable<void> try_dial(dial_function const& by, std::string_view authority,
                              http::lookup_function const& lookup, dialed& result);

/// Connects with a time limit.
/// @param by, authority, lookup must exist until the operation completes.
net::awaitable<dialed> dial_in_time(net::any_io_executor ex, dial_function const& by,
                                    std::string const& authority,
                                    http::lookup_function const& lookup,
                                    std::chrono::milliseconds limit);

/// Ends a connection after the last bytes for its peer. Its input is discarded for a limited time
/// first, because a close with unread input would reset the connection and could lose the bytes.
net::awaitable<void> finish(socket client);

/// Stores in the record of a connection that its operation was cancelled.
template <class Record>
void note_cancelled(Record& record) {
  record.cause = boost::asio::error::operation_aborted;
  record.detail = "the program has closed the connection";
}

}  // namespace anode::proxy::tunnel
