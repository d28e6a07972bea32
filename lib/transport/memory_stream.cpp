// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/memory_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace anode::transport {
namespace {

// One direction: the buffered bytes and the pending operations of both sides.
struct pipe : std::enable_shared_from_this<pipe> {
  explicit pipe(std::size_t limit) : capacity(limit) {}

  std::size_t capacity;
  std::string bytes;
  bool ended = false;     // the writer has shut down: eof after the buffered bytes
  bool broken = false;    // a side has closed without shutdown: connection_reset
  bool arriving = false;  // a read has completed and its handler is pending
  net::mutable_buffer read_into;
  io_callback reader;
  io_callback writer;
  io_callback hangup;  // the reading side's wait for the end of input
};

void complete(net::any_io_executor const& ex, io_callback& waiting, error_code ec,
              std::size_t bytes) {
  if (waiting) {
    net::post(ex, [done = std::exchange(waiting, {}), ec, bytes]() mutable { done(ec, bytes); });
  }
}

void complete_read(net::any_io_executor const& ex, pipe& p, error_code ec, std::size_t bytes) {
  p.arriving = true;
  net::post(ex,
            [done = std::exchange(p.reader, {}), self = p.shared_from_this(), ec, bytes]() mutable {
              self->arriving = false;
              done(ec, bytes);
            });
}

std::size_t put(pipe& p, std::span<net::const_buffer const> buffers) {
  std::size_t written = 0;
  for (net::const_buffer const& b : buffers) {
    std::size_t const room = p.capacity - std::min(p.capacity, p.bytes.size());
    std::size_t const n = std::min(room, b.size());
    p.bytes.append(static_cast<char const*>(b.data()), n);
    written += n;
    if (n < b.size()) {
      break;
    }
  }
  return written;
}

// Transfers bytes to the pending read and completes the operations that can complete.
void pump(net::any_io_executor const& ex, pipe& p) {
  if (p.ended || p.broken) {
    complete(ex, p.hangup, p.ended ? error_code() : error_code(net::error::connection_reset), 0);
  }
  if (p.writer) {
    if (p.broken || p.bytes.size() < p.capacity) {
      complete(ex, p.writer, {}, 0);
    }
  }
  if (!p.reader) {
    return;
  }
  if (!p.bytes.empty()) {
    std::size_t const n = std::min(p.read_into.size(), p.bytes.size());
    std::memcpy(p.read_into.data(), p.bytes.data(), n);
    p.bytes.erase(0, n);
    complete_read(ex, p, {}, n);
    if (p.writer) {
      pump(ex, p);
    }
  } else if (p.ended) {
    complete_read(ex, p, net::error::eof, 0);
  } else if (p.broken) {
    complete_read(ex, p, net::error::connection_reset, 0);
  }
}

class memory_stream final : public byte_stream {
public:
  memory_stream(net::any_io_executor ex, std::shared_ptr<pipe> in, std::shared_ptr<pipe> out)
      : ex_(std::move(ex)), in_(std::move(in)), out_(std::move(out)) {}

  ~memory_stream() override { close(); }

  net::any_io_executor get_executor() override { return ex_; }

  void async_read_some(net::mutable_buffer buffer, io_callback done) override {
    in_->read_into = buffer;
    in_->reader = std::move(done);
    if (!open_) {
      complete(ex_, in_->reader, net::error::bad_descriptor, 0);
    } else {
      pump(ex_, *in_);
    }
  }

  std::size_t try_write(std::span<net::const_buffer const> buffers, error_code& ec) override {
    ec = {};
    if (!open_ || out_->broken || out_->ended) {
      ec = net::error::broken_pipe;
      return 0;
    }
    std::size_t const n = put(*out_, buffers);
    if (n == 0 && net::buffer_size(buffers) > 0) {
      ec = net::error::would_block;
    }
    pump(ex_, *out_);
    return n;
  }

  void async_wait_writable(io_callback done) override {
    out_->writer = std::move(done);
    if (!open_ || out_->ended) {
      complete(ex_, out_->writer, {}, 0);
    } else {
      pump(ex_, *out_);
    }
  }

  void async_shutdown(io_callback done) override {
    out_->ended = true;
    pump(ex_, *out_);
    complete(ex_, done, {}, 0);
  }

  void async_wait_hangup(io_callback done) override {
    if (open_) {
      in_->hangup = std::move(done);
      pump(ex_, *in_);
    }
  }

  void close() override {
    if (!std::exchange(open_, false)) {
      return;
    }
    drop_hangup();
    complete(ex_, in_->reader, net::error::operation_aborted, 0);
    complete(ex_, out_->writer, net::error::operation_aborted, 0);
    in_->broken = true;
    // As with TCP, close delivers the written bytes and then the end of input.
    out_->ended = true;
    pump(ex_, *in_);
    pump(ex_, *out_);
  }

  void reset() override {
    if (open_) {
      drop_hangup();
      out_->bytes.clear();
      out_->broken = true;
      bool const ended = std::exchange(out_->ended, false);
      pump(ex_, *out_);
      out_->ended = ended;
      in_->broken = true;
      open_ = false;
      complete(ex_, in_->reader, net::error::operation_aborted, 0);
      complete(ex_, out_->writer, net::error::operation_aborted, 0);
      pump(ex_, *in_);
    }
  }

  bool is_open() const override { return open_; }

  bool has_input() override {
    return !open_ || !in_->bytes.empty() || in_->ended || in_->broken || in_->arriving;
  }

private:
  void drop_hangup() { io_callback const dropped = std::exchange(in_->hangup, {}); }

  net::any_io_executor ex_;
  std::shared_ptr<pipe> in_;
  std::shared_ptr<pipe> out_;
  bool open_ = true;
};

}  // namespace

std::pair<std::unique_ptr<byte_stream>, std::unique_ptr<byte_stream>> make_memory_pair(
    net::any_io_executor ex, std::size_t capacity) {
  auto there = std::make_shared<pipe>(capacity);
  auto back = std::make_shared<pipe>(capacity);
  return {std::make_unique<memory_stream>(ex, there, back),
          std::make_unique<memory_stream>(ex, back, there)};
}

}  // namespace anode::transport
