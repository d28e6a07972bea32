// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A client in memory. The input controls its agent, its requests and its servers.
//
// Invariants: a server receives correctly framed messages with exactly the written bytes. A
// response belongs to the request that receives it, and a response sent before its request is
// discarded. A request emits `close` once and no event after it. The pool keeps its limits. When
// the servers have left, nothing remains.
#pragma once

#include "choices.hpp"
#include "client_acts.hpp"
#include "grammar.hpp"
#include "link_layer.hpp"
#include "programs.hpp"
#include "wire.hpp"
#include "world.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace anode::test {

using std::chrono::milliseconds;

/// The server's end of a connection, controlled by the input.
struct served_link {
  std::string pending;      // of its output
  std::size_t answers = 0;  // number of responses sent
  bool plain = true;        // each response has only one interpretation
  bool listening = true;
};

/// A response sent by a server.
struct sent_response {
  unsigned serial = 0;   // number of its request; 0: unknown
  std::size_t size = 0;  // of its body
  bool unasked = false;  // sent without a request that it could answer
};

class client_program {
public:
  client_program(std::string_view bytes, link_layer const& over)
      : over_(over),
        in_(bytes),
        acts_(in_, budget_, upgraded_),
        gates_(world_.executor()),
        capacity_(capacity()),
        origin_(over_.make_origin(world_.loop(), capacity_)) {
    budget_ = wakeups::bodies(budget_, capacity_);
    agent_.emplace(over_.make_agent(world_.executor(), make_options()));
  }

  client_program(client_program const&) = delete;
  client_program& operator=(client_program const&) = delete;

  // Listeners own the record that owns the handle.
  ~client_program() {
    for (auto const& x : asked_) {
      x->req = http::client_request();
      x->answer = http::incoming_message();
    }
  }

  void run() {
    bool const abrupt = in_.rarely(8);
    unsigned const way = in_.below(3);
    for (unsigned steps = 0; steps != most_steps && !in_.empty(); ++steps) {
      world_.act([this] { step(); });
      check_pool();
    }
    if (!abrupt) {
      wind_up(way);
    }
  }

private:
  static constexpr unsigned most_steps = 400;
  static constexpr std::size_t most_requests = 24;

  // The agent.

  std::size_t capacity() {
    static constexpr std::size_t capacities[] = {65536, 1, 100, 4096, 65536, 16, 1000, 65536};
    return in_.pick(capacities);
  }

  http::agent_options make_options() {
    http::agent_options o;
    o.create_connection = [this](http::connect_options const& to) { return connect(this, to); };
    o.keep_alive = in_.flip();
    if (in_.flip()) {
      o.max_sockets = 1 + in_.below(3);
    }
    if (in_.rarely(4)) {
      o.max_total_sockets = 1 + in_.below(3);
    }
    if (in_.rarely(4)) {
      o.max_free_sockets = in_.below(3);
    }
    o.scheduling = in_.flip() ? http::scheduling::fifo : http::scheduling::lifo;
    if (in_.rarely(4)) {
      o.timeout = milliseconds(in_.number() * 100U);
    }
    if (in_.rarely(4)) {
      o.connect_timeout = milliseconds(in_.number() * 100U);
    }
    o.retry = in_.rarely(3) ? in_.below(3) : 0;
    if (in_.rarely(4)) {
      o.proxy = over_.has_proxies() ? "http://u:p@proxy:3128" : "";
      o.proxy_tunnel = in_.flip();
    }
    if (in_.rarely(8)) {
      o.keep_socket_alive = [this](anode::socket) { return in_.flip(); };
    }
    if (in_.rarely(8)) {
      o.reuse_socket = [this](anode::socket s) {
        if (in_.rarely(4)) {
          acts_.touch(std::move(s));
        }
      };
    }
    return o;
  }

  static net::awaitable<std::unique_ptr<byte_stream>> connect(client_program* p,
                                                              http::connect_options to) {
    http::create_connection_function const make = p->origin_.connections();
    trace("connecting to " + to.host);
    if (!p->closing_ && p->in_.rarely(4)) {
      co_await p->gates_.pass();
    }
    if (p->closing_ || p->in_.rarely(8)) {
      trace("refused");
      throw boost::system::system_error(net::error::connection_refused, "connect");
    }
    co_return co_await make(to);
  }

  // Requests.

