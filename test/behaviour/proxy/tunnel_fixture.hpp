// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/memory_stream.hpp"

#include <anode/delay.hpp>
#include <anode/proxy/socks_server.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/socket.hpp>
#include <anode/socket_server.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// Upstreams in memory, and a resolver.
class dialed_peers {
public:
  explicit dialed_peers(anode::testing::event_loop& loop) : loop_(&loop) {}

  std::string asked{};                              ///< authorities and addresses, in order
  std::vector<std::string> addresses{"192.0.2.1"};  ///< of every name
  anode::error_code failure{};                      ///< of every connection
  std::size_t failures = 1000;                      ///< how many connections fail
  std::chrono::milliseconds time{0};                ///< that a connection takes
  std::deque<anode::testing::peer> peers{};         ///< the connected ones

  /// Returns the function that connects to the peers.
  anode::proxy::dial_function dial() {
    return [this](std::string_view authority, anode::http::lookup_function const& lookup) {
      return connect(*this, std::string(authority), lookup);
    };
  }

  /// Returns the resolver.
  anode::http::lookup_function lookup() {
    return [this](std::string_view, auto done) {
      std::vector<anode::http::lookup_address> all;
      for (std::string const& a : addresses) {
        all.push_back({a, a.find(':') == std::string::npos ? 4 : 6});
      }
      done({}, std::move(all));
    };
  }

private:
  static boost::asio::awaitable<anode::socket> connect(dialed_peers& self, std::string authority,
                                                       anode::http::lookup_function lookup) {
    self.asked += authority;
    anode::proxy::target to;
    anode::proxy::split_target(authority, to);
    if (anode::network_list().try_add(to.host)) {
      lookup = nullptr;  // an address is not looked up
    }
    anode::error_code ec;
    if (lookup) {
      lookup(to.host, [&](anode::error_code e, std::vector<anode::http::lookup_address> found) {
        ec = e;
        for (anode::http::lookup_address const& a : found) {
          self.asked += "=" + a.address;
        }
      });
    }
    self.asked += " ";
    co_await anode::delay(self.loop_->get_executor(), self.time);
    if (!ec && self.failure && self.failures > 0) {
      --self.failures;
      ec = self.failure;
    }
    if (ec) {
      throw boost::system::system_error(ec);
    }
    auto [near, far] = anode::socket_pair(self.loop_->get_executor());
    self.peers.emplace_back(*self.loop_, std::move(far));
    co_return near;
  }

  anode::testing::event_loop* loop_;
};

/// Connects to a server in memory.
inline anode::testing::peer connect_to(anode::testing::event_loop& loop,
                                       anode::socket_server& server) {
  auto [ours, theirs] = anode::transport::make_memory_pair(loop.get_executor(), 65536);
  server.emit_connection(std::move(theirs));
  return {loop, anode::socket(std::move(ours))};
}

}  // namespace support
