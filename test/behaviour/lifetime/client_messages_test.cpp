// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a client's messages against each way to lose the server, the agent or the
// handle: before, during and after the operation, in each state of the request.
#include "behaviour/lifetime/far_end.hpp"
#include "behaviour/lifetime/operations.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/agent.hpp>
#include <anode/testing.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace testing = anode::testing;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
operations<http::client_request> const& request_operations() {
  using message = http::client_request;
  constexpr auto r = [](std::string_view name, auto f) { return row<message>(name, f); };
  operations<message> quiet{
      r("client_request::operator bool", [](message& m) { return static_cast<bool>(m); }),
      r("client_request::method", [](message& m) { return std::string(m.method()); }),
      r("client_request::path", [](message& m) { return std::string(m.path()); }),
      r("client_request::host", [](message& m) { return std::string(m.host()); }),
      r("client_request::protocol", [](message& m) { return std::string(m.protocol()); }),
      r("client_request::reused_socket", [](message& m) { return m.reused_socket(); }),
      r("client_request::retries", [](message& m) { return m.retries(); }),
      r("client_request::aborted", [](message& m) { return m.aborted(); }),
      r("client_request::max_headers_count", [](message& m) { return m.max_headers_count(); }),
      r("client_request::on_information",
        [](message& m) { m.on_information([](http::information const&) {}); }),
      r("client_request::on_continue", [](message& m) { m.on_continue([] {}); }),
      r("client_request::on_socket", [](message& m) { m.on_socket([](anode::socket) {}); }),
      r("client_request::on_timeout", [](message& m) { m.on_timeout([] {}); }),
      r("client_request::on_abort", [](message& m) { m.on_abort([] {}); }),
      r("client_request::on_request_error",
        [](message& m) { m.on_request_error([](http::request_error const&) {}); }),
  };
  static operations<message> const all{
      together(std::move(quiet)),
      r("client_request::response", [](message& m) { return m.response(); }),
      r("client_request::upgraded", [](message& m) { return m.upgraded(); }),
      r("client_request::continued", [](message& m) { return m.continued(); }),
      r("client_request::set_max_headers_count", [](message& m) { m.set_max_headers_count(10); }),
      r("client_request::abort", [](message& m) { m.abort(); }),
      r("client_request::set_timeout", [](message& m) { m.set_timeout(1s, [] {}); }),
      r("client_request::set_no_delay", [](message& m) { m.set_no_delay(); }),
      r("client_request::set_socket_keep_alive",
        [](message& m) { m.set_socket_keep_alive(true, 1s); }),
      r("client_request::on_response",
        [](message& m) { m.on_response([](http::incoming_message) {}); }),
      r("client_request::on_upgrade",
        [](message& m) { m.on_upgrade([](http::incoming_message, anode::socket) {}); }),
      r("client_request::on_connect",
        [](message& m) { m.on_connect([](http::incoming_message, anode::socket) {}); }),
      r("client_request::client_request (moved)",
        [](message& m) {
          message taken = std::move(m);
          m = std::move(taken);
        }),
      r("client_request::operator= (emptied)", [](message& m) { m = message(); }),
  };
  return all;
}
#pragma GCC diagnostic pop

enum class way {
  fin,
  half_close,
  reset,
  garbage,
  unasked_upgrade,
  agent_destroyed,
  agent_dropped,
  request_dropped,
  request_moved,
  response_dropped,
  response_moved,
  request_destroyed,
  response_destroyed,
  socket_destroyed,
  socket_reset,
  deadline,
  inactivity,
  signalled,
  cancelled,
  context_destroyed,
  count
};

constexpr std::array<std::string_view, static_cast<std::size_t>(way::count)> way_names{
    "FIN",
    "half-close",
    "reset",
    "garbage",
    "101 unasked",
    "agent destroyed",
    "agent dropped",
    "request dropped",
    "request moved",
    "response dropped",
    "response moved",
    "request destroyed",
    "response destroyed",
    "socket destroyed",
    "socket reset",
    "deadline",
    "inactivity",
    "signal",
    "cancelled",
    "context destroyed",
};

enum class stage {
  queued,
  connecting,
  fresh,
  head_sent,
  half_written,
  ended,
  answered,
  complete,
  count
};

constexpr std::array<std::string_view, static_cast<std::size_t>(stage::count)> stage_names{
    "queued", "connecting",    "before the head", "head sent", "body half written",
    "ended",  "half answered", "answered",
};

template <class Handle>
struct cell {
  operation<Handle> const& what;
  stage state;
  outcome out{};
  int request_closes = 0;
  int response_closes = 0;
  bool answered = false;
  http::client_request blocker{};
  http::client_request request{};
  http::client_request other_request{};
  http::incoming_message response{};
  http::incoming_message other_response{};
  anode::socket connection{};
  net::cancellation_signal signal{};
  std::array<net::cancellation_signal, 2> cancel{};  // one signal for each attempt
  std::size_t attempts = 0;
  anode::detail::ptr<far_end> server{};
};

