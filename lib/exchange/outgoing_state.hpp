// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/chunk_writer.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"
#include "runtime/event.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_write.hpp"
#include "stream/write_queue.hpp"

#include <anode/write_operation.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::exchange {

/// The state behind an `http::outgoing_message`: headers, the body's framing, and the way of the
/// bytes to the connection, or to a buffer of its own while an earlier response has the turn.
///
/// **Node**: OutgoingMessage.
class outgoing_state {
public:
  /// The connection that the message goes to.
  class observer {
  public:
    /// The head is made.
    virtual void on_head_written() {}

    /// Everything is in the output, or in the message's own buffer.
    virtual void on_message_ended() = 0;

    /// Something was done wrong, which is reported at the end of the turn: `emit_misuse`.
    virtual void on_misuse() = 0;

    /// Messages have the connection one after the other: one that is destroyed before its turn
    /// leaves the connection to those before it.
    virtual bool is_pipelined() const noexcept { return false; }

    /// The message is destroyed, and its connection with it.
    virtual void destroy_exchange(error_code ec) = 0;

    /// A wait for room, or for the end, was cancelled.
    virtual void wait_cancelled() {}

  protected:
    ~observer() = default;
  };

  outgoing_state(detail::counted& keep, net::any_io_executor const& ex)
      : keep_(&keep), executor_(ex) {}

  message::header_map headers;
  http1::trailer_lines trailers;
  message::unique_headers const* unique_headers = nullptr;
  bool should_keep_alive = true;
  bool send_date = true;
  bool chunked_by_default = true;
  bool strict_content_length = false;
  bool reject_non_standard_body_writes = false;
  std::size_t high_water_mark = 65536;

  net::any_io_executor const& executor() const noexcept { return executor_; }

  /// Returns what keeps the message alive.
  detail::ptr<detail::counted> keep() const { return detail::ptr<detail::counted>(keep_); }

  // For the connection.

  void set_observer(observer* t) noexcept { observer_ = t; }

  /// Gives the message the connection's output: what it has collected moves there.
  void assign_socket(stream::buffered_socket& core) {
    core_ = &core;
    if (pending_destroy_ || ended_ || !pending_.empty() || changed_.has_waiters()) {
      catch_up();
    }
  }

  /// Keeps a copy of what is sent from now on, unless that becomes more than `limit` bytes, so that
  /// it can be sent once more.
  void keep_copy(std::size_t limit) noexcept { copy_limit_ = limit; }

  /// Returns whether all that was sent can be sent once more.
  bool replayable() const noexcept { return copy_limit_ > 0; }

  /// Takes a connection away that has failed: all goes to the next one, from the beginning.
  void replay();

  /// The same where nothing has left: what is in the connection's output goes to the next one.
  void take_back();

  /// Says that the connection belongs to somebody else: ending has nothing to send any more.
  void detach_for_upgrade() noexcept { detached_for_upgrade_ = true; }
  bool detached_for_upgrade() const noexcept { return detached_for_upgrade_; }

  /// Takes the connection away: what is written from now on is collected, or lost if `closed`.
  void detach_socket() noexcept { core_ = nullptr; }

  /// Returns whether all of the message has left, as far as `sent` goes.
  bool all_sent(stream::write_queue::position sent) const noexcept {
    return ended_ && core_ != nullptr && sent >= end_;
  }

  /// Says that all of the message has been handed to the system.
  void emit_finish();

  /// Says what the program did wrong, if that was put off.
  void emit_misuse();

  /// Says that the connection is done with the message.
  void emit_close();

  /// Says that the output has room again, if somebody was told that it had none.
  void emit_drain();

  /// Says that the connection is gone.
  void connection_lost() noexcept {
    destroyed_ = true;
    core_ = nullptr;
  }

  bool emit_timeout();

  /// Takes back a head that has not been sent, so that another one can be made.
  void discard_head() noexcept {
    if (!head_sent_) {
      stored_head_.clear();
      head_written_ = false;
    }
  }

  /// Makes the object as new, for the next message; keeps its memory.
  void reset();

  /// The same where nobody listens to the message's events.
  virtual void reset_fast();

  /// Returns whether anybody listens to the message's events, or has something to hear.
  bool has_listeners() const noexcept {
    return on_finish || on_prefinish || on_drain || on_timeout || on_error || on_close ||
           !misuse_.empty();
  }

  /// How a write went, and whether there is something to wait for.
  class written_bytes {
  public:
    written_bytes(error_code ec) noexcept : error_(ec) {}
    written_bytes(stream::borrowed_write borrowed, bool below, bool waits) noexcept
        : borrowed_(std::move(borrowed)), below_(below), waits_(waits) {}

    /// Returns whether the write was made, and neither room nor the end of a borrowing is missing.
    bool settled() const noexcept { return !error_ && !waits_; }

  private:
    friend outgoing_state;
    error_code error_;
    stream::borrowed_write borrowed_;
    bool below_ = false;  // the high-water mark
    bool waits_ = false;
  };

  // For the user.

  write_operation write(std::string_view data) { return operation(put(data)); }
  write_operation end(std::string_view data, bool has_data) {
    return operation(put_end(data, has_data));
  }
  /// The same with a text that the operation keeps.
  write_operation write_owned(std::string&& data);
  write_operation end_owned(std::string&& data);
  write_operation flush_headers(bool body_follows = false);

  /// The same, for who awaits the operation only if it is not settled.
  written_bytes put(std::string_view data);
  written_bytes put_end(std::string_view data, bool has_data);
  write_operation operation(written_bytes&& written);

