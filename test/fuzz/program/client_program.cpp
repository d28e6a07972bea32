// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The invariants of the program, and the changes of the agent while it runs.
#include "client_program.hpp"

#include "programs.hpp"

namespace anode::test {

void client_program::change_agent() {
  if (!agent_) {
    return;
  }
  unsigned const what = in_.below(4);
  trace("agent changes, way " + std::to_string(what));
  switch (what) {
    case 0:
      agent_->destroy();
      break;
    case 1:
      limits_fixed_ = false;
      agent_->set_options(make_options());
      break;
    case 2:
      with_request([this](asked& x) {
        if (agent_->remove(x.req.socket())) {
          limits_fixed_ = false;
        }
      });
      break;
    default:
      if (in_.rarely(4)) {
        trace("agent dropped");
        agent_.reset();
      }
      break;
  }
}

void client_program::check_pool() {
  if (!agent_ || !limits_fixed_) {
    return;
  }
  http::agent_options const& o = agent_->options();
  http::agent::counts const all = agent_->totals();
  expect(all.sockets + all.free_sockets <= o.max_total_sockets, "max_total_sockets");
  for (auto const& [name, n] : agent_->by_name()) {
    expect(n.sockets <= o.max_sockets, "max_sockets");
    // As in Node, 0 means the default.
    std::size_t const most = o.max_free_sockets == 0 ? 256 : o.max_free_sockets;
    expect(n.free_sockets <= most, "max_free_sockets");
  }
  expect(o.keep_alive || all.free_sockets == 0, "keep_alive");
}

// The servers leave. Before that, the program can destroy all requests (1) or the agent (2).
void client_program::wind_up(unsigned way) {
  trace("winding up");
  closing_ = true;
  for (unsigned i = 0; i != 200 && gates_.waiting() != 0; ++i) {
    world_.act([this] { gates_.open(0); });
  }
  if (way == 1) {
    for (auto const& x : asked_) {
      world_.act([&] {
        if (x->req) {
          x->req.destroy();
        }
      });
    }
  } else if (way == 2 && agent_) {
    world_.act([this] { agent_->destroy(); });
  }
  check_wire();
  for (std::size_t i = 0; i < origin_.size(); ++i) {
    world_.act([&] { origin_[i].close(); });
  }
  for (auto const& x : asked_) {
    world_.act([&] {
      if (x->answer && !x->waits) {
        x->answer.dump();
      }
    });
  }
  for (anode::socket& s : upgraded_) {
    world_.act([&] { s.destroy(); });
  }
  upgraded_.clear();
  world_.advance(std::chrono::minutes(10));
  for (unsigned i = 0; i != 200 && gates_.waiting() != 0; ++i) {
    world_.act([this] { gates_.open(0); });
  }
  expect(running_ == 0, "coroutines end when the servers have left");
  for (auto const& x : asked_) {
    bool const answered = x->takes && x->req;
    expect(!answered || x->events.close == 1, "a request closes when its server has left");
    // Responses without a request stay buffered until they are read.
    world_.act([&] {
      if (x->req) {
        x->req.destroy();
      }
    });
  }
  world_.advance(std::chrono::minutes(1));
  for (auto const& x : asked_) {
    expect(x->events.close == 1 || (!x->req && x->events.close == 0), "close is emitted once");
    expect(x->events.response <= 1 && x->events.error <= 1, "response and error at most once");
  }
  if (agent_) {
    http::agent::counts const all = agent_->totals();
    expect(all.sockets == 0 && all.requests == 0 && all.free_sockets == 0, "nothing remains");
    expect(agent_->by_name().empty(), "no name remains");
  }
}

// The servers received exactly the written bytes, and each request that got a response had been
// sent.
void client_program::check_wire() {
  for (std::size_t i = 0; i < origin_.size(); ++i) {
    check_requests(origin_[i].received());
  }
  for (auto const& x : asked_) {
    if (x->tag == 0 || x->tag > responses_.size()) {
      continue;
    }
    sent_response const& r = responses_[x->tag - 1];
    expect(!r.unasked || acts_.socket_ended(), "no answer that was sent before the request");
    if (r.serial == 0) {
      continue;
    }
    expect(r.serial == x->serial, "the answer to the request");
    if (x->method != "HEAD" && x->method != "CONNECT") {
      std::string_view const body = pattern(x->tag, r.size);
      expect(body.starts_with(x->received), "the body of the answer");
      expect(!x->read_whole || body == x->received, "all of the body of the answer");
    }
  }
}

void client_program::check_requests(std::string_view bytes) {
  trace("server has got " + std::string(bytes.substr(0, 4000)));
  wire_reader reader(bytes);
  while (!reader.rest().empty()) {
    wire_message m;
    if (!reader.head(m)) {
      return;
    }
    unsigned const serial = m.number("X-Serial");
    if (serial == 0) {
      expect(m.first.starts_with("CONNECT "), "a CONNECT of the agent's own");
      continue;
    }
    expect(serial <= asked_.size(), "a request of the program");
    asked const& x = *asked_[serial - 1];
    expect(m.first.starts_with(x.method + " "), "the method");
    if (m.has("Upgrade") || x.method == "CONNECT") {
      return;
    }
    reader.request_body(m);
    expect(m.complete && x.ended ? m.body == x.written : x.written.starts_with(m.body),
           "a body as it was written");
    expect(m.complete || reader.rest().empty(), "nothing behind a request that is cut off");
  }
}

void run_client_program(std::string_view bytes) {
  link_layer const plain;
  client_program(bytes, plain).run();
}

}  // namespace anode::test
