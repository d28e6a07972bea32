// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/buffered_socket.hpp"

#include "stream/connecting_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace anode::stream {
namespace {

// The most bytes that are discarded from a peer that still sends after the last response.
constexpr std::size_t linger_bytes = 1024 * 1024 * 1024;

constexpr std::size_t gather_limit = 16;

// The most bytes sent before other connections run, however fast the peer reads.
constexpr std::size_t fair_share = 256 * 1024;

// Send a small first segment before a large write. A pacing congestion control (BBR) estimates the
// bandwidth with it before it sets a timer for each packet of the rest.
constexpr std::size_t large_write = 256 * 1024;
constexpr std::size_t opening = 32 * 1024;

// The limit of unsent bytes of a stream of pieces. With a pacing congestion control (BBR) and more
// bytes queued, the system sends packet by packet with a timer each, which costs more than twice
// the time of the processor.
constexpr std::size_t unsent_limit = 16 * 1024;

// Returns the first `bytes` bytes of `gathered`, which must be longer.
std::span<net::const_buffer> shorten(std::span<net::const_buffer> gathered, std::size_t bytes) {
  std::size_t n = 0;
  for (; gathered[n].size() < bytes; ++n) {
    bytes -= gathered[n].size();
  }
  gathered[n] = net::buffer(gathered[n], bytes);
  return gathered.first(n + 1);
}

}  // namespace

buffered_socket::buffered_socket(std::unique_ptr<byte_stream> stream,
                                 detail::ptr<socket_context> context)
    : stream_(std::move(stream)), context_(std::move(context)) {
  if (net::any_io_executor ex = stream_->get_executor(); ex != context_->executor()) {
    own_executor_ = std::make_unique<net::any_io_executor const>(std::move(ex));
  }
  inactivity_.of = this;
}

buffered_socket::buffered_socket(net::any_io_executor const& ex,
                                 detail::ptr<socket_context> context)
    : buffered_socket(std::make_unique<connecting_stream>(ex), std::move(context)) {
  connecting_ = true;
}

void buffered_socket::connected(std::unique_ptr<byte_stream> stream) {
  static_cast<connecting_stream&>(*stream_).apply_settings(*stream);
  stream_ = std::move(stream);
  connecting_ = false;
  closing_timed_ = false;  // the time limit restarts after the connect
  touch();
  request_read();
  flush_later();
}

void buffered_socket::resume() {
  reading_ = true;
  request_read();
}

void buffered_socket::request_read() {
  if (!may_read() || read_scheduled_) {
    return;
  }
  if (owner_ != nullptr && !own_executor_ && bytes_read_ > 0) {
    read_scheduled_ = true;
    context_->reads().add(*this);
  } else {
    begin_read(in_.prepare());
  }
}

void buffered_socket::start_read(bool at_once) {
  read_scheduled_ = false;
  if (!may_read()) {
    runtime::tick const t(executor());
    if (wait_begins()) {
      report_write_failure();
    }
    return;
  }
  if (at_once) {
    error_code ec;
    std::size_t const bytes = stream_->try_read_some(in_.prepare(), ec);
    if (ec != net::error::would_block && ec != net::error::try_again) {
      detail::ptr<buffered_socket> const self(this);
      wait_unreported_ = false;
      read_done(ec, bytes);
      return;
    }
    in_.commit(0);
  }
  if (!wait_unreported_) {
    begin_read(in_.prepare());
    return;
  }
  runtime::tick const t(executor());
  if (wait_begins() && may_read()) {
    begin_read(in_.prepare());
  }
}

// Reports the wait to the owner, if it has asked for it. Returns whether the socket still exists
// for it.
bool buffered_socket::wait_begins() {
  if (std::exchange(wait_unreported_, false) && owner_ != nullptr && !destroyed_) {
    owner_->on_wait();
  }
  return !destroyed_;
}

void buffered_socket::begin_read(net::mutable_buffer into) {
  read_in_flight_ = true;
  stream_->async_read_some(into, io_callback(*this, &buffered_socket::on_read));
}

void buffered_socket::on_read(detail::counted& self, error_code ec, std::size_t bytes) {
  static_cast<buffered_socket&>(self).read_done(ec, bytes);
}

void buffered_socket::read_done(error_code ec, std::size_t bytes) {
  runtime::tick const t(executor());
  read_in_flight_ = false;
  in_a_row_ = 0;
  if (destroyed_) {
    return;
  }
  if (input_is_older_ && bytes > 0) {
    destroy();
    return;
  }
  if (bytes > 0) {
    in_.commit(bytes);
    bytes_read_ += bytes;
    touch();
  }
  if (lingering_) {
    lingered_ += bytes;
    in_.consume(in_.input().size());
    if (ec == net::error::eof && notify_end_ && listeners_) {
      listeners_->end.emit();
    }
    if (ec || lingered_ > linger_bytes) {
      destroy(error_);
      return;
    }
  } else if (!ec) {
    if (owner_ != nullptr) {
      owner_->on_input();
    } else {
      reading_ = false;  // the user resumes reading when it needs more input
      notify_readable();
    }
  } else if (ec == net::error::eof || ec == http::error::truncated) {
    ended_ = true;
    truncated_ = ec != net::error::eof;
    if (listeners_) {
      listeners_->end.emit();
    }
    if (owner_ != nullptr) {
      owner_->on_end();
    } else {
      notify_readable();
    }
  } else {
    destroy(ec);
    return;
  }
  request_read();
  report_write_failure();
}

