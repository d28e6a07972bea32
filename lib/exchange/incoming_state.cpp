// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "exchange/incoming_state.hpp"

#include "exchange/outgoing_state.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace anode::exchange {
namespace {

// The most buffer capacity that a message keeps for the next one.
constexpr std::size_t kept_capacity = 16384;

void empty(std::string& s) {
  if (s.capacity() > kept_capacity) {
    s = std::string();
  } else {
    s.clear();
  }
}

}  // namespace

incoming_state::~incoming_state() = default;

http::merged_headers const& incoming_state::headers() const {
  if (!std::exchange(headers_fresh_, true)) {
    headers_.reset(head.fields, join_duplicate_headers);
  }
  return headers_;
}

http::merged_headers const& incoming_state::merged_trailers() const {
  if (!std::exchange(trailers_fresh_, true)) {
    merged_trailers_.reset(trailers, join_duplicate_headers);
  }
  return merged_trailers_;
}

void incoming_state::deliver(std::string_view segment, stream::read_buffer& in) {
  if (body_discarded_) {
    return;
  }
  if (reading_ && buffered_.empty()) {
    reading_ = false;
    segment_ = segment;
    pin_ = in.pin();
    changed_.notify();  // not deferred: a streaming reader needs each chunk at once
  } else {
    buffered_.append(segment);
  }
}

void incoming_state::complete() {
  complete_ = true;
  trailers_fresh_ = false;
  if (body_discarded_) {
    emit_end();
  }
  wake();
}

void incoming_state::wake() {
  if (readers_paused_) {
    pending_wake_ = true;
  } else {
    changed_.notify();
  }
}

void incoming_state::resume_readers() {
  readers_paused_ = false;
  if (std::exchange(pending_wake_, false)) {
    changed_.notify();
  }
}

bool incoming_state::abort(error_code ec) {
  if (complete_ || aborted_) {
    return false;
  }
  aborted_ = true;
  if (!std::exchange(destroyed_, true)) {
    error_ = ec;
  }
  changed_.notify();
  on_aborted.emit();
  return true;
}

void incoming_state::emit_error() {
  if (error_) {
    on_error.emit(error_);
  }
}

bool incoming_state::abort_unread(error_code ec) {
  if (!complete_ || ended_ || aborted_) {
    return false;
  }
  aborted_ = true;
  if (!std::exchange(destroyed_, true)) {
    error_ = ec;
  }
  on_aborted.emit();
  return true;
}

std::exception_ptr incoming_state::cause() const noexcept {
  if (cause_ && error_) {
    return std::make_exception_ptr(boost::system::system_error(cause_));
  }
  return observer_ != nullptr ? observer_->cause() : nullptr;
}

void incoming_state::discard_body() {
  if (std::exchange(body_discarded_, true)) {
    return;
  }
  empty(buffered_);
  continue_discarding();
}

void incoming_state::continue_discarding() {
  if (complete_) {
    emit_end();
  } else if (observer_ != nullptr) {
    observer_->want_body();
  }
  if (std::exchange(reading_, false)) {
    changed_.notify();  // the waiting reader gets the end
  }
}

// Emits `end` at the end of a tick.
class incoming_state::discard_end final : public runtime::deferred_task {
public:
  explicit discard_end(incoming_state& of) : keep_(of.keep_), of_(of) {}
  void run_deferred() override { of_.continue_discarding(); }

private:
  detail::ptr<detail::counted> keep_;
  incoming_state& of_;
};

void incoming_state::discard_buffered() {
  if (!std::exchange(body_discarded_, true)) {
    empty(buffered_);
    runtime::tick::defer(*detail::ptr<discard_end>(new discard_end(*this)), executor_);
  }
}

void incoming_state::emit_end() {
  if (!std::exchange(ended_, true) && !closed_) {
    on_end.emit();
    if (observer_ != nullptr) {
      observer_->end_notified();
    }
    if (std::exchange(pending_close_, false) || closes_at_end) {
      emit_close();
    }
  }
}

void incoming_state::close_after_end() {
  if (ended_ || closed_) {
    emit_close();
  } else {
    pending_close_ = true;
  }
}

void incoming_state::emit_close() {
  destroyed_ = true;
  if (!std::exchange(closed_, true)) {
    changed_.notify();
    on_close.emit();
  }
}

bool incoming_state::emit_timeout() {
  bool const notified = !on_timeout.empty();
  on_timeout.emit();
  return notified;
}

