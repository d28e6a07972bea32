// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/agent_core.hpp"

#include "connection/url.hpp"
#include "protocol/agent_name.hpp"
#include "protocol/encoder.hpp"
#include "protocol/proxy_rules.hpp"
#include "protocol/request_defaults.hpp"

#include <anode/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace anode::connection {

using http::error;
using http::request_phase;

namespace {

std::uint32_t limit(std::size_t n) {
  return n == 0 ? protocol::pool_options::unlimited
                : static_cast<std::uint32_t>(
                      std::min<std::size_t>(n, protocol::pool_options::unlimited));
}

protocol::pool_options pool_options(http::agent_options const& o) {
  protocol::pool_options p;
  p.keep_alive = o.keep_alive;
  p.max_sockets = limit(o.max_sockets);
  p.max_total_sockets = limit(o.max_total_sockets);
  p.max_free_sockets = o.max_free_sockets == 0
                           ? 256
                           : static_cast<std::uint32_t>(std::min<std::size_t>(
                                 o.max_free_sockets, protocol::pool_options::unlimited));
  p.scheduling = o.scheduling == http::scheduling::fifo ? protocol::pool_order::fifo
                                                        : protocol::pool_order::lifo;
  return p;
}

template <class T, class Id>
detail::ptr<T>& slot(std::vector<detail::ptr<T>>& v, Id const& id) {
  if (v.size() <= id.index) {
    v.resize(id.index + 1);
  }
  return v[id.index];
}

std::string authority_of(http::request_options const& o) {
  std::string const host = o.host.empty() ? "localhost" : o.host;
  std::string const bracketed = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return bracketed + ":" + std::to_string(o.port);
}

}  // namespace

agent_core::agent_core(net::any_io_executor ex, http::agent_options options)
    : executor_(std::move(ex)), options_(std::move(options)), timers_(new timers(executor_)) {
  derive();
  pool_.set_options(pool_options(options_));
}

agent_core::~agent_core() { timers_->stop(); }

void agent_core::derive() {
  proxy_.reset();
  if (options_.proxy.empty()) {
    return;
  }
  http::request_options url;
  try {
    url.set_url(options_.proxy);
  } catch (http::exception const&) {
    throw http::exception(error::invalid_arg_value, "The option 'proxy' is not a usable URL: " +
                                                        protocol::redact_userinfo(options_.proxy));
  }
  proxy_server p;
  p.host = url.host;
  p.port = url.port;
  if (!url.auth.empty()) {
    p.authorization = protocol::basic_authorization(url.auth);
  }
  proxy_ = std::move(p);
}

void agent_core::set_options(http::agent_options options) {
  std::swap(options_, options);
  try {
    derive();
  } catch (...) {
    std::swap(options_, options);
    derive();
    throw;
  }
  pool_.set_options(pool_options(options_));
  run_actions();
}

bool agent_core::through_proxy(http::request_options const& o) const noexcept {
  return proxy_.has_value() && o.socket_path.empty();
}

bool agent_core::tunnels(http::request_options const& o) const noexcept {
  return through_proxy(o) && options_.proxy_tunnel && o.method != "CONNECT";
}

std::string agent_core::name_of(http::request_options const& o) const {
  protocol::agent_name_options n;
  n.host = o.host;
  n.port = o.port != 0 ? o.port : o.default_port;
  n.local_address = o.local_address;
  n.family = o.family;
  n.socket_path = o.socket_path;
  if (through_proxy(o) && !tunnels(o)) {
    n.host = proxy_->host;  // all origins share the connections to the proxy
    n.port = proxy_->port;
  }
  return protocol::agent_name(n);
}

