// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "exchange/outgoing_stages.hpp"
#include "http1/chunk_writer.hpp"
#include "message/header_map.hpp"
#include "message/outgoing_framing.hpp"
#include "runtime/event.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_write.hpp"
#include "stream/write_queue.hpp"

#include <anode/write_operation.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::exchange {

/// The state behind an `http::outgoing_message`: headers, framing of the body, and the output.
///
/// Bytes go to the connection's output. A pipelined response buffers them until the earlier
/// responses are complete.
///
/// **Node**: OutgoingMessage.
class outgoing_state {
public:
  /// The connection that sends the message.
  class observer {
  public:
    /// The head is written.

    /// The message has ended: all its bytes are in the connection's output or in the message's
    /// buffer.
    virtual void on_message_ended() = 0;

    /// The program misused the message. Call `emit_misuse` at the end of the tick.
    virtual void on_misuse() = 0;

    /// Returns whether messages use the connection one after the other. Then a message that is
    /// destroyed while it waits for the connection does not destroy the earlier messages.
    virtual bool is_pipelined() const noexcept { return false; }

    /// The message was destroyed: destroy its connection.
    virtual void destroy_exchange(error_code ec) = 0;

    /// A wait for room, or for the end of the message, was cancelled.
    virtual void wait_cancelled() {}

  protected:
    ~observer() = default;
  };

  /// @param keep the object that contains this one; operations keep it alive
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

  /// Returns a reference that keeps the message alive.
  detail::ptr<detail::counted> keep() const { return detail::ptr<detail::counted>(keep_); }

  // For the connection.

  void set_observer(observer* t) noexcept { observer_ = t; }

  /// Assigns the connection. Buffered bytes move to its output.
  void assign_socket(stream::buffered_socket& core) {
    core_ = &core;
    begin_ = core.output().end();
    if (pending_destroy_ || ended_ || !pending_.empty() || changed_.has_waiters()) {
      catch_up();
    }
  }

  /// Copies all sent bytes for a retry, up to `limit` bytes. A longer message cannot be sent again.
  void keep_copy(std::size_t limit) noexcept { copy_limit_ = limit; }

  /// Returns whether all sent bytes can be sent again.
  bool replayable() const noexcept { return copy_limit_ > 0; }

  /// Detaches a failed connection. The next connection sends the message from its beginning.
  void replay();

  /// Detaches a connection that has sent nothing of the message. Its unsent output moves to the
  /// next connection.
  void reclaim_output();

  /// Marks the connection as detached for an upgrade. `end` then sends nothing.
  void detach_for_upgrade() noexcept { detached_for_upgrade_ = true; }
  bool detached_for_upgrade() const noexcept { return detached_for_upgrade_; }

  /// Detaches the connection. Later writes are buffered in the message.
  void detach_socket() noexcept {
    sent_ = bytes_sent();
    core_ = nullptr;
  }

  /// Returns whether the message has ended and all its bytes are sent.
  /// @param sent the number of bytes that the connection has sent
  bool all_sent(stream::write_queue::position sent) const noexcept {
    return ended_ && core_ != nullptr && sent >= end_;
  }

  /// Emits `finish`: all bytes of the message are passed to the system.
  void emit_finish();

  /// Emits the deferred errors of the program's misuse.
  void emit_misuse();

  /// Emits `close`: the connection is done with the message.
  void emit_close();

  /// Resumes coroutines that wait for room. Emits `drain` if a write has reached the high-water
  /// mark and the output is empty.
  void emit_drain();

  /// Marks the message as destroyed because its connection is lost.
  void connection_lost() noexcept {
    destroyed_ = true;
    detach_socket();
  }

  /// Emits `timeout`.
  /// @return whether it has listeners
  bool emit_timeout();

  /// Discards a head that is not sent, because another one replaces it.
  void discard_head() noexcept {
    if (!head_sent_) {
      stored_head_.clear();
      head_written_ = false;
    }
  }

  /// Resets the object for the next message. Keeps its memory.
  void reset();

  /// Resets an object whose events have no listeners.
  virtual void reset_fast();

  /// Returns whether an event of the message has listeners, or an error is still to be emitted.
  bool has_listeners() const noexcept {
    return on_finish || on_prefinish || on_drain || on_timeout || on_error || on_close ||
           !misuse_.empty();
  }

  /// The result of a write, and whether there is a reason to wait.
  class written_bytes {
  public:
    written_bytes(error_code ec) noexcept : error_(ec) {}
    written_bytes(stream::borrowed_write borrowed, bool below, bool waits) noexcept
        : borrowed_(std::move(borrowed)), below_(below), waits_(waits) {}

