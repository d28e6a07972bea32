// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a server's messages, and of a socket that a server detaches, against each
// way to lose the other side: before, during and after the operation, in each state of the
// response.
#include "behaviour/lifetime/far_end.hpp"
#include "behaviour/lifetime/operations.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>

namespace behaviour_lifetime_server_messages {

namespace testing = anode::testing;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

enum class loss_kind {
  fin,
  half_close,
  half_close_allowed,
  reset,
  reset_cancelling,
  garbage,
  close_all,
  close_idle,
  drain_cut,
  server_destroyed,
  server_moved,
  response_destroyed,
  request_destroyed,
  socket_destroyed,
  socket_reset,
  inactivity,
  request_timeout,
  context_destroyed,
  count
};

constexpr std::array<std::string_view, static_cast<std::size_t>(loss_kind::count)> loss_names{
    "FIN",
    "half-close",
    "half-close, allowed",
    "reset",
    "reset, with cancellation enabled",
    "garbage",
    "close_all_connections",
    "close_idle_connections",
    "drain cut",
    "server destroyed",
    "server moved and destroyed",
    "response destroyed",
    "request destroyed",
    "socket destroyed",
    "socket reset",
    "inactivity",
    "request timeout",
    "context destroyed",
};

enum class stage { fresh, head_sent, half_written, ended, queued, upgraded, count };

constexpr std::array<std::string_view, static_cast<std::size_t>(stage::count)> stage_names{
    "before the head", "head sent", "body half written", "ended", "behind another", "upgraded",
};

// One operation of a handler in one state of its response.
template <class Handle>
struct cell {
  operation<Handle> const& what;
  stage state;
  outcome out{};
  bool reached = false;
  bool returned = false;
  int request_closes = 0;
  int response_closes = 0;
  http::incoming_message* request = nullptr;
  http::server_response* response = nullptr;
  anode::socket connection{};
  anode::detail::ptr<far_end> client{};
};

template <class Handle>
using pick_function = Handle& (*)(http::incoming_message&, http::server_response*, anode::socket*);

// A server with one connection for each of several cells. All clients are lost in the same way.
template <class Handle>
class server_with_cells {
public:
  server_with_cells(matrix& m, std::span<std::unique_ptr<cell<Handle>>> cells,
                    pick_function<Handle> pick, loss_kind w, point p)
      : matrix_(m), cells_(cells), pick_(pick), loss_kind_(w), point_(p) {
    http::server_options options;
    options.high_water_mark = 256;  // two heads, and less than a text
    options.http_allow_half_open = loss_kind_ == loss_kind::half_close_allowed;
    options.timeout = loss_kind_ == loss_kind::inactivity ? 2s : 0s;
    server_.emplace(loop_.get_executor(), options);
    server_->on_request(
        [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          return req.url() == "/first" ? last_.pass() : handle(cell_of(req), req, &res, nullptr);
        });
    server_->on_upgrade([this](http::incoming_message& req, anode::socket s) {
      return handle_upgrade(req, std::move(s));
    });
  }

  ~server_with_cells() {
    for (auto& c : cells_) {
      c->connection = anode::socket();
      if (c->client) {
        c->client->close();  // else what it waits for would keep it
        c->client.reset();
      }
    }
  }

  void run() {
    begin();
    if (point_ == point::before) {
      lose();
      begin_.open();
    } else {
      begin_.open();
      loop_.settle();
      if (point_ == point::after) {
        for (auto& c : cells_) {
          c->client->listen();
          c->client->send("67890");
        }
        loop_.settle();
      }
      lose();
    }
    if (loss_kind_ == loss_kind::context_destroyed) {
      return;
    }
    loop_.settle();
    again_.open();
    loop_.settle();
    if (server_) {
      server_->close_all_connections();
    }
    for (auto& c : cells_) {
      c->connection.destroy();  // A server does not close detached connections.
    }
    loop_.settle();
    last_.open();
    loop_.settle();
    for (auto& c : cells_) {
      c->connection = anode::socket();
      c->client->listen();
    }
    loop_.settle();
    for (auto& c : cells_) {
      check(*c);
    }
    matrix_.check(cells_.front()->out, !server_ || server_->connection_count() == 0,
                  "the server counts connections");
  }

private:
  cell<Handle>& cell_of(http::incoming_message const& req) {
    return *cells_[std::stoul(std::string(req.url().substr(1)))];
  }