detail::ptr<client_exchange> agent_core::request(http::request_options o) {
  if (!o.protocol.empty() && o.protocol != "http:") {
    throw http::exception(error::invalid_protocol,
                          "Protocol \"" + o.protocol + "\" not supported. Expected \"http:\"");
  }
  std::transform(o.method.begin(), o.method.end(), o.method.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (o.method.empty()) {
    o.method = "GET";
  }
  if (o.path.empty()) {
    o.path = "/";
  }
  if (o.port == 0) {
    o.port = o.default_port;
  }
  protocol::validate_method(o.method);
  protocol::validate_request_target(o.path);

  detail::ptr<client_exchange> const x(new client_exchange(*this, std::move(o)));
  http::request_options const& options = x->options;
  x->request.should_keep_alive = protocol::agent_keeps_alive(
      options_.keep_alive, limit(options_.max_sockets) == protocol::pool_options::unlimited);
  x->request.headers.merge(options.headers);
  protocol::request_origin origin;
  origin.host = options.host.empty() ? std::string_view("localhost") : options.host;
  origin.port = options.port;
  origin.default_port = options.default_port;
  origin.auth = options.auth;
  origin.set_host = options.set_host.value_or(options.set_default_headers);
  if (!options.set_default_headers) {
    for (auto const field :
         {protocol::special_field::connection, protocol::special_field::content_length,
          protocol::special_field::transfer_encoding}) {
      x->request.headers.mark_removed(field);
    }
  }
  if (!options.headers.is_flat()) {
    protocol::add_default_headers(x->request.headers, origin);
  }
  if (through_proxy(options) && !tunnels(options)) {
    if (options.method != "CONNECT") {
      x->request.target = "http://" +
                          protocol::host_header(origin.host, options.port, options.default_port) +
                          options.path;
    }
    if (!proxy_->authorization.empty() && !x->request.headers.contains("Proxy-Authorization")) {
      x->request.headers.set("Proxy-Authorization", proxy_->authorization);
    }
  }
  x->name = name_of(options);
  x->id = pool_.request(x->name);
  slot(exchanges_, x->id) = x;
  run_actions();
  return x;
}

// The pool's decisions.

void agent_core::run_actions() {
  if (std::exchange(running_actions_, true)) {
    return;
  }
  detail::ptr<agent_core> const self(this);
  using kind = protocol::pool_action::kind;
  protocol::pool_action a;
  while (pool_.next_action(a)) {
    switch (a.what) {
      case kind::open:
        if (client_exchange const* const x = find(a.request)) {
          open(a.socket, *x);
        }
        break;
      case kind::assign:
        if (!a.connecting) {
          assign(a.request, a.socket, a.reused);
        }
        break;
      case kind::park:
        park(a.socket);
        break;
      case kind::close:
        close(a.socket, a.request);
        break;
      case kind::refuse:
        if (client_exchange* const x = find(a.request)) {
          x->fail(error::connection_reset, request_phase::connect, "The agent was destroyed");
        }
        break;
      case kind::queue:
        break;
    }
  }
  running_actions_ = false;
}

client_exchange* agent_core::find(protocol::request_id id) noexcept {
  if (!id || id.index >= exchanges_.size() || !exchanges_[id.index] ||
      exchanges_[id.index]->id != id) {
    return nullptr;
  }
  return exchanges_[id.index].get();
}

client_connection* agent_core::find(protocol::socket_id id) noexcept {
  if (!id || id.index >= connections_.size() || !connections_[id.index] ||
      connections_[id.index]->id() != id) {
    return nullptr;
  }
  return connections_[id.index].get();
}

void agent_core::forget(protocol::request_id id) noexcept {
  if (find(id) != nullptr) {
    exchanges_[id.index].reset();
  }
}

// Connecting.

void agent_core::open(protocol::socket_id id, client_exchange const& x) {
  detail::ptr<opening> const o(new opening);
  o->of = this;
  o->id = id;
  o->to.host = x.options.host.empty() ? "localhost" : x.options.host;
  o->to.port = x.options.port;
  o->to.socket_path = x.options.socket_path;
  o->to.family = x.options.family;
  o->to.local_address = x.options.local_address;
  o->to.local_port = x.options.local_port;
  if (through_proxy(x.options)) {
    o->to.host = proxy_->host;
    o->to.port = proxy_->port;
    if (tunnels(x.options)) {
      o->authority = authority_of(x.options);
    }
  }
  slot(openings_, id) = o;
  timers_->arm(*o, options_.connect_timeout);
  dial(o);
}

void agent_core::opening::expired() {
  of->failed(*this, error::timed_out, request_phase::connect, "Connecting took too long");
}

void agent_core::dial(detail::ptr<opening> o) {
  if (options_.create_connection) {
    net::co_spawn(executor_, create(detail::ptr<agent_core>(this), o), net::detached);
    return;
  }
  transport::dial_target target;
  target.host = o->to.host;
  target.port = o->to.port;
  target.path = o->to.socket_path;
  target.family = o->to.family;
  target.local_address = o->to.local_address;
  target.local_port = o->to.local_port;
  transport::lookup_function lookup;
  if (options_.lookup) {
    lookup = [f = options_.lookup](std::string_view host, auto done) {
      f(host, [done](error_code ec, std::vector<http::lookup_address> found) {
        std::vector<transport::dial_address> all;
        for (http::lookup_address& a : found) {
          all.push_back({std::move(a.address), a.family});
        }
        done(ec, std::move(all));
      });
    };
  }
  o->attempt = transport::dial(
      executor_, std::move(target), lookup,
      [self = detail::ptr<agent_core>(this), o](error_code ec, std::string_view phase,
                                                std::unique_ptr<byte_stream> stream) {
        turn const t(self->executor_);
        if (ec) {
          self->failed(*o, ec, phase == "lookup" ? request_phase::lookup : request_phase::connect);
        } else {
          self->connected(o, std::move(stream));
        }
      });
}

net::awaitable<void> agent_core::create(detail::ptr<agent_core> self, detail::ptr<opening> o) {
  std::unique_ptr<byte_stream> stream;
  error_code ec;
  std::string message;
  try {
    stream = co_await self->options_.create_connection(o->to);
  } catch (boost::system::system_error const& e) {
    ec = e.code();
    message = e.what();
  } catch (std::exception const& e) {
    ec = error::connection_reset;
    message = e.what();
  }
  turn const t(self->executor_);
  if (stream) {
    self->connected(o, std::move(stream));
  } else {
    self->failed(*o, ec ? ec : make_error_code(error::connection_reset), request_phase::connect,
                 message);
  }
}

void agent_core::connected(detail::ptr<opening> o, std::unique_ptr<byte_stream> stream) {
  if (o->over) {
    stream->close();
    return;
  }
  stream->set_no_delay(true);
  if (options_.keep_alive) {
    stream->set_keep_alive(true, options_.keep_alive_msecs);
  }
  detail::ptr<socket_core> const socket(new socket_core(std::move(stream), timers_));
  if (o->authority.empty()) {
    ready(*o, socket);
  } else {
    net::co_spawn(executor_, tunnel(detail::ptr<agent_core>(this), o, socket), net::detached);
  }
}

// Asks the proxy for a tunnel.
net::awaitable<void> agent_core::tunnel(detail::ptr<agent_core> self, detail::ptr<opening> o,
                                        detail::ptr<socket_core> socket) {
  error_code ec;
  std::string message;
  try {
    http::request_options ask;
    ask.method = "CONNECT";
    ask.path = o->authority;
    ask.set_default_headers = false;
    detail::ptr<client_exchange> const x(new client_exchange(*self, ask));
    x->request.headers.set("Host", o->authority);
    if (!self->proxy_->authorization.empty()) {
      x->request.headers.set("Proxy-Authorization", self->proxy_->authorization);
    }
    detail::ptr<client_connection> const c(new client_connection(*self, socket, {}));
    x->assign(*c, false);
    x->request.end({}, false);
    http::upgrade_result answer = co_await client_exchange::wait_upgraded(x);
    turn const t(self->executor_);
    if (answer) {
      if (o->over) {
        answer.socket().destroy();
      } else {
        self->ready(*o, socket);
      }
      co_return;
    }
    ec = error::proxy_tunnel;
    message = "The proxy answered CONNECT " + o->authority + " with " +
              std::to_string(answer.response().status_code()) + " " +
              std::string(answer.response().status_message());
    socket->destroy();
  } catch (http::request_error const& e) {
    ec = e.code();
    message = std::string("CONNECT ") + o->authority + " by the proxy: " + e.what();
  }
  turn const t(self->executor_);
  self->failed(*o, ec, request_phase::tunnel, message);
}

void agent_core::ready(opening& o, detail::ptr<socket_core> socket) {
  detail::ptr<opening> const keep(&o);
  o.over = true;
  timers_->cancel(o);
  openings_[o.id.index].reset();
  slot(connections_, o.id) = new client_connection(*this, std::move(socket), o.id);
  protocol::request_id const request = pool_.socket_ready(o.id);
  if (request) {
    assign(request, o.id, false);
  }
  run_actions();
}

void agent_core::failed(opening& o, error_code ec, request_phase phase, std::string message) {
  detail::ptr<opening> const keep(&o);
  if (std::exchange(o.over, true)) {
    return;
  }
  timers_->cancel(o);
  if (o.attempt) {
    o.attempt->cancel();
  }
  openings_[o.id.index].reset();
  protocol::request_id const request = pool_.connect_failed(o.id);
  if (client_exchange* const x = find(request)) {
    detail::ptr<client_exchange> const hold(x);
    forget(request);
    if (message.empty()) {
      std::string const where =
          o.to.socket_path.empty() ? o.to.host + ":" + std::to_string(o.to.port) : o.to.socket_path;
      message = std::string(http::to_string(phase)) + " " + std::string(http::code_name(ec)) + " " +
                where + " (" + ec.message() + ")";
    }
    x->fail(ec, phase, std::move(message));
  }
  run_actions();
}

// Connections at work.

void agent_core::assign(protocol::request_id request, protocol::socket_id socket, bool reused) {
  client_exchange* const x = find(request);
  client_connection* const c = find(socket);
  if (x == nullptr || c == nullptr) {
    return;
  }
  detail::ptr<client_exchange> const hold(x);
  turn const t(executor_);
  x->assign(*c, reused);
}

void agent_core::cancel(client_exchange& x) {
  if (find(x.id) == &x) {
    detail::ptr<client_exchange> const hold(&x);
    forget(x.id);
    pool_.request_cancelled(x.id);
    run_actions();
  }
}

void agent_core::release(client_connection& c, bool reusable) {
  detail::ptr<client_connection> const hold(&c);
  forget(pool_.request_of(c.id()));
  if (!c.release() || !reusable) {
    c.core().destroy_soon(false);
    return;
  }
  pool_.socket_free(c.id(), c.keep_hint().may_park);
  run_actions();
}

void agent_core::park(protocol::socket_id id) {
  if (client_connection* const c = find(id)) {
    c->park(protocol::parked_timeout(options_.timeout, c->keep_hint()));
  }
}

void agent_core::close(protocol::socket_id id, protocol::request_id request) {
  if (client_connection* const c = find(id)) {
    detail::ptr<client_connection> const hold(c);
    connections_[id.index].reset();
    c->close();
  } else if (id.index < openings_.size() && openings_[id.index] && openings_[id.index]->id == id) {
    detail::ptr<opening> const o = std::move(openings_[id.index]);
    o->over = true;
    timers_->cancel(*o);
    if (o->attempt) {
      o->attempt->cancel();
    }
  }
  if (client_exchange* const x = find(request)) {
    detail::ptr<client_exchange> const hold(x);
    forget(request);
    x->fail(error::connection_reset, request_phase::head, "socket hang up");
  }
}

void agent_core::connection_closed(client_connection& c) {
  if (find(c.id()) == &c) {
    detail::ptr<client_connection> const hold(&c);
    connections_[c.id().index].reset();
    forget(pool_.socket_closed(c.id()));
    run_actions();
  }
}

void agent_core::handed_over(client_connection& c) { connection_closed(c); }

void agent_core::destroy() {
  turn const t(executor_);
  pool_.destroy();
  run_actions();
}

void agent_core::drop_handle() {
  if (--handles_ == 0) {
    turn const t(executor_);
    detail::ptr<agent_core> const self(this);
    protocol::pool_options o = pool_options(options_);
    o.keep_alive = false;
    pool_.set_options(o);
    run_actions();
  }
}

}  // namespace anode::connection
