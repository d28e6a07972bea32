// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/handler_runner.hpp"

#include "connection/server_core.hpp"
#include "connection/turn.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace anode::connection {

handler_runner::handler_runner(server_core& server) : server_(&server), wake_(server.executor()) {}

void handler_runner::run(job j) {
  job_ = std::move(j);
  job_.exchange->runner = this;
  if (std::exchange(started_, true)) {
    wake_.notify();
  } else {
    net::co_spawn(server_->executor(), loop(detail::ptr<handler_runner>(this)),
                  net::bind_cancellation_slot(cancel_.slot(), net::detached));
  }
}

net::awaitable<void> handler_runner::call() {
  if (job_.request != nullptr) {
    co_await job_.request->coroutine(job_.exchange->req, job_.exchange->res);
  } else {
    co_await job_.upgrade->coroutine(job_.exchange->req, std::move(job_.socket));
  }
}

net::awaitable<void> handler_runner::loop(detail::ptr<handler_runner> self) {
  for (;;) {
    std::exception_ptr error;
    try {
      co_await self->call();
    } catch (...) {
      error = std::current_exception();
    }
    {
      // What a handler has asked for must not reach the next one.
      co_await net::this_coro::reset_cancellation_state();
      turn const t(self->server_->executor());
      job done = std::exchange(self->job_, {});
      done.exchange->runner = nullptr;
      detail::ptr<server_core> const server(self->server_);
      if (done.request != nullptr) {
        handler_finished(*server, *done.exchange, error);
      } else if (error) {
        done.socket.destroy();
        server->report(error);
      }
      done = {};
      if (!server->keep(*self)) {
        co_return;
      }
    }
    while (!self->job_.exchange) {
      co_await self->wake_.wait();
    }
  }
}

void handler_finished(server_core& server, server_exchange& exchange, std::exception_ptr error) {
  response_state& response = exchange.response;
  if (response.destroyed() && !response.ended()) {
    return;  // the client has gone; a failure after that is no news
  }
  if (error) {
    if (response.head_sent() || response.ended()) {
      response.destroy({});
    } else {
      response.discard_head();
      response.headers.clear();
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
      response.end({}, false);
    }
    server.report(error);
  } else if (!response.ended()) {
    try {
      response.end({}, false);
    } catch (...) {
      response.destroy({});
      server.report(std::current_exception());
    }
  }
  // Nobody is left to read the rest of the request; it is thrown away when the response is out.
  exchange.handler_done = true;
  if (response.finished() && exchange.connection != nullptr) {
    exchange.request.dump();
  }
}

}  // namespace anode::connection
