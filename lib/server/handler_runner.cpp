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
namespace {

constexpr std::size_t spare_runner_count = 64;

}  // namespace

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
                         detail::ptr<detail::counted> keep, net::awaitable<void> work) {
  request_ = &h;
  work_ = std::move(work);
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

void handler_runner::cancel() {
  using net::cancellation_type;
  net::any_io_executor const ex = server_->executor();
  detail::ptr<handler_runner> self(this);
  cancel_.emit(cancellation_type::terminal | cancellation_type::partial | cancellation_type::total);
  // Outside of a handler of the executor Asio queues a function that refers to the signal. Until it
  // has run, the signal must exist, even if the handler has ended.
  net::post(ex, [self = std::move(self)] {});
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
        co_await std::move(self->work_);
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
  if (http::handler const* const h = std::exchange(request_, nullptr)) {
    handler_finished(server, *exchange, *h, error);
  } else {
    upgrade_ = nullptr;
    anode::socket socket = std::move(socket_);
    if (error) {
      socket.destroy();
      server.report(error, exchange.get());
    }
  }
}

namespace {

// Returns the status of the automatic response to a request whose handler has thrown `error`.
int status_of(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (boost::system::system_error const& e) {
    return e.code() == http::error::body_too_large ? 413 : 500;
  } catch (...) {
    return 500;
  }
}

// Calls the program's handler of exceptions. Returns whether it has responded or will respond.
bool handled(server_impl& server, server_exchange& exchange, std::exception_ptr const& error) {
  auto const handler = server.on()->handler_error;
  if (!handler) {
    return false;
  }
  try {
    return (*handler)(exchange.req, exchange.res, error);
  } catch (...) {
    server.report(std::current_exception(), &exchange);
    return false;
  }
}

// Begins the automatic response, in place of a head that is not sent.
void begin_automatic(server_response_state& response, int status, bool keep_alive) {
  response.discard_head();
  response.status = status;
  response.should_keep_alive = keep_alive;
  response.reason.reset();
}

// Sends the automatic response. The headers and filters set so far do not belong to it.
void send_automatic(server_impl& server, server_exchange& exchange, int status, bool keep_alive) {
  server_response_state& response = exchange.response;
  begin_automatic(response, status, keep_alive);
  response.headers.clear();
  response.clear_filters();
  try {
    response.end(http::reason_phrase(status), true);
  } catch (...) {  // from a listener of the head
    response.destroy({});
    server.report(std::current_exception(), &exchange);
  }
}

void respond_to_error(server_impl& server, server_exchange& exchange,
                      std::exception_ptr const& error) {
  server_response_state& response = exchange.response;
  if (!response.head_sent() && !response.ended()) {
    int const status = status_of(error);
    bool const keep_alive = response.should_keep_alive && status != 413;
    begin_automatic(response, status, keep_alive);
    if (handled(server, exchange, error)) {
      return;
    }
    if (exchange.left_http || (response.destroyed() && !response.ended())) {
      // There is no response to send.
    } else if (response.head_sent() || response.ended()) {
      response.destroy({});
    } else {
      send_automatic(server, exchange, status, keep_alive);
    }
  } else {
    response.destroy({});
  }
  server.report(error, &exchange);
}

void complete_response(server_impl& server, server_exchange& exchange,
                       std::exception_ptr const& thrown) {
  server_response_state& response = exchange.response;
  if (exchange.left_http) {
    if (thrown) {
      server.report(thrown, &exchange);
    }
    return;
  }
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
    respond_to_error(server, exchange, error);
  }
  // The handler does not read the rest of the request. `finish_first` discards it if the response
  // is not sent yet.
  if (response.finished()) {
    exchange.request.discard_body();
  }
}

}  // namespace

void handler_finished(server_impl& server, server_exchange& exchange, http::handler const& h,
                      std::exception_ptr const& thrown) {
  std::exception_ptr error = thrown;
  if (error && h.answer_exception) {
    try {
      h.answer_exception(exchange.req, exchange.res, thrown);
      error = nullptr;
    } catch (...) {
      error = std::current_exception();
    }
  }
  complete_response(server, exchange, error);
}

// The runners of a server.

void server_impl::run(shared_handler<http::handler> const& h, server_exchange& exchange) {
  if (!h) {
    return;
  }
  shared_handler<http::handler> const keep_handler = h;
  detail::ptr<server_exchange> const keep(&exchange);
  http::handler const& handler = *keep_handler;
  net::awaitable<void> work;
  try {
    if (handler.callback) {
      handler.callback(exchange.req, exchange.res);
      return;
    }
    work = (handler.start ? handler.start : handler.coroutine)(exchange.req, exchange.res);
  } catch (...) {
    handler_finished(*this, exchange, handler, std::current_exception());
    return;
  }
  if (work.valid()) {
    acquire_runner()->run(exchange, handler, keep_handler.keep(), std::move(work));
  } else if (exchange.response.ended()) {
    complete_response(*this, exchange, nullptr);
  }
}

void server_impl::run(shared_handler<http::upgrade_handler> const& h, server_exchange& exchange,
                      anode::socket socket) {
  if (!h) {
    socket.destroy();  // the handler was removed while the request waited
    return;
  }
  if (h->coroutine) {
    acquire_runner()->run(exchange, *h, h.keep(), std::move(socket));
    return;
  }
  shared_handler<http::upgrade_handler> const keep_handler = h;
  detail::ptr<server_exchange> const keep(&exchange);
  try {
    keep_handler->callback(exchange.req, socket);
  } catch (...) {
    socket.destroy();
    report(std::current_exception());
  }
}

detail::ptr<handler_runner> server_impl::acquire_runner() {
  if (spare_runners_.empty()) {
    return detail::ptr<handler_runner>(new handler_runner(*this));
  }
  detail::ptr<handler_runner> r = std::move(spare_runners_.back());
  spare_runners_.pop_back();
  return r;
}

bool server_impl::recycle_runner(handler_runner& runner) {
  bool const needed = !released_ && spare_runners_.size() < spare_runner_count &&
                      (listening() || connection_count() > 0);
  if (needed) {
    spare_runners_.emplace_back(&runner);
  }
  return needed;
}

void server_impl::stop_runners() {
  for (detail::ptr<handler_runner> const& r : std::exchange(spare_runners_, {})) {
    r->stop();
  }
}

}  // namespace anode::server
