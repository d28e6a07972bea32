// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../../samples/forward_proxy/proxy.hpp"
#include "../../samples/reverse_proxy/proxy.hpp"
#include "proxy_peers.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace support {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;

/// Returns the end of a record as text.
inline std::string end_of(anode::proxy::exchange_record const& record) {
  auto const end = record.end();
  return std::string(end.begin(), end.end());
}

/// A reverse proxy with the settings of its program. The test plays client and upstreams.
struct reverse_proxy_fixture {
  explicit reverse_proxy_fixture(unsigned servers = 1, std::string const& path = "") {
    std::vector<std::string> urls;
    for (unsigned i = 0; i < servers; ++i) {
      urls.push_back("http://up" + std::to_string(i) + path);
    }
    proxy.set_silence(std::chrono::seconds(10));
    proxy.set_upstreams(urls);
    proxy.on_done = [this](anode::proxy::exchange_record const& r) { records.push_back(r); };
    http::server_options o;
    o.http_allow_half_open = true;
    o.should_upgrade_callback = anode::proxy::wants_websocket;
    auto const forward = [this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy, req, res);
    };
    server = std::make_unique<http::server>(loop.get_executor(), o, forward);
    server->on_check_continue(forward);
    server->on_upgrade([this](http::incoming_message& req, anode::socket from) {
      return samples::forward_upgrade(proxy, req, from);
    });
    client = std::make_unique<testing::peer>(loop.connect(*server));
  }

  /// Returns the points of an upstream.
  double points(std::size_t upstream = 0) const {
    return proxy.pool.snapshot().upstreams.at(upstream).points;
  }

  /// Returns the end of the last request.
  std::string last_end() const { return records.empty() ? "" : end_of(records.back()); }

  testing::event_loop loop;
  testing::origin origin{loop};
  samples::reverse_proxy proxy{proxy_agent(loop, origin)};
  std::vector<anode::proxy::exchange_record> records;
  std::unique_ptr<http::server> server;
  std::unique_ptr<testing::peer> client;
};

/// A forward proxy whose names have the addresses that the test sets.
struct forward_proxy_fixture {
  forward_proxy_fixture() {
    proxy.connector = anode::proxy::connector(
        loop.get_executor(),
        [this](std::string_view authority, http::lookup_function const& lookup) {
          return anode::connect(loop.get_executor(), authority, lookup);
        },
        [this](std::string_view host) { return find(*this, std::string(host)); });
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy, req, res);
    });
    server.on_connect([this](http::incoming_message& req, anode::socket from) {
      return samples::open_tunnel(proxy, req, from);
    });
  }

  static net::awaitable<std::vector<std::string>> find(forward_proxy_fixture& self,
                                                       std::string host) {
    self.looked_up += host + " ";
    co_return self.addresses;
  }

  std::string get(std::string_view target, std::string_view method = "GET") {
    testing::peer from = loop.connect(server);
    from.send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return from.take().substr(0, 12);
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  std::vector<std::string> addresses;
  std::string looked_up;
  samples::forward_proxy proxy{proxy_agent(loop, origin)};
  http::server server{loop.get_executor()};
};

}  // namespace support