  // Writes suspend because the client does not read and its connection buffer is full.
  void begin() {
    for (auto& c : cells_) {
      auto ends = anode::transport::make_memory_pair(loop_.get_executor(), 64);
      server_->emit_connection(std::move(ends.second));
      c->client = new far_end(std::move(ends.first));
      if (c->state == stage::queued) {
        c->client->send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
      }
    }
    loop_.settle();
    for (std::size_t i = 0; i != cells_.size(); ++i) {
      bool const upgrades = cells_[i]->state == stage::upgraded;
      cells_[i]->client->send((upgrades ? "GET /" : "POST /") + std::to_string(i) +
                              " HTTP/1.1\r\nHost: a\r\n" +
                              (upgrades ? "Connection: upgrade\r\nUpgrade: x\r\n\r\nhead"
                                        : "Content-Length: 10\r\n\r\n12345"));
    }
    loop_.settle();
    for (auto& c : cells_) {
      matrix_.check(c->out, c->reached, "the handler was not reached");
    }
  }

  void check(cell<Handle>& c) {
    matrix_.check(c.out);
    matrix_.check(c.out, c.returned, "the handler has not returned");
    // A request that left HTTP emits close when it is read to its end.
    matrix_.check(c.out,
                  c.request_closes == 1 || (c.state == stage::upgraded && c.request_closes == 0),
                  "close of the request: " + std::to_string(c.request_closes) + " times");
    matrix_.check(c.out, c.response_closes == (c.state == stage::upgraded ? 0 : 1),
                  "close of the response: " + std::to_string(c.response_closes) + " times");
    matrix_.check(c.out, c.client->ended(), "the connection is still open");
  }

  net::awaitable<void> handle_upgrade(http::incoming_message& req, anode::socket s) {
    co_await handle(cell_of(req), req, nullptr, &s);
  }

  net::awaitable<void> handle(cell<Handle>& c, http::incoming_message& req,
                              http::server_response* res, anode::socket* s) {
    try {
      if (loss_kind_ == loss_kind::reset_cancelling) {
        co_await http::enable_cancellation();
      }
      co_await perform(c, req, res, s);
    } catch (boost::system::system_error const& e) {
      c.out.note(e.code());
    }
    c.returned = true;
  }

  net::awaitable<void> perform(cell<Handle>& c, http::incoming_message& req,
                               http::server_response* res, anode::socket* s) {
    c.reached = true;
    c.connection = s != nullptr ? *s : req.socket();
    c.request = &req;
    c.response = res;
    Handle& handle = pick_(req, res, s);
    req.on_close([this, &c, &handle] {
      if (++c.request_closes == 1 && point_ == point::in_close && c.response == nullptr) {
        start_in_close(c, handle);
      }
    });
    if (res != nullptr) {
      res->on_close([this, &c, &handle] {
        if (++c.response_closes == 1 && point_ == point::in_close) {
          start_in_close(c, handle);
        }
      });
      if (c.state == stage::head_sent) {
        res->flush_headers();
      } else if (c.state == stage::half_written) {
        res->write("first");
      } else if (c.state == stage::ended) {
        res->end("whole");
      }
    }
    co_await begin_.pass();
    if (point_ == point::dropped) {
      call_only(c.what, handle, c.out);
    } else if (point_ != point::in_close) {
      co_await attempt(c.what, handle, c.out);
    }
    co_await again_.pass();
    if (point_ == point::after) {
      co_await attempt(c.what, handle, c.out);
    }
    co_await last_.pass();
  }

  void start_in_close(cell<Handle>& c, Handle& handle) {
    net::co_spawn(loop_.get_executor(), attempt(c.what, handle, c.out), net::detached);
    call_only(c.what, handle, c.out);
  }

  void lose() {
    switch (loss_kind_) {
      case loss_kind::close_all:
        server_->close_all_connections();
        break;
      case loss_kind::close_idle:
        server_->close_idle_connections();
        break;
      case loss_kind::drain_cut:
        net::co_spawn(loop_.get_executor(), discard(server_->drain(1s)), net::detached);
        loop_.advance(2s);
        break;
      case loss_kind::server_destroyed:
      case loss_kind::context_destroyed:
        server_.reset();
        break;
      case loss_kind::server_moved: {
        http::server other = std::move(*server_);
        other.close_idle_connections();
        server_.reset();
        break;
      }
      case loss_kind::inactivity:
        loop_.advance(5s);
        break;
      case loss_kind::request_timeout:
        loop_.advance(400s);
        break;
      default:
        for (auto& c : cells_) {
          c->out.show();
          lose(*c);
        }
    }
    if (loss_kind_ != loss_kind::context_destroyed) {
      loop_.settle();
    }
  }