// After a failed write the next read reports the failure. If reading has paused meanwhile, there is
// no next read.
void buffered_socket::report_write_failure() {
  if (write_failed_ && !reading_ && !read_in_flight_ && !read_scheduled_ && !destroyed_) {
    detail::ptr<buffered_socket> const self(this);
    destroy(net::error::broken_pipe);
  }
}

void buffered_socket::flush() {
  pending_flush_ = false;
  if (connecting_) {
    if (close_after_ && !closing_timed_ && !destroyed_) {
      limit_closing(closing_pause);
    }
    return;
  }
  if (write_failed_) {
    out_.clear();
  }
  if (output_unchecked_ && !out_.empty() && check_stale()) {
    return;
  }
  while (!out_.empty() && !write_waiting_ && !destroyed_) {
    if (in_a_row_ >= fair_share) {
      write_waiting_ = true;
      net::post(executor(),
                [self = detail::ptr<buffered_socket>(this)] { on_writable(*self, {}, 0); });
      return;
    }
    error_code ec;
    std::size_t offered = 0;
    bool last = false;
    std::size_t const sent = write_some(offered, last, ec);
    if (ec && ec != net::error::would_block && ec != net::error::try_again) {
      if (close_after_) {
        destroy(error_);
      } else if (reading_ && !ended_) {
        // The peer does not accept more, but it may have responded before (RFC 9112 section 9.5).
        // Keep reading: the end of input or a read error closes the socket.
        write_failed_ = true;
        write_error_ = error_code(ec.value(), ec.category());  // drops Asio's source location
        out_.clear();
      } else {
        destroy(ec);
      }
      break;
    }
    if (sent > 0) {
      out_.consume(sent);
      in_a_row_ += sent;
      report_output_later();
      touch();
    }
    if (last && sent == offered) {
      end_sent_ = true;
      stream_->async_shutdown({});
    }
    if (sent != offered) {
      write_waiting_ = true;
      stream_->async_wait_writable(io_callback(*this, &buffered_socket::on_writable));
    }
  }
  if (out_.empty() && ending_ && !destroyed_) {
    shut_down();
  } else if (close_after_ && !destroyed_ && !closing_timed_) {
    limit_unsent();
  }
}

void buffered_socket::limit_stream() { stream_->set_unsent_limit(unsent_limit); }

// Returns whether input is available, which makes this socket unusable for the output.
[[gnu::noinline]] bool buffered_socket::check_stale() {
  output_unchecked_ = false;
  if (stream_->has_input()) {
    detail::ptr<buffered_socket> const self(this);
    output_unchecked_ = true;
    if (owner_ != nullptr) {
      owner_->on_stale();
    }
    return true;
  }
  if (read_in_flight_) {
    // The read may have completed already, with its handler queued in the executor. That handler
    // runs before the one posted here. A response to the output sent now cannot arrive before it.
    input_is_older_ = true;
    net::post(executor(),
              [self = detail::ptr<buffered_socket>(this)] { self->input_is_older_ = false; });
  }
  return false;
}

// Offers the queued bytes to the stream, as many as one call accepts.
std::size_t buffered_socket::write_some(std::size_t& offered, bool& last, error_code& ec) {
  auto const write = [&](std::span<net::const_buffer> gathered) {
    offered = net::buffer_size(gathered);
    if (offered >= large_write && in_a_row_ == 0) {
      gathered = shorten(gathered, opening);
      offered = net::buffer_size(gathered);
    }
    last = last_output_ && notifying_ && offered == out_.size();
    return last ? stream_->try_write_last(gathered, ec) : stream_->try_write(gathered, ec);
  };
  if (out_.is_contiguous()) {
    net::const_buffer buffer = out_.front();
    return write({&buffer, 1});
  }
  if (out_.starts_with_file()) {
    std::size_t const sent = write_file(offered, ec);
    if (destroyed_ || out_.starts_with_file()) {
      return sent;
    }
    ec = {};
  }
  std::array<net::const_buffer, gather_limit> buffers;
  return write({buffers.data(), out_.gather(buffers)});
}

