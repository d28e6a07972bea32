// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/async_condition.hpp"
#include "runtime/event.hpp"
#include "runtime/tick.hpp"
#include "stream/read_buffer.hpp"
#include "stream/socket_context.hpp"
#include "stream/write_queue.hpp"

#include <anode/byte_stream.hpp>

#include <memory>
#include <optional>

namespace anode::stream {

class buffered_socket;

/// The owner of a socket, notified of its events: the driver of an HTTP connection, or the user's
/// `socket`.
///
/// Each function is called in a tick, and never from inside a call of the owner.
class socket_observer {
public:
  /// Bytes were received; see `buffered_socket::input`.
  virtual void on_input() = 0;

  /// The peer has half-closed the connection.
  virtual void on_end() = 0;

  /// The socket failed. `on_close` follows.
  virtual void on_error(error_code ec) = 0;

  /// Output was sent, up to `buffered_socket::output().sent()`.
  virtual void on_output() = 0;

  /// No byte was sent or received for the time set with `set_timeout`.
  virtual void on_timeout() = 0;

  /// The peer has half-closed the connection while reading is paused; see
  /// `buffered_socket::watch_hangup`.
  virtual void on_hangup() {}

  /// The program has called `end` itself. Output written before may still be queued.
  virtual void on_local_end() {}

  /// Input arrived before the first output after `check_before_output`.
  virtual void on_stale() {}

  /// No input is available, and the socket waits for it; see `buffered_socket::report_wait`.
  virtual void on_wait() {}

  /// The socket is closed. This is the last call.
  virtual void on_close() = 0;

protected:
  ~socket_observer() = default;
};

/// A connected stream with its buffers. It reads while reading is resumed, sends the output of a
/// tick at the end of the tick, and closes gracefully.
class buffered_socket final : public runtime::deferred_task {
public:
  buffered_socket(std::unique_ptr<byte_stream> stream, detail::ptr<socket_context> context);

  /// Creates a socket that is not connected yet. Output is queued until `connected` is called.
  buffered_socket(net::any_io_executor const& ex, detail::ptr<socket_context> context);

  net::any_io_executor const& executor() const noexcept {
    return own_executor_ ? *own_executor_ : context_->executor();
  }
  byte_stream& stream() noexcept { return *stream_; }
  runtime::timers& clock() noexcept { return *context_; }

  /// Sets the owner; null for none. The owner must outlive the socket or remove itself.
  void set_owner(socket_observer* owner) noexcept { owner_ = owner; }
  socket_observer* owner() const noexcept { return owner_; }

  // Reading.

  /// Returns the received bytes that are not consumed yet.
  std::string_view input() const noexcept { return in_.input(); }
  void consume(std::size_t bytes) noexcept { in_.consume(bytes); }

  /// Returns the input buffer itself.
  read_buffer& incoming() noexcept { return in_; }

  /// Returns the input and keeps its memory unchanged until the next read. `consume_viewed` removes
  /// it.
  std::string_view view_input() {
    user().viewed = in_.input().size();
    user_->pin = in_.pin();
    return in_.input();
  }
  void consume_viewed() noexcept {
    if (user_) {
      in_.consume(std::exchange(user_->viewed, 0));
      user_->pin.release();
    }
  }

  /// Returns the input after the part that `view_input` returned.
  std::string_view unviewed_input() const noexcept {
    return in_.input().substr(user_ ? user_->viewed : 0);
  }

  /// Starts reading and continues until `pause`.
  void resume();

  /// Pauses reading. A read that is in flight still completes.
  void pause() noexcept { reading_ = false; }

  /// Detects a half-close and a reset by the peer while reading is paused. A reset destroys the
  /// socket; a half-close calls the owner's `on_hangup`. Use it for long pauses.
  void watch_hangup();

  /// Enables reading as `resume` does, but delays the first read until `start_read`.
  void schedule_read() noexcept { reading_ = read_scheduled_ = true; }

  /// Starts the delayed read.
  /// @param at_once if true, notifies the owner of available input before this function returns.
  ///   This saves one pass through the scheduler, but costs a system call if there is no input.
  void start_read(bool at_once);

  /// Returns whether the next read is scheduled. Until then it is unknown whether there is input.
  bool read_is_scheduled() const noexcept { return read_scheduled_ && reading_; }

  /// Calls the owner's `on_wait`, unless the scheduled read finds input.
  void report_wait() noexcept { wait_unreported_ = true; }

  /// Returns whether the input is consumed and the next read is in flight or scheduled.
  bool waits_for_input() const noexcept {
    return (read_in_flight_ || (read_scheduled_ && reading_)) && in_.input().empty();
  }

  bool ended() const noexcept { return ended_; }

