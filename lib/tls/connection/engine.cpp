// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/engine.hpp"

#include "tls/connection/bio.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace anode::tls {

engine::engine(std::shared_ptr<context_impl const> context, std::unique_ptr<byte_stream> lower,
               std::unique_ptr<engine_rules> rules, detail::ptr<idle_memory> idle)
    : context_(std::move(context)),
      lower_(std::move(lower)),
      rules_(std::move(rules)),
      list_(&engine_list::of(lower_->get_executor())),
      idle_(std::move(idle)),
      owned_(SSL_new(context_->native())),
      ssl_(owned_.get()) {
  if (ssl_ == nullptr || SSL_set_app_data(ssl_, this) != 1) {
    ERR_clear_error();
    throw std::bad_alloc();
  }
  BIO* const bio = make_bio(*this);
  SSL_set_bio(ssl_, bio, bio);
  if (context_->of() == side::server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
  list_->add(*this);
}

engine::~engine() {
  if (list_ != nullptr) {
    list_->remove(*this);
  }
  if (place_ != idle_memory::nowhere) {
    idle_->remove(*this);
  }
  if (established() && (!failure_ || ended())) {
    // OpenSSL takes a connection without close_notify for attacked and forgets its session, which
    // other connections share. The messages that the connection carried have their own length.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  owned_.reset();
}

engine& engine::of(SSL const* ssl) noexcept { return *static_cast<engine*>(SSL_get_app_data(ssl)); }

// Input from below.

int engine::take(char* to, int size) {
  auto const most = static_cast<std::size_t>(size);
  std::size_t n = 0;
  if (no_input_ || without_data_ > most_without_data) {
    // Later, or never: `classify` fails the connection.
  } else if (arrived_begin_ != arrived_end_) {
    n = std::min(most, arrived_end_ - arrived_begin_);
    std::memcpy(to, arrived_->data() + arrived_begin_, n);
    arrived_begin_ += n;
  } else if (!input_end_ && !drained_ && !lower_reading_ && unsent() < most_unsent) {
    error_code ec;
    n = lower_->try_read_some(net::buffer(to, most), ec);
    drained_ = n < most;
    if (ec && ec != net::error::would_block && ec != net::error::try_again) {
      input_end_ = ec;
    }
  }
  if (n == 0) {
    // Also at the end of input: OpenSSL would take it for a fatal error, after which it does not
    // write either.
    BIO_set_retry_read(SSL_get_rbio(ssl_));
    return -1;
  }
  without_data_ += n;
  note_use();
  return static_cast<int>(n);
}

// OpenSSL has or gets buffers.
void engine::note_use() noexcept {
  used_ = true;
  if (place_ == idle_memory::nowhere && list_ != nullptr) {
    idle_->add(*this);
  }
}

bool engine::release_memory() {
  // Releases of OpenSSL before 3.0.14 lose a record whose header alone has arrived.
  bool const between_records = std::string_view(SSL_rstate_string(ssl_)) == "RH";
  if (unsent() > 0 || !between_records || SSL_has_pending(ssl_) == 1 ||
      SSL_free_buffers(ssl_) != 1) {
    return false;
  }
  out_ = {};
  return true;
}

void engine::request_input() {
  if (lower_reading_ || input_end_ || closed_ || failure_ || unsent() >= most_unsent) {
    return;
  }
  if (!arrived_) {
    arrived_ = std::make_unique<std::array<char, arrival_size>>();
  }
  lower_reading_ = true;
  lower_->async_read_some(net::buffer(*arrived_), io_callback(*this, &engine::on_read));
}

void engine::on_read(detail::counted& self, error_code ec, std::size_t bytes) {
  auto& e = static_cast<engine&>(self);
  e.lower_reading_ = false;
  e.arrived_begin_ = 0;
  e.arrived_end_ = bytes;
  e.drained_ = bytes < arrival_size;
  e.input_end_ = ec;
  if (!e.closed_) {
    e.advance();
  }
}

// Continues what waits for input. The caller keeps the engine alive.
void engine::advance() {
  if (!established() && !failure_) {
    step const s = handshake();
    if (s == step::wants_input) {
      flush();
      request_input();
      return;
    }
  }
  if (established() && handshaker_) {
    flush();
    post(handshaker_, {}, 0);
    return;
  }
  if (failure_ && !ended()) {
    flush();
    post(handshaker_, failure_, 0);
    post(writer_, failure_, 0);
  }
  if (!reader_) {
    flush();
    return;
  }
  if (std::exchange(announce_, false)) {
    flush();
    io_callback done = std::exchange(reader_, {});
    done({}, 0);
    return;
  }
  std::size_t got = 0;
  step const s = read_into(into_, got);
  flush();
  if (s == step::wants_input) {
    request_input();
  } else {
    io_callback done = std::exchange(reader_, {});
    done(got > 0 ? error_code() : failure_, got);
  }
}

// Calls of OpenSSL.

// Decrypts as much as fits. Returns `done` with at least one byte.
engine::step engine::read_into(net::mutable_buffer into, std::size_t& got) {
  got = 0;
  if (failure_) {
    return step::failed;
  }
  while (got < into.size()) {
    ERR_clear_error();
    std::size_t n = 0;
    int const result =
        SSL_read_ex(ssl_, static_cast<char*>(into.data()) + got, into.size() - got, &n);
    if (result != 1) {
      step const s = classify(result);
      return got > 0 ? step::done : s;
    }
    got += n;
    without_data_ = 0;
    if (drained_ && arrived_begin_ == arrived_end_ && SSL_has_pending(ssl_) == 0) {
      break;
    }
  }
  return step::done;
}

engine::step engine::classify(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      if (without_data_ > most_without_data) {
        fail(make_error_code(error::too_many_records));
        return step::failed;
      }
      if (input_end_ && arrived_begin_ == arrived_end_) {
        fail_at_end();
        return step::failed;
      }
      return step::wants_input;
    case SSL_ERROR_ZERO_RETURN:
      fail(net::error::eof);
      return step::failed;
    case SSL_ERROR_SYSCALL:
    case SSL_ERROR_SSL:
      break;
    default:
      fail(
          make_error_code(error::invalid_context));  // a callback of the program's own asks to wait
      return step::failed;
  }
  unsigned long const first = ERR_peek_error();
  bool const ssl = ERR_GET_LIB(first) == ERR_LIB_SSL;
  long const verified = SSL_get_verify_result(ssl_);
  if (ssl && ERR_GET_REASON(first) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK) {
    fail(verify_error(verified), X509_verify_cert_error_string(verified));
    return step::failed;
  }
  bool const plain_http = ssl && ERR_GET_REASON(first) == SSL_R_HTTP_REQUEST;
  fail(take_error(make_error_code(http::error::connection_reset)));
  if (plain_http && rules_->answers_plain_http()) {
    answer_plain_http();
  }
  return step::failed;
}

// The lower stream has no more input, and the peer has not announced the end.
void engine::fail_at_end() {
  if (input_end_ != net::error::eof) {
    fail(input_end_);
  } else {
    fail(established() ? http::error::truncated : http::error::connection_reset);
  }
}

bool engine::ended() const noexcept {
  return failure_ == net::error::eof || failure_ == http::error::truncated;
}

void engine::fail(error_code ec, std::string message) {
  ERR_clear_error();
  if (!failure_) {
    failure_ = ec;
    failure_message_ = std::move(message);
  }
}

// Reading.

void engine::async_read(net::mutable_buffer into, io_callback done) {
  into_ = into;
  reader_ = std::move(done);
  if (closed_) {
    post(reader_, net::error::bad_descriptor, 0);
    return;
  }
  bool const ready = failure_ || arrived_begin_ != arrived_end_ || announce_ || input_end_ ||
                     SSL_has_pending(ssl_) == 1;
  if (!ready) {
    request_input();
    return;
  }
  // Not inside this function: the caller has not returned.
  delivering_ = true;
  net::post(lower_->get_executor(), [self = detail::ptr<engine>(this)] {
    self->delivering_ = false;
    if (!self->closed_ && self->reader_ && !self->lower_reading_) {
      self->advance();
    }
  });
}

std::size_t engine::try_read(net::mutable_buffer into, error_code& ec) {
  if (closed_) {
    ec = net::error::bad_descriptor;
    return 0;
  }
  detail::ptr<engine> const self(this);
  drained_ = lower_reading_;
  std::size_t got = 0;
  step s = step::wants_input;
  if (!established() && !failure_) {
    s = handshake();
  }
  if (announce_ || handshaker_) {
    ec = net::error::would_block;  // the next read announces the end of the handshake
    flush();
    return 0;
  }
  if (established() || failure_) {
    s = read_into(into, got);
  }
  flush();
  if (got == 0) {
    ec = s == step::wants_input ? error_code(net::error::would_block) : failure_;
  }
  return got;
}

bool engine::has_input() {
  if (closed_ || failure_ || delivering_ || arrived_begin_ != arrived_end_ ||
      (input_end_ && !lower_reading_)) {
    return true;
  }
  if (lower_reading_) {
    return lower_->has_input();  // also true for a record without data
  }
  drained_ = false;
  ERR_clear_error();
  char byte = 0;
  std::size_t n = 0;
  int const result = SSL_peek_ex(ssl_, &byte, 1, &n);
  bool const found = result == 1 || classify(result) != step::wants_input;
  flush();
  return found;
}

// Closing.

void engine::post(io_callback& waiting, error_code ec, std::size_t bytes) {
  if (waiting) {
    net::post(lower_->get_executor(),
              [done = std::exchange(waiting, {}), ec, bytes]() mutable { done(ec, bytes); });
  }
}

void engine::context_shut_down() {
  list_ = nullptr;
  idle_->context_shut_down();
  bool const was_closed = std::exchange(closed_, true);
  io_callback const dropped[] = {std::move(reader_), std::move(writer_), std::move(handshaker_),
                                 std::move(shutter_)};
  if (!was_closed) {
    lower_->close();  // a stream in memory keeps its operations itself, and they keep this object
  }
}

void engine::close(bool reset) {
  if (std::exchange(closed_, true)) {
    return;
  }
  post(reader_, net::error::operation_aborted, 0);
  post(writer_, net::error::operation_aborted, 0);
  post(shutter_, net::error::operation_aborted, 0);
  io_callback const dropped = std::exchange(handshaker_, {});
  if (reset) {
    lower_->reset();
  } else {
    lower_->close();
  }
}

}  // namespace anode::tls
