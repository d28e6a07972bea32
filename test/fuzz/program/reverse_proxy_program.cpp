// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The sample reverse proxy in memory, without its command line. The input controls its clients and
// upstreams.
//
// Invariants: an upstream receives correctly framed messages, and a request that arrives whole has
// its complete body. As long as the client and the upstream send only unambiguous messages, a
// client gets the responses to its own requests, in order, correctly framed and byte for byte. When
// both sides have left, nothing remains.
#include "../../../samples/reverse_proxy/proxy.hpp"
#include "choices.hpp"
#include "grammar.hpp"
#include "programs.hpp"
#include "wire.hpp"
#include "world.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace anode::test {
namespace {

using std::chrono::milliseconds;

/// A request with only one interpretation.
struct plain_request {
  std::string method;
  std::size_t size = 0;  // of its body
  std::size_t client = 0;
};

/// A response with only one interpretation.
struct plain_response {
  unsigned serial = 0;   // number of its request; 0: unknown
  std::size_t size = 0;  // of its body
};

struct client_link {
  client_link(testing::peer p, std::size_t c) : peer(std::move(p)), capacity(c) {}
  testing::peer peer;
  std::size_t capacity;
  std::string pending;             // of its input
  std::vector<unsigned> requests;  // numbers of its requests, from 1
  bool plain = true;               // It sent only unambiguous requests.
  bool intact = true;              // It ended nothing.
};

struct upstream_link {
  std::string pending;  // of its output
  unsigned answers = 0;
  bool plain = true;  // It sent only unambiguous responses.
};

class proxy_program {
public:
  explicit proxy_program(std::string_view bytes)
      : in_(bytes),
        gates_(world_.executor()),
        capacity_(capacity()),
        origin_(world_.loop(), capacity_),
        proxy_(http::agent(world_.executor(), make_options())),
        server_(world_.executor(), server_options()) {
    budget_ = wakeups::bodies(budget_, capacity_);
    std::vector<std::string> urls{"http://one:81"};
    if (in_.flip()) {
      urls.emplace_back("http://two:82/base/");
    }
    proxy_.set_silence(milliseconds(in_.flip() ? 60'000 : 0));
    proxy_.set_upstreams(urls);
    auto const forward = [this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy_, req, res);
    };
    server_.on_request(forward);
    server_.on_check_continue(forward);
    server_.on_upgrade([this](http::incoming_message& req, anode::socket client) {
      return samples::forward_upgrade(proxy_, req, std::move(client));
    });
    server_.on_error([](std::exception_ptr e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& what) {
        trace(std::string("the handler throws ") + what.what());
      }
    });
  }

  void run() {
    bool const abrupt = in_.rarely(8);
    for (unsigned steps = 0; steps != most_steps && !in_.empty(); ++steps) {
      world_.act([this] { step(); });
    }
    if (!abrupt) {
      wind_up();
    }
  }

private:
  static constexpr unsigned most_steps = 400;
  static constexpr std::size_t most_clients = 6;

  std::size_t capacity() {
    static constexpr std::size_t capacities[] = {65536, 1, 100, 4096, 65536, 16, 1000, 65536};
    return in_.pick(capacities);
  }

  http::agent_options make_options() {
    http::agent_options o;
    o.create_connection = [this](http::connect_options const& to) { return connect(this, to); };
    o.keep_alive = true;
    o.connect_timeout = std::chrono::seconds(10);
    if (in_.rarely(4)) {
      o.max_sockets = 1 + in_.below(3);
    }
    o.retry = in_.rarely(4) ? 1 : 0;
    return o;
  }

  http::server_options server_options() {
    http::server_options o;
    o.http_allow_half_open = in_.flip();
    o.high_water_mark = in_.rarely(4) ? 16 : 65536;
    return o;
  }

  static net::awaitable<std::unique_ptr<byte_stream>> connect(proxy_program* p,
                                                              http::connect_options to) {
    http::create_connection_function const make = p->origin_.connections();
    if (!p->closing_ && p->in_.rarely(8)) {
      trace("connecting takes its time");
      co_await p->gates_.pass();
    }
    if (p->closing_ || p->in_.rarely(8)) {
      trace("refused");
      throw boost::system::system_error(net::error::connection_refused, "connect");
    }
    co_return co_await make(to);
  }

  // Clients.

  template <class F>
  void with_client(F f) {
    if (clients_.empty() || (clients_.size() < most_clients && in_.rarely(4))) {
      std::size_t const capacity = this->capacity();
      budget_ = wakeups::bodies(budget_, capacity);
      clients_.emplace_back(world_.loop().connect(server_, capacity), capacity);
    }
    std::size_t const which = in_.below(8) % clients_.size();
    f(clients_[which], which);
  }

  void send(client_link& l, std::size_t size) {
    size = wakeups_.spend(std::min(size, l.pending.size()), l.capacity);
    std::string const now = l.pending.substr(0, size);
    l.pending.erase(0, now.size());
    trace("client sends " + now.substr(0, 300));
    l.peer.send(now);
  }

