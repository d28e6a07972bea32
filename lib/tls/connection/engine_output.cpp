// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Output of an engine: encryption, and the ciphertext on its way to the lower stream.

#include "tls/connection/engine.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <new>
#include <utility>

namespace anode::tls {
namespace {

constexpr std::size_t record_size = 16384;

// Collects small pieces, because each call of OpenSSL makes a record.
std::string& scratch() {
  thread_local std::string bytes;
  return bytes;
}

}  // namespace

int engine::put(char const* from, int size) {
  try {
    out_.append(from, static_cast<std::size_t>(size));
    note_use();
  } catch (std::bad_alloc const&) {
    return -1;
  }
  return size;
}

// Encrypts bytes, at most `most_at_once`. Returns how many.
std::size_t engine::encrypt(std::string_view bytes) {
  ERR_clear_error();
  no_input_ = true;
  std::size_t n = 0;
  int const result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &n);
  no_input_ = false;
  if (result != 1) {
    if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) {
      output_failure_ = take_error(make_error_code(http::error::connection_reset));
    }
    ERR_clear_error();
    return 0;
  }
  return n;
}

std::size_t engine::try_write(std::span<net::const_buffer const> buffers, bool last,
                              error_code& ec) {
  ec = {};
  if (closed_ || shutting_down_) {
    ec = net::error::broken_pipe;
    return 0;
  }
  flush();
  if (output_failure_) {
    ec = output_failure_;
    return 0;
  }
  if (!established() || unsent() > 0) {
    ec = failure_ && !ended() ? failure_ : error_code(net::error::would_block);
    return 0;
  }
  std::size_t const offered = net::buffer_size(buffers);
  std::size_t taken = 0;
  std::string& pieces = scratch();
  pieces.clear();
  auto const encrypt_pieces = [&] {
    std::size_t const n = pieces.empty() ? 0 : encrypt(pieces);
    bool const whole = n == pieces.size();
    taken += n;
    pieces.clear();
    return whole;
  };
  for (net::const_buffer const& b : buffers) {
    std::string_view bytes(static_cast<char const*>(b.data()), b.size());
    bytes = bytes.substr(0, most_at_once - std::min(most_at_once, taken + pieces.size()));
    if (bytes.empty()) {
      continue;
    }
    if (buffers.size() > 1 && (bytes.size() < record_size || !pieces.empty())) {
      std::size_t const n = std::min(bytes.size(), record_size - pieces.size());
      pieces.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (pieces.size() == record_size && !encrypt_pieces()) {
        break;
      }
    }
    if (!bytes.empty()) {
      std::size_t const n = encrypt(bytes);
      taken += n;
      if (n < bytes.size()) {
        break;
      }
    }
  }
  encrypt_pieces();
  if (output_failure_ && taken == 0) {
    ec = output_failure_;
    return 0;
  }
  hold_output_ = last && taken == offered;
  flush();
  return taken;
}

// Passes ciphertext to the lower stream, unless the end of the output follows at once.
void engine::flush() {
  if (out_.empty() || hold_output_ || lower_waiting_ || closed_) {
    return;
  }
  while (out_done_ < out_.size()) {
    net::const_buffer const rest(out_.data() + out_done_, out_.size() - out_done_);
    error_code ec;
    std::size_t const n =
        shutting_down_ ? lower_->try_write_last({&rest, 1}, ec) : lower_->try_write({&rest, 1}, ec);
    if (ec && ec != net::error::would_block && ec != net::error::try_again) {
      output_failure_ = ec;
      break;
    }
    out_done_ += n;
    if (n < rest.size()) {
      lower_waiting_ = true;
      lower_->async_wait_writable(io_callback(*this, &engine::on_writable));
      return;
    }
  }
  out_done_ = 0;
  if (out_.capacity() > most_kept) {
    out_ = {};
  } else {
    out_.clear();
  }
  flushed();
}

// No ciphertext is left, or the lower stream accepts none any more.
void engine::flushed() {
  if (writer_ && (established() || output_failure_)) {
    post(writer_, output_failure_, 0);
  }
  finish_shutdown();
}

void engine::on_writable(detail::counted& self, error_code ec, std::size_t) {
  auto& e = static_cast<engine&>(self);
  e.lower_waiting_ = false;
  if (e.closed_) {
    return;
  }
  if (ec) {
    e.output_failure_ = ec;
    e.out_.clear();
    e.out_done_ = 0;
    e.flushed();
    return;
  }
  bool const full = e.unsent() >= most_unsent;
  e.flush();
  if (full && e.unsent() < most_unsent && !e.closed_ && (e.reader_ || e.handshaker_)) {
    e.request_input();
  }
}

void engine::async_wait_writable(io_callback done) {
  writer_ = std::move(done);
  if (closed_ || output_failure_ || (failure_ && !ended())) {
    post(writer_, closed_ ? error_code(net::error::operation_aborted) : output_failure_, 0);
  } else if (established() && unsent() == 0) {
    post(writer_, {}, 0);
  }
}

void engine::async_shutdown(io_callback done) {
  shutter_ = std::move(done);
  if (closed_ || std::exchange(shutting_down_, true)) {
    post(shutter_, {}, 0);
    return;
  }
  hold_output_ = false;
  if (established() && !output_failure_ && (!failure_ || ended())) {
    ERR_clear_error();
    no_input_ = true;
    SSL_shutdown(ssl_);
    no_input_ = false;
    ERR_clear_error();
  }
  if (out_.empty()) {
    finish_shutdown();
  } else {
    flush();
  }
}

void engine::finish_shutdown() {
  if (shutting_down_ && !std::exchange(lower_shut_down_, true)) {
    lower_->async_shutdown(std::exchange(shutter_, {}));
  }
}

}  // namespace anode::tls
