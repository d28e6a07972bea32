// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/require_handle.hpp"
#include "runtime/async_condition.hpp"
#include "runtime/shutdown_hook.hpp"
#include "runtime/tick.hpp"
#include "server/listen_target.hpp"
#include "server/unhandled_error.hpp"
#include "transport/preface/proxied_stream.hpp"

#include <anode/delay.hpp>
#include <anode/error.hpp>
#include <anode/socket_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace anode {
namespace server {

using namespace net::experimental::awaitable_operators;

namespace {

// Returns whether an error says what a peer did, or that the handler was cancelled. The others of
// this library are mistakes of the program.
bool concerns_peer(error_code ec) {
  if (ec.category() != http::error_category()) {
    return true;
  }
  switch (static_cast<http::error>(ec.value())) {
    case http::error::write_after_end:
    case http::error::stream_destroyed:
    case http::error::premature_close:
    case http::error::connection_reset:
    case http::error::aborted:
    case http::error::timed_out:
    case http::error::truncated:
    case http::error::address_refused:
    case http::error::proxy_tunnel:
    case http::error::proxy_protocol:
    case http::error::proxy_untrusted:
      return true;
    default:
      return false;
  }
}

}  // namespace

/// The state behind a `socket_server`: listener and connections. The coroutines of the handlers
/// keep it alive.
class socket_server_impl final : public detail::counted,
                                 private runtime::shutdown_hook,
                                 private transport::listener::accept_observer {
public:
  socket_server_impl(net::any_io_executor ex, socket_server::handler h)
      : executor_(std::move(ex)), handler_(std::move(h)), changed_(executor_) {
    join(executor_);
  }
  ~socket_server_impl() override { close(); }

  net::any_io_executor const& executor() const noexcept { return executor_; }

  void listen(http::listen_options const& options) {
    detail::ptr<transport::listener> const next(new transport::listener(executor_, *this));
    transport::listen_target const target = listen_target_of(options);
    error_code ec;
    if (options.descriptor != no_native_handle) {
      next->open(options.descriptor, ec);
    } else if (!listening()) {
      next->open(target, ec);
    }
    if (listening()) {
      next->close();
      throw http::exception(http::error::server_already_listen, "The server already listens");
    }
    if (ec) {
      transport::throw_listen_error(ec, target);
    }
    if (options.proxy_protocol.mode == http::proxy_protocol_mode::required &&
        options.proxy_protocol.trusted.empty()) {
      next->close();
      throw http::exception(http::error::invalid_arg_value,
                            "The PROXY protocol needs a list of trusted proxies");
    }
    proxies_ = options.proxy_protocol;
    listener_ = next;
    listener_->start();
  }

  bool listening() const noexcept { return listener_ != nullptr && listener_->is_open(); }
  endpoint address() const { return listening() ? listener_->local_endpoint() : endpoint(); }

  void close() {
    if (listener_) {
      std::exchange(listener_, nullptr)->close();
    }
  }

  void close_all() {
    std::vector<detail::ptr<connection>> const all = connections_;
    for (detail::ptr<connection> const& c : all) {
      c->peer.destroy();
      c->stop.emit(net::cancellation_type::terminal);
    }
    // Outside of a handler of the executor Asio queues functions that refer to the signals. Until
    // they have run, the signals must exist, even if the handlers have ended.
    if (!all.empty()) {
      net::post(executor_, [all] {});
    }
  }

  std::size_t connection_count() const noexcept { return connections_.size(); }
  void set_max_connections(std::size_t most) noexcept { max_connections_ = most; }
  void set_listener(detail::function<void(std::exception_ptr)> f) { on_error_ = std::move(f); }

  void serve(std::unique_ptr<byte_stream> stream) {
    if (max_connections_ > 0 && connections_.size() >= max_connections_) {
      stream->close();
      return;
    }
    stream->set_no_delay(true);
    detail::ptr<connection> const c(new connection);
    c->peer = socket(std::move(stream));
    connections_.push_back(c);
    net::co_spawn(executor_, run(detail::ptr<socket_server_impl>(this), c),
                  net::bind_cancellation_slot(c->stop.slot(),
                                              [self = detail::ptr<socket_server_impl>(this),
                                               c](std::exception_ptr e) { self->ended(*c, e); }));
  }

  static net::awaitable<std::size_t> drain(detail::ptr<socket_server_impl> self,
                                           std::chrono::milliseconds grace) {
    if (self->listener_) {
      std::exchange(self->listener_, nullptr)->accept_waiting_and_close();
    }
    if (grace.count() > 0 && !self->connections_.empty()) {
      co_await (all_ended(self) || delay(self->executor_, grace));
    }
    std::size_t const cut = self->connections_.size();
    self->close_all();
    co_await all_ended(self);
    co_return cut;
  }

private:
  struct connection final : detail::counted {
    socket peer;
    net::cancellation_signal stop;
  };

  // The handle may outlive the context.
  void on_context_shutdown() override {
    detail::ptr<socket_server_impl> const self(this);
    auto const listener = std::exchange(listener_, nullptr);
    auto const connections = std::exchange(connections_, {});
  }

  void on_accept(std::unique_ptr<byte_stream> stream) override {
    detail::ptr<socket_server_impl> const self(this);
    runtime::tick const t(executor_);
    if (proxies_.mode == http::proxy_protocol_mode::required) {
      bool const trusted = proxies_.trusted.contains(stream->remote_endpoint());
      stream = std::make_unique<transport::proxied_stream>(std::move(stream), trusted,
                                                           proxies_.max_header_size);
    }
    serve(std::move(stream));
  }

  void on_accept_error(error_code ec) override {
    detail::ptr<socket_server_impl> const self(this);
    runtime::tick const t(executor_);
    report(std::make_exception_ptr(boost::system::system_error(ec, "accept")));
  }

  void report(std::exception_ptr e) {
    if (on_error_) {
      runtime::tick::call_user(executor_, [&] { on_error_(e); });
    } else {
      print_unhandled(e, {}, {});
    }
  }

  static net::awaitable<void> run(detail::ptr<socket_server_impl> self, detail::ptr<connection> c) {
    co_await self->handler_(c->peer);
  }

  void ended(connection& c, std::exception_ptr e) {
    runtime::tick const t(executor_);
    if (e) {
      c.peer.destroy();
      try {
        std::rethrow_exception(e);
      } catch (boost::system::system_error const& x) {
        if (!concerns_peer(x.code())) {
          report(e);
        }
      } catch (...) {
        report(e);
      }
    }
    c.peer.destroy_soon();
    c.peer = socket();
    std::erase_if(connections_, [&](detail::ptr<connection> const& x) { return x.get() == &c; });
    changed_.notify();
  }

  static net::awaitable<void> all_ended(detail::ptr<socket_server_impl> self) {
    while (!self->connections_.empty()) {
      co_await self->changed_.wait();
    }
  }

  net::any_io_executor executor_;
  socket_server::handler handler_;
  detail::function<void(std::exception_ptr)> on_error_;
  detail::ptr<transport::listener> listener_;
  http::proxy_protocol_options proxies_;
  std::vector<detail::ptr<connection>> connections_;
  runtime::async_condition changed_;
  std::size_t max_connections_ = 0;
};

}  // namespace server