void incoming_state::destroy(error_code ec) {
  if (std::exchange(destroyed_, true)) {
    return;
  }
  error_ = ec;
  if (observer_ != nullptr) {
    observer_->destroy_exchange(ec);
  }
}

void incoming_state::reset() {
  on_end.clear();
  on_aborted.clear();
  on_error.clear();
  on_timeout.clear();
  on_close.clear();
  head.clear();
  reset_fast();
}

void incoming_state::reset_fast() {
  trailers.clear();
  observer_ = nullptr;
  segment_ = rest_ = {};
  pin_.release();
  empty(buffered_);
  empty(popped_);
  error_ = {};
  if (cause_) {
    cause_ = {};
  }
  readers_paused_ = pending_wake_ = false;
  reading_ = complete_ = ended_ = aborted_ = destroyed_ = body_discarded_ = closed_ = false;
  pending_close_ = touched_ = false;
  headers_fresh_ = trailers_fresh_ = false;
}

net::awaitable<std::optional<std::string_view>> incoming_state::read() {
  return read(detail::ptr<detail::counted>(keep_), *this);
}

net::awaitable<std::size_t> incoming_state::read_some(net::mutable_buffer buffer) {
  return read_some(detail::ptr<detail::counted>(keep_), *this, buffer);
}

net::awaitable<void> incoming_state::wait_close() {
  return answer != nullptr ? answer->wait_closed()
                           : wait_close(detail::ptr<detail::counted>(keep_), *this);
}

net::awaitable<void> incoming_state::wait_close([[maybe_unused]] detail::ptr<detail::counted> keep,
                                                incoming_state& self) {
  while (!self.closed_) {
    co_await self.changed_.wait();
  }
}

// Returns the next body segment, if one is available.
std::optional<std::string_view> incoming_state::pop_segment() {
  if (!segment_.empty()) {
    return std::exchange(segment_, {});
  }
  if (!buffered_.empty()) {
    std::swap(popped_, buffered_);
    buffered_.clear();
    if (observer_ != nullptr && !complete_) {
      observer_->want_body();  // the buffer has room again
    }
    return popped_;
  }
  return std::nullopt;
}

bool incoming_state::try_read(std::optional<std::string_view>& segment) {
  touched_ = true;
  if (!rest_.empty()) {
    segment = std::exchange(rest_, {});
    return true;
  }
  pin_.release();
  return find_segment(segment);
}

// Returns whether the wait is over: `segment` has the next segment, or is empty because none
// follows.
bool incoming_state::find_segment(std::optional<std::string_view>& segment) {
  segment = pop_segment();
  if (!segment && complete_) {
    emit_end();
  }
  return segment || complete_ || body_discarded_;
}

net::awaitable<std::optional<std::string_view>> incoming_state::read(
    [[maybe_unused]] detail::ptr<detail::counted> keep, incoming_state& self) {
  std::optional<std::string_view> segment;
  for (bool found = self.try_read(segment);; found = self.find_segment(segment)) {
    if (found) {
      co_return segment;
    }
    if (self.aborted_ || self.observer_ == nullptr) {
      if (self.observer_ != nullptr) {
        self.observer_->throw_failure();
      }
      throw boost::system::system_error(self.error_ ? self.error_
                                                    : make_error_code(http::error::aborted));
    }
    self.reading_ = true;
    self.observer_->want_body();
    if (!self.reading_ || self.complete_ || self.aborted_) {
      continue;
    }
    try {
      co_await self.changed_.wait();
    } catch (...) {
      self.reading_ = false;
      if (self.observer_ != nullptr) {
        self.observer_->read_cancelled();
      }
      throw;
    }
  }
}

net::awaitable<std::size_t> incoming_state::read_some(detail::ptr<detail::counted> keep,
                                                      incoming_state& self,
                                                      net::mutable_buffer buffer) {
  if (buffer.size() == 0) {
    co_return 0;
  }
  if (self.rest_.empty()) {
    std::optional<std::string_view> const segment = co_await read(keep, self);
    if (!segment) {
      co_return 0;
    }
    self.rest_ = *segment;
  }
  std::size_t const n = std::min(self.rest_.size(), buffer.size());
  std::memcpy(buffer.data(), self.rest_.data(), n);
  self.rest_.remove_prefix(n);
  co_return n;
}

}  // namespace anode::exchange
