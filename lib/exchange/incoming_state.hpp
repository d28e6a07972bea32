// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/message_head.hpp"
#include "runtime/async_condition.hpp"
#include "runtime/event.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/read_buffer.hpp"

#include <anode/detail/data_slot.hpp>
#include <anode/merged_headers.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace anode::exchange {

class outgoing_state;

using http::field_lines;
using http::merged_headers;

/// The state behind an `http::incoming_message`: the head, and the body between the connection and
/// its reader.
///
/// A waiting reader gets body segments as views into the connection's read buffer. Without a
/// waiting reader, segments are copied into a buffer up to the high-water mark. Then the connection
/// stops reading.
class incoming_state {
public:
  /// The connection that delivers the message.
  class observer {
  public:
    /// A reader needs more: deliver the available input, and continue reading.
    virtual void want_body() = 0;

    /// The message was destroyed: destroy its connection.
    virtual void destroy_exchange(error_code ec) = 0;

    /// A read was cancelled.
    virtual void read_cancelled() {}

    /// Throws the reason why the body cannot be read further, if it is more specific than the
    /// message's error.
    virtual void throw_failure() const {}

    /// Returns the failure that is behind the message's error; null if there is none.
    virtual std::exception_ptr cause() const noexcept { return nullptr; }

    /// Returns the connection's socket; null if there is none.
    virtual stream::buffered_socket* core() noexcept = 0;

    /// The listeners of `end` have run. Readers reach the end next.
    virtual void end_notified() {}

    /// The user's handle is destroyed, so the rest of the body will not be read. A server's user
    /// has no handle.
    virtual void handle_dropped() {}

  protected:
    ~observer() = default;
  };

  /// @param keep the object that contains this one; readers keep it alive
  incoming_state(detail::counted& keep, net::any_io_executor const& ex)
      : keep_(&keep), executor_(ex), changed_(ex) {}
  ~incoming_state();

  message::message_head head;
  field_lines trailers;
  bool join_duplicate_headers = false;
  bool closes_at_end = false;  ///< `close` follows `end` immediately, as for a request in a server
  outgoing_state* answer = nullptr;  ///< in a server, the response; null in a client
  std::size_t high_water_mark = 65536;
  std::size_t text_limit = 1024 * 1024;  ///< the default limit of `text` and `bytes`

  /// The program's data. The exchange clears it before it is recycled, while it is still whole,
  /// because a destructor of the program may use the messages.
  detail::data_slot data;

  /// The data of a library that runs the program's handlers; cleared with `data`, after it.
  detail::data_slot library_data;

  /// Returns whether there is data of either.
  bool has_data() const noexcept { return data.filled() || library_data.filled(); }

  /// Destroys the data.
  void clear_data() noexcept {
    data.clear();
    library_data.clear();
  }

  /// Returns the merged headers. They are computed on first use.
  merged_headers const& headers() const;
  merged_headers const& merged_trailers() const;

  net::any_io_executor const& executor() const noexcept { return executor_; }
  observer* from() const noexcept { return observer_; }

  // For the connection.

  void attach(observer& s) noexcept { observer_ = &s; }

  /// Detaches the message from its connection. The buffered body can still be read.
  void detach() noexcept { observer_ = nullptr; }

  /// Returns whether the message accepts more of the body now. As in Node, an empty buffer accepts
  /// a segment with any high-water mark.
  bool wants_body() const noexcept {
    return body_discarded_ || reading_ || buffered_.empty() || buffered_.size() < high_water_mark;
  }

  /// Passes a body segment to the waiting reader, or buffers it.
  /// @param in contains `segment`; its block is pinned while the reader uses the view
  void deliver(std::string_view segment, stream::read_buffer& in);

  /// Defers the resumption of readers at the end of the body until `resume_readers`. The connection
  /// must parse all buffered input before a reader acts.
  void pause_readers() noexcept { readers_paused_ = true; }
  void resume_readers();

  /// Marks body and trailers as complete.
  void complete();

  /// Marks the message as aborted: it will not be completed. Emits `aborted` and then `error`. If
  /// the user has destroyed the message, its own error replaces `ec`.
  void fail(error_code ec) {
    if (abort(ec)) {
      emit_error();
    }
  }

  /// Aborts the message without emitting `error`, which `emit_error` does.
  /// @return false if the message is complete or aborted already
  bool abort(error_code ec);
  void emit_error();

  /// Marks a complete but unread message as aborted, because its connection is lost. The buffered
  /// body can still be read. `emit_error` emits `error`.
  /// @return false if the message is not complete, was read, or is aborted already
  bool abort_unread(error_code ec);