  void ask(client_link& l, std::size_t which) {
    static constexpr std::string_view methods[] = {"GET",  "POST",   "PUT",
                                                   "HEAD", "DELETE", "OPTIONS"};
    static constexpr std::size_t sizes[] = {0, 2, 100, 5000, 70'000};
    plain_request r;
    r.method = in_.pick(methods);
    r.client = which;
    auto const serial = static_cast<unsigned>(requests_.size() + 1);
    std::string text = r.method + " /x HTTP/1.1\r\nHost: h\r\nX-Serial: " + std::to_string(serial);
    text += in_.rarely(8) ? "\r\nExpect: 100-continue" : "";
    text += in_.rarely(8) ? "\r\nConnection: close" : "";
    if (in_.flip()) {
      r.size = spend(in_.pick(sizes));
      std::string const body(pattern(serial, r.size));
      if (in_.flip()) {
        text += "\r\nContent-Length: " + std::to_string(r.size) + "\r\n\r\n" + body;
      } else {
        text += "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body);
      }
    } else {
      text += "\r\n\r\n";
    }
    requests_.push_back(r);
    l.requests.push_back(serial);
    l.pending += text;
    send(l, in_.rarely(4) ? in_.number() : l.pending.size());
  }

  std::size_t spend(std::size_t wanted) {
    std::size_t const given = std::min(wanted, budget_);
    budget_ -= given;
    return given;
  }

  void play_client() {
    with_client([this](client_link& l, std::size_t which) {
      switch (in_.below(16)) {
        case 8:
        case 9:
          l.plain = false;
          l.pending += make_request(in_);
          send(l, in_.rarely(4) ? in_.number() : l.pending.size());
          break;
        case 10:
          send(l, 1 + in_.number());
          break;
        case 11:
          l.plain = false;
          l.pending += in_.bytes(in_.below(64));
          send(l, l.pending.size());
          break;
        case 12:
          trace("client ends");
          l.intact = false;
          l.peer.end();
          break;
        case 13:
          trace("client goes");
          l.intact = false;
          in_.flip() ? l.peer.close() : l.peer.reset();
          break;
        case 14:
          l.peer.stop_listening();
          break;
        case 15:
          l.peer.listen();
          break;
        default:
          ask(l, which);
          break;
      }
    });
  }

  // Upstreams.

  void flush(upstream_link& l, testing::peer& peer, std::size_t size) {
    size = wakeups_.spend(std::min(size, l.pending.size()), capacity_);
    std::string const now = l.pending.substr(0, size);
    l.pending.erase(0, now.size());
    trace("upstream sends " + now.substr(0, 300));
    peer.send(now);
  }

  // Returns the numbers of the requests whose heads have arrived at an upstream, as far as they are
  // unambiguous.
  static std::vector<unsigned> asked_on(testing::peer& peer) {
    std::vector<unsigned> found;
    wire_reader reader(peer.received());
    wire_message m;
    while (reader.head(m)) {
      if (m.has("Upgrade")) {
        break;
      }
      found.push_back(m.number("X-Serial"));
      reader.request_body(m);
      m = wire_message();
    }
    return found;
  }

  void answer(upstream_link& l, testing::peer& peer) {
    static constexpr std::size_t sizes[] = {2, 0, 100, 5000, 70'000};
    std::vector<unsigned> const asked = asked_on(peer);
    if (l.answers >= asked.size()) {
      return;  // No request was received; the client program covers unsolicited responses.
    }
    plain_response r;
    r.serial = l.plain ? asked[l.answers] : 0;
    r.size = spend(in_.pick(sizes));
    ++l.answers;
    responses_.push_back(r);
    auto const tag = static_cast<unsigned>(responses_.size());
    std::string text = "HTTP/1.1 200 OK\r\nX-Tag: " + std::to_string(tag) + "\r\n";
    std::string const body(pattern(tag, r.size));
    unsigned const serial = asked[l.answers - 1];
    bool const head =
        serial != 0 && serial <= requests_.size() && requests_[serial - 1].method == "HEAD";
    if (in_.flip()) {
      text += "Content-Length: " + std::to_string(r.size) + "\r\n\r\n" + (head ? "" : body);
    } else {
      text += "Transfer-Encoding: chunked\r\n\r\n" + (head ? "" : chunked(body));
    }
    l.pending += text;
    flush(l, peer, in_.rarely(4) ? in_.number() : l.pending.size());
  }

  void play_upstream() {
    std::size_t const size = origin_.size();
    upstreams_.resize(std::max(upstreams_.size(), size));
    if (size == 0) {
      return;
    }
    std::size_t const which = size - 1 - in_.below(8) % size;
    upstream_link& l = upstreams_[which];
    testing::peer& peer = origin_[which];
    switch (in_.below(16)) {
      case 8:
        l.plain = false;
        l.pending += make_response(in_);
        flush(l, peer, in_.rarely(4) ? in_.number() : l.pending.size());
        break;
      case 9:
        l.plain = false;
        l.pending += make_interim(in_);
        flush(l, peer, l.pending.size());
        break;
      case 10:
      case 11:
        flush(l, peer, 1 + in_.number());
        break;
      case 12:
        l.plain = false;
        l.pending += in_.bytes(in_.below(64));
        flush(l, peer, l.pending.size());
        break;
      case 13:
        trace("upstream ends");
        peer.end();
        break;
      case 14:
        trace("upstream goes");
        in_.flip() ? peer.close() : peer.reset();
        break;
      case 15:
        in_.flip() ? peer.stop_listening() : peer.listen();
        break;
      default:
        answer(l, peer);
        break;
    }
  }

  void step() {
    static constexpr milliseconds times[] = {milliseconds(1), milliseconds(5000),
                                             milliseconds(11'000), milliseconds(61'000)};
    switch (in_.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        play_client();
        break;
      case 13:
        gates_.open(in_.below(8));
        break;
      case 14:
        world_.advance(in_.pick(times));
        break;
      case 15:
        if (in_.rarely(8)) {
          if (in_.flip()) {
            proxy_.agent.destroy();
          } else {
            server_.close_all_connections();
          }
        } else {
          server_.close_idle_connections();
        }
        break;
      default:
        play_upstream();
        break;
    }
  }

  // Invariants.

  void wind_up() {
    trace("winding up");
    closing_ = true;
    for (int i = 0; i != 3; ++i) {
      for (unsigned n = 0; n != 200 && gates_.waiting() != 0; ++n) {
        world_.act([this] { gates_.open(0); });
      }
      for (client_link& l : clients_) {
        world_.act([&] { l.peer.listen(); });
      }
      for (std::size_t n = 0; n < origin_.size(); ++n) {
        world_.act([&] { origin_[n].close(); });
      }
    }
    check_upstreams();
    for (client_link& l : clients_) {
      check_client(l);
    }
    for (client_link& l : clients_) {
      world_.act([&] { l.peer.close(); });
    }
    world_.advance(std::chrono::minutes(15));
    expect(server_.connection_count() == 0, "no connection of a client remains");
    http::agent::counts const all = proxy_.agent.totals();
    expect(all.sockets == 0 && all.free_sockets == 0 && all.requests == 0,
           "no connection to an upstream remains");
  }

  void check_upstreams() {
    for (std::size_t i = 0; i < origin_.size(); ++i) {
      wire_reader reader(origin_[i].received());
      while (!reader.rest().empty()) {
        wire_message m;
        if (!reader.head(m) || m.has("Upgrade")) {
          break;
        }
        reader.request_body(m);
        unsigned const serial = m.number("X-Serial");
        if (serial != 0 && serial <= requests_.size()) {
          plain_request const& r = requests_[serial - 1];
          if (clients_[r.client].plain) {
            std::string_view const body = pattern(serial, r.size);
            expect(m.first.starts_with(r.method + " "), "the method of the request");
            expect(m.complete ? m.body == body : body.starts_with(m.body),
                   "the body of the request");
          }
        }
        expect(m.complete || reader.rest().empty(), "nothing behind a request that is cut off");
      }
    }
  }

  void check_client(client_link& l) {
    if (!l.plain) {
      return;
    }
    wire_reader reader(l.peer.received());
    std::size_t place = 0;
    while (!reader.rest().empty()) {
      wire_message m;
      if (!reader.head(m)) {
        break;
      }
      expect(m.status() != 101, "nobody has asked for an upgrade");
      if (m.status() / 100 == 1) {
        continue;
      }
      if (place == l.requests.size()) {
        // A response of the server itself: 408 if the rest of a request does not arrive.
        reader.response_body(m, true);
        expect(!m.has("X-Tag"), "no more answers than requests");
        continue;
      }
      unsigned const serial = l.requests[place++];
      reader.response_body(m, requests_[serial - 1].method == "HEAD");
      unsigned const tag = m.number("X-Tag");
      if (tag != 0 && tag <= responses_.size()) {
        plain_response const& r = responses_[tag - 1];
        if (r.serial != 0) {
          std::string_view const body = pattern(tag, r.size);
          expect(r.serial == serial, "the answer to the request");
          expect(requests_[serial - 1].method == "HEAD" ||
                     (m.complete ? m.body == body : body.starts_with(m.body)),
                 "the body of the answer");
        }
      }
      expect(m.complete || reader.rest().empty(), "nothing behind an answer that is cut off");
      if (m.field("Connection") == "close") {
        expect(reader.rest().empty(), "nothing behind the last answer");
      }
    }
    expect(place == l.requests.size() || !l.intact || !l.pending.empty() || l.peer.ended(),
           "every request is answered");
  }

  choices in_;
  std::size_t budget_ = 600'000;  // bytes of bodies
  wakeups wakeups_;
  bool closing_ = false;
  world world_;
  gates gates_;
  std::size_t capacity_;
  std::vector<plain_request> requests_;
  std::vector<plain_response> responses_;
  testing::origin origin_;
  std::deque<upstream_link> upstreams_;
  samples::reverse_proxy proxy_;
  http::server server_;
  std::deque<client_link> clients_;
};

}  // namespace

void run_reverse_proxy_program(std::string_view bytes) { proxy_program(bytes).run(); }

}  // namespace anode::test