  /// Returns whether the peer has ended an encrypted connection without announcing the end: an
  /// attacker may have cut off the rest.
  bool truncated() const noexcept { return truncated_; }

  // Connecting.

  /// Sets the connected stream, applies the settings made before, and starts reading and writing.
  void connected(std::unique_ptr<byte_stream> stream);

  bool connecting() const noexcept { return connecting_; }

  // Writing.

  /// Returns the queue of unsent bytes. Call `flush_later` after adding to it.
  write_queue& output() noexcept { return out_; }

  /// Sends the queued output at the end of the tick.
  void flush_later() {
    pending_flush_ = true;
    runtime::tick::defer(*this, executor());
  }

  /// Calls the owner's `on_output` at the end of the tick, even if no more bytes are sent.
  void report_output_later() {
    pending_output_ = true;
    if (!notifying_) {
      runtime::tick::defer(*this, executor());
    }
  }

  /// Sends the output that the stream accepts without waiting.
  void flush();

  /// Requires that no input is available when the next output is sent, because earlier input cannot
  /// be a response to it. If there is input, nothing is sent and the owner's `on_stale` is called.
  void check_before_output() noexcept { output_unchecked_ = true; }

  /// Returns whether `check_before_output` was called and no output was sent since.
  bool output_unchecked() const noexcept { return output_unchecked_; }

  /// Reports that a message is written in pieces faster than the peer reads them. From then on the
  /// stream limits its unsent bytes.
  void stream_is_full() {
    if (!connecting_ && !std::exchange(limits_unsent_, true)) {
      limit_stream();
    }
  }

  /// Announces that the owner calls `destroy_soon` once the queued output is sent. The stream may
  /// then send its end together with that output.
  void close_behind_output() noexcept { last_output_ = true; }

  /// Returns the condition that notifies coroutines of sent output.
  runtime::async_condition& progress() { return user().progress; }

  /// Returns whether output is accepted: the socket is neither ending nor destroyed.
  bool writable() const noexcept { return !ending_ && !end_sent_ && !destroyed_; }
  std::size_t high_water_mark() const noexcept { return high_water_mark_; }
  void set_high_water_mark(std::size_t bytes) noexcept { high_water_mark_ = bytes; }

  /// Returns whether a write need not wait. With a high-water mark of 0 it waits until all is sent.
  bool has_room() const noexcept { return out_.empty() || out_.size() < high_water_mark_; }

  // Ending.

  /// Half-closes the connection once the output is sent.
  void end();

  /// Half-closes the connection, and closes it once the output is sent. With `linger`, input is
  /// discarded for a limited time first, because closing with unread input would reset the
  /// connection and could lose the response. The time to close is limited, independent of the peer
  /// and of the program's timeout.
  void destroy_soon(bool linger, error_code ec = {});

  /// Closes the socket immediately. With an error, `on_error` is called before `on_close`.
  void destroy(error_code ec = {});

  /// Closes the socket immediately. The peer sees a reset.
  void reset();

  bool destroyed() const noexcept { return destroyed_; }

  /// Returns the error the socket was destroyed with.
  error_code error() const noexcept { return destroyed_ ? error_ : error_code(); }

  /// Returns the error of a write that has failed while input was still read. The socket may end
  /// without an error afterwards.
  error_code write_error() const noexcept { return write_error_; }

  // Time and numbers.

  /// Calls the owner's `on_timeout` after this time without activity; 0 disables it (default).
  void set_timeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const noexcept { return timeout_; }

  std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  std::uint64_t bytes_sent() const noexcept { return out_.sent() + passed_out_; }

  // For a relay, which moves bytes between system sockets without their buffers.

  /// Returns whether the next input is still in the system: no input is buffered and no read is in
  /// flight.
  bool input_is_bare() const noexcept {
    return in_.input().empty() && !read_in_flight_ && !ended_ && !destroyed_ && !connecting_;
  }

  /// Count bytes that a relay has moved without the buffers. This is activity, too.
  void passed_in(std::size_t bytes) {
    bytes_read_ += bytes;
    touch();
  }
  void passed_out(std::size_t bytes) {
    passed_out_ += bytes;
    touch();
  }
  std::uint64_t passed_out() const noexcept { return passed_out_; }

  // For the user's `socket`, which reads by itself when this socket has no owner.

  struct listeners {
    runtime::event<> end;
    runtime::event<error_code> error;
    runtime::event<> timeout;
    runtime::event<> close;
  };

  /// Returns the user's listeners. They are called after the owner.
  listeners& listen();

  /// Waits for input.
  /// @return false at the end of input and after `destroy` without an error. Throws `system_error`
  ///   if the socket failed.
  static net::awaitable<bool> wait_input(detail::ptr<buffered_socket> self);