  void lose(cell<Handle>& c) {
    if (!c.reached) {
      return;
    }
    switch (loss_kind_) {
      case loss_kind::fin:
        c.client->close();
        break;
      case loss_kind::half_close:
      case loss_kind::half_close_allowed:
        c.client->end();
        break;
      case loss_kind::reset:
      case loss_kind::reset_cancelling:
        c.client->reset();
        break;
      case loss_kind::garbage:
        c.client->send("\r\n67890\x01\x02 /\r\n\r\n");
        break;
      case loss_kind::socket_destroyed:
        c.connection.destroy();
        break;
      case loss_kind::socket_reset:
        c.connection.reset();
        break;
      case loss_kind::request_destroyed:
        c.request->destroy(net::error::connection_reset);
        break;
      default:
        if (c.response != nullptr) {
          c.response->destroy();
        } else {
          c.request->destroy();
        }
    }
  }

  matrix& matrix_;
  std::span<std::unique_ptr<cell<Handle>>> cells_;
  pick_function<Handle> pick_;
  loss_kind loss_kind_;
  point point_;
  testing::event_loop loop_;
  gate begin_{loop_.get_executor()};
  gate again_{loop_.get_executor()};
  gate last_{loop_.get_executor()};
  std::optional<http::server> server_;
};

template <class Handle>
void run_all(matrix& m, operations<Handle> const& all, pick_function<Handle> pick,
             std::initializer_list<stage> states) {
  for_each<loss_kind>([&](loss_kind w) {
    for_each<point>([&](point p) {
      std::vector<std::unique_ptr<cell<Handle>>> cells;
      for (auto const& o : all) {
        for (stage const s : states) {
          if (has_point(o, p)) {
            cells.push_back(std::make_unique<cell<Handle>>(cell<Handle>{o, s}));
            m.begin(cells.back()->out,
                    std::string(o.name) + ", " +
                        std::string(loss_names[static_cast<std::size_t>(w)]) + ", " +
                        std::string(to_string(p)) + ", " +
                        std::string(stage_names[static_cast<std::size_t>(s)]),
                    o.count);
          }
        }
      }
      run_together(m, std::move(cells), [&](std::span<std::unique_ptr<cell<Handle>>> some) {
        server_with_cells<Handle>(m, some, pick, w, p).run();
      });
    });
  });
}

void check(matrix const& m) { CHECK(m.report() == ""); }

http::server_response& pick_response(http::incoming_message&, http::server_response* res,
                                     anode::socket*) {
  return *res;
}

http::outgoing_message& pick_outgoing(http::incoming_message&, http::server_response* res,
                                      anode::socket*) {
  return *res;
}

http::incoming_message& pick_request(http::incoming_message& req, http::server_response*,
                                     anode::socket*) {
  return req;
}

anode::socket& pick_socket(http::incoming_message&, http::server_response*, anode::socket* s) {
  return *s;
}

}  // namespace

TEST_CASE("lifetime: every operation of a server's response survives the loss of its client") {
  matrix m("response");
  auto const states = {stage::fresh, stage::head_sent, stage::half_written, stage::ended,
                       stage::queued};
  run_all<http::server_response>(m, response_operations(), pick_response, states);
  run_all<http::outgoing_message>(m, outgoing_operations(), pick_outgoing, states);
  check(m);
}

TEST_CASE("lifetime: every operation of a server's request survives the loss of its client") {
  matrix m("request");
  run_all<http::incoming_message>(
      m, incoming_operations(), pick_request,
      {stage::fresh, stage::head_sent, stage::ended, stage::queued, stage::upgraded});
  check(m);
}

TEST_CASE("lifetime: every operation of a detached server socket survives the loss of its client") {
  matrix m("socket of a server");
  run_all<anode::socket>(m, socket_operations(), pick_socket, {stage::upgraded});
  check(m);
}

}  // namespace behaviour_lifetime_server_messages
