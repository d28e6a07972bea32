// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/http_peer.hpp"

#include <anode/agent.hpp>
#include <anode/client_request.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace support {

/// The result of a request of `client_and_server::fetch`.
struct fetched {
  int status = 0;
  std::string reason;
  anode::http::field_lines headers;
  std::string body;
  std::string error;  ///< the name of the error code if the request failed
  bool done = false;

  /// Returns the value of the first field with this name, in its received spelling; "none" if there
  /// is none.
  std::string header(std::string_view name) const {
    for (anode::http::field_line const line : headers) {
      if (line.name == name) {
        return std::string(line.value);
      }
    }
    return "none";
  }
};

/// A server in memory and an agent whose connections all lead to it. The test moves the clock.
class client_and_server : public server_fixture {
public:
  explicit client_and_server(anode::http::server_options server_options = {},
                             anode::http::agent_options agent_options = {})
      : server_fixture(std::move(server_options)),
        agent(io.get_executor(), with_connections(std::move(agent_options))) {}

  /// Creates a request. `write` and `end` send it.
  anode::http::client_request request(std::string_view method, std::string_view path = "/",
                                      anode::http::header_list headers = {}) {
    anode::http::request_options o;
    o.method = method;
    o.path = path;
    o.host = "test";
    o.headers = std::move(headers);
    return agent.request(std::move(o));
  }

  /// Awaits the response to a request and reads its body. Read `done` of the result after `settle`.
  std::shared_ptr<fetched> fetch(anode::http::client_request request) {
    auto result = std::make_shared<fetched>();
    net::co_spawn(io, read(std::move(request), result), net::detached);
    return result;
  }

  /// Sends a request without a body, reads its response and runs all ready handlers.
  std::shared_ptr<fetched> get(std::string_view path = "/", anode::http::header_list headers = {}) {
    anode::http::client_request r = request("GET", path, std::move(headers));
    r.end();
    auto result = fetch(std::move(r));
    settle();
    return result;
  }

  anode::http::agent agent;
  std::size_t connections_made = 0;

private:
  static net::awaitable<void> read(anode::http::client_request request,
                                   std::shared_ptr<fetched> to) {
    try {
      anode::http::incoming_message response = co_await request.response();
      to->status = response.status_code();
      to->reason = response.status_message();
      to->headers = response.raw_headers();
      to->body = co_await response.text(64 * 1024 * 1024);
    } catch (boost::system::system_error const& e) {
      to->error = anode::http::code_name(e.code());
    }
    to->done = true;
  }

  static net::awaitable<std::unique_ptr<anode::byte_stream>> make(client_and_server& self) {
    ++self.connections_made;
    auto pair = anode::transport::make_memory_pair(self.io.get_executor(), 65536);
    self.server.emit_connection(std::move(pair.second));
    co_return std::move(pair.first);
  }

  anode::http::agent_options with_connections(anode::http::agent_options options) {
    options.create_connection = [this](anode::http::connect_options const&) { return make(*this); };
    return options;
  }
};

}  // namespace support