  void ask() {
    if (asked_.size() == most_requests || !agent_) {
      return;
    }
    static constexpr std::string_view methods[] = {"GET",    "GET",     "POST",    "PUT", "HEAD",
                                                   "DELETE", "OPTIONS", "CONNECT", "GET"};
    auto const x = std::make_shared<asked>();
    asked_.push_back(x);
    x->serial = static_cast<unsigned>(asked_.size());
    http::request_options o;
    o.host = in_.rarely(4) ? "b" : "a";
    o.method = in_.pick(methods);
    o.path = o.method == "CONNECT" ? "c:1" : "/x";
    x->method = o.method;
    o.headers = {{"X-Serial", std::to_string(x->serial)}};
    if (in_.rarely(8)) {
      o.headers = {{"X-Serial", std::to_string(x->serial)},
                   {"Connection", "Upgrade"},
                   {"Upgrade", "websocket"}};
    } else if (in_.rarely(8)) {
      o.headers = {{"X-Serial", std::to_string(x->serial)}, {"Expect", "100-continue"}};
    } else if (o.method == "POST" && in_.flip()) {
      static constexpr std::size_t lengths[] = {0, 1, 10, 3000, 70'000};
      x->left = acts_.spend(in_.pick(lengths));
      o.headers = {{"X-Serial", std::to_string(x->serial)},
                   {"Content-Length", std::to_string(*x->left)}};
    } else if (in_.rarely(8)) {
      o.headers = {{"X-Serial", std::to_string(x->serial)}, {"Connection", "close"}};
    }
    if (in_.rarely(4)) {
      o.timeout = milliseconds(in_.number() * 100U);
    }
    if (in_.rarely(4)) {
      o.deadline = milliseconds(in_.number() * 100U);
    }
    if (in_.rarely(4)) {
      o.signal = x->abort.slot();
    }
    if (in_.rarely(4)) {
      o.high_water_mark = in_.number();
    }
    bool const alone = in_.rarely(8);
    if (alone) {
      o.create_connection = agent_->options().create_connection;
    }
    trace("request " + std::to_string(x->serial) + " " + x->method + (alone ? " alone" : ""));
    x->req = alone ? over_.request(world_.executor(), std::move(o)) : agent_->request(std::move(o));
    bool const waits = in_.flip();
    x->takes = !waits;
    acts_.listen(x, !waits, in_.rarely(6));
    if (waits) {
      x->waits = true;
      ++running_;
      net::co_spawn(world_.executor(), fetch(this, x),
                    net::bind_cancellation_slot(x->cancel.slot(), [this, x](std::exception_ptr) {
                      x->waits = false;
                      --running_;
                    }));
    } else if (in_.flip()) {
      acts_.end(*x);
    }
  }

  static net::awaitable<void> fetch(client_program* p, std::shared_ptr<asked> x) {
    if (p->in_.rarely(3)) {
      co_await p->acts_.write(*x);
    }
    if (p->in_.rarely(8)) {
      bool const wanted = co_await x->req.continued();
      trace(wanted ? "continued" : "not continued");
    }
    if (!p->in_.rarely(8)) {
      p->acts_.end(*x);
    }
    if (p->in_.rarely(8)) {
      http::upgrade_result result = co_await x->req.upgraded();
      client_acts::answered(*x, std::move(result.response()));
      p->upgraded_.push_back(result.socket());
    } else {
      http::incoming_message answer = co_await x->req.response();
      client_acts::answered(*x, std::move(answer));
    }
    if (p->in_.flip()) {
      x->received = co_await x->answer.text();
      x->read_whole = true;
      trace("read whole");
    } else {
      for (unsigned n = p->in_.below(4); n != 0; --n) {
        auto const piece = co_await x->answer.read();
        if (!piece) {
          break;
        }
        x->received += *piece;
      }
    }
    if (p->in_.flip()) {
      x->answer = http::incoming_message();
    }
  }

  // Servers.

  template <class F>
  void with_link(F f) {
    std::size_t const size = origin_.size();
    while (links_.size() < size) {
      links_.emplace_back();
    }
    if (size != 0) {
      std::size_t const which = size - 1 - in_.below(8) % size;
      f(links_[which], origin_[which]);
    }
  }

  void flush(served_link& l, testing::peer& peer, std::size_t size) {
    size = wakeups_.spend(std::min(size, l.pending.size()), capacity_);
    std::string const now = l.pending.substr(0, size);
    l.pending.erase(0, now.size());
    trace("server sends " + now.substr(0, 200));
    peer.send(now);
  }

  // Sends a response with only one interpretation, unless no request was received.
  void answer(served_link& l, testing::peer& peer) {
    static constexpr std::size_t sizes[] = {2, 0, 100, 5000, 70'000};
    bool certain = l.plain && l.listening && l.pending.empty();
    std::vector<unsigned> const heads = heads_on(peer, certain);
    sent_response r;
    std::string_view method;
    if (l.answers < heads.size()) {
      unsigned const serial = heads[l.answers];
      r.serial = l.plain ? serial : 0;
      method = serial == 0 ? std::string_view("CONNECT") : asked_[serial - 1]->method;
    } else {
      r.unasked = certain && all_sent();
      l.plain = false;
    }
    ++l.answers;
    r.size = method == "CONNECT" ? 0 : acts_.spend(in_.pick(sizes));
    responses_.push_back(r);
    auto const tag = static_cast<unsigned>(responses_.size());
    std::string const body(pattern(tag, method == "HEAD" ? 0 : r.size));
    std::string text = "HTTP/1.1 200 OK\r\nX-Tag: " + std::to_string(tag) + "\r\n";
    if (method == "CONNECT") {
      text += "\r\n";
    } else if (in_.flip()) {
      text += "Content-Length: " + std::to_string(r.size) + "\r\n\r\n" + body;
    } else {
      text += "Transfer-Encoding: chunked\r\n\r\n" + (method == "HEAD" ? "" : chunked(body));
    }
    l.pending += text;
    flush(l, peer, in_.rarely(4) ? in_.number() : l.pending.size());
    trace(r.unasked ? "(unasked)" : "(asked for)");
  }

  // Returns whether every request that can still get a response was sent first.
  bool all_sent() const {
    for (auto const& x : asked_) {
      if (x->events.close == 0 && !x->ended) {
        return false;
      }
    }
    return true;
  }

  // Returns the numbers of the requests whose heads have arrived, without the agent's own CONNECT.
  static std::vector<unsigned> heads_on(testing::peer& peer, bool& whole) {
    std::vector<unsigned> found;
    wire_reader reader(peer.received());
    while (!reader.rest().empty()) {
      wire_message m;
      if (!reader.head(m)) {
        whole = false;
        break;
      }
      found.push_back(m.number("X-Serial"));
      if (found.back() != 0 && (m.has("Upgrade") || m.first.starts_with("CONNECT"))) {
        whole = false;
        break;
      }
      reader.request_body(m);
    }
    return found;
  }

  void serve() {
    with_link([this](served_link& l, testing::peer& peer) {
      switch (in_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
          answer(l, peer);
          break;
        case 6:
        case 7:
          l.plain = false;
          l.pending += make_response(in_);
          flush(l, peer, in_.rarely(4) ? in_.number() : l.pending.size());
          break;
        case 8:
          l.plain = false;
          l.pending += make_interim(in_);
          flush(l, peer, l.pending.size());
          break;
        case 9:
          flush(l, peer, 1 + in_.number());
          break;
        case 10:
          l.plain = false;
          l.pending += in_.bytes(in_.below(64));
          flush(l, peer, l.pending.size());
          break;
        case 11:
          trace("server ends");
          peer.end();
          break;
        case 12:
          trace("server closes");
          peer.close();
          break;
        case 13:
          trace("server resets");
          peer.reset();
          break;
        case 14:
          l.listening = false;
          peer.stop_listening();
          break;
        default:
          peer.listen();
          break;
      }
    });
  }

  // Steps.

  void step() {
    switch (in_.below(16)) {
      case 0:
      case 1:
      case 2:
        try {
          ask();
        } catch (http::exception const&) {
        }
        break;
      case 3:
      case 4:
      case 5:
        with_request([this](asked& x) { acts_.act(x); });
        break;
      case 6:
        with_request([this](asked& x) { acts_.act_on_answer(x); });
        break;
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
        serve();
        break;
      case 12:
        pass_time();
        break;
      case 13:
        gates_.open(in_.below(8));
        break;
      case 14:
        if (!upgraded_.empty()) {
          std::size_t const which = in_.below(4) % upgraded_.size();
          upgraded_[which].write("raw");
          acts_.touch(upgraded_[which]);
        }
        break;
      default:
        change_agent();
        break;
    }
  }

  template <class F>
  void with_request(F f) {
    if (!asked_.empty()) {
      std::shared_ptr<asked> const x = asked_[asked_.size() - 1 - in_.below(8) % asked_.size()];
      try {
        f(*x);
      } catch (boost::system::system_error const&) {
      }
    }
  }

  void pass_time() {
    static constexpr milliseconds times[] = {milliseconds(1), milliseconds(900), milliseconds(5000),
                                             milliseconds(31'000)};
    milliseconds const time = in_.pick(times);
    trace("time passes " + std::to_string(time.count()));
    world_.advance(time);
  }

  void change_agent();

  // Invariants, in the source file.
  void check_pool();
  void wind_up(unsigned way);
  void check_wire();
  void check_requests(std::string_view bytes);

  link_layer const& over_;
  unsigned running_ = 0;  // coroutines; their frames can outlive all other members
  choices in_;
  std::size_t budget_ = 600'000;  // bytes of bodies
  wakeups wakeups_;
  bool closing_ = false;
  bool limits_fixed_ = true;
  std::vector<std::shared_ptr<asked>> asked_;  // Signals outlive their users.
  world world_;
  std::vector<anode::socket> upgraded_;
  client_acts acts_;
  gates gates_;
  std::size_t capacity_;
  testing::origin origin_;
  std::deque<served_link> links_;
  std::vector<sent_response> responses_;
  std::optional<http::agent> agent_;
};

}  // namespace anode::test
