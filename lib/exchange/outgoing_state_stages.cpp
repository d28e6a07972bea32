// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Outgoing messages with listeners of the head. Other messages do not enter these functions.
#include "exchange/outgoing_state.hpp"
#include "message/header_validation.hpp"

#include <utility>

namespace anode::exchange {

outgoing_stages& outgoing_state::stages() {
  if (!stages_) {
    stages_ = std::make_unique<outgoing_stages>();
  }
  return *stages_;
}

void outgoing_state::add_head_listener(outgoing_stages::head_listener f) {
  if (f && !head_written_) {
    stages().head_listeners.push_back(std::move(f));
    staged_ = true;
  }
}

void outgoing_state::clear_stages() noexcept {
  if (stages_) {
    stages_->clear();
    staged_ = stages_->active();
  }
}

// Calls the listeners of the head, the last one first. A listener is removed before it is called:
// it may make the head itself, and a listener that throws is not called again.
void outgoing_state::prepare_head(std::optional<std::uint64_t> content_length) {
  detail::ptr<detail::counted> const self(keep_);
  while (!head_written_ && !stages_->head_listeners.empty()) {
    outgoing_stages::head_listener const f = std::move(stages_->head_listeners.back());
    stages_->head_listeners.pop_back();
    staged_ = stages_->active();
    std::optional<std::uint64_t> const own =
        message::parse_decimal(headers.text("content-length").value_or(std::string_view()));
    f(own ? own : content_length);
  }
}

outgoing_state::written_bytes outgoing_state::put_staged(std::string_view data) {
  detail::ptr<detail::counted> const self(keep_);
  if (!ended_ && writable()) {
    prepare_head(std::nullopt);
  }
  return put_plain(data);
}

outgoing_state::written_bytes outgoing_state::put_end_staged(std::string_view data, bool has_data) {
  detail::ptr<detail::counted> const self(keep_);
  if (!ended_ && !detached_for_upgrade_ && writable()) {
    prepare_head(data.size());
  }
  return put_end_plain(data, has_data);
}

}  // namespace anode::exchange
