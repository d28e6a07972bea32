// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/upstream/upstream_pool_impl.hpp"

#include <anode/incoming_message.hpp>
#include <anode/proxy_protocol.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace anode::proxy {

namespace {

constexpr std::size_t most_read = 64 * 1024;

http::request_options check_request(pool_member const& m, upstream_check const& how) {
  http::request_options o = m.target;
  o.method = "GET";
  o.path += how.path();
  o.deadline = how.timeout();
  o.retry = 1;  // the server may have closed an idle connection
  http::header_list headers;
  headers.append("User-Agent", "anode-check");
  if (!how.host().empty()) {
    headers.append("Host", how.host());
  }
  o.headers = std::move(headers);
  if (m.send_proxy != 0) {
    proxy_header nothing;
    nothing.version = m.send_proxy;
    o.proxy_header = write_proxy_header(nothing);
  }
  return o;
}

// Reads the body, because the connection is kept only then.
net::awaitable<void> discard_body(http::incoming_message& response) {
  std::size_t left = most_read;
  while (auto const part = co_await response.read()) {
    if (part->size() > left) {
      response.destroy();
      co_return;
    }
    left -= part->size();
  }
}

}  // namespace

void upstream_pool_impl::start_check(std::uint32_t slot) {
  if (closed_) {
    return;
  }
  anode::detail::ptr<pool_member> const& m = members_[slot];
  m->check = std::make_shared<net::cancellation_signal>();
  net::co_spawn(
      executor_, check(this, m, slot),
      net::bind_cancellation_slot(m->check->slot(), [signal = m->check](std::exception_ptr) {}));
}

net::awaitable<void> upstream_pool_impl::check(anode::detail::ptr<upstream_pool_impl> self,
                                               anode::detail::ptr<pool_member> member,
                                               std::uint32_t slot) {
  bool good = false;
  std::uint64_t const id = member->id;
  try {
    http::request_options options = check_request(*member, *self->check_);
    http::incoming_message response = co_await member->agent.get(std::move(options));
    int const status = response.status_code();
    co_await discard_body(response);
    good = status >= 200 && status < 300;
  } catch (std::exception const&) {
    // What the agent or a function of its options throws is a failure of the check.
  }
  member->check = nullptr;
  if (!self->closed_) {
    self->selector_.checked(slot, id, self->now(), good);
    self->after_event();
  }
}

}  // namespace anode::proxy
