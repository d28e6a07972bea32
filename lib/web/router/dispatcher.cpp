// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/dispatcher.hpp"

#include "web/router/context_rare.hpp"
#include "web/routing/canonical_path.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <memory>
#include <utility>

namespace anode::web::detail {

using context_ptr = anode::detail::ptr<context>;

// The request owns the context until the exchange is closed and the handler has returned. A router
// that is a handler of another one makes a second context, which the first one owns.
anode::detail::ptr<context> dispatcher::make_context(http::incoming_message& req,
                                                     http::server_response& res,
                                                     table_ptr const& table) {
  context_ptr c(new context(req, res, table));
  anode::detail::data_slot& slot = anode::detail::library_slot(req);
  if (auto* const outer = slot.get<context_ptr>()) {
    (*outer)->more().inner.push_back(c);
  } else {
    slot.emplace<context_ptr>(c);
  }
  return c;
}

net::awaitable<void> dispatcher::begin(context& c, found const& f) {
  keep(c, f);
  return c.route_->layers.empty() ? run_handler(c) : run_stage(c, 0);
}

// A handler of messages that no layer surrounds needs no context.
net::awaitable<void> dispatcher::start(http::incoming_message& req, http::server_response& res,
                                       table_ptr const& table) {
  found const f = find(*table, req);
  if (f.match.route != no_route) {
    route const& r = f.at->routes[f.match.route];
    if (r.layers.empty() && r.last->direct_) {
      return r.last->direct_(req, res);
    }
  }
  context_ptr const c = make_context(req, res, table);
  return begin(*c, f);
}

void dispatcher::answer_exception(http::incoming_message& req, http::server_response& res,
                                  table_ptr const& table, std::exception_ptr const& error) {
  auto* const made = anode::detail::library_slot(req).get<context_ptr>();
  context_ptr c = made != nullptr && (*made)->table_ == table ? *made : nullptr;
  if (!c) {
    c = make_context(req, res, table);
    keep(*c, find(*table, req));
  }
  answer_exception(*c, error);
}

net::awaitable<void> dispatcher::run(http::incoming_message& req, http::server_response& res,
                                     table_ptr const& table) {
  context_ptr const c = make_context(req, res, table);
  net::awaitable<void> work;
  try {
    work = begin(*c, find(*table, req));
  } catch (...) {
    answer_exception(*c, std::current_exception());
  }
  return work.valid() ? guard(c, std::move(work)) : answered(*c);
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
  net::awaitable<void> work = run_handler(c);
  return work.valid() ? std::move(work) : answered(c);
}

/// Runs the handler at the end of the chain. Returns an empty awaitable if that needs no coroutine.
net::awaitable<void> dispatcher::run_handler(context& c) {
  handler const& last = last_of(c);
  if (last.direct_) {
    return last.direct_(c.req_, c.res_);
  }
  if (last.coroutine_) {
    return last.coroutine_(c);
  }
  last.plain_(c);
  return {};
}

/// Returns the handler at the end of the chain.
handler const& dispatcher::last_of(context const& c) {
  handler const& own = c.table_->settings.not_found;
  bool const missing = c.rare_ != nullptr && c.rare_->reason == no_route_reason::no_path;
  return missing && own ? own : *c.route_->last;
}

/// Returns an awaitable that completes when the response is ended.
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

/// Finds the route if the path is canonical, as most paths are.
dispatcher::found dispatcher::find(route_table const& table, http::incoming_message const& req) {
  found f;
  f.at = &table.site_of(req);
  f.match = f.at->tree.find_plain(req.url(), req.method(), f.values.data());
  return f;
}

/// Stores the route and its parameters in the context.
void dispatcher::keep(context& c, found const& f) {
  if (f.match.route != no_route) {
    c.route_ = &f.at->routes[f.match.route];
    c.keep_values(f.values.data(), f.match.count);
  } else {
    find_canonical(c, *f.at, c.req_.path());
  }
}

void dispatcher::find_canonical(context& c, site const& s, std::string_view raw) {
  std::string& path = c.more().path_buffer;
  if (!canonical_path(raw, path)) {
    c.more().reason = raw == "*" && c.req_.method() == "OPTIONS" ? no_route_reason::options
                                                                 : no_route_reason::bad_path;
    c.route_ = &s.fallbacks.front();
    return;
  }
  std::array<path_value, most_parameters> values;
  route_match const m = s.tree.find(path, c.req_.method(), values.data());
  if (m.route != no_route) {
    c.route_ = &s.routes[m.route];
    decode_values(c, values.data(), m.count);
    c.keep_values(values.data(), m.count);
    return;
  }
  find_fallback(c, s, path);
}

/// Replaces the values of the parameters by decoded ones.
void dispatcher::decode_values(context& c, path_value* values, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    size += values[i].size;
  }
  std::string& to = c.more().values;
  to.reserve(size);  // the views stay valid
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const begin = to.size();
    append_decoded(to, values[i].view());
    values[i] = {to.data() + begin, to.size() - begin};
  }
}

}  // namespace anode::web::detail
