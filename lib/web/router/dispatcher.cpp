// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/dispatcher.hpp"

#include "web/router/context_rare.hpp"
#include "web/routing/canonical_path.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace anode::web::detail {

net::awaitable<void> dispatcher::run(http::incoming_message& req, http::server_response& res,
                                     std::shared_ptr<route_table const> const& table) {
  anode::detail::ptr<context> const c(new context(req, res, table));
  // Owns the context until the exchange is closed and the handler has returned.
  req.emplace_data<anode::detail::ptr<context>>(c);
  try {
    find(*c);
    net::awaitable<void> work = run_stage(*c, 0);
    bool const plain = c->route_->layers.empty() && !last_of(*c).coroutine_;
    // A plain handler is finished or waits for its answer; neither throws.
    return plain ? std::move(work) : guard(c, std::move(work));
  } catch (...) {
    answer_exception(*c, std::current_exception());
  }
  return done();
}

net::awaitable<void> dispatcher::run_stage(context& c, std::size_t stage) {
  if (c.stage_ != stage) {
    throw http::exception(http::error::invalid_state, "next() was called twice");
  }
  ++c.stage_;
  route const& r = *c.route_;
  if (stage < r.layers.size()) {
    return (*r.layers[stage])(c, next(c, static_cast<std::uint32_t>(stage + 1)));
  }
  return run_handler(c, last_of(c));
}

/// Returns the handler at the end of the chain.
handler const& dispatcher::last_of(context const& c) {
  handler const& own = c.table_->settings.not_found;
  bool const missing = c.rare_ != nullptr && c.rare_->reason == no_route_reason::no_path;
  return missing && own ? own : *c.route_->last;
}

net::awaitable<void> dispatcher::run_handler(context& c, handler const& h) {
  if (h.coroutine_) {
    return h.coroutine_(c);
  }
  h.plain_(c);
  return answered(c);
}

/// Returns an awaitable that completes when a plain handler has answered.
net::awaitable<void> dispatcher::answered(context& c) {
  bool const over = c.res_.writable_ended() || c.res_.destroyed();
  return over ? done() : wait_end(anode::detail::ptr<context>(&c));
}

net::awaitable<void> dispatcher::done() { co_return; }

net::awaitable<void> dispatcher::wait_end(anode::detail::ptr<context> c) {
  auto const end = std::make_shared<net::steady_timer>(c->get_executor());
  end->expires_at(net::steady_timer::time_point::max());
  // Only `cancel` ends the wait. After it a wait would not end, therefore the time passes too.
  auto const finish = [end] { end->expires_at(net::steady_timer::time_point::min()); };
  c->res_.on_prefinish(finish);
  // Later, because the server also cancels this coroutine when the connection is lost. Asio 1.26
  // runs the cancellation through the executor, by a pointer into the coroutine's own state.
  c->res_.on_close([end, finish] {
    if (end->expiry() == net::steady_timer::time_point::max()) {
      net::post(end->get_executor(), finish);
    }
  });
  boost::system::error_code ignored;
  co_await end->async_wait(net::redirect_error(net::use_awaitable, ignored));
}

net::awaitable<void> dispatcher::guard(anode::detail::ptr<context> c, net::awaitable<void> work) {
  std::exception_ptr error;
  try {
    co_await std::move(work);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    answer_exception(*c, error);
  }
}

void dispatcher::find(context& c) {
  site const& s = c.table_->site_of(c.req_);
  std::string_view const raw = c.req_.path();
  std::string buffer;
  std::string_view path;
  if (!canonical_path(raw, buffer, path)) {
    c.more().reason = raw == "*" && c.req_.method() == "OPTIONS" ? no_route_reason::options
                                                                 : no_route_reason::bad_path;
    c.route_ = &s.fallbacks.front();
    return;
  }
  if (path.data() == buffer.data()) {
    std::string& kept = c.more().path_buffer;
    kept = std::move(buffer);
    path = kept;
  }
  route_match const m = s.tree.find(path, c.req_.method(), c.values_.data());
  if (m.route != no_route) {
    c.route_ = &s.routes[m.route];
    if (path.data() != raw.data()) {
      decode_values(c, m.count);
    }
    return;
  }
  find_fallback(c, s, path);
}

/// Replaces the values of the parameters by decoded ones. Only a path that is not canonical has
/// values with escapes.
void dispatcher::decode_values(context& c, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    size += c.values_[i].size;
  }
  std::string& to = c.more().values;
  to.reserve(size);  // the views stay valid
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const begin = to.size();
    append_decoded(to, c.values_[i].view());
    c.values_[i] = {to.data() + begin, to.size() - begin};
  }
}

}  // namespace anode::web::detail
