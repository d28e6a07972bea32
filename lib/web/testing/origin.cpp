// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/testing/messages.hpp"

#include <deque>
#include <map>
#include <utility>

namespace anode::web::testing {

reply reply::redirect(std::string_view location, int status) {
  reply r(status);
  r.header("Location", location);
  return r;
}

reply reply::lost() {
  reply r;
  r.act_ = act::lose;
  return r;
}

reply reply::silence() {
  reply r;
  r.act_ = act::nothing;
  return r;
}

reply& reply::header(std::string_view name, std::string_view value) {
  headers_.emplace_back(name, value);
  return *this;
}

reply& reply::cut_after(std::size_t bytes) {
  cut_ = bytes;
  return *this;
}

reply& reply::chunked() {
  chunked_ = true;
  return *this;
}

struct origin::state {
  explicit state(event_loop& l) : loop(&l), server(l.get_executor()) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return answer(*this, req, res);
    });
    silent.any("/{path...}", [](context&) {});
  }

  /// Returns the next reply to a request, or null.
  std::deque<reply>* replies_of(std::string const& host, std::string const& target) {
    auto at = script.find(host + target);
    if (at == script.end()) {
      at = script.find(target);
    }
    return at == script.end() ? nullptr : &at->second;
  }

  event_loop* loop;
  std::map<std::string, std::deque<reply>> script{};
  std::map<std::string, router> hosts{};
  router silent{};  // its handler waits until the connection is closed
  std::vector<received_request> requests{};
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  http::server server;
};

origin::origin(event_loop& loop) : state_(std::make_unique<state>(loop)) {}

origin::~origin() = default;

origin& origin::on(std::string_view target, reply r) {
  state_->script[std::string(target)].push_back(std::move(r));
  return *this;
}

origin& origin::host(std::string_view name, router const& app) {
  state_->hosts.insert_or_assign(std::string(name), app);
  return *this;
}

http::create_connection_function origin::connections() const {
  return anode::testing::connections_to(state_->server);
}

http::agent origin::agent(std::string_view protocol) const {
  http::agent_options options;
  options.keep_alive = true;
  options.protocol = protocol;
  options.create_connection = connections();
  return {state_->loop->get_executor(), std::move(options)};
}

web::client origin::client(client_options options, std::string_view protocol) const {
  return web::client(agent(protocol), std::move(options.clock(state_->clock)));
}

manual_clock& origin::clock() const noexcept { return *state_->clock; }

std::vector<received_request> const& origin::requests() const noexcept { return state_->requests; }

std::vector<received_request> origin::take_requests() {
  return std::exchange(state_->requests, {});
}

net::awaitable<void> origin::answer(state& s, http::incoming_message& req,
                                    http::server_response& res) {
  std::string host(req.headers().get("host").value_or(""));
  std::string target(req.url());
  std::deque<reply>* const replies = s.replies_of(host, target);
  auto const app = s.hosts.find(host);
  if (replies == nullptr && app != s.hosts.end()) {
    co_await app->second(req, res);
    co_return;
  }
  reply chosen(404, "no reply for " + host + target);
  if (replies != nullptr) {
    chosen = replies->front();
    if (replies->size() > 1) {
      replies->pop_front();
    }
  }
  std::string body;
  try {
    body = co_await req.text(most_test_body);
  } catch (boost::system::system_error const&) {
    co_return;  // the client has disconnected
  }
  s.requests.emplace_back(std::string(req.method()), std::move(host), std::move(target),
                          lines_of(req), std::move(body));
  if (chosen.act_ == reply::act::lose) {
    res.destroy();
  } else if (chosen.act_ == reply::act::nothing) {
    co_await s.silent(req, res);
  } else {
    co_await play(std::move(chosen), res);
  }
}

net::awaitable<void> origin::play(reply chosen, http::server_response& res) {
  res.set_status_code(chosen.status_);
  for (auto const& [name, value] : chosen.headers_) {
    res.append_header(name, value);
  }
  std::string_view const body = chosen.body_;
  if (!chosen.chunked_ && !chosen.cut_) {
    res.end(std::string(body));  // the client may leave early
    co_return;
  }
  if (!chosen.chunked_ && !res.has_header("Content-Length")) {
    res.set_header("Content-Length", body.size());
  }
  std::size_t const sent = chosen.cut_.value_or(body.size());
  try {
    res.flush_headers();
    if (!body.empty() && sent != 0) {
      co_await res.write(std::string(body.substr(0, sent)));
    }
    if (chosen.cut_) {
      res.destroy();
    } else {
      res.end();
    }
  } catch (boost::system::system_error const&) {
    // The client has disconnected.
  }
}

}  // namespace anode::web::testing
