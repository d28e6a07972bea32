// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Server-sent events. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server_response.hpp>
#include <anode/write_operation.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

namespace net = boost::asio;

class context;

/// Times of an event stream. Functions return the object, therefore calls can be chained.
class ANODE_EXPORT event_stream_options {
public:
  /// Sets the time without output after which a comment is sent, because proxies close idle
  /// connections; default 15 s. 0: never.
  event_stream_options& heartbeat(std::chrono::milliseconds time) noexcept {
    heartbeat_ = time;
    return *this;
  }

  /// Sets how long a client may accept nothing before its connection is closed; default 60 s,
  /// rounded up to whole heartbeats. Without heartbeats it has no effect.
  event_stream_options& write_timeout(std::chrono::milliseconds time) noexcept {
    write_timeout_ = time;
    return *this;
  }

  /// Sets the time that a client waits before it connects again; default 0: the client decides.
  event_stream_options& retry(std::chrono::milliseconds time) noexcept {
    retry_ = time;
    return *this;
  }

private:
  friend class event_stream;

  std::chrono::milliseconds heartbeat_{15'000};
  std::chrono::milliseconds write_timeout_{60'000};
  std::chrono::milliseconds retry_{0};
};

/// The response to a request for server-sent events.
///
/// ```cpp
/// web::event_stream events(req, res);
/// while (events.open()) {
///   for (auto const& item : news_since(seen)) co_await events.send(item.text, "news", item.id);
///   co_await events.wait(news);
/// }
/// ```
///
/// **Concurrency**: use the object only on the executor of the server.
/// **Node**: none.
class ANODE_EXPORT event_stream {
public:
  /// Sends the head of the response. Headers that are set before are kept, except Content-Type.
  /// @throws http::exception with `error::headers_sent` if the head is sent already.
  event_stream(http::incoming_message& req, http::server_response& res,
               event_stream_options const& options = {});

  /// Sends the head of the response to the request of a router's handler.
  explicit event_stream(context& c, event_stream_options const& options = {});
  event_stream(event_stream const&) = delete;
  event_stream& operator=(event_stream const&) = delete;

  /// Stops the heartbeat. The response ends when the handler returns.
  ~event_stream();

  /// Returns the id of the last event that the client received before it connected again; empty if
  /// the client has none. It is what the client sent: any text.
  std::string const& last_event_id() const noexcept { return last_event_id_; }

  /// Returns whether the client is connected and the response has not ended.
  bool open() const noexcept;

  /// Sends an event.
  /// @param data its text; each line becomes a line of the event.
  /// @param event its type; empty: `message`. Line breaks are dropped.
  /// @param id its id; empty: none. Line breaks are dropped. An id with NUL is not sent.
  /// @return the operation. When awaited, it throws after the client has disconnected.
  write_operation send(std::string_view data, std::string_view event = {},
                       std::string_view id = {});

  /// Sends a comment, which clients ignore.
  write_operation comment(std::string_view text = {});

  /// Waits until `timer` expires or is cancelled, or the stream is closed. One wait at a time.
  net::awaitable<void> wait(net::steady_timer& timer);

private:
  struct state;

  write_operation write(std::string text);

  std::shared_ptr<state> state_;
  std::string last_event_id_;
};

}  // namespace anode::web
