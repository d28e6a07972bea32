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

/// A reverse proxy with the settings of its program. The test plays client and upstreams.
struct reverse_proxy_fixture {
  explicit reverse_proxy_fixture(unsigned servers = 1, std::string const& path = "") {
    for (unsigned i = 0; i < servers; ++i) {
      proxy.servers.add("http://up" + std::to_string(i) + path);
    }
    proxy.silence = std::chrono::seconds(10);
    http::server_options o;
    o.http_allow_half_open = true;
    o.should_upgrade_callback = samples::wants_websocket;
    server = std::make_unique<http::server>(
        loop.get_executor(), o, [this](http::incoming_message& req, http::server_response& res) {
          return samples::forward_request(proxy, req, res);
        });
    server->on_upgrade([this](http::incoming_message& req, anode::socket from) {
      return samples::forward_upgrade(proxy, req, from);
    });
    client = std::make_unique<testing::peer>(loop.connect(*server));
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  samples::reverse_proxy proxy{proxy_agent(loop, origin), std::chrono::seconds(5)};
  std::unique_ptr<http::server> server;
  std::unique_ptr<testing::peer> client;
};

/// A forward proxy whose names have the addresses that the test sets.
struct forward_proxy_fixture {
  forward_proxy_fixture() {
    proxy.quiet = true;
    proxy.resolve = [this](std::string_view host) { return find(*this, std::string(host)); };
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
