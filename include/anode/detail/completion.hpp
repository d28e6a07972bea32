// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace anode::detail {

/// Returns the first nonempty buffer of a sequence; an empty buffer if there is none.
template <class Buffer, class Buffers>
Buffer first_buffer(Buffers const& buffers) {
  auto const end = boost::asio::buffer_sequence_end(buffers);
  for (auto b = boost::asio::buffer_sequence_begin(buffers); b != end; ++b) {
    if (Buffer const one(*b); one.size() > 0) {
      return one;
    }
  }
  return {};
}

/// A type-erased completion handler for `(error_code, std::size_t)`, with its executor and
/// cancellation slot.
class completion {
public:
  /// Stores a handler.
  /// @param ex the executor of the operation; may be empty.
  template <class Handler>
  completion(Handler handler, boost::asio::any_io_executor const& ex)
      : slot_(boost::asio::get_associated_cancellation_slot(handler)),
        call_(std::make_unique<call<Handler>>(std::move(handler), ex)) {}

  /// Returns the cancellation slot of the handler.
  boost::asio::cancellation_slot slot() const noexcept { return slot_; }

  /// Completes the operation through the executor of the handler.
  void operator()(boost::system::error_code ec, std::size_t bytes) && {
    std::unique_ptr<base> const c = std::move(call_);
    c->complete(ec, bytes);
  }

private:
  struct base {
    virtual ~base() = default;
    virtual void complete(boost::system::error_code ec, std::size_t bytes) = 0;
  };

  template <class Handler>
  struct call final : base {
    call(Handler h, boost::asio::any_io_executor const& ex)
        : handler(std::move(h)),
          own(executor_of(handler, ex)),
          work(boost::asio::get_associated_executor(handler, own.get_executor())) {}

    // An empty handle has no executor. Its operations complete on the executor of the handler.
    static boost::asio::any_io_executor executor_of(Handler const& h,
                                                    boost::asio::any_io_executor const& ex) {
      if (ex) {
        return ex;
      }
      using executor = boost::asio::associated_executor_t<Handler, boost::asio::system_executor>;
      if constexpr (std::is_convertible_v<executor, boost::asio::any_io_executor>) {
        return boost::asio::get_associated_executor(h, boost::asio::system_executor());
      } else {
        return boost::asio::system_executor();
      }
    }

    // Completes through the executor of the operation, as Asio's sockets do: a handler without an
    // executor of its own, such as that of a future, is called there.
    void complete(boost::system::error_code ec, std::size_t bytes) override {
      boost::asio::post(
          own.get_executor(), [h = std::move(handler), w = std::move(work), ec, bytes]() mutable {
            boost::asio::dispatch(w.get_executor(), [f = std::move(h), ec, bytes]() mutable {
              std::move(f)(ec, bytes);
            });
          });
    }

    Handler handler;
    boost::asio::executor_work_guard<boost::asio::any_io_executor> own;
    boost::asio::executor_work_guard<
        boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>>
        work;
  };

  boost::asio::cancellation_slot slot_;
  std::unique_ptr<base> call_;
};

}  // namespace anode::detail
