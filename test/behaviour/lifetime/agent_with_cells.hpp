// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// An agent that runs several cells of a client's messages together.

#include "behaviour/lifetime/client_cell.hpp"
#include "behaviour/lifetime/operations.hpp"
#include "transport/memory_stream.hpp"

#include <anode/agent.hpp>
#include <anode/byte_stream.hpp>
#include <anode/client_request.hpp>
#include <anode/incoming_message.hpp>
#include <anode/socket.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace lifetime {

template <class Handle>
using pick_function = Handle& (*)(cell<Handle>&);

/// An agent with one request for each of several cells. Each request goes to its own server.
template <class Handle>
class agent_with_cells {
public:
  agent_with_cells(matrix& m, std::span<std::unique_ptr<cell<Handle>>> cells,
                   pick_function<Handle> pick, loss_kind w, point p)
      : matrix_(m), cells_(cells), pick_(pick), loss_kind_(w), point_(p) {
    http::agent_options options;
    options.max_sockets = 1;
    options.keep_alive = true;
    options.timeout =
        loss_kind_ == loss_kind::inactivity ? std::chrono::seconds(2) : std::chrono::seconds(0);
    options.create_connection = [this](http::connect_options const& to) {
      return connect(*this, std::stoul(to.host.substr(1)));
    };
    agent_.emplace(loop_.get_executor(), options);
    http::client_trace trace;
    trace.created = [this](http::traced_request const&) { ++created_; };
    trace.finished = [this](http::traced_request const&, auto const&) { ++settled_; };
    trace.failed = [this](http::traced_request const&, auto const&) { ++settled_; };
    agent_->set_trace(std::move(trace));
  }

  ~agent_with_cells() {
    for (auto& c : cells_) {  // Objects that use the loop are destroyed before it.
      c->connection = anode::socket();
      if (c->server) {
        c->server->close();  // else what it waits for would keep it
        c->server.reset();
      }
      c->response = http::incoming_message();
      c->other_response = http::incoming_message();
      c->request = http::client_request();
      c->other_request = http::client_request();
      c->blocker = http::client_request();
    }
  }

  void run() {
    begin();
    if (point_ == point::before) {
      lose();
      attempt_all();
    } else {
      if (point_ != point::in_close) {
        attempt_all();
      }
      if (point_ == point::after) {
        answer_all();
      }
      lose();
      if (point_ == point::after && loss_kind_ != loss_kind::context_destroyed) {
        attempt_all();
      }
    }
    if (loss_kind_ == loss_kind::context_destroyed) {
      agent_.reset();
      return;
    }
    loop_.settle();
    if (agent_) {
      agent_->destroy();
    }
    connect_.open();
    loop_.settle();
    // If its agent has no handles, a queued request makes a connection of its own.
    for (int connections = 0; connections != 2; ++connections) {
      for (auto& c : cells_) {
        if (c->server) {
          c->server->close();
        }
        // A response received whole ends when it is read or dropped.
        c->response = http::incoming_message();
        c->other_response = http::incoming_message();
      }
      loop_.settle();
    }
    for (auto& c : cells_) {
      if (c->server) {
        c->server->listen();
      }
    }
    loop_.settle();
    for (auto& c : cells_) {
      check(*c);
    }
    matrix_.check(cells_.front()->out, created_ >= cells_.size() && created_ == settled_,
                  std::to_string(created_) + " requests were traced as created, " +
                      std::to_string(settled_) + " as finished or failed");
    if (agent_) {
      auto const left = agent_->totals();
      matrix_.check(cells_.front()->out, left.sockets + left.free_sockets + left.requests == 0,
                    "the agent counts " + std::to_string(left.sockets) + " sockets, " +
                        std::to_string(left.free_sockets) + " free ones, " +
                        std::to_string(left.requests) + " requests");
    }
  }

private:
  static net::awaitable<std::unique_ptr<anode::byte_stream>> connect(agent_with_cells& self,
                                                                     std::size_t index) {
    cell<Handle>& c = *self.cells_[index];
    if (c.state == stage::connecting) {
      co_await self.connect_.pass();
      throw boost::system::system_error(net::error::connection_refused);
    }
    auto ends = anode::transport::make_memory_pair(self.loop_.get_executor(), 64);
    c.server = new far_end(std::move(ends.second));
    co_return std::move(ends.first);
  }

  // Brings each request into its state, all of them a step at a time.
  void begin() {
    for (std::size_t i = 0; i != cells_.size(); ++i) {
      make_request(*cells_[i], i);
    }
    loop_.settle();
    for (auto& c : cells_) {
      if (c->state == stage::head_sent) {
        c->request.flush_headers();
      } else if (c->state == stage::half_written) {
        c->request.write("first");
      } else if (c->state >= stage::ended) {
        c->request.end("whole");
      }
    }
    loop_.settle();
    for (auto& c : cells_) {
      if (c->state >= stage::answered) {
        c->server->listen();
        c->server->send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
      }
    }
    loop_.settle();
    for (auto& c : cells_) {
      if (c->state == stage::complete) {
        c->server->send("67890");
      }
      matrix_.check(c->out, c->answered == (c->state >= stage::answered),
                    c->answered ? "there is a response" : "there is no response");
    }
    loop_.settle();
  }