  /// Returns an operation that waits until there is room below the high-water mark.
  write_operation room();

  void cork() noexcept { ++corked_; }
  void uncork();
  void destroy(error_code ec);

  /// Returns whether the head is made and cannot be changed. **Node**: `headersSent`.
  bool head_written() const noexcept { return head_written_; }

  /// Returns whether the head is on its way.
  bool head_sent() const noexcept { return head_sent_; }
  bool ended() const noexcept { return ended_; }
  bool finished() const noexcept { return finished_; }
  bool destroyed() const noexcept {
    return destroyed_ || (core_ != nullptr && core_->destroyed() && !replayable());
  }
  bool closed() const noexcept { return closed_; }
  error_code const& error() const noexcept { return error_; }
  unsigned corked() const noexcept { return corked_; }
  bool need_drain() const noexcept { return need_drain_; }
  message::outgoing_framing const& framing() const noexcept { return framing_; }
  stream::buffered_socket* core() const noexcept { return core_; }

  /// Returns the bytes that have been written and not left yet.
  std::size_t writable_length() const noexcept {
    return corked_data_.size() + (core_ != nullptr ? core_->output().size() : pending_.size());
  }

  /// Waits until there is room below the high-water mark again.
  net::awaitable<void> drained();

  /// Waits until the message has been handed to the system; throws if it never will.
  net::awaitable<void> wait_finished();

  /// Throws if the head is out already. @param what Node's verb: "set", "append", "remove"
  void require_head_open(char const* what) const;

  /// Is told of the message's close, behind its listeners.
  class close_observer {
  public:
    virtual void message_closed() = 0;

  protected:
    ~close_observer() = default;
  };

  /// Sets who watches; null: nobody. It has to keep the message alive.
  void set_close_observer(close_observer* w) noexcept { close_observer_ = w; }

  runtime::event<> on_finish;
  runtime::event<> on_prefinish;
  runtime::event<> on_drain;
  runtime::event<> on_timeout;
  runtime::event<error_code> on_error;
  runtime::event<> on_close;

protected:
  ~outgoing_state() = default;

  /// Appends the head to `out`. @param content_length the whole body's, if it is known
  virtual message::outgoing_framing write_head(std::string& out,
                                               std::optional<std::uint64_t> content_length) = 0;

  /// Makes the head now, unless that is done; it leaves with the first bytes of the body or with
  /// `flush_headers`. @param content_length the whole body's, if it is known
  void store_head(std::optional<std::uint64_t> content_length = std::nullopt);

  stream::write_queue& sink() noexcept {
    return core_ != nullptr && !replayable() ? core_->output() : pending_;
  }
  void send_soon();

  bool flushing_ = false;  // the head is sent without knowing of a body

private:
  /// Returns whether there is a connection, or will be, that takes what is written.
  bool writable() const noexcept { return !destroyed_ && (core_ == nullptr || core_->writable()); }

  /// Returns whether a head that is still to be made would announce no body.
  virtual bool without_body() const noexcept { return false; }

  /// Returns whether a head that is made, and not sent, has to be made anew at the end of the
  /// message.
  virtual bool closes_now() { return false; }

  bool drops_body(std::string_view data);
  void catch_up();
  void send_head(std::optional<std::uint64_t> content_length);
  void flush_pending();
  stream::borrowed_write put_body(std::string_view data, bool with_head);
  stream::borrowed_write put_chunk(std::string_view data);
  stream::borrowed_write put_raw(std::string_view data);
  written_bytes fail(error_code ec);
  written_bytes result(stream::borrowed_write&& borrowed);
  void wait_cancelled();
  static net::awaitable<void> wait_room(detail::ptr<detail::counted> keep, outgoing_state& self,
                                        stream::borrowed_write borrowed);
  // A text that is borrowed from, and the borrowing, which ends first.
  struct owned_text {
    owned_text(std::string&& text, stream::borrowed_write&& b) noexcept
        : data(std::move(text)), borrowed(std::move(b)) {}
    std::string data;
    stream::borrowed_write borrowed;
  };
  write_operation operation(written_bytes&& written, std::string&& data);
  static net::awaitable<void> wait_owned(detail::ptr<detail::counted> keep, outgoing_state& self,
                                         owned_text text);
  static net::awaitable<void> wait_finished(detail::ptr<detail::counted> keep,
                                            outgoing_state& self);

  detail::counted* keep_;
  net::any_io_executor executor_;
  observer* observer_ = nullptr;
  stream::buffered_socket* core_ = nullptr;
  close_observer* close_observer_ = nullptr;
  stream::write_queue pending_;
  runtime::async_condition changed_{executor_};
  message::outgoing_framing framing_;
  stream::write_queue::position end_ = 0;
  std::uint64_t body_written_ = 0;
  std::string copy_;
  std::size_t copy_limit_ = 0;  // 0: none is kept
  std::string corked_data_;
  unsigned corked_ = 0;
  std::string stored_head_;
  std::vector<error_code> misuse_;  // to be reported
  error_code error_;                // what the message was destroyed with
  bool head_written_ = false;
  bool head_sent_ = false;
  bool ended_ = false;
  bool finished_ = false;
  bool detached_for_upgrade_ = false;
  bool destroyed_ = false;
  bool pending_destroy_ = false;  // when the message's turn comes
  bool closed_ = false;
  bool need_drain_ = false;
};

}  // namespace anode::exchange
