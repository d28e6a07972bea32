// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Outgoing messages with listeners of the head or with filters of the body. Other messages do not
// enter these functions.
#include "exchange/outgoing_state.hpp"
#include "message/header_validation.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::exchange {

using anode::message::body_end;

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

void outgoing_state::add_filter(std::unique_ptr<http::body_filter> filter) {
  if (head_written_) {
    throw http::exception(http::error::headers_sent,
                          "Cannot set a body filter after the headers are sent");
  }
  if (filter) {
    stages().require_no_filter();
    stages().filters.push_back(std::move(filter));
    staged_ = true;
  }
}

void outgoing_state::clear_stages() noexcept {
  if (stages_) {
    stages_->clear();
    staged_ = stages_->active();
  }
}

void outgoing_state::clear_filters() noexcept {
  if (stages_) {
    stages_->clear_filters();
    staged_ = stages_->active();
  }
}

// Calls the listeners of the head, the last one first. A listener is removed before it is called:
// it may make the head itself, and a listener that throws is not called again.
void outgoing_state::prepare_head(std::optional<std::uint64_t> content_length) {
  detail::ptr<detail::counted> const self(keep_);
  stages_->require_no_filter();
  while (!head_written_ && !stages_->head_listeners.empty()) {
    outgoing_stages::head_listener const f = std::move(stages_->head_listeners.back());
    stages_->head_listeners.pop_back();
    staged_ = stages_->active();
    std::optional<std::uint64_t> const own = own_length();
    f(own ? own : content_length);
  }
  if (!head_written_ && !stages_->filters.empty()) {
    drop_own_length();
  }
}

// Returns the value of the program's Content-Length header.
std::optional<std::uint64_t> outgoing_state::own_length() const {
  return message::parse_decimal(headers.text("content-length").value_or(std::string_view()));
}

// Removes the program's Content-Length, because the filters change the length. The automatic header
// stays possible.
void outgoing_state::drop_own_length() {
  if (std::optional<std::uint64_t> const own = own_length()) {
    stages_->declared = own;
    headers.remove("Content-Length");
    headers.unmark_removed(message::field_id::content_length);
  }
}

// Returns whether the body passes through filters. The head is prepared.
bool outgoing_state::filters_body() const noexcept {
  bool const bodyless = head_written_ ? framing_.end() == body_end::none : without_body();
  return !bodyless && stages_ && !stages_->filters.empty();
}

// Counts the program's bytes, and compares them with its Content-Length.
void outgoing_state::count_unfiltered(std::uint64_t bytes, bool last) {
  if (strict_content_length && stages_->declared) {
    message::check_content_length(message::outgoing_framing(body_end::length, *stages_->declared),
                                  stages_->written + bytes, last);
  }
  stages_->written += bytes;
}

std::string_view outgoing_state::run_filters(std::string_view in, bool last, bool flush) {
  try {
    return stages_->run_filters(in, last, flush);
  } catch (...) {
    stages_->failed = true;
    destroy({});
    throw;
  }
}

// Writes the output of the filters, whose memory is reused: a large part that the connection does
// not accept now is copied.
outgoing_state::written_bytes outgoing_state::put_filtered(std::string_view output) {
  written_bytes written = put_plain(output);
  stream::borrowed_write const ended = std::move(written.borrowed_);
  return written;
}

outgoing_state::written_bytes outgoing_state::put_staged(std::string_view data) {
  detail::ptr<detail::counted> const self(keep_);
  stages_->require_no_filter();
  if (ended_ || !writable()) {
    return put_plain(data);  // which fails
  }
  pass_file(true);
  if (!head_written_) {
    prepare_head(std::nullopt);
  }
  if (ended_ || !writable() || !filters_body()) {
    return put_plain(data);
  }
  store_head();
  if (!filters_body()) {
    return put_plain(data);
  }
  count_unfiltered(data.size(), false);
  return put_filtered(run_filters(data, false, false));
}

outgoing_state::written_bytes outgoing_state::put_end_staged(std::string_view data, bool has_data) {
  detail::ptr<detail::counted> const self(keep_);
  stages_->require_no_filter();
  if (ended_ || detached_for_upgrade_ || !writable()) {
    return put_end_plain(data, has_data);
  }
  pass_file(true);
  bool const whole = !head_written_;
  if (whole) {
    prepare_head(data.size());
  }
  if (ended_ || !writable() || !filters_body() ||
      (!head_written_ && data.empty() && !filters_empty_body())) {
    return put_end_plain(data, has_data);
  }
  count_unfiltered(data.size(), true);
  std::string_view const output = run_filters(data, true, false);
  written_bytes written = put_end_plain(output, true);
  {
    stream::borrowed_write const ended = std::move(written.borrowed_);
  }
  clear_filters();  // a compression may own much memory
  return written;
}

write_operation outgoing_state::flush() {
  detail::ptr<detail::counted> const self(keep_);
  if (staged_) {
    stages_->require_no_filter();
  }
  write_operation headers_only = flush_headers();
  if (!staged_ || ended_ || !writable() || !filters_body()) {
    return headers_only;
  }
  pass_file(true);
  if (!writable()) {
    return headers_only;
  }
  return operation(put_filtered(run_filters({}, false, true)));
}

}  // namespace anode::exchange
