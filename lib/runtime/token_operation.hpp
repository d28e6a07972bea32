// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/completion.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace anode::runtime {

/// An asynchronous operation with a completion token, implemented by a coroutine.
///
/// The handler's cancellation slot may be destroyed once the handler has been called, while the
/// coroutine still unwinds. Therefore the coroutine has its own cancellation signal, and the slot
/// forwards to that signal until completion.
class token_operation {
public:
  using ptr = std::shared_ptr<token_operation>;

  explicit token_operation(detail::completion done) : done_(std::move(done)) {}

  /// Starts the coroutine `run(operation)`. It must call `complete` exactly once.
  template <class Run>
  static void start(boost::asio::any_io_executor const& ex, detail::completion done, Run run) {
    auto const self = std::make_shared<token_operation>(std::move(done));
    boost::asio::cancellation_slot slot = self->done_.slot();
    if (slot.is_connected()) {
      slot.assign(
          [weak = std::weak_ptr<token_operation>(self)](boost::asio::cancellation_type how) {
            if (ptr const operation = weak.lock()) {
              operation->cancel_.emit(how);
            }
          });
    }
    boost::asio::co_spawn(
        ex, run(self),
        boost::asio::bind_cancellation_slot(self->cancel_.slot(), [self](std::exception_ptr) {}));
  }

  /// Completes the operation: disconnects the cancellation slot and calls the handler.
  void complete(boost::system::error_code ec, std::size_t bytes) {
    boost::asio::cancellation_slot slot = done_.slot();
    if (slot.is_connected()) {
      slot.clear();
    }
    std::move(done_)(ec, bytes);
  }

private:
  detail::completion done_;
  boost::asio::cancellation_signal cancel_;
};

}  // namespace anode::runtime