  void add_handle() noexcept { ++handles_; }

  /// Releases a handle. The last handle closes a socket without owner.
  void drop_handle();

  void run_deferred() override;

private:
  struct inactivity final : runtime::timer {
    buffered_socket* of = nullptr;
    void expired() override;
  };

  // Allocated only for coroutines that use the socket.
  struct user_side {
    explicit user_side(net::any_io_executor const& ex) : progress(ex), readable(ex) {}
    runtime::async_condition progress;
    runtime::async_condition readable;
    std::size_t viewed = 0;
    read_block::pin pin;
  };

  user_side& user() {
    if (!user_) {
      user_ = std::make_unique<user_side>(executor());
    }
    return *user_;
  }
  void notify_progress() {
    if (user_) {
      user_->progress.notify();
    }
  }
  void notify_readable() {
    if (user_) {
      user_->readable.notify();
    }
  }

  static void on_read(detail::counted& self, error_code ec, std::size_t bytes);
  static void on_writable(detail::counted& self, error_code ec, std::size_t);
  static void on_hung_up(detail::counted& self, error_code ec, std::size_t);
  bool may_read() const noexcept {
    return reading_ && !read_in_flight_ && !ended_ && !destroyed_ && !connecting_;
  }
  void request_read();
  void begin_read(net::mutable_buffer into);
  bool wait_begins();
  std::size_t write_some(std::size_t& offered, bool& last, error_code& ec);
  std::size_t write_file(std::size_t& offered, error_code& ec);
  void fail_file(error_code ec);
  void read_done(error_code ec, std::size_t bytes);
  void report_write_failure();
  bool check_stale();
  void shut_down();
  void finish_closing();
  void wait_unsent();
  // The longest pause of a peer while a socket closes with unsent output.
  static constexpr std::chrono::milliseconds closing_pause{60'000};
  void limit_stream();
  void limit_closing(std::chrono::milliseconds most);
  void limit_unsent();
  void arm_closing();
  void touch();

  std::unique_ptr<byte_stream> stream_;
  detail::ptr<socket_context> context_;
  // Set only if it differs from the context's executor. This saves memory and makes comparisons
  // cheap.
  std::unique_ptr<net::any_io_executor const> own_executor_;
  socket_observer* owner_ = nullptr;
  read_buffer in_;
  write_queue out_;
  std::unique_ptr<user_side> user_;  // allocated at the first wait
  std::unique_ptr<listeners> listeners_;
  unsigned handles_ = 0;
  bool last_output_ = false;  // the owner closes after the queued output
  bool end_sent_ = false;     // FIN was sent with that output
  inactivity inactivity_;
  std::chrono::milliseconds timeout_{0};
  runtime::protocol_time last_activity_{};
  runtime::protocol_time close_by_{};  // hard limit, if `closing_timed_`
  std::size_t high_water_mark_ = 65536;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t passed_out_ = 0;
  std::size_t lingered_ = 0;
  std::size_t in_a_row_ = 0;  // bytes sent since the last return to the scheduler
  error_code error_;          // also the pending error of `destroy_soon`
  error_code write_error_;
  bool connecting_ = false;
  bool reading_ = false;  // reading is resumed
  bool read_in_flight_ = false;
  bool read_scheduled_ = false;   // a `read_scheduler` starts the read
  bool wait_unreported_ = false;  // `report_wait` was called
  bool write_waiting_ = false;    // the stream is full, or other connections run
  bool limits_unsent_ = false;    // the stream limits its unsent bytes
  bool write_failed_ = false;     // further output is discarded
  bool pending_flush_ = false;
  bool output_unchecked_ = false;  // `check_before_output` applies to the next output
  bool input_is_older_ = false;    // the read in flight began before the output
  bool pending_output_ = false;    // `on_output` is pending
  bool notifying_ = false;         // `run_deferred` calls `on_output` after `flush`
  bool ended_ = false;             // the peer has half-closed
  bool truncated_ = false;         // without close_notify
  bool ending_ = false;            // `end` was called: no more output
  bool shut_down_ = false;         // FIN was sent
  bool close_after_ = false;       // `destroy_soon` was called
  bool linger_ = false;            // discard input before the socket closes
  bool lingering_ = false;         // input is being discarded
  bool closing_timed_ = false;     // `inactivity_` limits the closing
  bool watching_ = false;          // the hangup watch is active
  bool hung_up_ = false;           // the watch has completed
  bool hangup_failed_ = false;     // the watch has found a reset
  bool pending_hangup_ = false;    // `on_hangup` is pending
  bool notify_end_ = false;        // emit `end` while lingering, because `end` was called before
  bool destroyed_ = false;
  bool close_notified_ = false;
};

}  // namespace anode::stream
