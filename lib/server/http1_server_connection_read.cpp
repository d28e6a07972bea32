// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a server connection parses its input into requests.

#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"

#include <utility>

namespace anode::server {

// Continues with the request that is being received.
[[gnu::always_inline]] inline http1_server_connection::step http1_server_connection::parse_body(
    bool one_segment) {
  // The response or the handler may close the connection before the end of the request is parsed.
  if (leaving_ && closing_) {
    return step::over;
  }
  if (!receiving_->request.wants_body()) {
    return leave_as_ == policy::dispatch::request ? step::blocked : fill_upgrade_body();
  }
  std::string_view input = socket_->input();
  std::size_t const before = input.size();
  http1::parse_result const found = parser_->next(input, receiving_->request.head);
  between_messages_ = found == http1::parse_result::end;
  if (found == http1::parse_result::error) {
    fail_to_parse(input);
    return step::over;
  }
  socket_->consume(before - input.size());
  bool more = !one_segment;
  switch (found) {
    case http1::parse_result::body:
      pass_body();
      notify_finished();
      more = more && discarded_ <= discard_limit;
      break;
    case http1::parse_result::end:
      if (leave_as_ != policy::dispatch::request) {
        return end_upgrade_request();
      }
      end_request();
      break;
    case http1::parse_result::upgrade:
      return end_upgrade_request();
    default:
      return step::over;
  }
  return more ? step::more : step::put_off;
}

// Parses the input until it is consumed or a reader applies back-pressure. `one_segment` stops
// after the first body segment: a reader is the caller, therefore later requests must wait.
void http1_server_connection::parse_input(bool one_segment) {
  if (parsing_ || left_http_ || failed_) {
    return;
  }
  detail::ptr<http1_server_connection> const self(this);
  parsing_ = true;
  step last = step::more;
  while (last == step::more) {
    last = receiving_ ? parse_body(one_segment) : parse_head(one_segment);
  }
  parsing_ = false;
  spare_.reset();
  resume_readers();
  if (left_http_) {
    return;  // a handler has closed the connection
  }
  if (pending_end_ && !failed_ && !end_waits()) {
    pending_end_ = false;
    on_end();
    return;
  }
  if (may_leave_http()) {
    leave_http();
  } else if (failed_) {
    discard_input();
  } else if (leaving_ || (last == step::blocked && !closing_)) {
    socket_->pause();
    socket_->watch_hangup();
  } else if (last == step::blocked || closing_) {
    socket_->pause();
  } else {
    socket_->resume();
    if (last == step::put_off) {
      runtime::tick::defer(*this, server_->executor());
    }
  }
}

// Parses the next head. A request without a body starts and ends in this function.
http1_server_connection::step http1_server_connection::parse_head(bool one_segment) {
  if (closing_ || socket_->destroyed()) {
    return step::over;
  }
  bool const blocked = backed_up();
  std::string_view input = socket_->input();
  if (input.empty() && parser_) {
    parser_->end_of_read();
  }
  if (input.empty() || blocked) {
    return blocked ? step::blocked : step::over;
  }
  if (!spare_) {
    spare_ = server_->acquire_exchange();
  }
  http1::parser& decoder = acquire_parser();
  std::size_t const before = input.size();
  bool const begun = decoder.in_message();
  http1::parse_result const found = decoder.next(input, spare_->request.head);
  between_messages_ = false;
  if (found == http1::parse_result::error) {
    fail_to_parse(input);
    return step::over;
  }
  socket_->consume(before - input.size());
  // A request that arrives completely in one read needs no timeout.
  bool const whole = !begun && found == http1::parse_result::head && decoder.at_end();
  if (!begun && (found == http1::parse_result::head || decoder.in_message())) {
    leave_idle();
    if (!whole) {
      server_->connection_timers().message_begun(clock_, server_->clock().now());
    }
  }
  if (found != http1::parse_result::head) {
    return step::over;
  }
  begin_request(whole);
  return whole && receiving_ ? parse_body(one_segment) : step::more;
}

// Body readers are resumed only after all buffered input is parsed. Therefore a malformed request
// is rejected before its handler can respond.
void http1_server_connection::defer_readers(server_exchange& x) {
  x.request.pause_readers();
  if (std::exchange(x.readers_deferred, true)) {
    return;
  }
  intrusive_ptr_add_ref(&x);
  (last_deferred_reader_ != nullptr ? last_deferred_reader_->next_deferred : deferred_readers_) =
      &x;
  last_deferred_reader_ = &x;
}

void http1_server_connection::resume_readers() {
  while (deferred_readers_ != nullptr) {
    detail::ptr<server_exchange> const x(deferred_readers_, false);
    deferred_readers_ = std::exchange(x->next_deferred, nullptr);
    if (deferred_readers_ == nullptr) {
      last_deferred_reader_ = nullptr;
    }
    x->readers_deferred = false;
    x->request.resume_readers();
  }
}

void http1_server_connection::leave_idle() {
  if (std::exchange(idle_, false)) {
    set_timeout(server_->options().timeout);
  }
}

http1::parser& http1_server_connection::acquire_parser() {
  if (parser_ && between_messages_ && parser_generation_ != server_->parser_generation() &&
      !parser_->closed()) {
    release_parser();  // the options have changed
  }
  if (!parser_) {
    parser_.emplace(server_->acquire_parser(parser_generation_));
  }
  return *parser_;
}

// Returns the parser to the server for reuse by any connection.
void http1_server_connection::release_parser() {
  parser_->reset();
  server_->recycle_parser(*parser_, parser_generation_);
  parser_.reset();
}

// Completes responses that ended before this body segment. Therefore a later parse error gets a
// response of its own. **Node**: the parser runs the tick queue only at this point.
void http1_server_connection::notify_finished() {
  if (answered_ > 0 || (first_ != nullptr && first_->response.ended())) {
    socket_->flush();
    on_output();
  }
}

}  // namespace anode::server