// Offers the bytes of the file at the front to the stream. If the stream cannot send files, reads a
// piece into the queue instead, which then no longer starts with the file.
[[gnu::noinline]] std::size_t buffered_socket::write_file(std::size_t& offered, error_code& ec) {
  offered = std::min(out_.file_size(), fair_share);
  std::uint64_t offset = out_.file_offset();
  std::size_t const sent = stream_->try_send_file(out_.file_descriptor(), offset, offered, ec);
  if (ec != net::error::operation_not_supported) {
    if (!ec && sent == 0) {
      fail_file(http::error::content_length_mismatch);
      offered = 0;
    }
    return sent;
  }
  ec = {};
  error_code failure;
  if (out_.load_file(failure) == 0) {
    fail_file(failure ? failure : make_error_code(http::error::content_length_mismatch));
    offered = 0;
  }
  return 0;
}

// A file cannot be sent as promised. The peer must not take the body for complete, therefore it
// sees a reset.
void buffered_socket::fail_file(error_code ec) {
  stream_->reset();
  destroy(ec);
}

void buffered_socket::on_writable(detail::counted& self, error_code ec, std::size_t) {
  auto& core = static_cast<buffered_socket&>(self);
  runtime::tick const t(core.executor());
  core.write_waiting_ = false;
  core.in_a_row_ = 0;
  if (core.destroyed_) {
    return;
  }
  if (ec) {
    core.destroy(ec);
  } else {
    core.flush();
  }
}

void buffered_socket::run_deferred() {
  if (pending_flush_) {
    notifying_ = true;
    flush();
    notifying_ = false;
  }
  if (std::exchange(pending_hangup_, false) && !reading_ && !destroyed_) {
    if (hangup_failed_) {
      destroy(net::error::connection_reset);
    } else if (owner_ != nullptr) {
      owner_->on_hangup();
    }
  }
  if (std::exchange(pending_output_, false)) {
    notify_progress();
    if (owner_ != nullptr) {
      owner_->on_output();
    }
  }
  if (destroyed_ && !std::exchange(close_notified_, true)) {
    detail::ptr<buffered_socket> const self(this);
    notify_progress();
    notify_readable();
    if (listeners_ && error_) {
      listeners_->error.emit(error_);
    }
    if (owner_ != nullptr && error_) {
      owner_->on_error(error_);
    }
    if (owner_ != nullptr) {
      std::exchange(owner_, nullptr)->on_close();
    }
    // Listeners may own handles to this socket: release them to break the cycle.
    if (std::unique_ptr<listeners> const last_listeners = std::move(listeners_)) {
      last_listeners->close.emit();
    }
  }
}

void buffered_socket::watch_hangup() {
  if (hung_up_) {
    pending_hangup_ = true;
    runtime::tick::defer(*this, executor());
  } else if (!destroyed_ && !connecting_ && !std::exchange(watching_, true)) {
    stream_->async_wait_hangup(io_callback(*this, &buffered_socket::on_hung_up));
  }
}

void buffered_socket::on_hung_up(detail::counted& self, error_code ec, std::size_t) {
  auto& core = static_cast<buffered_socket&>(self);
  runtime::tick const t(core.executor());
  core.hung_up_ = true;
  core.hangup_failed_ = ec.failed();
  // An active read finds the end itself, after the input before it.
  if (!core.destroyed_ && !core.reading_ && (core.owner_ != nullptr || ec.failed())) {
    core.pending_hangup_ = true;
    runtime::tick::defer(core, core.executor());
  }
}

void buffered_socket::set_timeout(std::chrono::milliseconds timeout) {
  bool const unchanged = timeout_ == timeout;
  timeout_ = std::min(timeout, runtime::longest_delay);
  last_activity_ = context_->now();
  if (unchanged && !closing_timed_ && inactivity_.armed() == (timeout.count() > 0)) {
    return;  // the timer reads the time of the last activity when it expires
  }
  if (closing_timed_) {
    arm_closing();
  } else {
    context_->arm(inactivity_, timeout);
  }
}

// Activity only stores the current time. The timer reads it when it expires.
void buffered_socket::touch() {
  if (timeout_.count() > 0 || closing_timed_) {
    last_activity_ = context_->now();
    if (!inactivity_.armed()) {
      context_->arm(inactivity_, timeout_);
    }
  }
}

buffered_socket::listeners& buffered_socket::listen() {
  if (!listeners_) {
    listeners_ = std::make_unique<listeners>();
  }
  return *listeners_;
}

net::awaitable<bool> buffered_socket::wait_input(detail::ptr<buffered_socket> self) {
  while (self->input().empty() && !self->ended_) {
    if (self->destroyed_) {
      if (self->error_) {
        throw boost::system::system_error(self->error_);
      }
      co_return false;
    }
    self->resume();
    co_await self->user().readable.wait();
  }
  co_return !self->input().empty();
}

void buffered_socket::drop_handle() {
  if (--handles_ > 0 || owner_ != nullptr) {
    return;
  }
  if (ending_) {
    destroy_soon(true);  // the user called `end`, so send the output first
  } else {
    destroy();
  }
}

}  // namespace anode::stream