  void make_request(cell<Handle>& c, std::size_t index) {
    http::request_options o;
    o.host = "h" + std::to_string(index);
    if (c.state == stage::queued) {
      c.blocker = agent_->request(o);
      c.blocker.flush_headers();
    }
    o.method = "POST";
    o.high_water_mark = 32;
    if (loss_kind_ == loss_kind::deadline) {
      o.deadline = std::chrono::seconds(3);
    }
    o.signal = c.signal.slot();
    c.request = agent_->request(o);
    c.request.on_socket([&c](anode::socket s) { c.connection = std::move(s); });
    c.request.on_close([this, &c] {
      if (++c.request_closes == 1 && point_ == point::in_close) {
        start_in_close(c);
      }
    });
    if (c.state >= stage::answered) {
      c.request.on_response([&c](http::incoming_message m) {
        c.answered = true;
        c.response = std::move(m);
        c.response.on_close([&c] { ++c.response_closes; });
      });
    }
  }

  void attempt_all() {
    for (auto& c : cells_) {
      if (point_ == point::dropped) {
        call_only(c->what, pick_(*c), c->out);
      } else {
        net::co_spawn(
            loop_.get_executor(), attempt(c->what, pick_(*c), c->out),
            net::bind_cancellation_slot(c->cancel.at(c->attempts++).slot(), net::detached));
      }
    }
    loop_.settle();
  }

  void start_in_close(cell<Handle>& c) {
    net::co_spawn(loop_.get_executor(), attempt(c.what, pick_(c), c.out), net::detached);
    call_only(c.what, pick_(c), c.out);
  }

  void answer_all() {
    for (auto& c : cells_) {
      if (c->server) {
        c->server->listen();
        c->server->send(c->state < stage::answered
                            ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"
                        : c->state == stage::answered ? "67890"
                                                      : "");
      }
    }
    loop_.settle();
  }

  void lose() {
    switch (loss_kind_) {
      case loss_kind::agent_destroyed:
        agent_->destroy();
        break;
      case loss_kind::agent_dropped:
        agent_.reset();
        break;
      case loss_kind::deadline:
      case loss_kind::inactivity:
        loop_.advance(std::chrono::seconds(5));
        break;
      case loss_kind::context_destroyed:
        return;
      default:
        for (auto& c : cells_) {
          c->out.show();
          lose(*c);
        }
    }
    loop_.settle();
  }

  void lose(cell<Handle>& c) {
    switch (loss_kind_) {
      case loss_kind::fin:
        if (c.server) {
          c.server->close();
        } else {
          connect_.open();
        }
        break;
      case loss_kind::half_close:
        if (c.server) {
          c.server->end();
        }
        break;
      case loss_kind::reset:
        if (c.server) {
          c.server->reset();
        }
        break;
      case loss_kind::garbage:
      case loss_kind::unasked_upgrade:
        if (c.server) {
          c.server->send(loss_kind_ == loss_kind::garbage
                             ? "67890garbage\r\n\r\n"
                             : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
                               "x\r\nConnection: upgrade\r\n\r\nhead");
        }
        break;
      case loss_kind::request_dropped:
        c.request = http::client_request();
        break;
      case loss_kind::request_moved:
        c.other_request = std::move(c.request);
        break;
      case loss_kind::response_dropped:
        c.response = http::incoming_message();
        break;
      case loss_kind::response_moved:
        c.other_response = std::move(c.response);
        break;
      case loss_kind::response_destroyed:
        c.response.destroy(net::error::connection_reset);
        break;
      case loss_kind::socket_destroyed:
        c.connection.destroy();
        break;
      case loss_kind::socket_reset:
        c.connection.reset();
        break;
      case loss_kind::signalled:
        c.signal.emit(net::cancellation_type::terminal);
        break;
      case loss_kind::cancelled:
        c.cancel[0].emit(net::cancellation_type::terminal);
        break;
      default:
        c.request.destroy();
    }
  }

  void check(cell<Handle>& c) {
    matrix_.check(c.out);
    matrix_.check(c.out, c.request_closes == 1,
                  "close of the request: " + std::to_string(c.request_closes) + " times");
    matrix_.check(c.out, c.response_closes == (c.answered ? 1 : 0),
                  "close of the response: " + std::to_string(c.response_closes) + " times");
    if (c.server) {
      matrix_.check(c.out, c.server->ended(), "the connection is still open");
    }
  }

  matrix& matrix_;
  std::span<std::unique_ptr<cell<Handle>>> cells_;
  pick_function<Handle> pick_;
  loss_kind loss_kind_;
  point point_;
  std::size_t created_ = 0;  // by the trace of the agent
  std::size_t settled_ = 0;
  anode::testing::event_loop loop_;
  gate connect_{loop_.get_executor()};
  std::optional<http::agent> agent_;
};

}  // namespace lifetime