    /// Returns whether the write succeeded and need not wait for room or for the end of a borrow.
    bool settled() const noexcept { return !error_ && !waits_; }

  private:
    friend outgoing_state;
    error_code error_;
    stream::borrowed_write borrowed_;
    bool below_ = false;  // below the high-water mark
    bool waits_ = false;
  };

  // For the user.

  write_operation write(std::string_view data) { return operation(put(data)); }
  write_operation end(std::string_view data, bool has_data) {
    return operation(put_end(data, has_data));
  }
  /// Writes a string that the operation owns.
  write_operation write_owned(std::string&& data);
  write_operation end_owned(std::string&& data);
  write_operation flush_headers(bool body_follows = false);

  /// Writes without creating an operation. Await `operation(result)` only if the result is not
  /// settled.
  written_bytes put(std::string_view data) { return staged_ ? put_staged(data) : put_plain(data); }
  written_bytes put_end(std::string_view data, bool has_data) {
    return staged_ ? put_end_staged(data, has_data) : put_end_plain(data, has_data);
  }
  write_operation operation(written_bytes&& written);

  /// Returns an operation that waits for room below the high-water mark.
  write_operation room();

  /// Writes a part of a file as a segment of the body. The descriptor is borrowed by the operation.
  write_operation write_file(native_handle_type file, std::uint64_t offset, std::uint64_t length);

  /// Adds a listener that is called just before the head is made; ignored if it is made.
  void add_head_listener(outgoing_stages::head_listener f);

  /// Calls the listeners of the head, for a head that is not written by this object.
  void call_head_listeners() {
    if (staged_) {
      prepare_head(std::nullopt);
    }
  }

  /// Adds a filter of the body. Throws if the head is made.
  void add_filter(std::unique_ptr<http::body_filter> filter);

  /// Returns whether the message has listeners of the head or filters.
  bool staged() const noexcept { return staged_; }

  /// Returns whether the message was destroyed because a filter has thrown.
  bool filter_failed() const noexcept { return stages_ && stages_->failed; }

  /// Releases listeners of the head and filters. Their destructors may do anything.
  void clear_stages() noexcept;

  /// Releases the filters.
  void clear_filters() noexcept;

  /// Sends the head, and what the filters hold.
  write_operation flush();

  void cork() noexcept { ++corked_; }
  void uncork();
  void destroy(error_code ec);

  /// Returns whether the head is written and cannot be changed. **Node**: `headersSent`.
  bool head_written() const noexcept { return head_written_; }

  /// Returns whether the head was appended to the output.
  bool head_sent() const noexcept { return head_sent_; }
  bool ended() const noexcept { return ended_; }
  bool finished() const noexcept { return finished_; }
  bool destroyed() const noexcept {
    return destroyed_ || (core_ != nullptr && core_->destroyed() && !replayable());
  }
  bool closed() const noexcept { return closed_; }

  /// Returns the number of body bytes that were written, without the framing of chunks.
  std::uint64_t body_written() const noexcept { return body_written_; }
  error_code const& error() const noexcept { return error_; }
  unsigned corked() const noexcept { return corked_; }
  bool need_drain() const noexcept { return need_drain_; }
  message::outgoing_framing const& framing() const noexcept { return framing_; }
  stream::buffered_socket* core() const noexcept { return core_; }

  /// Returns the number of bytes that the connection has sent for this message.
  std::uint64_t bytes_sent() const noexcept {
    if (core_ == nullptr) {
      return sent_;
    }
    stream::write_queue::position const sent = core_->output().sent();
    stream::write_queue::position const last = ended_ && sent > end_ ? end_ : sent;
    return last > begin_ ? last - begin_ : 0;
  }

  /// Returns the number of bytes that are written but not sent.
  std::size_t writable_length() const noexcept {
    return corked_data_.size() + (core_ != nullptr ? core_->output().size() : pending_.size());
  }

  /// Returns whether a write need not wait. With a high-water mark of 0 it waits until all is sent.
  bool has_room() const noexcept {
    std::size_t const waiting = writable_length();
    return waiting == 0 || waiting < high_water_mark;
  }

  /// Waits until there is room below the high-water mark.
  net::awaitable<void> drained();

  /// Waits until all bytes are passed to the system. Throws `premature_close` if the message is
  /// destroyed or closed before.
  net::awaitable<void> wait_finished();

  /// Waits until the message is closed. Completes at once if it has no connection that closes it.
  net::awaitable<void> wait_closed();

  /// Throws `headers_sent` if the head is written.
  /// @param what Node's verb: "set", "append", "remove"
  void require_head_open(char const* what) const;

  /// An observer of the message's close. It is notified after the listeners of `close`.
  class close_observer {
  public:
    virtual void message_closed() = 0;