template <class Handle>
using pick_function = Handle& (*)(cell<Handle>&);

// An agent with one request for each of several cells. Each request goes to its own server.
template <class Handle>
class agent_with_cells {
public:
  agent_with_cells(matrix& m, std::span<std::unique_ptr<cell<Handle>>> cells,
                   pick_function<Handle> pick, way w, point p)
      : matrix_(m), cells_(cells), pick_(pick), way_(w), point_(p) {
    http::agent_options options;
    options.max_sockets = 1;
    options.keep_alive = true;
    options.timeout = way_ == way::inactivity ? 2s : 0s;
    options.create_connection = [this](http::connect_options const& to) {
      return connect(*this, std::stoul(to.host.substr(1)));
    };
    agent_.emplace(loop_.get_executor(), options);
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
      if (point_ == point::after && way_ != way::context_destroyed) {
        attempt_all();
      }
    }
    if (way_ == way::context_destroyed) {
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
    if (way_ == way::deadline) {
      o.deadline = 3s;
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
    switch (way_) {
      case way::agent_destroyed:
        agent_->destroy();
        break;
      case way::agent_dropped:
        agent_.reset();
        break;
      case way::deadline:
      case way::inactivity:
        loop_.advance(5s);
        break;
      case way::context_destroyed:
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
    switch (way_) {
      case way::fin:
        if (c.server) {
          c.server->close();
        } else {
          connect_.open();
        }
        break;
      case way::half_close:
        if (c.server) {
          c.server->end();
        }
        break;
      case way::reset:
        if (c.server) {
          c.server->reset();
        }
        break;
      case way::garbage:
      case way::unasked_upgrade:
        if (c.server) {
          c.server->send(way_ == way::garbage ? "67890garbage\r\n\r\n"
                                              : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
                                                "x\r\nConnection: upgrade\r\n\r\nhead");
        }
        break;
      case way::request_dropped:
        c.request = http::client_request();
        break;
      case way::request_moved:
        c.other_request = std::move(c.request);
        break;
      case way::response_dropped:
        c.response = http::incoming_message();
        break;
      case way::response_moved:
        c.other_response = std::move(c.response);
        break;
      case way::response_destroyed:
        c.response.destroy(net::error::connection_reset);
        break;
      case way::socket_destroyed:
        c.connection.destroy();
        break;
      case way::socket_reset:
        c.connection.reset();
        break;
      case way::signalled:
        c.signal.emit(net::cancellation_type::terminal);
        break;
      case way::cancelled:
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
  way way_;
  point point_;
  testing::event_loop loop_;
  gate connect_{loop_.get_executor()};
  std::optional<http::agent> agent_;
};

template <class Handle>
void run_all(matrix& m, operations<Handle> const& all, pick_function<Handle> pick, stage from) {
  for_each<way>([&](way w) {
    for_each<point>([&](point p) {
      std::vector<std::unique_ptr<cell<Handle>>> cells;
      for (auto const& o : all) {
        for_each<stage>([&](stage s) {
          if (has_point(o, p) && s >= from) {
            cells.push_back(std::unique_ptr<cell<Handle>>(new cell<Handle>{o, s}));
            m.begin(cells.back()->out,
                    std::string(o.name) + ", " +
                        std::string(way_names[static_cast<std::size_t>(w)]) + ", " +
                        std::string(to_string(p)) + ", " +
                        std::string(stage_names[static_cast<std::size_t>(s)]),
                    o.count);
          }
        });
      }
      run_together(m, std::move(cells), [&](std::span<std::unique_ptr<cell<Handle>>> some) {
        agent_with_cells<Handle>(m, some, pick, w, p).run();
      });
    });
  });
}

void check(matrix const& m) { CHECK(m.report() == ""); }

http::client_request& pick_request(cell<http::client_request>& c) { return c.request; }
http::outgoing_message& pick_outgoing(cell<http::outgoing_message>& c) { return c.request; }
http::incoming_message& pick_response(cell<http::incoming_message>& c) { return c.response; }

}  // namespace

TEST_CASE("lifetime: every operation of a client's request survives the loss of its server") {
  matrix m("client request");
  run_all<http::client_request>(m, request_operations(), pick_request, stage::queued);
  run_all<http::outgoing_message>(m, outgoing_operations(), pick_outgoing, stage::queued);
  check(m);
}

TEST_CASE("lifetime: every operation of a client's response survives the loss of its server") {
  matrix m("client response");
  run_all<http::incoming_message>(m, incoming_operations(), pick_response, stage::answered);
  check(m);
}
