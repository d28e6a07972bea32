// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/write_operation.hpp>

#include <utility>

namespace anode {

boost::asio::awaitable<write_done> write_operation::complete(boost::asio::awaitable<void> wait) {
  co_await std::move(wait);
  co_return write_done();
}

boost::asio::awaitable<void> write_operation::wait(boost::asio::awaitable<write_done> write) {
  co_await std::move(write);
}

}  // namespace anode
