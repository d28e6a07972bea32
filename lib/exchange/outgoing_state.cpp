// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "exchange/outgoing_state.hpp"

#include "base/access.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <utility>

namespace anode::exchange {

using anode::message::body_end;
using http::error;

outgoing_state::~outgoing_state() = default;

// Moves the buffered bytes to the connection's output.
[[gnu::always_inline]] inline void outgoing_state::flush_pending() {
  if (core_ == nullptr || pending_.empty()) {
    return;
  }
  if (replayable()) {
    pending_.append_to(copy_);
  }
  core_->output().splice(pending_);
}

// Sends what the message has buffered before it had a connection.
void outgoing_state::catch_up() {
  if (pending_destroy_) {
    core_->destroy_soon(false);  // the messages before this one are sent first
    return;
  }
  if (!pending_.empty()) {
    flush_pending();
    core_->flush_later();
  }
  if (ended_) {
    end_ = core_->output().end();
  }
  changed_.notify();
}

void outgoing_state::replay() {
  core_ = nullptr;
  pending_.clear();
  pending_.append(std::exchange(copy_, {}));
}

void outgoing_state::reclaim_output() {
  if (replayable()) {
    replay();
    return;
  }
  if (core_->output().has_file()) {
    pending_.splice(core_->output());
    core_ = nullptr;
    return;
  }
  std::string unsent;
  core_->output().append_to(unsent);
  core_ = nullptr;
  pending_.append(unsent);
}

void outgoing_state::store_head(std::optional<std::uint64_t> content_length) {
  detail::ptr<detail::counted> const self(keep_);
  if (staged_ && !head_written_) {
    prepare_head(content_length);
  }
  if (head_written_) {
    return;
  }
  stored_head_.clear();
  framing_ = write_head(stored_head_, content_length);
  head_written_ = true;
}

// Appends the head to the output: the stored one, or a new one.
[[gnu::always_inline]] inline void outgoing_state::send_head(
    std::optional<std::uint64_t> content_length) {
  if (head_sent_) {
    return;
  }
  if (head_written_) {
    sink().append(stored_head_);
    stored_head_.clear();
  } else {
    framing_ = write_head(sink().buffer(), content_length);
    head_written_ = true;
  }
  head_sent_ = true;
}

void outgoing_state::send_soon() {
  flush_pending();
  if (core_ != nullptr && corked_ == 0) {
    core_->flush_later();
  }
}

[[gnu::always_inline]] inline stream::borrowed_write outgoing_state::put_raw(
    std::string_view data) {
  if (replayable() && copy_.size() + pending_.size() + data.size() > copy_limit_) {
    copy_limit_ = 0;
    copy_ = std::string();
    flush_pending();
  }
  if (core_ != nullptr && !replayable() && corked_ == 0) {
    return stream::put_bytes(*core_, data);
  }
  sink().append(data);
  return {};
}

stream::borrowed_write outgoing_state::put_chunk(std::string_view data) {
  http1::chunk_size_line const size(data.size());
  sink().append(size.text());
  stream::borrowed_write borrowed = put_raw(data);
  sink().append(http1::chunk_end);
  return borrowed;
}

[[gnu::always_inline]] inline stream::borrowed_write outgoing_state::put_body(std::string_view data,
                                                                              bool with_head) {
  if (data.empty() || framing_.end() == body_end::none) {
    return {};
  }
  body_written_ += data.size();
  if (!framing_.chunked()) {
    return put_raw(data);
  }
  if (corked_ > 0 && !with_head) {
    corked_data_.append(data);
    return {};
  }
  return put_chunk(data);
}

[[gnu::always_inline]] inline outgoing_state::written_bytes outgoing_state::result(
    stream::borrowed_write&& borrowed) {
  bool const below = writable_length() < high_water_mark;
  need_drain_ = need_drain_ || !below;
  // A write to a corked message does not wait, because nothing is sent before `uncork`.
  bool const waits = corked_ == 0 && (!below || borrowed);
  return {std::move(borrowed), below, waits};
}

outgoing_state::written_bytes outgoing_state::put_plain(std::string_view data) {
  if (ended_) {
    return fail(error::write_after_end);
  }
  if (!writable()) {
    return make_error_code(error::stream_destroyed);
  }
  if (drops_body(data)) {
    return result({});
  }
  if (strict_content_length) {
    store_head(std::nullopt);
    message::check_content_length(framing_, body_written_ + data.size(), false);
  }
  bool const with_head = !head_sent_;
  send_head(std::nullopt);
  stream::borrowed_write borrowed = put_body(data, with_head);
  send_soon();
  written_bytes written = result(std::move(borrowed));
  if (!written.below_ && core_ != nullptr) {
    core_->stream_is_full();
  }
  return written;
}

// Writes a part of a file, whose descriptor is borrowed if the connection sends it.
outgoing_state::written_bytes outgoing_state::put_file(native_handle_type file,
                                                       std::uint64_t offset, std::size_t length) {
  if (drops_body({})) {
    return result({});
  }
  if (strict_content_length) {
    store_head();
    message::check_content_length(framing_, body_written_ + length, false);
  }
  send_head(std::nullopt);
  if (framing_.end() == body_end::none) {
    return result({});
  }
  if (replayable()) {  // a copy could not be kept
    copy_limit_ = 0;
    copy_ = std::string();
    flush_pending();
  }
  if (!corked_data_.empty()) {
    put_chunk(std::exchange(corked_data_, {}));
  }
  body_written_ += length;
  if (framing_.chunked()) {
    sink().append(http1::chunk_size_line(length).text());
  }
  bool const borrows = core_ != nullptr && corked_ == 0;
  stream::borrowed_write borrowed =
      borrows ? stream::put_file(*core_, file, offset, length) : stream::borrowed_write();
  if (!borrows) {
    sink().detach_copy(sink().borrow_file(file, offset, length));  // duplicates the descriptor
  }
  if (framing_.chunked()) {
    sink().append(http1::chunk_end);
  }
  send_soon();
  return result(std::move(borrowed));
}

// Returns whether nothing was done to the message but to set its headers.
inline bool outgoing_state::is_untouched() const noexcept {
  return !head_written_ && !ended_ && !strict_content_length && corked_ == 0 && copy_limit_ == 0 &&
         !detached_for_upgrade_ && core_ != nullptr && writable() && pending_.empty();
}

// Ends a message that `write_whole` has written.
inline outgoing_state::written_bytes outgoing_state::ended_whole(std::size_t body_size) {
  body_written_ = body_size;
  head_written_ = head_sent_ = ended_ = true;
  end_ = core_->output().end();
  on_prefinish.emit();
  if (core_ != nullptr) {
    if (runtime::tick::on(core_->executor())) {
      core_->flush_later();
    } else {
      core_->flush();
    }
  }
  written_bytes written = result({});
  if (observer_ != nullptr) {
    observer_->on_message_ended();
  }
  return written;
}

outgoing_state::written_bytes outgoing_state::put_end_plain(std::string_view data, bool has_data) {
  if (data.size() < stream::write_queue::borrow_threshold && is_untouched() &&
      write_whole(core_->output().buffer(), data, framing_)) {
    return ended_whole(data.size());
  }
  if (ended_) {
    if (!has_data) {
      return finished_ ? written_bytes(make_error_code(error::already_finished)) : result({});
    }
    return fail(error::write_after_end);
  }
  if (detached_for_upgrade_) {
    ended_ = true;
    if (observer_ != nullptr) {
      observer_->on_message_ended();
    }
    return result({});
  }
  if (!writable()) {
    return make_error_code(error::stream_destroyed);
  }
  if (reject_non_standard_body_writes && !data.empty()) {
    drops_body(data);
  }
  if (strict_content_length) {
    store_head(data.size());
    message::check_content_length(framing_, body_written_ + data.size(), true);
  }
  bool const with_head = !head_sent_;
  if (head_written_ && with_head && closes_now()) {
    stored_head_.clear();
    framing_ = write_head(stored_head_, std::nullopt);
  }
  send_head(data.size());
  // Write the corked data before the last chunk.
  corked_ = 0;
  if (!corked_data_.empty()) {
    corked_data_.append(data);
    put_chunk(std::exchange(corked_data_, {}));
    data = {};
  }
  stream::borrowed_write borrowed = put_body(data, with_head);
  if (framing_.chunked()) {
    http1::append_last_chunk(sink().buffer(), trailers);
  }
  flush_pending();
  ended_ = true;
  end_ = (core_ != nullptr ? core_->output() : pending_).end();
  on_prefinish.emit();
  if (core_ != nullptr) {
    if (core_->output().empty()) {
      core_->report_output_later();  // no unsent byte will report the end
    }
    if (runtime::tick::on(core_->executor())) {
      core_->flush_later();
    } else if (!borrowed) {
      core_->flush();
    }
  }
  written_bytes written = result(std::move(borrowed));
  if (observer_ != nullptr) {
    observer_->on_message_ended();
  }
  return written;
}

write_operation outgoing_state::room() { return operation(result({})); }

write_operation outgoing_state::flush_headers(bool body_follows) {
  detail::ptr<detail::counted> const self(keep_);
  if (staged_ && !head_written_ && writable()) {
    prepare_head(std::nullopt);
  }
  if (!writable()) {
    return stream::write_failed(error::stream_destroyed);
  }
  if (!head_sent_) {
    flushing_ = !body_follows;
    send_head(std::nullopt);
    flushing_ = false;
    send_soon();
  }
  return operation(result({}));
}

void outgoing_state::uncork() {
  if (corked_ == 0 || --corked_ > 0) {
    return;
  }
  if (!corked_data_.empty()) {
    put_chunk(std::exchange(corked_data_, {}));
  }
  send_soon();
}

// Returns whether the message has no body and drops `data`. The head is then sent by `end`.
bool outgoing_state::drops_body(std::string_view data) {
  if (!head_written_ && without_body()) {
    store_head(data.size());
  }
  if (!head_written_ || framing_.end() != body_end::none) {
    return false;
  }
  if (reject_non_standard_body_writes) {
    message::throw_body_not_allowed();
  }
  return true;
}

// Reports that the program misused the message. The event is deferred to the end of the tick, when
// no caller is inside the library. It is emitted after `finish` and before `close`, but never after
// `destroy`.
outgoing_state::written_bytes outgoing_state::fail(error_code ec) {
  if (destroyed_) {
    // A destroyed message emits no error.
  } else if (observer_ == nullptr) {
    on_error.emit(ec);
  } else {
    misuse_.push_back(ec);
    observer_->on_misuse();
  }
  return ec;
}

write_operation outgoing_state::operation(written_bytes&& w) {
  if (w.error_) {
    return stream::write_failed(w.error_);
  }
  if (!w.waits_) {
    return stream::written(w.below_);
  }
  return detail::access::make<write_operation>(
      wait_room(detail::ptr<detail::counted>(keep_), *this, std::move(w.borrowed_)), w.below_);
}

void outgoing_state::emit_finish() {
  if (!std::exchange(finished_, true)) {
    on_finish.emit();
    changed_.notify();
  }
}

void outgoing_state::emit_misuse() {
  for (error_code const ec : std::exchange(misuse_, {})) {
    if (!destroyed_) {
      on_error.emit(ec);
    }
  }
}

void outgoing_state::emit_close() {
  destroyed_ = true;
  detach_socket();
  if (!std::exchange(closed_, true)) {
    on_close.emit();
    if (close_observer_ != nullptr) {
      close_observer_->message_closed();
    }
    changed_.notify();
  }
}

void outgoing_state::emit_drain() {
  changed_.notify();
  if (need_drain_ && core_ != nullptr && core_->output().empty()) {
    need_drain_ = false;
    if (!ended_) {
      on_drain.emit();
    }
  }
}

bool outgoing_state::emit_timeout() {
  bool const notified = !on_timeout.empty();
  on_timeout.emit();
  return notified;
}

void outgoing_state::destroy(error_code ec) {
  if (std::exchange(destroyed_, true)) {
    return;
  }
  error_ = ec;
  if (observer_ != nullptr && core_ == nullptr && observer_->is_pipelined()) {
    pending_destroy_ = true;
  } else if (observer_ != nullptr) {
    observer_->destroy_exchange(ec);
  }
}

void outgoing_state::require_head_open(char const* what) const {
  if (head_written_) {
    throw http::exception(error::headers_sent, std::string("Cannot ") + what +
                                                   " headers after they are sent to the client");
  }
}

void outgoing_state::reset() {
  on_finish.clear();
  on_prefinish.clear();
  on_drain.clear();
  on_timeout.clear();
  on_error.clear();
  on_close.clear();
  sent_ = 0;
  reset_fast();
}

void outgoing_state::reset_fast() {
  if (staged_) {
    clear_stages();
  }
  headers.clear();
  trailers.clear();
  unique_headers = nullptr;
  should_keep_alive = send_date = chunked_by_default = true;
  strict_content_length = reject_non_standard_body_writes = false;
  observer_ = nullptr;
  core_ = nullptr;
  pending_.clear();
  framing_ = {};
  end_ = 0;
  stored_head_.clear();
  misuse_.clear();
  error_ = {};
  body_written_ = 0;
  copy_.clear();
  copy_limit_ = 0;
  corked_data_.clear();
  corked_ = 0;
  head_written_ = head_sent_ = ended_ = finished_ = destroyed_ = closed_ = need_drain_ = false;
  pending_destroy_ = detached_for_upgrade_ = flushing_ = false;
}

}  // namespace anode::exchange
