// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace support {

/// Records the events of a request and of its response, whose body it reads, and runs actions on
/// them.
class client_log : public event_log {
public:
  explicit client_log(net::io_context& io) : io_(&io) {}
  client_log(client_log const&) = delete;
  client_log& operator=(client_log const&) = delete;

  // A destroyed response can still emit its end.
  ~client_log() { response = {}; }

  /// Registers listeners of all events of a request. The log must outlive the request.
  void watch(anode::http::client_request& r) {
    r.on_socket([this](anode::socket) { tell("socket"); });
    r.on_finish([this] { tell("finish"); });
    r.on_continue([this] { tell("continue"); });
    r.on_information([this](anode::http::information const& i) {
      tell("information", std::to_string(i.status_code));
    });
    r.on_timeout([this] { tell("timeout"); });
    r.on_abort([this] { tell("abort"); });
    r.on_request_error([this](anode::http::request_error const& e) {
      error = e.what();
      tell("error", e.code_name());
    });
    r.on_close([this] { tell("close"); });
    r.on_response([this](anode::http::incoming_message m) { take(std::move(m)); });
  }

  /// Calls `act` each time `event` is recorded.
  void when(std::string event, std::function<void()> act) {
    acts_[std::move(event)] = std::move(act);
  }

  /// Accepts a response as the listener of the response event does.
  void take(anode::http::incoming_message m) {
    response = std::move(m);
    response.on_aborted([this] { tell("res.aborted"); });
    response.on_end([this] { tell("res.end"); });
    response.on_error(
        [this](boost::system::error_code ec) { tell("res.error", anode::http::code_name(ec)); });
    response.on_close([this] { tell("res.close"); });
    tell("response", std::to_string(response.status_code()));
    if (reads) {
      net::co_spawn(*io_, read(*this), net::detached);
    }
  }

  anode::http::incoming_message response;
  std::string body;   ///< as far as it was read
  std::string error;  ///< the message of the request's error
  bool reads = true;  ///< whether responses are read

private:
  void tell(std::string const& event, std::string_view detail = {}) {
    note(detail.empty() ? event : event + " " + std::string(detail));
    if (auto const act = acts_.find(event); act != acts_.end()) {
      act->second();
    }
  }

  static net::awaitable<void> read(client_log& self) {
    try {
      while (auto const chunk = co_await self.response.read()) {
        self.body.append(*chunk);
        self.tell("data");
      }
    } catch (boost::system::system_error const&) {
    }
  }

  net::io_context* io_;
  std::map<std::string, std::function<void()>> acts_;
};

/// Calls the deprecated `abort`.
inline void abort(anode::http::client_request& r) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  r.abort();
#pragma GCC diagnostic pop
}

}  // namespace support
