// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/tunnel_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace anode::stream {

// Operations in flight keep the state alive, therefore the stream can be destroyed at any time.
class tunnel_stream::state final : public detail::counted, public socket_observer {
public:
  explicit state(detail::ptr<buffered_socket> socket) : socket_(std::move(socket)) {
    socket_->pause();
    socket_->set_timeout({});
    socket_->set_owner(this);
  }

  ~state() override {
    if (socket_->owner() == this) {
      socket_->set_owner(nullptr);
    }
  }

  buffered_socket& socket() noexcept { return *socket_; }

  void read(net::mutable_buffer buffer, io_callback done) {
    into_ = buffer;
    reader_ = std::move(done);
    error_code ec;
    std::size_t const n = take(buffer, ec);
    if (ec != net::error::would_block) {
      post(reader_, ec, n);
    } else {
      socket_->resume();
    }
  }

  std::size_t take(net::mutable_buffer buffer, error_code& ec) {
    std::string_view const input = socket_->input();
    if (!input.empty()) {
      std::size_t const n = std::min(input.size(), buffer.size());
      std::memcpy(buffer.data(), input.data(), n);
      socket_->consume(n);
      return n;
    }
    if (socket_->ended()) {
      ec = net::error::eof;
    } else if (socket_->destroyed()) {
      ec = failure();
    } else {
      ec = net::error::would_block;
    }
    return 0;
  }

  std::size_t write(std::span<net::const_buffer const> buffers, error_code& ec) {
    if (!socket_->writable()) {
      ec = net::error::broken_pipe;
      return 0;
    }
    std::size_t written = 0;
    for (net::const_buffer const& b : buffers) {
      std::size_t const room = limit - std::min(limit, socket_->output().size());
      std::size_t const n = std::min(room, b.size());
      socket_->output().append({static_cast<char const*>(b.data()), n});
      written += n;
    }
    if (written == 0 && net::buffer_size(buffers) > 0) {
      ec = net::error::would_block;
    } else if (written > 0) {
      socket_->flush_later();
    }
    return written;
  }

  void wait_writable(io_callback done) {
    writer_ = std::move(done);
    if (socket_->destroyed() || socket_->output().empty()) {
      post(writer_, socket_->destroyed() ? failure() : error_code(), 0);
    }
  }

  void close() {
    socket_->destroy();
    abort(net::error::operation_aborted);
  }

private:
  // The most unsent bytes that the stream accepts.
  static constexpr std::size_t limit = 65536;

  error_code failure() const {
    return socket_->error() ? socket_->error() : error_code(net::error::operation_aborted);
  }

  void post(io_callback& waiting, error_code ec, std::size_t bytes) {
    if (waiting) {
      net::post(socket_->executor(),
                [done = std::exchange(waiting, {}), ec, bytes]() mutable { done(ec, bytes); });
    }
  }

  void abort(error_code ec) {
    post(reader_, ec, 0);
    post(writer_, ec, 0);
  }

  void deliver() {
    if (!reader_) {
      socket_->pause();
      return;
    }
    error_code ec;
    std::size_t const n = take(into_, ec);
    if (ec == net::error::would_block) {
      return;
    }
    socket_->pause();
    io_callback done = std::exchange(reader_, {});
    done(ec, n);
  }

  void on_input() override {
    detail::ptr<state> const self(this);
    deliver();
  }
  void on_end() override {
    detail::ptr<state> const self(this);
    deliver();
  }
  void on_error(error_code ec) override { abort(ec); }
  void on_output() override {
    if (socket_->output().empty()) {
      post(writer_, {}, 0);
    }
  }
  void on_timeout() override {}
  void on_close() override { abort(failure()); }

  detail::ptr<buffered_socket> socket_;
  net::mutable_buffer into_;
  io_callback reader_;
  io_callback writer_;
};

tunnel_stream::tunnel_stream(detail::ptr<buffered_socket> socket)
    : state_(new state(std::move(socket))) {}

tunnel_stream::~tunnel_stream() { close(); }

net::any_io_executor tunnel_stream::get_executor() { return state_->socket().executor(); }

void tunnel_stream::async_read_some(net::mutable_buffer buffer, io_callback done) {
  state_->read(buffer, std::move(done));
}

std::size_t tunnel_stream::try_read_some(net::mutable_buffer buffer, error_code& ec) {
  return state_->take(buffer, ec);
}

std::size_t tunnel_stream::try_write(std::span<net::const_buffer const> buffers, error_code& ec) {
  return state_->write(buffers, ec);
}

void tunnel_stream::async_wait_writable(io_callback done) {
  state_->wait_writable(std::move(done));
}

std::size_t tunnel_stream::unsent() const { return state_->socket().output().size(); }

void tunnel_stream::async_shutdown(io_callback done) {
  state_->socket().end();
  if (done) {
    net::post(state_->socket().executor(), [done = std::move(done)]() mutable { done({}); });
  }
}

void tunnel_stream::close() { state_->close(); }

void tunnel_stream::reset() {
  state_->socket().reset();
  close();
}

bool tunnel_stream::is_open() const { return !state_->socket().destroyed(); }

endpoint tunnel_stream::local_endpoint() const {
  return state_->socket().stream().local_endpoint();
}

endpoint tunnel_stream::remote_endpoint() const {
  return state_->socket().stream().remote_endpoint();
}

void tunnel_stream::set_no_delay(bool on) { state_->socket().stream().set_no_delay(on); }

void tunnel_stream::set_unsent_limit(std::size_t bytes) {
  state_->socket().stream().set_unsent_limit(bytes);
}

void tunnel_stream::set_keep_alive(bool on, std::chrono::milliseconds delay) {
  set_keep_alive_probes({on, delay});
}

void tunnel_stream::set_keep_alive_probes(keep_alive_probes const& probes) {
  state_->socket().stream().set_keep_alive_probes(probes);
}

bool tunnel_stream::has_input() {
  buffered_socket& s = state_->socket();
  return s.destroyed() || s.ended() || !s.input().empty() || s.stream().has_input();
}

proxied_connection const* tunnel_stream::proxied() const {
  return state_->socket().stream().proxied();
}

}  // namespace anode::stream
