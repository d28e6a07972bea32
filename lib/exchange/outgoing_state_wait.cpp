// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The operations that wait for an outgoing message.
#include "base/access.hpp"
#include "exchange/outgoing_state.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <utility>

namespace anode::exchange {

using http::error;

// `borrowed` is a parameter because it must be destroyed with the coroutine, started or not.
net::awaitable<void> outgoing_state::wait_room([[maybe_unused]] detail::ptr<detail::counted> keep,
                                               outgoing_state& self,
                                               stream::borrowed_write borrowed) {
  auto const done = [&] {
    return self.has_room() &&
           (!borrowed || (self.core_ != nullptr && borrowed.settled_in(*self.core_)));
  };
  if (self.core_ != nullptr && !done()) {
    self.core_->flush();
  }
  while (!done()) {
    if (self.finished_) {
      co_return;  // also if the message is closed by now
    }
    if (self.destroyed_) {
      throw boost::system::system_error(error::stream_destroyed);
    }
    try {
      co_await self.changed_.wait();
    } catch (...) {
      self.wait_cancelled();
      throw;
    }
  }
}

net::awaitable<void> outgoing_state::wait_owned(detail::ptr<detail::counted> keep,
                                                outgoing_state& self, owned_text text) {
  co_await wait_room(std::move(keep), self, std::move(text.borrowed));
}

// Moving a large string keeps the address of its bytes. Only large strings are borrowed.
write_operation outgoing_state::operation(written_bytes&& w, std::string&& data) {
  if (w.error_ || !w.borrowed_) {
    return operation(std::move(w));
  }
  return detail::access::make<write_operation>(
      wait_owned(detail::ptr<detail::counted>(keep_), *this,
                 owned_text(std::move(data), std::move(w.borrowed_))),
      w.below_);
}

write_operation outgoing_state::write_owned(std::string&& data) {
  written_bytes written = put(data);
  return operation(std::move(written), std::move(data));
}

write_operation outgoing_state::end_owned(std::string&& data) {
  written_bytes written = put_end(data, true);
  return operation(std::move(written), std::move(data));
}

net::awaitable<void> outgoing_state::drained() {
  return wait_room(detail::ptr<detail::counted>(keep_), *this, {});
}

net::awaitable<void> outgoing_state::wait_finished() {
  return wait_finished(detail::ptr<detail::counted>(keep_), *this);
}

net::awaitable<void> outgoing_state::wait_finished(
    [[maybe_unused]] detail::ptr<detail::counted> keep, outgoing_state& self) {
  while (!self.finished_) {
    if (self.destroyed_ || self.closed_) {
      throw boost::system::system_error(error::premature_close);
    }
    try {
      co_await self.changed_.wait();
    } catch (...) {
      self.wait_cancelled();
      throw;
    }
  }
}

net::awaitable<void> outgoing_state::wait_closed() {
  return wait_closed(detail::ptr<detail::counted>(keep_), *this);
}

net::awaitable<void> outgoing_state::wait_closed([[maybe_unused]] detail::ptr<detail::counted> keep,
                                                 outgoing_state& self) {
  while (!self.closed_ && self.observer_ != nullptr) {
    co_await self.changed_.wait();
  }
}

void outgoing_state::wait_cancelled() {
  if (observer_ != nullptr) {
    observer_->wait_cancelled();
  }
}

}  // namespace anode::exchange
