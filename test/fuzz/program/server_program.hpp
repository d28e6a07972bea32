// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server in memory. The input controls its clients, handlers and options.
//
// Invariants: each response that a handler ends arrives in the order of the requests, correctly
// framed and byte for byte, or the connection is closed. Every exchange emits `close` once and no
// event after it. When the clients have left, nothing remains. Unread input is bounded.
#pragma once

#include "choices.hpp"
#include "grammar.hpp"
#include "link_layer.hpp"
#include "programs.hpp"
#include "server_acts.hpp"
#include "server_checks.hpp"
#include "stream/socket_handle.hpp"
#include "world.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace anode::test {

using std::chrono::milliseconds;

/// A client, controlled by the input.
struct link {
  link(testing::peer p, std::size_t c) : peer(std::move(p)), capacity(c) {}
  testing::peer peer;
  std::size_t capacity;
  std::string pending;     // of its input
  bool intact = true;      // It ended nothing.
  bool wrote_raw = false;  // The program wrote on the connection directly.
};

class server_program {
public:
  server_program(std::string_view bytes, link_layer const& over)
      : over_(over), in_(bytes), acts_(in_, budget_), gates_(world_.executor()) {
    open();
  }

  void run() {
    bool const abrupt = in_.rarely(8);
    for (unsigned steps = 0; steps != most_steps && !in_.empty(); ++steps) {
      world_.act([this] { step(); });
      check_bounds();
    }
    if (!abrupt) {
      wind_up();
    }
  }

private:
  static constexpr unsigned most_steps = 400;
  static constexpr std::size_t most_links = 6;
  static constexpr std::size_t most_unread = 512 * 1024;

  // The server.

