// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/awaited_connector.hpp"

namespace anode::client {

net::awaitable<void> awaited_connector::wait(detail::ptr<transport::connector> of) {
  try {
    while (!done) {
      co_await changed.wait();
    }
  } catch (...) {
    of->cancel();
    throw;
  }
}

}  // namespace anode::client
