// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "transport/memory_stream.hpp"

#include <anode/https.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace support {

namespace net = boost::asio;

/// The result of a request of `tls_fixture::get`.
struct tls_answer {
  int status = 0;
  std::string body;
  std::string error;  ///< the name of the code if the request failed
  std::string message;
  std::string reason;
  std::string phase;
  std::string verdict;
  std::optional<anode::secure_info> info;
  bool done = false;
};

/// An https server in memory and an https agent whose connections lead to it.
class tls_fixture {
public:
  /// The server has a certificate for "good.test", which the agent trusts.
  explicit tls_fixture(anode::tls::server_options server_tls = {},
                       anode::tls::client_options client_tls = {},
                       anode::https::agent_options agent_options = {},
                       anode::http::server_options server_options = {})
      : root(),
        server(loop.get_executor(), server_context(std::move(server_tls)),
               std::move(server_options)),
        agent(loop.get_executor(), client_side(std::move(client_tls), std::move(agent_options))) {
    server.on_request([this](anode::http::incoming_message& req,
                             anode::http::server_response& res) -> net::awaitable<void> {
      if (anode::secure_info const* const s = req.socket().secure()) {
        seen.push_back(*s);
      }
      std::string const body = co_await req.text(64 * 1024 * 1024);
      co_await res.end(std::string(req.method()) + " " + std::string(req.url()) + " " + body);
    });
    server.on_client_error([this](anode::http::client_error const& e, anode::socket s) {
      client_errors.emplace_back(anode::http::code_name(e.code));
      s.destroy();
    });
  }

  anode::tls::context server_context(anode::tls::server_options o) {
    if (o.cert.empty() && o.cert_file.empty() && o.pfx.empty()) {
      auto const leaf = root.issue({.names = {"good.test"}});
      o.cert.push_back(leaf.cert);
      o.key.push_back(leaf.key);
    }
    return anode::tls::context(o);
  }

  anode::tls::context client_context(anode::tls::client_options o = {}) {
    if (o.ca.empty()) {
      o.ca.push_back(root.cert());
    }
    return anode::tls::context(o);
  }

  /// Connects a new connection to the server, in memory.
  std::unique_ptr<anode::byte_stream> connect() {
    ++connections;
    auto pair = anode::transport::make_memory_pair(loop.get_executor(), capacity);
    server.emit_connection(std::move(pair.second));
    return std::move(pair.first);
  }

  anode::http::create_connection_function connections_here() {
    return [this](anode::http::connect_options const&)
               -> net::awaitable<std::unique_ptr<anode::byte_stream>> { co_return connect(); };
  }

  std::shared_ptr<tls_answer> start(anode::http::agent& with, anode::http::request_options o,
                                    std::string body = {}) {
    auto answer = std::make_shared<tls_answer>();
    net::co_spawn(loop.get_executor(), fetch(with, std::move(o), std::move(body), answer),
                  net::detached);
    return answer;
  }

  /// Sends a request to "good.test", reads the response and settles.
  tls_answer get(std::string path = "/", std::string host = "good.test") {
    anode::http::request_options o;
    o.host = std::move(host);
    o.path = std::move(path);
    return request(agent, std::move(o));
  }

  tls_answer request(anode::http::agent& with, anode::http::request_options o,
                     std::string body = {}) {
    auto const answer = start(with, std::move(o), std::move(body));
    loop.settle();
    return *answer;
  }

  anode::testing::event_loop loop;
  certificates::authority root;
  std::size_t capacity = 65536;
  std::size_t connections = 0;
  std::vector<anode::secure_info> seen;    ///< by the handler
  std::vector<std::string> client_errors;  ///< their names
  anode::https::server server;
  anode::https::agent agent;

private:
  anode::https::agent_options client_side(anode::tls::client_options o,
                                          anode::https::agent_options options) {
    if (!options.secure) {
      options.secure = client_context(std::move(o));
    }
    if (!options.create_connection) {
      options.create_connection = connections_here();
    }
    return options;
  }

  static net::awaitable<void> fetch(anode::http::agent with, anode::http::request_options o,
                                    std::string body, std::shared_ptr<tls_answer> to) {
    try {
      anode::http::client_request req = with.request(std::move(o));
      req.end(body);
      anode::http::incoming_message res = co_await req.response();
      to->status = res.status_code();
      if (anode::secure_info const* const s = res.socket().secure()) {
        to->info = *s;
      }
      to->body = co_await res.text(64 * 1024 * 1024);
    } catch (anode::http::request_error const& e) {
      to->error = e.code_name();
      to->message = e.what();
      to->reason = e.reason();
      to->phase = anode::http::to_string(e.phase());
      to->verdict = anode::http::to_string(e.verdict());
    } catch (anode::http::exception const& e) {
      to->error = e.code_name();
      to->message = e.what();
    }
    to->done = true;
  }
};

}  // namespace support
