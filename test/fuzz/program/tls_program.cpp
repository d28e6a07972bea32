// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Two TLS streams over memory. The bytes choose what both ends do, and in which steps the transport
// carries their records. What arrives must be what was sent, in order, and all of it unless an end
// has closed.

#include "choices.hpp"
#include "programs.hpp"
#include "support/tls/contexts.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/https/client_layer.hpp"
#include "tls/https/server_layer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/testing.hpp>

#include <boost/asio/error.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <source_location>
#include <string>
#include <utility>

namespace anode::test {
namespace {

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "tls program, line %u\n", at.line());
    std::abort();
  }
}

/// One end of the connection.
class end final : public detail::counted {
public:
  void set_stream(std::unique_ptr<byte_stream> stream) {
    stream_ = std::move(stream);
    read();
    write();
  }

  bool present() const noexcept { return stream_ != nullptr; }

  void send(std::size_t bytes) {
    if (!shut_down_ && !broken_) {
      for (std::size_t i = 0; i < bytes; ++i) {
        sent_ += static_cast<char>('a' + (sent_.size() % 23));
      }
      write();
    }
  }

  void set_reading(bool on) {
    reading_ = on;
    read();
  }

  void shut_down() {
    if (present() && !broken_ && !std::exchange(shut_down_, true) && accepted_ == sent_.size()) {
      stream_->async_shutdown(io_callback(*this, [](detail::counted&, error_code, std::size_t) {}));
    }
  }

  void close(bool reset) {
    broken_ = true;
    if (present()) {
      reset ? stream_->reset() : stream_->close();
    }
  }

  void destroy() {
    broken_ = true;
    stream_.reset();
  }

  void look() {
    if (present()) {
      static_cast<void>(stream_->has_input());
      static_cast<void>(stream_->unsent());
    }
  }

  void try_read() {
    if (!present() || in_flight_) {
      return;
    }
    error_code ec;
    char buffer[300];
    received(ec, buffer, stream_->try_read_some(net::buffer(buffer), ec), false);
  }

  void update_keys() {
    auto* const s = dynamic_cast<tls::tls_stream*>(stream_.get());
    if (s != nullptr && s->state().established() && !broken_ && !shut_down_) {
      SSL_key_update(s->state().native(), SSL_KEY_UPDATE_REQUESTED);
      send(1);
    }
  }

  std::string const& sent() const noexcept { return sent_; }
  std::string const& got() const noexcept { return got_; }
  bool broken() const noexcept { return broken_; }
  bool ended() const noexcept { return ended_; }
  bool shut() const noexcept { return shut_down_; }
  bool idle() const noexcept { return accepted_ == sent_.size(); }

private:
  void read() {
    if (!present() || in_flight_ || ended_ || broken_ || !reading_) {
      return;
    }
    in_flight_ = true;
    stream_->async_read_some(
        net::buffer(into_),
        io_callback(*this, [](detail::counted& c, error_code ec, std::size_t n) {
          auto& self = static_cast<end&>(c);
          require(std::exchange(self.in_flight_, false));
          self.received(ec, self.into_, n, true);
          self.read();
        }));
  }

  void received(error_code ec, char const* bytes, std::size_t n, bool waited) {
    got_.append(bytes, n);
    if (ec && ec != net::error::would_block) {
      require(n == 0);
      ended_ = true;
      if (ec != net::error::eof) {
        broken_ = true;
      }
    }
    require(!waited || ec != net::error::would_block);
  }

  void write() {
    while (present() && !broken_ && !waiting_ && accepted_ < sent_.size()) {
      net::const_buffer const parts[] = {
          net::buffer(sent_.data() + accepted_,
                      std::min<std::size_t>(50, sent_.size() - accepted_)),
          net::buffer(sent_.data() + std::min(sent_.size(), accepted_ + 50),
                      sent_.size() - std::min(sent_.size(), accepted_ + 50))};
      error_code ec;
      std::size_t const n = stream_->try_write(parts, ec);
      accepted_ += n;
      if (ec && ec != net::error::would_block) {
        broken_ = true;
        return;
      }
      if (n == 0) {
        waiting_ = true;
        stream_->async_wait_writable(
            io_callback(*this, [](detail::counted& c, error_code, std::size_t) {
              auto& self = static_cast<end&>(c);
              require(std::exchange(self.waiting_, false));
              self.write();
            }));
      }
    }
    if (shut_down_ && present() && !broken_ && !waiting_ && accepted_ == sent_.size() &&
        !std::exchange(late_shutdown_, true)) {
      stream_->async_shutdown({});
    }
  }