namespace {

server::socket_server_impl& core_of_server(detail::ptr<server::socket_server_impl> const& core) {
  return base::require_handle(core, "socket_server");
}

}  // namespace

socket_server::socket_server(net::any_io_executor ex, handler on_connection) {
  if (!on_connection) {
    throw http::exception(http::error::invalid_arg_value, "A socket_server needs a handler");
  }
  core_ = new server::socket_server_impl(std::move(ex), std::move(on_connection));
}

socket_server::socket_server(socket_server&&) noexcept = default;

socket_server& socket_server::operator=(socket_server&& other) noexcept {
  socket_server const previous = std::move(*this);
  core_ = std::move(other.core_);
  return *this;
}

socket_server::~socket_server() {
  close();
  close_all_connections();
}

net::any_io_executor socket_server::get_executor() const {
  return core_of_server(core_).executor();
}

socket_server& socket_server::listen(http::listen_options const& options) {
  core_of_server(core_).listen(options);
  return *this;
}

bool socket_server::listening() const noexcept { return core_ && core_->listening(); }

endpoint socket_server::address() const { return core_of_server(core_).address(); }

void socket_server::emit_connection(std::unique_ptr<byte_stream> stream) {
  core_of_server(core_).serve(std::move(stream));
}

socket_server& socket_server::set_max_connections(std::size_t most) {
  core_of_server(core_).set_max_connections(most);
  return *this;
}

std::size_t socket_server::connection_count() const noexcept {
  return core_ ? core_->connection_count() : 0;
}

void socket_server::close() {
  if (core_) {
    core_->close();
  }
}

void socket_server::close_all_connections() {
  if (core_) {
    core_->close_all();
  }
}

net::awaitable<std::size_t> socket_server::drain(std::chrono::milliseconds grace) {
  core_of_server(core_);
  return server::socket_server_impl::drain(core_, grace);
}

socket_server& socket_server::on_error(detail::function<void(std::exception_ptr)> f) {
  core_of_server(core_).set_listener(std::move(f));
  return *this;
}

}  // namespace anode
