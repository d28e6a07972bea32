// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "exchange/incoming_state.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace anode::connection {
namespace {

// What collected bodies may keep of their memory between messages.
constexpr std::size_t kept_capacity = 16384;

void empty(std::string& s) {
  if (s.capacity() > kept_capacity) {
    s = std::string();
  } else {
    s.clear();
  }
}

}  // namespace

merged_headers const& incoming::headers() const {
  if (!std::exchange(headers_fresh_, true)) {
    headers_.reset(head.fields, join_duplicate_headers);
  }
  return headers_;
}

merged_headers const& incoming::merged_trailers() const {
  if (!std::exchange(trailers_fresh_, true)) {
    merged_trailers_.reset(trailers, join_duplicate_headers);
  }
  return merged_trailers_;
}

void incoming::deliver(std::string_view piece, read_buffer& in) {
  if (dumped_) {
    return;
  }
  if (reading_ && buffered_.empty()) {
    reading_ = false;
    piece_ = piece;
    held_ = in.pin();
    changed_.notify();  // not held back: who reads pieces answers them piece by piece
  } else {
    buffered_.append(piece);
  }
}

void incoming::complete() {
  complete_ = true;
  trailers_fresh_ = false;
  if (dumped_) {
    emit_end();
  }
  wake();
}

void incoming::wake() {
  if (held_back_) {
    wake_due_ = true;
  } else {
    changed_.notify();
  }
}

void incoming::release_readers() {
  held_back_ = false;
  if (std::exchange(wake_due_, false)) {
    changed_.notify();
  }
}

bool incoming::cut_off(error_code ec) {
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

void incoming::emit_error() {
  if (error_) {
    on_error.emit(error_);
  }
}

bool incoming::abort_unread(error_code ec) {
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

void incoming::dump() {
  if (std::exchange(dumped_, true)) {
    return;
  }
  empty(buffered_);
  go_on_dumping();
}

void incoming::go_on_dumping() {
  if (complete_) {
    emit_end();
  } else if (source_ != nullptr) {
    source_->want_body();
  }
  if (std::exchange(reading_, false)) {
    changed_.notify();  // who waits for a piece gets none
  }
}

// Tells the listeners of the end at the end of a turn.
class incoming::dump_end final : public deferred_task {
public:
  explicit dump_end(incoming& of) : keep_(of.keep_), of_(of) {}
  void end_turn() override { of_.go_on_dumping(); }

private:
  detail::ptr<detail::counted> keep_;
  incoming& of_;
};

void incoming::discard() {
  if (!std::exchange(dumped_, true)) {
    empty(buffered_);
    tick::defer(*detail::ptr<dump_end>(new dump_end(*this)), executor_);
  }
}

void incoming::emit_end() {
  if (!std::exchange(ended_, true) && !closed_) {
    on_end.emit();
    if (source_ != nullptr) {
      source_->end_told();
    }
    if (std::exchange(close_due_, false) || closes_at_end) {
      emit_close();
    }
  }
}

void incoming::close_after_end() {
  if (ended_ || closed_) {
    emit_close();
  } else {
    close_due_ = true;
  }
}

void incoming::emit_close() {
  destroyed_ = true;
  if (!std::exchange(closed_, true)) {
    changed_.notify();
    on_close.emit();
  }
}

bool incoming::emit_timeout() {
  bool const told = !on_timeout.empty();
  on_timeout.emit();
  return told;
}

void incoming::destroy(error_code ec) {
  if (std::exchange(destroyed_, true)) {
    return;
  }
  error_ = ec;
  if (source_ != nullptr) {
    source_->destroy_exchange(ec);
  }
}

void incoming::reset() {
  on_end.clear();
  on_aborted.clear();
  on_error.clear();
  on_timeout.clear();
  on_close.clear();
  head.clear();
  renew();
}

void incoming::renew() {
  trailers.clear();
  source_ = nullptr;
  piece_ = rest_ = {};
  held_.release();
  empty(buffered_);
  empty(taken_);
  error_ = {};
  held_back_ = wake_due_ = false;
  reading_ = complete_ = ended_ = aborted_ = destroyed_ = dumped_ = closed_ = false;
  close_due_ = touched_ = false;
  headers_fresh_ = trailers_fresh_ = false;
}

net::awaitable<std::optional<std::string_view>> incoming::read() {
  return read(detail::ptr<detail::counted>(keep_), *this);
}

net::awaitable<std::size_t> incoming::read_some(net::mutable_buffer buffer) {
  return read_some(detail::ptr<detail::counted>(keep_), *this, buffer);
}

// Returns the next piece if there is one.
std::optional<std::string_view> incoming::take() {
  if (!piece_.empty()) {
    return std::exchange(piece_, {});
  }
  if (!buffered_.empty()) {
    std::swap(taken_, buffered_);
    buffered_.clear();
    if (source_ != nullptr && !complete_) {
      source_->want_body();  // there is room again
    }
    return taken_;
  }
  return std::nullopt;
}

bool incoming::try_read(std::optional<std::string_view>& piece) {
  touched_ = true;
  if (!rest_.empty()) {
    piece = std::exchange(rest_, {});
    return true;
  }
  held_.release();
  return find_piece(piece);
}

// Returns whether there is a next piece, or will be none.
bool incoming::find_piece(std::optional<std::string_view>& piece) {
  piece = take();
  if (!piece && complete_) {
    emit_end();
  }
  return piece || complete_ || dumped_;
}

net::awaitable<std::optional<std::string_view>> incoming::read(
    [[maybe_unused]] detail::ptr<detail::counted> keep, incoming& self) {
  std::optional<std::string_view> piece;
  for (bool found = self.try_read(piece);; found = self.find_piece(piece)) {
    if (found) {
      co_return piece;
    }
    if (self.aborted_ || self.source_ == nullptr) {
      if (self.source_ != nullptr) {
        self.source_->throw_failure();
      }
      throw boost::system::system_error(self.error_ ? self.error_
                                                    : make_error_code(http::error::aborted));
    }
    self.reading_ = true;
    self.source_->want_body();
    if (!self.reading_ || self.complete_ || self.aborted_) {
      continue;
    }
    try {
      co_await self.changed_.wait();
    } catch (...) {
      self.reading_ = false;
      if (self.source_ != nullptr) {
        self.source_->read_cancelled();
      }
      throw;
    }
  }
}

net::awaitable<std::size_t> incoming::read_some(detail::ptr<detail::counted> keep, incoming& self,
                                                net::mutable_buffer buffer) {
  if (buffer.size() == 0) {
    co_return 0;
  }
  if (self.rest_.empty()) {
    std::optional<std::string_view> const piece = co_await read(keep, self);
    if (!piece) {
      co_return 0;
    }
    self.rest_ = *piece;
  }
  std::size_t const n = std::min(self.rest_.size(), buffer.size());
  std::memcpy(buffer.data(), self.rest_.data(), n);
  self.rest_.remove_prefix(n);
  co_return n;
}

}  // namespace anode::connection
