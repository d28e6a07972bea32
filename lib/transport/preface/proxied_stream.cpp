// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/preface/proxied_stream.hpp"

#include "runtime/shutdown_hook.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cstring>
#include <optional>
#include <utility>

namespace anode::transport {

// A read in flight keeps the state alive, therefore the stream can be destroyed at any time.
class proxied_stream::state final : public detail::counted, private runtime::shutdown_hook {
public:
  state(byte_stream& lower, bool trusted, std::size_t limit) : lower_(&lower), parser_(limit) {
    if (!trusted) {
      failure_ = http::error::proxy_untrusted;
    }
  }

  /// The stream is closed.
  void detach() noexcept { lower_ = nullptr; }

  /// Returns whether the header is still to be read from an open stream.
  bool pending() const noexcept { return lower_ != nullptr && !facts_; }

  /// Returns the connection; null until the header is complete.
  proxied_connection const* facts() const noexcept { return facts_ ? &*facts_ : nullptr; }

  void read(net::mutable_buffer into, io_callback done) {
    into_ = into;
    reader_ = std::move(done);
    join(lower_->get_executor());
    if (failure_) {
      net::post(lower_->get_executor(),
                [self = detail::ptr<state>(this)] { self->finish(self->failure_, 0); });
    } else {
      lower_->async_read_some(into_, io_callback(*this, &state::on_read));
    }
  }

  std::size_t try_read(net::mutable_buffer into, error_code& ec) {
    while (!failure_ && !facts_) {
      std::size_t const n = lower_->try_read_some(into, ec);
      if (ec) {
        note(ec);
        ec = failure_ ? failure_ : ec;
        return 0;
      }
      std::size_t const rest = parse(into, n);
      if (facts_) {
        return rest;
      }
    }
    ec = failure_;
    return 0;
  }

private:
  // The reader owns the socket, which owns this state.
  void on_context_shutdown() override { io_callback const dropped = std::exchange(reader_, {}); }

  static void on_read(detail::counted& self, error_code ec, std::size_t bytes) {
    auto& s = static_cast<state&>(self);
    if (s.lower_ == nullptr) {
      s.finish(net::error::operation_aborted, 0);
    } else if (ec) {
      s.note(ec);
      s.finish(s.failure_ ? s.failure_ : ec, 0);
    } else {
      std::size_t const rest = s.parse(s.into_, bytes);
      if (s.facts_ || s.failure_) {
        s.finish(s.failure_, rest);
      } else {
        s.lower_->async_read_some(s.into_, io_callback(s, &state::on_read));
      }
    }
  }

  void finish(error_code ec, std::size_t bytes) {
    shutdown_hook::detach();
    if (io_callback done = std::exchange(reader_, {})) {
      done(ec, bytes);
    }
  }

  // An end of input inside the header is a bad header. A connection without a byte just ends, for
  // example that of a health check.
  void note(error_code ec) noexcept {
    if (ec == net::error::eof && parser_.begun()) {
      failure_ = http::error::proxy_protocol;
    }
  }

  // Parses received bytes, and moves those behind the header to the front of the buffer. Returns
  // their number.
  std::size_t parse(net::mutable_buffer buffer, std::size_t bytes) {
    auto* const data = static_cast<char*>(buffer.data());
    std::size_t used = 0;
    switch (parser_.feed({data, bytes}, used)) {
      case proxy_header_parser::status::need_more:
        return 0;
      case proxy_header_parser::status::bad:
        failure_ = http::error::proxy_protocol;
        return 0;
      case proxy_header_parser::status::done:
        break;
    }
    facts_.emplace();
    facts_->header = parser_.header();
    facts_->remote = lower_->remote_endpoint();
    facts_->local = lower_->local_endpoint();
    parser_ = proxy_header_parser();
    std::memmove(data, data + used, bytes - used);
    return bytes - used;
  }

  byte_stream* lower_;  // null once the stream is closed
  proxy_header_parser parser_;
  std::optional<proxied_connection> facts_;
  error_code failure_;
  net::mutable_buffer into_;
  io_callback reader_;
};

proxied_stream::proxied_stream(std::unique_ptr<byte_stream> lower, bool trusted, std::size_t limit)
    : layered_stream(std::move(lower)),
      state_(new state(layered_stream::lower(), trusted, limit)) {}

proxied_stream::~proxied_stream() { state_->detach(); }

void proxied_stream::async_read_some(net::mutable_buffer buffer, io_callback done) {
  if (state_->pending()) {
    state_->read(buffer, std::move(done));
  } else {
    lower().async_read_some(buffer, std::move(done));
  }
}

std::size_t proxied_stream::try_read_some(net::mutable_buffer buffer, error_code& ec) {
  return state_->pending() ? state_->try_read(buffer, ec) : lower().try_read_some(buffer, ec);
}

std::size_t proxied_stream::try_write(std::span<net::const_buffer const> buffers, error_code& ec) {
  if (state_->facts() != nullptr) {
    return lower().try_write(buffers, ec);
  }
  ec = net::error::broken_pipe;
  return 0;
}

std::size_t proxied_stream::try_write_last(std::span<net::const_buffer const> buffers,
                                           error_code& ec) {
  if (state_->facts() != nullptr) {
    return lower().try_write_last(buffers, ec);
  }
  ec = net::error::broken_pipe;
  return 0;
}

std::size_t proxied_stream::try_send_file(native_handle_type file, std::uint64_t& offset,
                                          std::size_t size, error_code& ec) {
  if (state_->facts() != nullptr) {
    return lower().try_send_file(file, offset, size, ec);
  }
  ec = net::error::broken_pipe;
  return 0;
}

void proxied_stream::close() {
  state_->detach();
  lower().close();
}

void proxied_stream::reset() {
  state_->detach();
  lower().reset();
}

endpoint proxied_stream::local_endpoint() const {
  proxied_connection const* const facts = state_->facts();
  if (facts == nullptr) {
    return lower().local_endpoint();
  }
  return facts->header.local ? facts->local : facts->header.destination;
}

endpoint proxied_stream::remote_endpoint() const {
  proxied_connection const* const facts = state_->facts();
  if (facts == nullptr) {
    return lower().remote_endpoint();
  }
  return facts->header.local ? facts->remote : facts->header.source;
}

proxied_connection const* proxied_stream::proxied() const { return state_->facts(); }

native_handle_type proxied_stream::native_handle() {
  return state_->facts() != nullptr ? lower().native_handle() : no_native_handle;
}

}  // namespace anode::transport