  /// Discards the rest of the body as it arrives. **Node**: `_dump`.
  void discard_body();

  /// Discards the rest of the body for the user. `end` is emitted at the end of the tick, after
  /// this function has returned.
  void discard_buffered();

  /// Marks the message as destroyed except for its `close` event. A later `destroy` has no effect.
  void retire() noexcept { destroyed_ = true; }

  /// Emits `close`, once.
  void emit_close();

  /// Emits `close` once the buffered body has been read.
  void close_after_end();

  /// Resets the object for the next message. Keeps its memory.
  void reset();

  /// Resets an object whose events have no listeners, if the next head will be complete.
  void reset_fast();

  /// Returns whether an event of the message has listeners.
  bool has_listeners() const noexcept {
    return on_end || on_aborted || on_error || on_timeout || on_close;
  }

  // For the user.

  /// Returns the next body segment, or nothing at the end. The view is valid until the next read.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads without waiting.
  /// @param segment the next segment; empty at the end
  /// @return false if the caller must wait with `read`
  bool try_read(std::optional<std::string_view>& segment);

  /// Copies the next body bytes into `buffer`. Returns their number; 0 at the end.
  net::awaitable<std::size_t> read_some(net::mutable_buffer buffer);

  /// Waits until the exchange is over: until the response of a server, or this response of a
  /// client, is closed.
  net::awaitable<void> wait_close();

  /// Returns a reference that keeps the message alive.
  detail::ptr<detail::counted> keep() const { return detail::ptr<detail::counted>(keep_); }

  void drop_handle() {
    if (observer_ != nullptr) {
      observer_->handle_dropped();
    }
  }

  bool is_complete() const noexcept { return complete_; }
  bool has_segment() const noexcept {
    return !rest_.empty() || !segment_.empty() || !buffered_.empty();
  }
  bool ended() const noexcept { return ended_; }
  bool aborted() const noexcept { return aborted_; }
  bool closed() const noexcept { return closed_; }
  bool body_discarded() const noexcept { return body_discarded_; }
  bool destroyed() const noexcept { return destroyed_ || closed_; }
  bool body_touched() const noexcept { return touched_; }
  error_code const& error() const noexcept { return error_; }

  /// Sets the failure of the connection that is behind the message's error.
  void set_cause(error_code ec) noexcept { cause_ = ec; }

  /// Returns that failure, or the one that the connection names; null if there is none.
  std::exception_ptr cause() const noexcept;
  std::size_t buffered() const noexcept { return buffered_.size(); }

  /// Destroys the message and its connection. **Node**: `message.destroy`.
  void destroy(error_code ec);

  /// Emits `timeout`.
  /// @return whether it has listeners
  bool emit_timeout();

  runtime::event<> on_end;
  runtime::event<> on_aborted;
  runtime::event<error_code> on_error;
  runtime::event<> on_timeout;
  runtime::event<> on_close;

private:
  static net::awaitable<std::optional<std::string_view>> read(detail::ptr<detail::counted> keep,
                                                              incoming_state& self);
  static net::awaitable<std::size_t> read_some(detail::ptr<detail::counted> keep,
                                               incoming_state& self, net::mutable_buffer buffer);
  static net::awaitable<void> wait_close(detail::ptr<detail::counted> keep, incoming_state& self);
  std::optional<std::string_view> pop_segment();
  bool find_segment(std::optional<std::string_view>& segment);
  class discard_end;
  void continue_discarding();
  void emit_end();
  void wake();

  detail::counted* keep_;
  net::any_io_executor executor_;
  observer* observer_ = nullptr;
  runtime::async_condition changed_;
  std::string_view segment_;     // for a waiting reader, in a pinned block
  stream::read_block::pin pin_;  // of the segment that the reader uses
  std::string buffered_;         // received without a waiting reader
  std::string popped_;           // the part of `buffered_` that the reader uses
  std::string_view rest_;        // not yet copied by `read_some`
  error_code error_;
  error_code cause_;
  bool reading_ = false;
  bool readers_paused_ = false;
  bool pending_wake_ = false;  // notify when readers resume
  bool complete_ = false;
  bool ended_ = false;
  bool aborted_ = false;
  bool destroyed_ = false;
  bool body_discarded_ = false;
  bool closed_ = false;
  bool pending_close_ = false;
  bool touched_ = false;
  mutable bool headers_fresh_ = false;
  mutable bool trailers_fresh_ = false;
  mutable merged_headers headers_;
  mutable merged_headers merged_trailers_;
};

}  // namespace anode::exchange
