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

/// Who is told what happens on a socket: the driver of an HTTP connection, or the user's `socket`.
///
/// Each function is called in a turn, never from inside a call that the owner makes.
class socket_observer {
public:
  /// Bytes were received; see `buffered_socket::input`.
  virtual void on_input() = 0;

  /// The peer has ended its direction.
  virtual void on_end() = 0;

  /// The socket failed; `on_close` follows.
  virtual void on_error(error_code ec) = 0;

  /// Output has left: what was put in up to `buffered_socket::output().sent()`.
  virtual void on_output() = 0;

  /// Nothing was sent or received for the time set.
  virtual void on_timeout() = 0;

  /// The peer has ended its direction while nothing is read: see `buffered_socket::watch_hangup`.
  virtual void on_hangup() {}

  /// The program has ended our direction by itself; what it wrote before may still have to leave.
  virtual void on_local_end() {}

  /// Something waits to be read although nothing was sent since `check_before_output`.
  virtual void on_stale() {}

  /// The socket is closed. The last call.
  virtual void on_close() = 0;

protected:
  ~socket_observer() = default;
};

/// A connected stream with its buffers: reads ahead when asked to, sends what a turn has written
/// at the turn's end, closes in good order.
class buffered_socket final : public runtime::deferred_task {
public:
  buffered_socket(std::unique_ptr<byte_stream> stream, detail::ptr<socket_context> context);

  /// Makes a socket that is still to be connected: what is written waits for `connected`.
  buffered_socket(net::any_io_executor const& ex, detail::ptr<socket_context> context);

  net::any_io_executor const& executor() const noexcept {
    return own_executor_ ? *own_executor_ : context_->executor();
  }
  byte_stream& stream() noexcept { return *stream_; }
  runtime::timers& clock() noexcept { return *context_; }

  /// Sets who is told; null for nobody. The owner must outlive the socket or take itself away.
  void set_owner(socket_observer* owner) noexcept { owner_ = owner; }
  socket_observer* owner() const noexcept { return owner_; }

  // Reading.

  /// Returns what was received and not consumed.
  std::string_view input() const noexcept { return in_.input(); }
  void consume(std::size_t bytes) noexcept { in_.consume(bytes); }
  read_buffer& incoming() noexcept { return in_; }

  /// Returns the input for a reader that looks at it until it reads again; `consume_viewed` then
  /// removes it.
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
  std::string_view unviewed_input() const noexcept {
    return in_.input().substr(user_ ? user_->viewed : 0);
  }

  /// Starts reading, and goes on until `pause`.
  void resume();

  /// Starts no further read.
  void pause() noexcept { reading_ = false; }

  /// Notices the end of the peer's direction, and a reset, although nothing is read: a reset
  /// destroys the socket, an end is told to the owner. For who pauses for long.
  void watch_hangup();

  /// Starts reading as `resume` does, but the first read waits for `start_read`.
  void schedule_read() noexcept { reading_ = read_scheduled_ = true; }

  /// Starts the read that was put off.
  /// @param at_once tells the owner of what is there already before this returns, which spares the
  ///   way through the scheduler, but where nothing is there costs a system call
  void start_read(bool at_once);

  /// Returns whether all input is used and the next read is under way.
  bool waits_for_input() const noexcept {
    return (read_in_flight_ || (read_scheduled_ && reading_)) && in_.input().empty();
  }

  bool ended() const noexcept { return ended_; }

  // Connecting.

  /// Says that the connection is there: settings made before are applied, reading and writing
  /// begin.
  void connected(std::unique_ptr<byte_stream> stream);

  bool connecting() const noexcept { return connecting_; }

  // Writing.

  /// Returns what is to be sent; call `flush_later` after adding to it.
  write_queue& output() noexcept { return out_; }

  /// Sends what there is at the end of the turn.
  void flush_later() {
    pending_flush_ = true;
    runtime::tick::defer(*this, executor());
  }

  /// Has the owner told of the output at the end of the turn although nothing more leaves.
  void report_output_later() {
    pending_output_ = true;
    if (!notifying_) {
      runtime::tick::defer(*this, executor());
    }
  }

  /// Sends what can be sent without waiting, now.
  void flush();

  /// Requires that nothing waits to be read when the next output leaves: what arrived before it
  /// cannot answer it. If something waits, nothing is sent, and the owner's `on_stale` is called.
  void check_before_output() noexcept { output_unchecked_ = true; }

  /// Returns whether `check_before_output` was called, and nothing has left since.
  bool output_unchecked() const noexcept { return output_unchecked_; }

  /// Says that the owner calls `destroy_soon` as soon as it is told that the output has left, so
  /// that the end may leave with it.
  void close_behind_output() noexcept { last_output_ = true; }

  /// Lets coroutines wait for progress of the output.
  runtime::async_condition& progress() { return user().progress; }

  bool writable() const noexcept { return !ending_ && !end_sent_ && !destroyed_; }
  std::size_t high_water_mark() const noexcept { return high_water_mark_; }
  void set_high_water_mark(std::size_t bytes) noexcept { high_water_mark_ = bytes; }

