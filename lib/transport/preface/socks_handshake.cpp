// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/preface/socks_handshake.hpp"

#include "runtime/shutdown_hook.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace anode::transport {
namespace {

using status = preface::socks_client_handshake::status;

class socks_handshake final : public connector, private runtime::shutdown_hook {
public:
  socks_handshake(std::unique_ptr<byte_stream> stream, preface::socks_request request,
                  std::function<void(socks_result)> done)
      : stream_(std::move(stream)), handshake_(std::move(request)), done_(std::move(done)) {}

  void start() {
    join(stream_->get_executor());
    net::post(stream_->get_executor(), [self = detail::ptr<socks_handshake>(this)] {
      if (self->done_) {
        self->proceed();
      }
    });
  }

  void cancel() override {
    done_ = nullptr;
    if (stream_) {
      stream_->close();
    }
  }

  bool looking_up() const override { return false; }

private:
  // The stream's pending operation owns this object.
  void on_context_shutdown() override {
    detail::ptr<socks_handshake> const self(this);
    cancel();
  }

  // Sends what is to be sent, then reads the next answer.
  void proceed() {
    while (!handshake_.output().empty()) {
      error_code ec;
      net::const_buffer const output = net::buffer(handshake_.output());
      std::size_t const n = stream_->try_write({&output, 1}, ec);
      handshake_.sent(n);
      if (ec && ec != net::error::would_block && ec != net::error::try_again) {
        fail(ec);
        return;
      }
      if (!handshake_.output().empty()) {
        stream_->async_wait_writable(io_callback(*this, &socks_handshake::on_writable));
        return;
      }
    }
    std::size_t const size = std::min(buffer_.size(), handshake_.at_least());
    stream_->async_read_some(net::buffer(buffer_.data(), size),
                             io_callback(*this, &socks_handshake::on_read));
  }

  static void on_writable(detail::counted& self, error_code ec, std::size_t) {
    auto& h = static_cast<socks_handshake&>(self);
    if (!h.done_) {
      return;
    }
    if (ec) {
      h.fail(ec);
    } else {
      h.proceed();
    }
  }

  static void on_read(detail::counted& self, error_code ec, std::size_t bytes) {
    auto& h = static_cast<socks_handshake&>(self);
    if (!h.done_) {
      return;
    }
    if (ec) {
      h.fail(ec == net::error::eof ? make_error_code(http::error::connection_reset) : ec);
      return;
    }
    std::size_t used = 0;
    socks_result result;
    switch (h.handshake_.feed({h.buffer_.data(), bytes}, used)) {
      case status::need_more:
        if (h.handshake_.output().empty() || !h.stream_->has_input()) {
          h.proceed();
          return;
        }
        result.why = preface::socks_client_handshake::too_early;
        break;
      case status::done:
        result.stream = std::move(h.stream_);
        break;
      case status::refused:
        result.reply = h.handshake_.reply();
        break;
      case status::bad:
        result.why = h.handshake_.why();
        break;
    }
    h.finish(std::move(result));
  }

  void fail(error_code ec) {
    socks_result result;
    result.ec = ec;
    finish(std::move(result));
  }

  void finish(socks_result result) {
    detach();
    std::function<void(socks_result)> const done = std::exchange(done_, nullptr);
    if (stream_) {
      stream_->close();
    }
    done(std::move(result));
  }

  std::unique_ptr<byte_stream> stream_;
  preface::socks_client_handshake handshake_;
  std::function<void(socks_result)> done_;  // empty once the handshake is over
  std::array<char, 264> buffer_{};          // the longest answer has 262 bytes
};

}  // namespace

detail::ptr<connector> start_socks_handshake(std::unique_ptr<byte_stream> stream,
                                             preface::socks_request request,
                                             std::function<void(socks_result)> done) {
  detail::ptr<socks_handshake> const handshake(
      new socks_handshake(std::move(stream), std::move(request), std::move(done)));
  handshake->start();
  return handshake;
}

}  // namespace anode::transport
