// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The operations that coroutines await on a client exchange.
#include "base/access.hpp"
#include "client/client_exchange.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::client {

using http::error;

namespace {

// Aborts the request if its waiting coroutine is cancelled or destroyed.
class abort_guard {
public:
  explicit abort_guard(detail::ptr<client_exchange> x) : exchange_(std::move(x)) {}
  abort_guard(abort_guard const&) = delete;
  abort_guard& operator=(abort_guard const&) = delete;
  ~abort_guard() {
    if (exchange_) {
      exchange_->destroy_exchange(error::aborted);
    }
  }
  void done() noexcept { exchange_.reset(); }

private:
  detail::ptr<client_exchange> exchange_;
};

}  // namespace

net::awaitable<http::incoming_message> client_exchange::get(detail::ptr<client_exchange> self,
                                                            http::client_request request) {
  request.end();
  abort_guard guard(self);
  while (!self->settled()) {
    co_await self->changed_.wait();
  }
  guard.done();
  co_return self->acquire_response();
}

// The write is kept until the response is here, because it owns the body: a large body is sent
// without a copy.
net::awaitable<http::incoming_message> client_exchange::send(detail::ptr<client_exchange> self,
                                                             http::client_request request,
                                                             std::string body) {
  abort_guard guard(self);
  write_operation const written = request.end(std::move(body));
  self->request.send_soon();  // a borrowed write is otherwise sent when it is awaited
  while (!self->settled()) {
    co_await self->changed_.wait();
  }
  guard.done();
  co_return self->acquire_response();
}

net::awaitable<http::incoming_message> client_exchange::wait_response(
    detail::ptr<client_exchange> self) {
  abort_guard guard(self);
  while (!self->settled()) {
    co_await self->changed_.wait();
  }
  guard.done();
  co_return self->acquire_response();
}

http::incoming_message client_exchange::acquire_response() {
  if (!response_ready_) {
    throw error_ ? make_error() : make_error(error::connection_reset, phase(), "socket hang up");
  }
  response_acquired_ = true;
  return response_handle();
}

net::awaitable<http::upgrade_result> client_exchange::wait_upgraded(
    detail::ptr<client_exchange> self) {
  http::incoming_message response = co_await wait_response(self);
  anode::socket socket;
  if (self->upgraded_socket_) {
    socket = stream::handle_to(*self->upgraded_socket_);
    self->upgraded_socket_.reset();
  }
  co_return detail::access::make<http::upgrade_result>(std::move(response), std::move(socket));
}

net::awaitable<bool> client_exchange::wait_continued(detail::ptr<client_exchange> self) {
  abort_guard guard(self);
  while (!self->continued_ && !self->settled()) {
    co_await self->changed_.wait();
  }
  guard.done();
  co_return self->continued_;
}

}  // namespace anode::client
