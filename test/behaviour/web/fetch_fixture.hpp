// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"
#include "support/run.hpp"

#include <anode/agent.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/fetch.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_fetch {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using namespace std::chrono_literals;

/// A clock whose waits take no time.
class manual_clock : public web::client_clock {
public:
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::sys_seconds date() override {
    return std::chrono::sys_seconds(std::chrono::seconds(784111777));
  }
  net::awaitable<void> wait(net::any_io_executor, std::chrono::milliseconds time) override {
    waits.push_back(time);
    now_ += time;
    return nothing();
  }

  std::vector<std::chrono::milliseconds> waits;

private:
  static net::awaitable<void> nothing() { co_return; }

  std::chrono::steady_clock::time_point now_{};
};

/// A request that the origin has received.
struct seen_request {
  std::string line{};  ///< method, host and target
  std::map<std::string, std::string> headers{};
  std::string body{};

  /// Returns a header, or "-".
  std::string header(std::string const& name) const {
    auto const at = headers.find(name);
    return at == headers.end() ? "-" : at->second;
  }
};

/// A response of the origin.
struct reply {
  reply() {}  // with g++ 12 not an aggregate
  explicit reply(int s) : status(s) {}
  reply(int s, std::string b) : status(s), body(std::move(b)) {}

  reply& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool lost = false;  ///< closes the connection without a response
};

inline reply redirect_to(std::string location, int status = 302) {
  return reply(status).with("Location", std::move(location));
}

inline reply lost_connection() {
  reply r;
  r.lost = true;
  return r;
}

/// A client, and a server that plays all hosts.
class fetch_fixture {
public:
  anode::testing::event_loop loop;
  http::server server{loop.get_executor()};
  std::vector<seen_request> seen;
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  web::client client;

  explicit fetch_fixture(web::client_options options = web::client_options(),
                         std::string protocol = "http:")
      : client(make_agent(std::move(protocol)), options.clock(clock)) {
    server.on_request(
        [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          return answer(*this, req, res);
        });
  }

  /// Adds a response to requests for "host/target" or "/target". The last one is repeated.
  fetch_fixture& on(std::string target, reply r) {
    replies_[std::move(target)].push_back(std::move(r));
    return *this;
  }

  /// Fetches a URL. Returns status and body, or the kind of the failure.
  std::string get(std::string address, web::fetch_options options = web::fetch_options()) {
    return loop.run(fetch_text(*this, std::move(address), std::move(options)));
  }

  /// The same, with work on other threads.
  std::string get_waiting(std::string address, web::fetch_options options = web::fetch_options()) {
    std::string out;
    support::run(loop.context(),
                 store(fetch_text(*this, std::move(address), std::move(options)), out));
    return out;
  }

  /// Returns the lines of all requests, and forgets them.
  std::string lines() {
    std::string out;
    for (seen_request const& r : std::exchange(seen, {})) {
      out += (out.empty() ? "" : ", ") + r.line;
    }
    return out;
  }

  /// Facts of the last fetch.
  std::string url;
  unsigned redirects = 0;
  unsigned attempts = 0;
  int status = 0;
  std::string what;

private:
  http::agent make_agent(std::string protocol) {
    http::agent_options options;
    options.keep_alive = true;
    options.protocol = std::move(protocol);
    options.create_connection = anode::testing::connections_to(server);
    return {loop.get_executor(), std::move(options)};
  }

  static net::awaitable<void> store(net::awaitable<std::string> text, std::string& out) {
    out = co_await std::move(text);
  }

  static net::awaitable<std::string> fetch_text(fetch_fixture& self, std::string address,
                                                web::fetch_options options) {
    try {
      web::fetch_response response = co_await self.client.fetch(address, options);
      self.url = response.url();
      self.redirects = response.redirects();
      self.attempts = response.attempts();
      self.status = response.status();
      std::string const text = co_await response.text();
      co_return std::to_string(self.status) + " " + text;
    } catch (web::fetch_error const& e) {
      self.url = e.url();
      self.redirects = e.redirects();
      self.attempts = e.attempts();
      self.status = e.status();
      self.what = e.what();
      co_return std::string(web::to_string(e.kind()));
    }
  }

  static net::awaitable<void> answer(fetch_fixture& self, http::incoming_message& req,
                                     http::server_response& res) {
    seen_request r;
    std::string const host(req.headers().get("host").value_or(""));
    std::string const target(req.url());
    r.line = std::string(req.method()) + " " + host + target;
    for (auto const field : req.headers()) {
      r.headers.emplace(field.name, field.value);
    }
    try {
      r.body = co_await req.text();
    } catch (boost::system::system_error const&) {
      co_return;  // the client has left
    }
    self.seen.push_back(std::move(r));
    auto at = self.replies_.find(host + target);
    if (at == self.replies_.end()) {
      at = self.replies_.find(target);
    }
    if (at == self.replies_.end()) {
      res.set_status_code(404);
      res.end("missing");
      co_return;
    }
    reply const chosen = at->second.front();
    if (at->second.size() > 1) {
      at->second.pop_front();
    }
    if (chosen.lost) {
      res.destroy();
      co_return;
    }
    res.set_status_code(chosen.status);
    for (auto const& [name, value] : chosen.headers) {
      res.append_header(name, value);
    }
    res.end(std::string(chosen.body));  // the client may leave early
  }

  std::map<std::string, std::deque<reply>> replies_;
};

}  // namespace test_fetch
