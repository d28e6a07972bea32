// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/message_head.hpp"
#include "runtime/async_condition.hpp"
#include "runtime/event.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/read_buffer.hpp"

#include <anode/merged_headers.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace anode::exchange {

using http::field_lines;
using http::merged_headers;

/// The state behind an `http::incoming_message`: the head, and the body on its way from the
/// connection to who reads it.
///
/// Body bytes are passed on as views into the connection's read buffer while a reader is waiting,
/// and collected up to the high-water mark while none is. Then the connection stops reading.
class incoming_state {
public:
  /// The connection that the message comes from.
  class observer {
  public:
    /// Who reads wants more: deliver what there is now, and go on reading.
    virtual void want_body() = 0;

    /// The message is destroyed, and its connection with it.
    virtual void destroy_exchange(error_code ec) = 0;

    /// A read was cancelled.
    virtual void read_cancelled() {}

    /// Throws why nothing more can be read, if the source knows more than the message's error.
    virtual void throw_failure() const {}

    virtual stream::buffered_socket* core() noexcept = 0;

    /// The end of the message was told to its listeners; its readers will find it next.
    virtual void end_notified() {}

    /// The user's handle is gone; nobody will read the rest. (A server's user has none.)
    virtual void handle_dropped() {}

  protected:
    ~observer() = default;
  };

  /// @param keep the object that this one is part of; readers keep it alive
  incoming_state(detail::counted& keep, net::any_io_executor const& ex)
      : keep_(&keep), executor_(ex), changed_(ex) {}

  message::message_head head;
  field_lines trailers;
  bool join_duplicate_headers = false;
  bool closes_at_end = false;  ///< `close` follows `end` at once, as for a request in a server
  std::size_t high_water_mark = 65536;

  merged_headers const& headers() const;
  merged_headers const& merged_trailers() const;

  net::any_io_executor const& executor() const noexcept { return executor_; }
  observer* from() const noexcept { return observer_; }

  // For the connection.

  void attach(observer& s) noexcept { observer_ = &s; }

  /// Cuts the message off from its connection; the body that is here can still be read.
  void detach() noexcept { observer_ = nullptr; }

  /// Returns whether more body is welcome.
  bool wants_body() const noexcept {
    return body_discarded_ || reading_ || buffered_.size() < high_water_mark;
  }

  /// Passes a piece of body on, or collects it.
  void deliver(std::string_view piece, stream::read_buffer& in);

  /// Lets readers that are told of the end go on only when `resume_readers` is called: the
  /// connection is in the middle of its input, and who reads must not act before it is through.
  void pause_readers() noexcept { readers_paused_ = true; }
  void resume_readers();

  /// Says that body and trailers are complete.
  void complete();

  /// Says that nothing more will come, though the message is not complete. If it was destroyed by
  /// its user, what that was done with takes the place of `ec`.
  void fail(error_code ec) {
    if (abort(ec)) {
      emit_error();
    }
  }

  /// The same without telling the listeners of errors, which `emit_error` does.
  /// @return whether that is news
  bool abort(error_code ec);
  void emit_error();

  /// Says that the connection is gone although the message, which is complete, was not read to its
  /// end; what is here can still be read. `emit_error` tells the listeners of errors.
  /// @return whether that is news
  bool abort_unread(error_code ec);

  /// Throws the rest of the body away as it comes. **Node**: `_dump`.
  void discard_body();

  /// The same for the user, who is told of the end when this has returned.
  void discard_buffered();

  /// Says that the message is over, but for its `close`: destroying it does nothing any more.
  void retire() noexcept { destroyed_ = true; }

  /// Tells the listeners of `close`, once.
  void emit_close();

  /// The same as soon as the body, which is here, was read to its end.
  void close_after_end();

  /// Makes the object as new, for the next message; keeps its memory.
  void reset();

  /// The same where nobody listens to the message's events, and the next head will be complete.
  void reset_fast();

  /// Returns whether anybody listens to the message's events.
  bool has_listeners() const noexcept {
    return on_end || on_aborted || on_error || on_timeout || on_close;
  }

  // For the user.

  net::awaitable<std::optional<std::string_view>> read();

  /// Reads if that takes no waiting. @return whether it did; `piece` is empty at the end
  bool try_read(std::optional<std::string_view>& piece);
  net::awaitable<std::size_t> read_some(net::mutable_buffer buffer);

  /// Returns what keeps the message alive.
  detail::ptr<detail::counted> keep() const { return detail::ptr<detail::counted>(keep_); }

  void drop_handle() {
    if (observer_ != nullptr) {
      observer_->handle_dropped();
    }
  }

  bool is_complete() const noexcept { return complete_; }
  bool ended() const noexcept { return ended_; }
  bool aborted() const noexcept { return aborted_; }
  bool closed() const noexcept { return closed_; }
  bool body_discarded() const noexcept { return body_discarded_; }
  bool destroyed() const noexcept { return destroyed_ || closed_; }
  bool body_touched() const noexcept { return touched_; }
  error_code const& error() const noexcept { return error_; }
  std::size_t buffered() const noexcept { return buffered_.size(); }

  /// Destroys the message and its connection. **Node**: `message.destroy`.
  void destroy(error_code ec);

  /// Lets the message's timeout be reported. @return whether somebody was told
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
  std::optional<std::string_view> pop_segment();
  bool find_segment(std::optional<std::string_view>& piece);
  class discard_end;
  void continue_discarding();
  void emit_end();
  void wake();

  detail::counted* keep_;
  net::any_io_executor executor_;
  observer* observer_ = nullptr;
  runtime::async_condition changed_;
  std::string_view segment_;     // delivered while a reader was waiting, in a held block
  stream::read_block::pin pin_;  // of the piece that the reader looks at
  std::string buffered_;         // collected while no reader was waiting
  std::string popped_;           // what the reader looks at, of `buffered_`
  std::string_view rest_;        // what `read_some` has not copied of the current piece
  error_code error_;
  bool reading_ = false;
  bool readers_paused_ = false;
  bool pending_wake_ = false;  // to be done when readers are released
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
