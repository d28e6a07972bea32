// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/handler_runner.hpp"

#include "runtime/tick.hpp"
#include "server/server_impl.hpp"

#include <anode/status.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace anode::server {

/// The operation that the loop awaits between two handlers. It needs no coroutine frame.
class handler_runner::next_job {
  struct park {
    handler_runner* of;

    template <class Handler>
    void operator()(Handler&& handler) const {
      if (of->join(of->server_->executor())) {
        of->idle_.emplace(std::forward<Handler>(handler));
      }
    }
  };

public:
  explicit next_job(handler_runner& of) noexcept : park_{&of} {}

  template <class Token>
  auto operator()(Token&& token) const
      -> decltype(net::async_initiate<Token, void(error_code)>(std::declval<park>(), token)) {
    return net::async_initiate<Token, void(error_code)>(park_, token);
  }

private:
  park park_;
};

handler_runner::handler_runner(server_impl& server) : server_(&server) {}

// The context may destroy the coroutine before its handler has finished.
handler_runner::~handler_runner() {
  if (exchange_) {
    exchange_->runner = nullptr;
  }
}

void handler_runner::run(server_exchange& exchange, http::handler const& h,
                         detail::ptr<detail::counted> keep) {
  request_ = &h;
  start(exchange, std::move(keep));
}

void handler_runner::run(server_exchange& exchange, http::upgrade_handler const& h,
                         detail::ptr<detail::counted> keep, anode::socket socket) {
  upgrade_ = &h;
  socket_ = std::move(socket);
  start(exchange, std::move(keep));
}

void handler_runner::start(server_exchange& exchange, detail::ptr<detail::counted> keep) {
  exchange_ = &exchange;
  exchange.runner = this;
  keep_ = std::move(keep);
  net::any_io_executor const& ex = server_->executor();
  if (!std::exchange(started_, true)) {
    net::co_spawn(ex, loop(detail::ptr<handler_runner>(this)),
                  net::bind_cancellation_slot(cancel_.slot(), net::detached));
  } else if (idle_ && runtime::tick::on(ex)) {
    idle_.resume({});
  } else if (idle_) {
    net::post(ex, [next = std::move(idle_)]() mutable { next.resume({}); });
  }
}

void handler_runner::stop() {
  detail::ptr<handler_runner> const self(this);
  stopped_ = true;
  idle_.clear();
}

net::awaitable<void> handler_runner::loop(detail::ptr<handler_runner> self) {
  // By default a handler continues to run after its client disconnects.
  co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
  while (!self->stopped_) {
    std::exception_ptr error;
    try {
      if (self->request_ != nullptr) {
        co_await self->request_->coroutine(self->exchange_->req, self->exchange_->res);
      } else {
        co_await self->upgrade_->coroutine(self->exchange_->req, std::move(self->socket_));
      }
    } catch (...) {
      error = std::current_exception();
    }
    // Reset the cancellation state, because the next handler must not inherit it.
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await net::this_coro::throw_if_cancelled(true);
    self->finish(error);
    if (!self->stopped_) {
      co_await next_job(*self);
    }
  }
}

// Completes the job after the handler has returned or thrown. Requests that start at the end of the
// tick go to other runners: this coroutine could start its next handler only after it has returned,
// behind the handlers of later requests.
void handler_runner::finish(std::exception_ptr const& error) {
  detail::ptr<server_impl> const server(server_);  // owns the executor that the tick refers to
  end_job(*server, error);
  stopped_ = stopped_ || !server->recycle_runner(*this);
}

void handler_runner::end_job(server_impl& server, std::exception_ptr const& error) {
  runtime::tick const t(server.executor());
  detail::ptr<server_exchange> const exchange = std::move(exchange_);
  detail::ptr<detail::counted> const keep = std::move(keep_);
  exchange->runner = nullptr;
  if (std::exchange(request_, nullptr) != nullptr) {
    handler_finished(server, *exchange, error);
  } else {
    upgrade_ = nullptr;
    anode::socket socket = std::move(socket_);
    if (error) {
      socket.destroy();
      server.report(error, exchange.get());
    }
  }
}

void handler_finished(server_impl& server, server_exchange& exchange,
                      std::exception_ptr const& thrown) {
  server_response_state& response = exchange.response;
  if (response.destroyed() && !response.ended()) {
    if (thrown && response.filter_failed()) {
      server.report(thrown, &exchange);
    }
    return;  // the client has disconnected; ignore later errors
  }
  exchange.handler_done = true;
  std::exception_ptr error = thrown;
  if (!error && !response.ended()) {
    try {
      response.end({}, false);
    } catch (...) {
      error = std::current_exception();  // as if the handler had called `end`
    }
  }
  if (error) {
    if (response.head_sent() || response.ended()) {
      response.destroy({});
    } else {
      response.discard_head();
      response.headers.clear();
      response.clear_filters();  // they belong to these headers
      response.status = 500;
      try {
        std::rethrow_exception(error);
      } catch (boost::system::system_error const& e) {
        if (e.code() == http::error::body_too_large) {
          response.status = 413;
          response.should_keep_alive = false;
        }
      } catch (...) {
      }
      response.reason.reset();
      try {
        response.end(http::reason_phrase(response.status), true);
      } catch (...) {  // from a listener of the head
        response.destroy({});
        server.report(std::current_exception(), &exchange);
      }
    }
    server.report(error, &exchange);
  }
  // The handler does not read the rest of the request. `finish_first` discards it if the response
  // is not sent yet.
  if (response.finished()) {
    exchange.request.discard_body();
  }
}

}  // namespace anode::server