  std::unique_ptr<byte_stream> stream_;
  std::string sent_;
  std::string got_;
  std::size_t accepted_ = 0;
  char into_[5000];
  bool reading_ = true;
  bool in_flight_ = false;
  bool waiting_ = false;
  bool shut_down_ = false;
  bool late_shutdown_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

struct contexts : support::tls_contexts {
  contexts() : tls_contexts({.names = {"good.test"}}) {
    trust.max_version = tls::version::tls1_2;
    old_client = tls::context(trust);
  }
  tls::context old_client;
};

}  // namespace

void run_tls_program(std::string_view bytes) {
  static contexts const with;  // making certificates takes longer than a program
  constexpr std::size_t capacities[] = {65536, 1, 17, 1024, 300'000};
  constexpr std::size_t sizes[] = {1, 40, 3000, 16384, 70'000, 200'000};
  choices c(bytes);
  testing::event_loop loop;
  detail::ptr<tls::server_layer> const server(new tls::server_layer(with.server));
  https::agent_options options;
  options.secure = c.rarely(4) ? with.old_client : with.client;
  detail::ptr<tls::client_layer> const client(new tls::client_layer(options));
  http::request_options target;
  target.host = "good.test";
  for (int connection = 0; connection < 2; ++connection) {
    std::size_t const capacity = c.pick(capacities);
    auto pair = transport::make_memory_pair(loop.get_executor(), capacity);
    detail::ptr<end> const a(new end);
    detail::ptr<end> const b(new end);
    b->set_stream(server->accept(std::move(pair.second)));
    detail::ptr<detail::secure_target> const to = client->target(target, {}, "key");
    bool failed = false;
    detail::ptr<detail::secure_handshake> handshake =
        client->start(std::move(pair.first), *to, [&](detail::secure_result r) {
          failed = r.stream == nullptr;
          if (r.stream) {
            a->set_stream(std::move(r.stream));
          }
        });
    bool cancelled = false;
    for (int i = 0; i < 200 && !c.empty(); ++i) {
      end& e = c.flip() ? *a : *b;
      switch (c.below(12)) {
        case 0:
          loop.settle();
          break;
        case 1:
        case 2:
          e.send(c.pick(sizes));
          break;
        case 3:
          e.set_reading(c.flip());
          break;
        case 4:
          e.shut_down();
          break;
        case 5:
          if (c.rarely(4)) {
            e.close(c.flip());
          }
          break;
        case 6:
          if (c.rarely(8)) {
            e.destroy();
          }
          break;
        case 7:
          e.look();
          break;
        case 8:
          e.try_read();
          break;
        case 9:
          e.update_keys();
          break;
        case 10:
          if (!a->present() && c.rarely(8)) {
            cancelled = true;
            handshake->cancel();
          }
          break;
        default:
          for (unsigned n = c.below(16); n > 0; --n) {
            loop.context().restart();
            loop.context().poll_one();
          }
          break;
      }
    }
    a->set_reading(true);
    b->set_reading(true);
    loop.settle();
    bool const whole = !a->broken() && !b->broken() && !cancelled;
    require(!whole || !failed);
    for (auto const& [from, into] : {std::pair{a, b}, std::pair{b, a}}) {
      require(from->sent().starts_with(into->got()));
      if (whole) {
        require(from->idle());
        require(into->got() == from->sent());
        require(into->ended() == from->shut());
      }
    }
    a->destroy();
    b->destroy();
    loop.settle();
  }
}

}  // namespace anode::test
