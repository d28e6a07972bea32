// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The invariants of the program, and the changes of the server while it runs.
#include "server_program.hpp"

#include "programs.hpp"

namespace anode::test {

void server_program::change_server() {
  if (!server_) {
    return;
  }
  unsigned const what = in_.below(8);
  trace("server changes, way " + std::to_string(what));
  switch (what) {
    case 0:
      try {
        server_->set_options(make_options());
      } catch (http::exception const&) {
      }
      break;
    case 1:
      server_->set_timeout(milliseconds(in_.number() * 100U));
      break;
    case 2:
      server_->close_idle_connections();
      break;
    case 3:
      server_->close_all_connections();
      break;
    case 4:
      server_->close();
      break;
    case 5:
      ++running_;
      net::co_spawn(world_.executor(), server_->drain(milliseconds(in_.number() * 100U)),
                    [this](std::exception_ptr, http::drain_result) { --running_; });
      break;
    case 6:
      static_cast<void>(server_->connections());
      break;
    default:
      if (in_.flip()) {
        trace("server destroyed");
        server_.reset();
      }
      break;
  }
}

void server_program::check_bounds() {
  if (!server_) {
    return;
  }
  expect(server_->connection_count() <= links_.size(), "no more connections than clients");
  for (http::connection_info const& c : server_->connections()) {
    expect(c.unread_bytes <= most_unread, "what waits unread is bounded");
  }
}

void server_program::wind_up() {
  trace("winding up");
  // Every handler runs to its end, unless it waits for its client.
  for (unsigned i = 0; i != 200; ++i) {
    open_gates();
    bool any = false;
    for (std::size_t n = 0; n < served_.size(); ++n) {
      std::shared_ptr<served> const x = served_[n];
      if (x->res != nullptr && !x->coroutine && x->listens && !x->ended) {
        any = true;
        world_.act([&] {
          try {
            acts_.end(*x);
          } catch (boost::system::system_error const&) {
            if (x->res != nullptr) {
              x->res->destroy();
            }
          }
          x->ended = true;
        });
      }
    }
    if (!any && gates_.waiting() == 0) {
      break;
    }
  }
  for (link& l : links_) {
    world_.act([&] { l.peer.listen(); });
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    check_link(i);
  }

  for (link& l : links_) {
    world_.act([&] { l.peer.close(); });
  }
  for (anode::socket& s : upgraded_) {
    world_.act([&] { s.destroy(); });
  }
  upgraded_.clear();
  world_.advance(std::chrono::minutes(6));
  open_gates();
  give_up_waiting();
  if (patient_ && error_ignored_ && server_) {
    // The handler of the error has to close the connection, else a deadline does. As in Node.
    world_.act([this] { server_->close_all_connections(); });
  }
  open_gates();
  world_.advance(std::chrono::minutes(12));
  expect(running_ == 0, "handlers end when their clients have left");
  for (auto const& x : served_) {
    if (x->listens) {
      expect(x->response.close == 1, "a response emits close once");
      expect(x->request.close == 1, "a request emits close once");
      expect(x->response.finish <= 1 && x->request.end <= 1, "finish and end at most once");
      expect(x->request.error <= 1, "a request emits error at most once");
      expect(x->response.error <= x->refused, "a response emits error for each refused write");
    }
  }
  for (unsigned const n : closes_) {
    expect(n == 1, "a connection emits close once");
  }
  if (server_) {
    expect(server_->connection_count() == 0, "no connection remains");
  }
}

void server_program::open_gates() {
  while (gates_.waiting() != 0) {
    world_.act([this] { gates_.open(0); });
  }
}

// A handler that awaits the end of a response that it has not ended may never resume: its client
// may have half-closed, or the end of the input may be after a body that is not read. The handler
// has to resume when the response is destroyed.
void server_program::give_up_waiting() {
  for (std::size_t n = 0; n < served_.size(); ++n) {
    std::shared_ptr<served> const x = served_[n];
    world_.act([&] {
      if (x->coroutine && (half_open_ || (!x->req->complete() && !x->req->aborted()))) {
        trace("giving up " + std::to_string(x->serial));
        x->res->destroy();
      }
    });
  }
}

// A connection carries exactly the bytes that its handlers wrote, and all responses that they
// ended.
void server_program::check_link(std::size_t index) {
  link& l = links_[index];
  if (l.wrote_raw) {
    return;
  }
  int const connection = static_cast<int>(index);
  trace("client has got " + std::string(l.peer.received().substr(0, 40000)));
  std::set<unsigned> const whole =
      check_responses(l.peer.received(), served_, connection, limited_);
  if (!l.intact || l.peer.ended()) {
    return;
  }
  for (auto const& x : served_) {
    if (x->connection == connection) {
      if (!x->ended || x->left_http) {
        break;
      }
      expect(whole.contains(x->serial), "what was ended arrives");
    }
  }
}

void run_server_program(std::string_view bytes) {
  link_layer const plain;
  server_program(bytes, plain).run();
}

}  // namespace anode::test
