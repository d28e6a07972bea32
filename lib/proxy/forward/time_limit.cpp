// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/forward/time_limit.hpp"

#include <utility>

namespace anode::proxy {

operation_limit::operation_limit(net::any_io_executor const& ex, std::chrono::milliseconds time,
                                 net::cancellation_slot outer)
    : context_timer(ex), outer_(outer) {
  if (outer_.is_connected()) {
    outer_.assign([this](net::cancellation_type type) { signal_.emit(type); });
  }
  if (time.count() > 0) {
    arm(now() + time);
  }
}

operation_limit::~operation_limit() {
  if (outer_.is_connected()) {
    outer_.clear();
  }
}

void operation_limit::expired() {
  expired_ = true;
  signal_.emit(net::cancellation_type::terminal);
}

write_limit::write_limit(anode::socket to, std::chrono::milliseconds time)
    : context_timer(to.get_executor()), to_(std::move(to)), time_(time) {}

void write_limit::start() {
  if (time_.count() > 0) {
    left_ = to_.writable_length();
    arm(now() + time_);
  }
}

void write_limit::expired() {
  if (std::size_t const left = to_.writable_length(); left < left_) {
    left_ = left;
    arm(now() + time_);
    return;
  }
  expired_ = true;
  to_.destroy();
}

}  // namespace anode::proxy
