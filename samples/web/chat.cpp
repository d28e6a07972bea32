// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A chat with one page: GET /events streams the messages and POST /say sends one; the WebSocket
// /socket does both. The last messages are kept for clients that come, or come back.

#include "../serve.hpp"
#include "chat_page.hpp"

#include <anode/beast.hpp>
#include <anode/web/event_stream.hpp>
#include <anode/web/router.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <charconv>
#include <deque>
#include <exception>

namespace beast = boost::beast;
namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

namespace {

constexpr std::size_t max_message = 4096;
constexpr std::size_t max_kept = 100;

class room {
public:
  explicit room(net::any_io_executor const& ex) : news_(ex, net::steady_timer::time_point::max()) {}

  void add_routes(web::router& app) {
    app.get("/",
            [](web::context& c) { c.type("text/html; charset=utf-8").send(samples::chat_page); });
    app.get("/events", [this](web::context& c) { return stream(c); });
    app.post("/say", [this](web::context& c) -> net::awaitable<void> {
      say(co_await c.text(max_message));
      c.status(204).end();
    });
    app.get("/socket", [this](web::context& c) { return accept(c); });
  }

  /// Ends all streams and sockets, so that a drain does not wait for them.
  void close() {
    closed_ = true;
    news_.cancel();
  }

private:
  // A text that is not UTF-8 would end the WebSockets of all browsers.
  void say(std::string_view text) {
    kept_.push_back(web::utf8_lossy(text));
    ++last_;
    if (kept_.size() > max_kept) {
      kept_.pop_front();
    }
    news_.cancel();  // resumes all that wait
  }

  // Returns the message behind the number `seen` and sets `seen` to its number; null: none yet. The
  // pointer is valid until a message is added.
  std::string const* next(std::uint64_t& seen) const {
    std::uint64_t const first = last_ - kept_.size();
    if (seen < first || seen > last_) {
      seen = first;  // missed, or of an earlier run of the server
    }
    return seen == last_ ? nullptr : &kept_[static_cast<std::size_t>(seen++ - first)];
  }

  net::awaitable<void> stream(web::context& c) {
    web::event_stream events(c);
    std::string const& id = events.last_event_id();
    std::uint64_t seen = 0;
    std::from_chars(id.data(), id.data() + id.size(), seen);
    while (events.open() && !closed_) {
      if (std::string const* const text = next(seen)) {
        co_await events.send(*text, "", std::to_string(seen));  // copies the text
      } else {
        co_await events.wait(news_);
      }
    }
  }

  net::awaitable<void> accept(web::context& c) {
    if (c.header("Upgrade").empty()) {
      throw web::http_error(426, "Open a WebSocket").header("Upgrade", "websocket");
    }
    // Browsers let the pages of all sites open WebSockets to all others.
    std::string_view const origin = c.header("Origin");
    if (!origin.empty() && !origin.ends_with("://" + std::string(c.header("Host")))) {
      throw web::http_error(403, "The page is of another origin");
    }
    anode::websocket_options options;
    options.max_message_size = max_message;
    auto handshake = anode::accept_websocket(c.req(), c.res(), options);
    try {
      anode::websocket_ptr const ws = co_await std::move(handshake);
      using namespace net::experimental::awaitable_operators;
      co_await (receive(*ws) || send(*ws));  // both end without exceptions
    } catch (boost::system::system_error const&) {
      // The handshake was not valid: the client has got the reason.
    }
  }

  net::awaitable<void> receive(anode::websocket_stream& ws) {
    try {
      beast::flat_buffer message;
      while (true) {
        co_await ws.async_read(message, net::use_awaitable);
        say(beast::buffers_to_string(message.data()));
        message.clear();
      }
    } catch (boost::system::system_error const&) {
      // The client has disconnected, or sent a message that is too large.
    }
  }

  net::awaitable<void> send(anode::websocket_stream& ws) {
    try {
      std::uint64_t seen = 0;
      while (!closed_) {
        if (std::string const* const text = next(seen)) {
          std::string const copy = *text;
          co_await ws.async_write(net::buffer(copy), net::use_awaitable);
        } else {
          co_await news_.async_wait(net::as_tuple(net::use_awaitable));
        }
      }
      co_await ws.async_close(beast::websocket::close_code::going_away, net::use_awaitable);
    } catch (boost::system::system_error const&) {
      // The client has disconnected.
    }
  }

  net::steady_timer news_;  // never expires; cancelled for each message
  std::deque<std::string> kept_;
  std::uint64_t last_ = 0;  // number of the last message
  bool closed_ = false;
};

net::awaitable<void> close_on_signal(room& r) {
  net::signal_set signals{co_await net::this_coro::executor, SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  r.close();
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"chat", "A chat with events and WebSockets."}.add(at).parse(argc, argv);
  net::io_context io{1};
  room r{io.get_executor()};
  web::router app;
  r.add_routes(app);
  http::server_options options;
  options.upgrade_requests = true;  // of WebSockets go to the router too
  http::server server{io.get_executor(), options, app};
  net::co_spawn(io, close_on_signal(r), net::detached);
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "chat: {}\n", e.what());
  return EXIT_FAILURE;
}
