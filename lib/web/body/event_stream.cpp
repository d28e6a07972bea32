// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/event_format.hpp"

#include <anode/error.hpp>
#include <anode/web/event_stream.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <utility>

namespace anode::web {

// Shared with the listeners, which can be called after the stream is destroyed.
struct event_stream::state {
  http::server_response* response = nullptr;  // null after the stream or the exchange has ended
  std::chrono::milliseconds heartbeat{};
  std::chrono::milliseconds write_timeout{};
  std::chrono::milliseconds stalled{};
  std::uint64_t written = 0;  // by the connection, when the client was last seen to stall
  net::cancellation_signal* waiting = nullptr;

  // Called when no byte was sent for the time of a heartbeat.
  void beat() {
    if (response == nullptr || response->writable_ended()) {
      return;
    }
    if (response->writable_length() == 0) {
      stalled = {};
      response->write(std::string_view(":\n\n"));
      flush();
      return;
    }
    // The client has not read the last events. Without output the timeout does not begin again.
    std::uint64_t const now_written = response->socket().bytes_written();
    stalled = now_written == written ? stalled + heartbeat : heartbeat;
    written = now_written;
    if (stalled >= write_timeout) {
      response->destroy();
    } else {
      response->set_timeout(heartbeat);
    }
  }

  // Flushes the filters, because a layer can encode the stream.
  void flush() {
    if (response != nullptr) {
      response->flush();
    }
  }

  // Ends the wait of the handler.
  void wake() {
    if (waiting != nullptr) {
      waiting->emit(net::cancellation_type::terminal);
    }
  }
};

event_stream::event_stream(http::incoming_message& req, http::server_response& res,
                           event_stream_options const& options)
    : state_(std::make_shared<state>()),
      last_event_id_(req.headers().get("last-event-id").value_or("")) {
  res.set_header("Content-Type", "text/event-stream");
  if (!res.has_header("Cache-Control")) {
    res.set_header("Cache-Control", "no-store");
  }
  if (!res.has_header("X-Accel-Buffering")) {
    // nginx would collect events otherwise.
    res.set_header("X-Accel-Buffering", "no");
  }
  state_->response = &res;
  state_->heartbeat = options.heartbeat_;
  state_->write_timeout = options.write_timeout_;
  std::weak_ptr<state> const weak = state_;
  res.on_close([weak, ex = res.get_executor()] {
    if (auto const strong = weak.lock()) {
      strong->response = nullptr;
      // Later, because the connection is still being closed: the handler could return, and its
      // coroutine end, while the server is about to cancel it.
      net::post(ex, [strong] { strong->wake(); });
    }
  });
  if (options.heartbeat_.count() > 0) {
    res.set_timeout(options.heartbeat_, [weak] {
      if (auto const strong = weak.lock()) {
        strong->beat();
      }
    });
  }
  res.flush_headers();
  if (options.retry_.count() > 0) {
    std::string text;
    append_event_retry(text, options.retry_);
    write(std::move(text));
  }
}

event_stream::~event_stream() { state_->response = nullptr; }

bool event_stream::open() const noexcept {
  return state_->response != nullptr && !state_->response->destroyed() &&
         !state_->response->writable_ended();
}

write_operation event_stream::send(std::string_view data, std::string_view event,
                                   std::string_view id) {
  std::string text;
  append_event(text, data, event, id);
  return write(std::move(text));
}

write_operation event_stream::comment(std::string_view text) {
  std::string out;
  append_event_comment(out, text);
  return write(std::move(out));
}

write_operation event_stream::write(std::string text) {
  if (state_->response == nullptr) {
    throw http::exception(http::error::stream_destroyed, "the event stream is closed");
  }
  write_operation written = state_->response->write(std::move(text));
  state_->flush();
  return written;
}

net::awaitable<void> event_stream::wait(net::steady_timer& timer) {
  auto const self = state_;
  if (!open()) {
    co_return;
  }
  net::cancellation_signal closed;
  struct waiting_guard {
    state& of;
    ~waiting_guard() { of.waiting = nullptr; }
  } const guard{*self};
  self->waiting = &closed;
  co_await timer.async_wait(
      net::bind_cancellation_slot(closed.slot(), net::as_tuple(net::use_awaitable)));
}

}  // namespace anode::web
