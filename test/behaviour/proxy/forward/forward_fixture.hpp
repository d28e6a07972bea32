// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>
#include <anode/proxy/forward.hpp>
#include <anode/testing.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// A proxy in memory: a server that forwards to a pool, upgrades, absolute targets and CONNECT. The
/// test plays its clients and upstreams.
class forward_fixture {
public:
  using record = anode::proxy::exchange_record;

  explicit forward_fixture(std::size_t upstreams = 1, std::size_t capacity = 65536)
      : origin_(loop_, capacity), agent_(loop_.get_executor(), agent_options()), pool_(agent_) {
    std::vector<anode::proxy::upstream> all;
    for (std::size_t i = 0; i < upstreams; ++i) {
      all.emplace_back("http://up" + std::to_string(i));
    }
    pool_.set(std::move(all));
    how.via = "me";
    how.instance = "7f";
    how.send = anode::proxy::forwarded_headers::both;
    anode::http::server_options o;
    o.http_allow_half_open = true;
    o.should_upgrade_callback = anode::proxy::wants_websocket;
    auto const handler = [this](anode::http::incoming_message& req,
                                anode::http::server_response& res) {
      return serve(*this, req, res);
    };
    server_ = std::make_unique<anode::http::server>(loop_.get_executor(), o, handler);
    server_->on_check_continue(handler);
    server_->on_upgrade([this](anode::http::incoming_message& req, anode::socket client) {
      return upgrade(*this, req, std::move(client));
    });
    server_->on_connect([this](anode::http::incoming_message& req, anode::socket client) {
      return connect(*this, req, std::move(client));
    });
  }

  anode::testing::event_loop& loop() { return loop_; }
  anode::http::server& server() { return *server_; }
  anode::http::agent& agent() { return agent_; }
  anode::proxy::upstream_pool& pool() { return pool_; }
  anode::testing::origin& origin() { return origin_; }
  anode::testing::peer& up(std::size_t i = 0) { return origin_[i]; }

  /// Returns the far end of a tunnel.
  anode::testing::peer& tunnel(std::size_t i = 0) { return tunnels_.at(i); }
  std::size_t tunnels() const { return tunnels_.size(); }

  anode::testing::peer client(std::size_t capacity = 65536) {
    return loop_.connect(*server_, capacity);
  }

  /// Keeps a client until the loop is destroyed.
  void keep(anode::testing::peer client) { kept_.push_back(std::move(client)); }

  /// Returns the end of a request, for example "SH"; "" if it has none yet.
  std::string end(std::size_t i = 0) {
    loop_.settle();
    if (i >= records.size()) {
      return "";
    }
    auto const letters = records[i].end();
    return std::string(letters.begin(), letters.end());
  }

  double points(std::size_t i = 0) const { return pool_.snapshot().upstreams.at(i).points; }

  std::size_t in_progress() const {
    std::size_t n = 0;
    for (anode::proxy::upstream_status const& s : pool_.snapshot().upstreams) {
      n += s.in_progress;
    }
    return n;
  }

  anode::proxy::forward_options how;
  anode::proxy::target_rules rules;
  std::vector<record> records;
  anode::error_code dial_failure;
  bool dial_hangs = false;

private:
  anode::http::agent_options agent_options() {
    anode::http::agent_options o;
    o.keep_alive = true;
    o.create_connection = origin_.connections();
    return o;
  }

  static boost::asio::awaitable<void> serve(forward_fixture& f, anode::http::incoming_message& req,
                                            anode::http::server_response& res) {
    if (req.url().starts_with("http://")) {
      f.records.push_back(co_await anode::proxy::forward_absolute(req, res, f.agent_, f.connector(),
                                                                  f.rules, f.how));
    } else {
      f.records.push_back(co_await anode::proxy::forward(req, res, f.pool_, f.how));
    }
  }

  static boost::asio::awaitable<void> upgrade(forward_fixture& f,
                                              anode::http::incoming_message& req,
                                              anode::socket client) {
    f.records.push_back(co_await anode::proxy::forward_upgrade(req, client, f.pool_, f.how));
  }

  static boost::asio::awaitable<void> connect(forward_fixture& f,
                                              anode::http::incoming_message& req,
                                              anode::socket client) {
    f.records.push_back(
        co_await anode::proxy::forward_connect(req, client, f.connector(), f.rules, f.how));
  }

  anode::proxy::connector connector() {
    return anode::proxy::connector(
        loop_.get_executor(),
        [this](std::string_view, anode::http::lookup_function const&) { return dial(*this); },
        [this](std::string_view host) { return anode::resolve(loop_.get_executor(), host); });
  }

  static boost::asio::awaitable<anode::socket> dial(forward_fixture& f) {
    if (f.dial_hangs) {
      auto pair = anode::socket_pair(f.loop_.get_executor());
      auto const got = co_await pair.first.read();  // for ever, unless it is cancelled
      (void)got;
    }
    if (f.dial_failure) {
      throw boost::system::system_error(f.dial_failure);
    }
    auto pair = anode::socket_pair(f.loop_.get_executor());
    f.tunnels_.emplace_back(f.loop_, std::move(pair.second));
    co_return pair.first;
  }

  anode::testing::event_loop loop_;
  std::deque<anode::testing::peer> kept_;
  anode::testing::origin origin_;
  anode::http::agent agent_;
  anode::proxy::upstream_pool pool_;
  std::deque<anode::testing::peer> tunnels_;
  std::unique_ptr<anode::http::server> server_;
};

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view upload = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
constexpr std::string_view websocket =
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

}  // namespace support