  protected:
    ~close_observer() = default;
  };

  /// Sets the close observer; null for none. It must keep the message alive.
  void set_close_observer(close_observer* w) noexcept { close_observer_ = w; }

  runtime::event<> on_finish;
  runtime::event<> on_prefinish;
  runtime::event<> on_drain;
  runtime::event<> on_timeout;
  runtime::event<error_code> on_error;
  runtime::event<> on_close;

protected:
  ~outgoing_state();

  /// Appends the head to `out`.
  /// @param content_length the length of the whole body, if known
  virtual message::outgoing_framing write_head(std::string& out,
                                               std::optional<std::uint64_t> content_length) = 0;

  /// Writes the head now, unless it is written. It is sent with the first body bytes or by
  /// `flush_headers`.
  /// @param content_length the length of the whole body, if known
  void store_head(std::optional<std::uint64_t> content_length = std::nullopt);

  stream::write_queue& sink() noexcept {
    return core_ != nullptr && !replayable() ? core_->output() : pending_;
  }
  void send_soon();

  bool flushing_ = false;  // the head is sent without information about a body

private:
  /// Returns whether writes are accepted by a connection or by the buffer.
  bool writable() const noexcept { return !destroyed_ && (core_ == nullptr || core_->writable()); }

  /// Returns whether the head, if written now, would announce no body.
  virtual bool without_body() const noexcept { return false; }

  /// Appends the head and the whole body to `out`, if the message is of the most usual kind.
  /// Otherwise does nothing.
  /// @param framing set to that of the message; it has the default values before
  /// @return whether the message was written
  virtual bool write_whole(std::string& out, std::string_view body,
                           message::outgoing_framing& framing) = 0;

  /// Returns whether filters are called for an empty body.
  virtual bool filters_empty_body() const noexcept { return true; }

  /// Returns whether an unsent head must be written again at the end of the message.
  virtual bool closes_now() { return false; }

  written_bytes put_plain(std::string_view data);
  written_bytes put_end_plain(std::string_view data, bool has_data);
  bool is_untouched() const noexcept;
  written_bytes ended_whole(std::size_t body_size);
  written_bytes put_staged(std::string_view data);
  written_bytes put_end_staged(std::string_view data, bool has_data);
  outgoing_stages& stages();
  void prepare_head(std::optional<std::uint64_t> content_length);
  std::optional<std::uint64_t> own_length() const;
  void drop_own_length();
  bool filters_body() const noexcept;
  void count_unfiltered(std::uint64_t bytes, bool last);
  std::string_view run_filters(std::string_view in, bool last, bool flush);
  written_bytes put_filtered(std::string_view output);
  class filtered_file;
  written_bytes put_file(native_handle_type file, std::uint64_t offset, std::size_t length);
  write_operation write_filtered_file(native_handle_type file, std::uint64_t offset,
                                      std::uint64_t length);
  void pass_file(bool all);
  static net::awaitable<void> wait_filtered_file(detail::ptr<detail::counted> keep,
                                                 outgoing_state& self, filtered_file rest);
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
  // A string and the borrow that refers to it. The borrow is destroyed first.
  struct owned_text {
    owned_text(std::string&& text, stream::borrowed_write&& b) noexcept
        : data(std::move(text)), borrowed(std::move(b)) {}
    std::string data;
    stream::borrowed_write borrowed;
  };
  write_operation operation(written_bytes&& written, std::string&& data);
  static net::awaitable<void> wait_owned(detail::ptr<detail::counted> keep, outgoing_state& self,
                                         owned_text text);
  static net::awaitable<void> wait_closed(detail::ptr<detail::counted> keep, outgoing_state& self);
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
  stream::write_queue::position begin_ = 0;  // of the message in the output of `core_`
  stream::write_queue::position end_ = 0;
  std::uint64_t sent_ = 0;  // what `bytes_sent` returns after `detach_socket`
  std::uint64_t body_written_ = 0;
  std::string copy_;
  std::size_t copy_limit_ = 0;  // 0: no copy is kept
  std::string corked_data_;
  unsigned corked_ = 0;
  std::string stored_head_;
  std::unique_ptr<outgoing_stages> stages_;
  std::vector<error_code> misuse_;  // to be emitted
  error_code error_;                // the argument of `destroy`
  bool staged_ = false;             // `stages_` is active
  bool head_written_ = false;
  bool head_sent_ = false;
  bool ended_ = false;
  bool finished_ = false;
  bool detached_for_upgrade_ = false;
  bool destroyed_ = false;
  bool pending_destroy_ = false;  // destroy when the connection is assigned
  bool closed_ = false;
  bool need_drain_ = false;
};

}  // namespace anode::exchange