  // Ending.

  /// Ends the outgoing direction once everything is sent.
  void end();

  /// Ends, and closes once everything is sent. What the peer still sends is read and thrown away
  /// for a while if `linger`, since closing with unread input would reset the connection and take
  /// the answer with it. Whatever the peer does, and whatever timeout is set, the socket is closed
  /// after a limited time.
  void destroy_soon(bool linger, error_code ec = {});

  /// Closes at once. With an error, the owner is told that too.
  void destroy(error_code ec = {});

  /// Closes so that the peer sees a reset.
  void reset();

  bool destroyed() const noexcept { return destroyed_; }

  /// Returns what the socket was destroyed with.
  error_code error() const noexcept { return destroyed_ ? error_ : error_code(); }

  // Time and numbers.

  /// Has the owner told when nothing is sent or received for so long; 0: never.
  void set_timeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const noexcept { return timeout_; }

  std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  std::uint64_t bytes_sent() const noexcept { return out_.sent() + passed_out_; }

  // For a relay, which moves bytes between sockets of the system past their buffers.

  /// Returns whether the next bytes are those that the system has: nothing is buffered, and no read
  /// is under way.
  bool input_is_bare() const noexcept {
    return in_.input().empty() && !read_in_flight_ && !ended_ && !destroyed_ && !connecting_;
  }

  /// Counts bytes that were read, or written, past the buffers.
  void passed_in(std::size_t bytes) {
    bytes_read_ += bytes;
    touch();
  }
  void passed_out(std::size_t bytes) {
    passed_out_ += bytes;
    touch();
  }
  std::uint64_t passed_out() const noexcept { return passed_out_; }

  // For the user's `socket`, which reads by itself when nobody owns this one.

  struct listeners {
    runtime::event<> end;
    runtime::event<error_code> error;
    runtime::event<> timeout;
    runtime::event<> close;
  };

  /// Returns the user's listeners, which are told after the owner.
  listeners& listen();

  /// Waits for input.
  /// @return false at the end of input and when the socket was closed; throws when it failed.
  static net::awaitable<bool> wait_input(detail::ptr<buffered_socket> self);

  void add_handle() noexcept { ++handles_; }

  /// Closes a socket that nobody owns when its last handle goes.
  void drop_handle();

  void run_deferred() override;

private:
  struct inactivity final : runtime::timer {
    buffered_socket* of = nullptr;
    void expired() override;
  };

  // What only coroutines that use the socket need.
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
  std::size_t write_some(std::size_t& offered, bool& last, error_code& ec);
  void read_done(error_code ec, std::size_t bytes);
  bool check_stale();
  void shut_down();
  void finish_closing();
  void limit_closing(std::chrono::milliseconds most);
  void arm_closing();
  void touch();

  std::unique_ptr<byte_stream> stream_;
  detail::ptr<socket_context> context_;
  // Only one that is not the context's, which is recognised at once; this saves memory.
  std::unique_ptr<net::any_io_executor const> own_executor_;
  socket_observer* owner_ = nullptr;
  read_buffer in_;
  write_queue out_;
  std::unique_ptr<user_side> user_;  // made for the first who waits
  std::unique_ptr<listeners> listeners_;
  unsigned handles_ = 0;
  bool last_output_ = false;  // the owner ends us behind what there is
  bool end_sent_ = false;     // with it, before the owner is told
  inactivity inactivity_;
  std::chrono::milliseconds timeout_{0};
  runtime::protocol_time last_activity_{};
  runtime::protocol_time close_by_{};  // whatever happens, once closing is timed
  std::size_t high_water_mark_ = 65536;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t passed_out_ = 0;
  std::size_t lingered_ = 0;
  std::size_t in_a_row_ = 0;  // bytes sent without a return to the scheduler
  error_code error_;          // also what `destroy_soon` will destroy with
  bool connecting_ = false;
  bool reading_ = false;  // reads go on
  bool read_in_flight_ = false;
  bool read_scheduled_ = false;  // to be started by a `read_scheduler`
  bool write_waiting_ = false;   // the stream is full, or others have their turn
  bool write_failed_ = false;    // what is still written is lost
  bool pending_flush_ = false;
  bool output_unchecked_ = false;  // the next output is the first of a request
  bool input_is_older_ = false;    // than the first output of a request
  bool pending_output_ = false;    // owner to be told
  bool notifying_ = false;         // which is done as soon as `flush` returns
  bool ended_ = false;             // by the peer
  bool ending_ = false;            // by us: no more output
  bool shut_down_ = false;         // FIN is out
  bool close_after_ = false;       // destroy_soon
  bool linger_ = false;
  bool closing_timed_ = false;  // `inactivity_` waits for the end of closing
  bool watching_ = false;       // for the peer's end
  bool hung_up_ = false;        // which was seen
  bool hangup_failed_ = false;  // a reset
  bool hangup_due_ = false;     // owner to be told
  bool notify_end_ = false;     // of the peer, while lingering: the user ended our direction
  bool destroyed_ = false;
  bool close_notified_ = false;
};

}  // namespace anode::stream
