// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A chat with server-sent events: GET /events streams the messages, POST /say sends one to all. A
// client that does not read is disconnected when its buffer is full.

#include "serve.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

// Writes a message as one event; each of its lines needs a "data:" of its own.
std::string event_of(std::string_view message) {
  std::string event;
  for (std::size_t at = 0; at <= message.size();) {
    std::size_t const end = std::min(message.find_first_of("\r\n", at), message.size());
    event += fmt::format("data: {}\n", message.substr(at, end - at));
    at = end + (message.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return event + '\n';
}

class chat {
public:
  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) {
    if (req.path() == "/events" && req.method() == "GET") {
      co_await listen(req, res);
    } else if (req.path() == "/say" && req.method() == "POST") {
      say(co_await req.text(4096));
      res.set_status_code(204).end();
    } else {
      res.set_status_code(404).end("GET /events or POST /say\n");
    }
  }

  /// Ends all streams, so that a drain does not wait for them.
  void close() {
    for (http::server_response* const res : std::exchange(listeners_, {})) {
      res->end();
    }
  }

private:
  net::awaitable<void> listen(http::incoming_message& req, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}});
    res.flush_headers();
    listeners_.insert(&res);
    co_await req.wait_close();
    listeners_.erase(&res);
  }

  void say(std::string_view message) {
    std::string const event = event_of(message);
    for (http::server_response* const res : std::set(listeners_)) {
      if (!res->write(event)) {
        res->destroy();
      }
    }
  }

  std::set<http::server_response*> listeners_;
};

net::awaitable<void> close_on_signal(chat& c) {
  net::signal_set signals{co_await net::this_coro::executor, SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  c.close();
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"chat", "A chat with server-sent events."}.add(at).parse(argc, argv);
  chat c;
  net::io_context io{1};
  http::server server{io.get_executor(), [&](http::incoming_message& req,
                                             http::server_response& res) { return c(req, res); }};
  net::co_spawn(io, close_on_signal(c), net::detached);
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "chat: {}\n", e.what());
  return EXIT_FAILURE;
}
