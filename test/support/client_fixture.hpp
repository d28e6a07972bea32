// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/http_peer.hpp"

#include <anode/agent.hpp>
#include <anode/client_request.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <string>
#include <vector>

namespace support {

/// An agent whose connections lead to peers that the test plays. The test moves the clock.
class client_fixture {
public:
  explicit client_fixture(anode::http::agent_options options = {})
      : agent(io.get_executor(), with_connections(std::move(options))) {
    clock().set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  }

  /// Runs all ready handlers.
  void settle() {
    io.restart();
    io.poll();
  }

  /// Moves the clock and runs the expired timers.
  void advance(std::chrono::milliseconds time) {
    clock().advance(time);
    settle();
  }

  /// Sends bytes from the peer of a connection and runs all ready handlers.
  void say(std::size_t connection, std::string_view bytes) {
    peers.at(connection).send(bytes);
    settle();
  }

  /// Creates a request whose events are recorded in `events`.
  anode::http::client_request request(std::string_view method, std::string_view path = "/") {
    anode::http::request_options o;
    o.method = method;
    o.path = path;
    o.host = "test";
    return watched(agent.request(std::move(o)));
  }

  anode::http::client_request watched(anode::http::client_request r) {
    auto const note = [this](char const* name) { return [this, name] { events.push_back(name); }; };
    r.on_socket([this](anode::socket) { events.push_back("socket"); });
    r.on_finish(note("finish"));
    r.on_continue(note("continue"));
    r.on_information([this](anode::http::information const& i) {
      events.push_back("information " + std::to_string(i.status_code));
    });
    r.on_timeout(note("timeout"));
    r.on_abort(note("abort"));
    r.on_error([this](boost::system::error_code ec) {
      events.push_back("error " + std::string(anode::http::code_name(ec)));
    });
    r.on_close(note("close"));
    r.on_response([this](anode::http::incoming_message m) {
      events.push_back("response " + std::to_string(m.status_code()));
      response = std::move(m);
      auto const of_response = [this](char const* name) {
        return [this, name] { events.push_back(name); };
      };
      response.on_aborted(of_response("res.aborted"));
      response.on_end(of_response("res.end"));
      response.on_error([this](boost::system::error_code ec) {
        events.push_back("res.error " + std::string(anode::http::code_name(ec)));
      });
      response.on_timeout(of_response("res.timeout"));
      response.on_close(of_response("res.close"));
      if (reads) {
        net::co_spawn(io, read(*this), net::detached);
      }
    });
    return r;
  }

  /// Returns the events recorded since the last call and clears the record.
  std::string pop_events() {
    std::string all;
    for (std::string const& e : std::exchange(events, {})) {
      all += (all.empty() ? "" : ", ") + e;
    }
    return all;
  }

  /// Suspends connect attempts until `resume_connects`.
  void suspend_connects() { connects_suspended_ = true; }

  void resume_connects() {
    connects_suspended_ = false;
    connects_resumed_.cancel();
    settle();
  }

  net::io_context io;
  anode::http::agent agent;
  std::deque<http_peer> peers;       ///< the other ends of the connections, oldest first
  std::vector<std::string> targets;  ///< "host:port" of each connect attempt
  std::vector<std::string> events;
  anode::http::incoming_message response;
  bool reads = true;  ///< whether responses are read

  // These settings apply to connections made after a change.

  bool refuse = false;           ///< connect attempts fail
  bool peer_reads = true;        ///< whether the peer reads its input
  std::size_t capacity = 65536;  ///< buffer size of either direction, in bytes

private:
  net::steady_timer connects_resumed_{io, net::steady_timer::time_point::max()};
  bool connects_suspended_ = false;

  anode::runtime::clock& clock() { return anode::runtime::clock::of(io.get_executor()); }

  static net::awaitable<void> read(client_fixture& self) {
    try {
      while (auto const chunk = co_await self.response.read()) {
        self.events.push_back("data " + std::string(*chunk));
      }
    } catch (boost::system::system_error const&) {
    }
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> make(client_fixture& self,
                                                                  anode::http::connect_options to) {
    self.targets.push_back(to.host + ":" + std::to_string(to.port));
    while (self.connects_suspended_) {
      boost::system::error_code ignored;
      co_await self.connects_resumed_.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    if (self.refuse) {
      throw boost::system::system_error(boost::asio::error::connection_refused);
    }
    auto pair = anode::transport::make_memory_pair(self.io.get_executor(), self.capacity);
    self.peers.emplace_back(anode::socket(std::move(pair.second)), self.peer_reads);
    co_return std::move(pair.first);
  }

  anode::http::agent_options with_connections(anode::http::agent_options options) {
    options.create_connection = [this](anode::http::connect_options const& to) {
      return make(*this, to);
    };
    return options;
  }
};

}  // namespace support