  http::server_options make_options() {
    static constexpr std::size_t marks[] = {65536, 16, 1, 1024};
    static constexpr milliseconds times[] = {milliseconds(5000), milliseconds(0), milliseconds(1),
                                             milliseconds(60'000)};
    http::server_options o;
    if (in_.flip()) {
      return o;
    }
    o.high_water_mark = in_.pick(marks);
    o.http_allow_half_open = in_.flip();
    half_open_ = half_open_ || o.http_allow_half_open;
    o.insecure_http_parser = in_.rarely(8);
    o.join_duplicate_headers = in_.flip();
    o.keep_alive_timeout = in_.pick(times);
    o.request_timeout = in_.rarely(3) ? in_.pick(times) : milliseconds(300'000);
    patient_ = patient_ || o.request_timeout.count() == 0;
    o.connections_checking_interval = in_.flip() ? milliseconds(30'000) : milliseconds(500);
    o.max_header_size = in_.rarely(4) ? 200 : 16384;
    o.max_headers_count = in_.rarely(4) ? 3 : 2000;
    o.max_requests_per_socket = in_.rarely(4) ? in_.below(4) : 0;
    limited_ = limited_ || o.max_requests_per_socket != 0;
    o.require_host_header = !in_.rarely(4);
    o.reject_non_standard_body_writes = in_.rarely(4);
    o.timeout = in_.rarely(3) ? in_.pick(times) : milliseconds(0);
    if (in_.rarely(4)) {
      bool const wanted = in_.flip();
      o.should_upgrade_callback = [wanted](http::incoming_message const&) { return wanted; };
    }
    return o;
  }

  void open() {
    server_ = over_.make_server(world_.executor(), make_options());
    bool const callback = in_.rarely(3);
    if (callback) {
      auto const handler = [this](http::incoming_message& req, http::server_response& res) {
        handle_now(begin(req, res, true));
      };
      server_->on_request(handler);
    } else {
      server_->on_request(coroutine_handler());
    }
    if (in_.rarely(3)) {
      server_->on_check_continue(coroutine_handler());
    }
    if (in_.rarely(4)) {
      server_->on_check_expectation(coroutine_handler());
    }
    auto const leave = [this](http::incoming_message& req, anode::socket s) {
      leave_http(req, std::move(s));
    };
    if (in_.flip()) {
      server_->on_upgrade(leave);
    }
    if (in_.flip()) {
      server_->on_connect(leave);
    }
    server_->on_error([](std::exception_ptr) {});
    server_->on_connection([this](anode::socket s) {
      std::size_t const index = cores_.size();
      cores_.push_back(anode::stream::core_of(s));
      closes_.push_back(0);
      s.on_close([this, index] {
        trace("connection " + std::to_string(index) + " closes");
        cores_[index] = nullptr;
        ++closes_[index];
      });
    });
    if (in_.rarely(4)) {
      server_->on_client_error(
          [this](http::client_error const&, anode::socket s) { client_error(std::move(s)); });
    }
    if (in_.rarely(4)) {
      server_->on_timeout([this](anode::socket s) { acts_.touch(std::move(s)); });
    }
    if (in_.rarely(4)) {
      server_->on_drop_request([](http::incoming_message&, anode::socket) {});
    }
  }

  http::handler coroutine_handler() {
    return [this](http::incoming_message& req, http::server_response& res) {
      return handle(this, begin(req, res, false));
    };
  }

  int index_of(anode::socket const& s) const {
    for (std::size_t i = 0; s && i < cores_.size(); ++i) {
      if (cores_[i] == anode::stream::core_of(s)) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  void client_error(anode::socket s) {
    trace("client error");
    int const index = index_of(s);
    if (in_.flip() && s.writable()) {
      if (index >= 0) {
        links_[static_cast<std::size_t>(index)].wrote_raw = true;
      }
      s.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    } else {
      error_ignored_ = true;
      acts_.touch(std::move(s));
    }
  }

  // Handlers.

  std::shared_ptr<served> begin(http::incoming_message& req, http::server_response& res,
                                bool callback) {
    auto const x = std::make_shared<served>();
    served_.push_back(x);
    x->serial = static_cast<unsigned>(served_.size());
    x->connection = index_of(req.socket());
    x->method = req.method();
    x->req = &req;
    x->res = &res;
    x->coroutine = !callback;
    trace("handler " + std::to_string(x->serial) + " on " + std::to_string(x->connection));
    // A program that keeps the exchange beyond a callback has to observe its end.
    if (callback || in_.flip()) {
      server_acts::listen(x, in_.rarely(4));
    }
    res.set_header("X-Serial", static_cast<std::int64_t>(x->serial));
    acts_.prepare(*x);
    return x;
  }

  void handle_now(std::shared_ptr<served> const& x) {
    for (unsigned n = in_.below(8); n != 0 && x->res != nullptr; --n) {
      try {
        acts_.act(*x);
      } catch (boost::system::system_error const&) {
      }
    }
  }

  static net::awaitable<void> handle(server_program* p, std::shared_ptr<served> x) {
    struct at_end {
      served& x;
      server_program& p;
      explicit at_end(served& s, server_program& program) : x(s), p(program) { ++p.running_; }
      at_end(at_end const&) = delete;
      at_end& operator=(at_end const&) = delete;
      ~at_end() {
        x.coroutine = false;
        // A closed exchange lives as long as its handler.
        if (x.response.close != 0) {
          x.req = nullptr;
          x.res = nullptr;
        }
        --p.running_;
      }
    } const guard(*x, *p);
    if (p->in_.rarely(3)) {
      co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
    }
    for (unsigned n = p->in_.below(10); n != 0; --n) {
      try {
        switch (p->in_.below(10)) {
          case 4:
            co_await p->acts_.write(*x);
            break;
          case 5:
            co_await x->res->drained();
            break;
          case 6:
            co_await x->res->finished();
            break;
          case 7:
            trace("read");
            static_cast<void>(co_await x->req->read());
            break;
          case 8:
            trace("text");
            static_cast<void>(co_await x->req->text(3000));
            break;
          case 9:
            trace("wait");
            co_await p->gates_.pass();
            break;
          default:
            p->acts_.act(*x);
            break;
        }
      } catch (boost::system::system_error const&) {
        if (p->in_.rarely(4)) {
          throw;
        }
      }
    }
    if (x->left && *x->left > 0 && !x->ended) {
      p->acts_.end(*x);
    }
    trace("handler " + std::to_string(x->serial) + " returns");
  }

  void leave_http(http::incoming_message& req, anode::socket s) {
    trace("upgrade");
    auto const x = std::make_shared<served>();
    served_.push_back(x);
    x->serial = static_cast<unsigned>(served_.size());
    x->connection = index_of(s);
    x->method = req.method();
    x->left_http = true;
    s.write("HTTP/1.1 101 Switching Protocols\r\nX-Serial: " + std::to_string(x->serial) +
            "\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    switch (in_.below(4)) {
      case 0:
        s.end("bye");
        break;
      case 1:
        s.write("raw bytes");
        acts_.touch(s);
        break;
      case 2:
        net::co_spawn(world_.executor(), echo(s), net::detached);
        break;
      default:
        break;
    }
    if (in_.flip()) {
      upgraded_.push_back(std::move(s));
    }
  }

  static net::awaitable<void> echo(anode::socket s) {
    try {
      while (auto const piece = co_await s.read()) {
        co_await s.write(*piece);
      }
      s.end();
    } catch (boost::system::system_error const&) {
    }
  }

  // Steps.

  void step() {
    switch (in_.below(22)) {
      case 0:
      case 1:
        connect();
        break;
      case 2:
      case 3:
      case 4:
      case 5:
        with_link([this](link& l) {
          l.pending += make_request(in_);
          send(l, in_.rarely(4) ? in_.number() : l.pending.size());
        });
        break;
      case 6:
        with_link([this](link& l) { send(l, 1 + in_.number()); });
        break;
      case 7:
        with_link([this](link& l) {
          for (unsigned n = in_.below(40); n != 0; --n) {
            l.pending += "GET /p HTTP/1.1\r\nHost: h\r\n\r\n";
          }
          send(l, l.pending.size());
        });
        break;
      case 8:
        with_link([this](link& l) {
          l.pending += in_.bytes(in_.below(64));
          send(l, l.pending.size());
        });
        break;
      case 9:
        with_link([](link& l) {
          trace("client ends");
          l.intact = false;
          l.peer.end();
        });
        break;
      case 10:
        with_link([](link& l) {
          trace("client closes");
          l.intact = false;
          l.peer.close();
        });
        break;
      case 11:
        with_link([](link& l) {
          trace("client resets");
          l.intact = false;
          l.peer.reset();
        });
        break;
      case 12:
        with_link([](link& l) { l.peer.stop_listening(); });
        break;
      case 13:
        with_link([](link& l) { l.peer.listen(); });
        break;
      case 14:
      case 15:
        pass_time();
        break;
      case 16:
      case 17:
        trace("resume");
        gates_.open(in_.below(8));
        break;
      case 18:
      case 19:
        act_late();
        break;
      case 20:
        change_server();
        break;
      default:
        if (!upgraded_.empty()) {
          std::size_t const which = in_.below(4) % upgraded_.size();
          upgraded_[which].write("more");
          acts_.touch(upgraded_[which]);
        }
        break;
    }
  }

  template <class F>
  void with_link(F f) {
    if (links_.empty()) {
      connect();
    }
    if (!links_.empty()) {
      f(links_[in_.below(8) % links_.size()]);
    }
  }

  void connect() {
    static constexpr std::size_t capacities[] = {65536, 1, 100, 4096, 65536, 16, 1000, 65536};
    if (server_ && links_.size() < most_links) {
      std::size_t const capacity = in_.pick(capacities);
      trace("connect, capacity " + std::to_string(capacity));
      budget_ = wakeups::bodies(budget_, capacity);
      links_.emplace_back(over_.connect(world_.loop(), *server_, capacity), capacity);
    }
  }

  void send(link& l, std::size_t size) {
    size = wakeups_.spend(std::min(size, l.pending.size()), l.capacity);
    std::string const now = l.pending.substr(0, size);
    l.pending.erase(0, now.size());
    trace("client sends " + now.substr(0, 400));
    l.peer.send(now);
  }

  void pass_time() {
    static constexpr milliseconds times[] = {milliseconds(1),      milliseconds(1000),
                                             milliseconds(5000),   milliseconds(6500),
                                             milliseconds(31'000), milliseconds(301'000)};
    milliseconds const time = in_.pick(times);
    trace("time passes " + std::to_string(time.count()));
    world_.advance(time);
  }

  // Performs later actions of handlers that were callbacks.
  void act_late() {
    std::vector<std::shared_ptr<served>> late;
    for (auto const& x : served_) {
      if (x->res != nullptr && !x->coroutine && x->listens) {
        late.push_back(x);
      }
    }
    if (!late.empty()) {
      try {
        acts_.act(*late[in_.below(16) % late.size()]);
      } catch (boost::system::system_error const&) {
      }
    }
  }

  void change_server();

  // Invariants, in the source file.
  void check_bounds();
  void wind_up();
  void open_gates();
  void give_up_waiting();
  void check_link(std::size_t index);

  link_layer const& over_;
  unsigned running_ = 0;  // coroutines; their frames can outlive all other members
  choices in_;
  std::size_t budget_ = 600'000;  // bytes of bodies
  wakeups wakeups_;
  bool limited_ = false;  // A connection has, or had, a limit of requests.
  bool patient_ = false;  // A request has, or had, no deadline.
  bool error_ignored_ = false;
  bool half_open_ = false;  // A client may half-close and wait for responses.
  world world_;
  server_acts acts_;
  gates gates_;
  std::vector<std::shared_ptr<served>> served_;
  std::vector<stream::buffered_socket*> cores_;
  std::vector<unsigned> closes_;
  std::unique_ptr<http::server> server_;
  std::vector<anode::socket> upgraded_;
  std::deque<link> links_;
};

}  // namespace anode::test
