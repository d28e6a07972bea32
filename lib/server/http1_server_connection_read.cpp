// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a connection of a server takes its input apart into requests.

#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"

#include <utility>

namespace anode::connection {

// Goes on with the request that is being received.
[[gnu::always_inline]] inline server_connection::step server_connection::decode_body(
    bool one_piece) {
  // A response that closes the connection, or a handler that does, may come before the end of its
  // request is seen.
  if (leaving_ && closing_) {
    return step::over;
  }
  if (!receiving_->request.wants_body()) {
    return step::blocked;
  }
  std::string_view input = socket_->input();
  std::size_t const before = input.size();
  protocol::parse_result const found = decoder_->next(input, receiving_->request.head);
  between_messages_ = found == protocol::parse_result::end;
  if (found == protocol::parse_result::error) {
    fail_to_parse(input);
    return step::over;
  }
  socket_->consume(before - input.size());
  bool more = !one_piece;
  switch (found) {
    case protocol::parse_result::body:
      pass_body();
      tell_finished();
      more = more && discarded_ <= discard_limit;
      break;
    case protocol::parse_result::end:
      end_request();
      break;
    case protocol::parse_result::upgrade:
      leaving_ = closing_ = true;
      server_->clocks().message_completed(clock_);
      return step::over;
    default:
      return step::over;
  }
  return more ? step::more : step::put_off;
}

// Takes the input apart until it is used up, or nobody wants more of it. `one_piece` stops at the
// first piece of body: who reads is in the middle of something, requests behind must wait.
void server_connection::decode(bool one_piece) {
  if (decoding_ || left_http_ || failed_) {
    return;
  }
  detail::ptr<server_connection> const self(this);
  decoding_ = true;
  step last = step::more;
  while (last == step::more) {
    last = receiving_ ? decode_body(one_piece) : decode_head(one_piece);
  }
  decoding_ = false;
  spare_.reset();
  release_readers();
  if (left_http_) {
    return;  // closed by a handler
  }
  if (end_due_ && !failed_ && !end_waits()) {
    end_due_ = false;
    on_end();
    return;
  }
  if (leaving_ && is_quiet()) {
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
      tick::defer(*this, server_->executor());
    }
  }
}

// Looks for the next request. One that has come as a whole is begun and ended here.
server_connection::step server_connection::decode_head(bool one_piece) {
  if (closing_ || socket_->destroyed()) {
    return step::over;
  }
  bool const blocked = backed_up();
  std::string_view input = socket_->input();
  if (input.empty() && decoder_) {
    decoder_->end_of_read();
  }
  if (input.empty() || blocked) {
    return blocked ? step::blocked : step::over;
  }
  if (!spare_) {
    spare_ = server_->take_exchange();
  }
  protocol::parser& decoder = take_decoder();
  std::size_t const before = input.size();
  bool const begun = decoder.in_message();
  protocol::parse_result const found = decoder.next(input, spare_->request.head);
  between_messages_ = false;
  if (found == protocol::parse_result::error) {
    fail_to_parse(input);
    return step::over;
  }
  socket_->consume(before - input.size());
  // Its deadlines need not be set where all of the request has come at once.
  bool const whole = !begun && found == protocol::parse_result::head && decoder.at_end();
  if (!begun && (found == protocol::parse_result::head || decoder.in_message())) {
    leave_idle();
    if (!whole) {
      server_->clocks().message_begun(clock_, server_->clock().now());
    }
  }
  if (found != protocol::parse_result::head) {
    return step::over;
  }
  begin_request(whole);
  return whole && receiving_ ? decode_body(one_piece) : step::more;
}

// Who reads the body learns of its end when all the input at hand is taken apart: a request that
// cannot be read further is refused before its handler answers what was readable of it.
void server_connection::hold_readers(server_exchange& x) {
  x.request.pause_readers();
  if (std::exchange(x.held, true)) {
    return;
  }
  intrusive_ptr_add_ref(&x);
  (held_last_ != nullptr ? held_last_->next_held : held_) = &x;
  held_last_ = &x;
}

void server_connection::release_readers() {
  while (held_ != nullptr) {
    detail::ptr<server_exchange> const x(held_, false);
    held_ = std::exchange(x->next_held, nullptr);
    if (held_ == nullptr) {
      held_last_ = nullptr;
    }
    x->held = false;
    x->request.resume_readers();
  }
}

void server_connection::leave_idle() {
  if (std::exchange(idle_, false)) {
    set_timeout(server_->options().timeout);
  }
}

protocol::parser& server_connection::take_decoder() {
  if (!decoder_) {
    decoder_.emplace(server_->take_decoder(decoder_age_));
  }
  return *decoder_;
}

// For another connection, or for this one when it is asked again.
void server_connection::give_decoder_back() {
  decoder_->reset();
  server_->give_back(*decoder_, decoder_age_);
  decoder_.reset();
}

}  // namespace anode::connection
