// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How an agent opens its connections.
#include "client/agent_impl.hpp"
#include "policy/default_headers.hpp"
#include "stream/tunnel_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

namespace {

bool wants(http::lookup_hints given, http::lookup_hints one) {
  return (static_cast<unsigned>(given) & static_cast<unsigned>(one)) != 0;
}

transport::connect_target target_of(http::connect_options const& o) {
  transport::connect_target target;
  target.host = o.host;
  target.port = o.port;
  target.path = o.socket_path;
  target.family = o.family;
  target.address_configured = wants(o.hints, http::lookup_hints::addrconfig);
  target.v4_mapped = wants(o.hints, http::lookup_hints::v4mapped);
  target.all_matching = wants(o.hints, http::lookup_hints::all);
  target.local_address = o.local_address;
  target.local_port = o.local_port;
  return target;
}

}  // namespace

// Opens a connection. The request gets the connection immediately; the output of the request is
// queued until the socket is connected. A request through a tunnel gets the connection once the
// tunnel is established.
void agent_impl::open(policy::pool_action const& a, client_exchange& x) {
  detail::ptr<connect_attempt> const o(new connect_attempt);
  o->of = this;
  o->id = a.socket;
  bool const by_proxy = through_proxy(x.options);
  std::optional<proxy_server> const& proxy = proxy_of(x.options);
  policy::origin const hop = by_proxy ? proxy->at() : origin_of(x.options);
  o->to.host = hop.host;
  o->to.port = hop.port;
  o->to.socket_path = x.options.socket_path;
  o->to.family = x.options.family;
  o->to.hints = x.options.hints;
  o->to.local_address = x.options.local_address;
  o->to.local_port = x.options.local_port;
  o->direct = !by_proxy && !options_.create_connection;
  o->preface = preface_of(x.options);
  if (by_proxy && proxy->socks) {
    o->socks = make_socks_tunnel(*proxy, origin_of(x.options));
  } else if (tunnels(x.options)) {
    o->authority = policy::host_header(origin_of(x.options), 0);
    o->authorization = proxy->authorization;
  }
  if (by_proxy && proxy->secure) {
    o->secure_proxy = secure_->proxy_target(proxy->host, x.name);
  }
  if (is_secure(x.options)) {
    o->secure_target = secure_->target(x.options, host_header_of(x), x.name);
  }
  slot(connect_attempts_, o->id) = o;
  if (o->authority.empty()) {
    o->socket = new stream::buffered_socket(executor_, timers_);
    slot(connections_, o->id) = new http1_client_connection(*this, o->socket, o->id);
    connections_[o->id.index]->set_direct(o->direct);
    x.assign(*connections_[o->id.index], false, a.waited);
  }
  o->observed = x.watched();
  timers_->arm(*o, x.options.connect_timeout.value_or(options_.connect_timeout));
  http::lookup_function const& lookup = x.options.lookup ? x.options.lookup : options_.lookup;
  if (o->socks) {
    start_socks(o, lookup);
  } else {
    connect(o, lookup);
  }
}

void agent_impl::connect_attempt::expired() {
  of->failed(*this, error::timed_out, phase(), "Connecting took too long");
}

request_phase agent_impl::connect_attempt::phase() const {
  if (handshake) {
    return request_phase::secure;
  }
  if (tunnelling) {
    return request_phase::tunnel;
  }
  return attempt && attempt->looking_up() ? request_phase::lookup : request_phase::connect;
}

request_phase agent_impl::connecting_phase(client_exchange const& x) const {
  if (pool_.is_queued(x.id)) {
    return request_phase::queued;
  }
  connect_attempt const* const o = find_attempt(pool_.socket_of(x.id));
  return o != nullptr ? o->phase() : request_phase::connect;
}

void agent_impl::connect(detail::ptr<connect_attempt> o,
                         http::lookup_function const& find_addresses) {
  if (options_.create_connection) {
    net::co_spawn(executor_, create(detail::ptr<agent_impl>(this), o),
                  net::bind_cancellation_slot(o->cancel_create.slot(), [o](std::exception_ptr) {}));
    return;
  }
  o->starting = true;
  o->attempt = transport::start_connect(
      executor_, target_of(o->to), lookup_of(find_addresses, o),
      [self = detail::ptr<agent_impl>(this), o](error_code ec, std::string_view phase,
                                                std::unique_ptr<byte_stream> stream) {
        runtime::tick const t(self->executor_);
        if (ec && phase == "lookup") {
          self->failed(*o, ec, request_phase::lookup, {}, o->thrown);
        } else if (ec) {
          self->failed(*o, ec, request_phase::connect, {},
                       ec == error::address_refused ? o->thrown : nullptr);
        } else {
          self->connected(o, std::move(stream));
        }
      },
      o->observed || (o->direct && options_.allow_address) ? o : nullptr);
  o->starting = false;
  if (o->over) {  // a hook has destroyed the request
    std::exchange(o->attempt, nullptr)->cancel();
  }
}

net::awaitable<void> agent_impl::create(detail::ptr<agent_impl> self,
                                        detail::ptr<connect_attempt> o) {
  std::unique_ptr<byte_stream> stream;
  error_code ec;
  std::string message;
  std::exception_ptr thrown;
  if (o->over) {
    co_return;
  }
  o->waiting = &o->cancel_create;
  try {
    stream = co_await self->options_.create_connection(o->to);
  } catch (boost::system::system_error const& e) {
    ec = e.code();
    message = e.what();
    thrown = std::current_exception();
  } catch (std::exception const& e) {
    ec = error::connection_reset;
    message = e.what();
    thrown = std::current_exception();
  } catch (...) {
    ec = error::connection_reset;
    message = "What makes connections has thrown";
    thrown = std::current_exception();
  }
  o->waiting = nullptr;
  runtime::tick const t(self->executor_);
  if (stream) {
    self->connected(o, std::move(stream));
  } else {
    self->failed(*o, ec ? ec : make_error_code(error::connection_reset), request_phase::connect,
                 message, thrown);
  }
}

void agent_impl::connected(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream) {
  if (o->over) {
    stream->close();
    return;
  }
  stream->set_no_delay(true);
  if (options_.keep_alive) {
    stream->set_keep_alive_probes({true, options_.keep_alive_msecs});
  }
  if (o->socks) {
    connected_to_socks(o, std::move(stream));
    return;
  }
  if (o->authority.empty()) {
    stream = with_preface(*o, std::move(stream));
  }
  if (detail::ptr<detail::secure_target> const to = std::move(o->secure_proxy)) {
    secure(o, std::move(stream), to);
  } else {
    connected_to_hop(o, std::move(stream));
  }
}

// Encrypts the stream, to the proxy or to the server.
void agent_impl::secure(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream,
                        detail::ptr<detail::secure_target> to) {
  o->handshake = secure_->start(
      std::move(stream), *to,
      [self = detail::ptr<agent_impl>(this), o, to](detail::secure_result result) {
        runtime::tick const t(self->executor_);
        o->handshake.reset();
        if (!result.ec && o->observed) {
          self->report_secure(*o, *result.stream, to != o->secure_target);
        }
        if (result.ec) {
          self->failed(*o, result.ec, request_phase::secure, std::move(result.message),
                       std::move(result.cause), result.reason);
        } else if (o->over) {
          result.stream->close();
        } else if (to == o->secure_target) {
          self->connected_to_origin(*o, std::move(result.stream));
        } else {
          self->connected_to_hop(o, std::move(result.stream));
        }
      });
}

// Connected to the server, or to the proxy.
void agent_impl::connected_to_hop(detail::ptr<connect_attempt> o,
                                  std::unique_ptr<byte_stream> stream) {
  if (!o->authority.empty()) {
    o->tunnelling = true;
    detail::ptr<stream::buffered_socket> const socket(
        new stream::buffered_socket(std::move(stream), timers_));
    net::co_spawn(executor_, tunnel(detail::ptr<agent_impl>(this), o, socket),
                  net::bind_cancellation_slot(o->cancel_tunnel.slot(), [o](std::exception_ptr) {}));
  } else if (o->secure_target) {
    secure(o, std::move(stream), o->secure_target);
  } else {
    connected_to_origin(*o, std::move(stream));
  }
}

// Connected to the server, directly or through an encrypted tunnel.
void agent_impl::connected_to_origin(connect_attempt& o, std::unique_ptr<byte_stream> stream) {
  detail::ptr<connect_attempt> const keep(&o);
  if (!o.socket) {
    ready(o, detail::ptr<stream::buffered_socket>(
                 new stream::buffered_socket(std::move(stream), timers_)));
    return;
  }
  detail::ptr<stream::buffered_socket> const socket = std::move(o.socket);
  stop(o);
  socket->connected(std::move(stream));
  if (client_exchange* const x = find(pool_.socket_ready(o.id))) {
    x->connected();
  }
  run_actions();
}

// Requests a tunnel from the proxy.
net::awaitable<void> agent_impl::tunnel(detail::ptr<agent_impl> self,
                                        detail::ptr<connect_attempt> o,
                                        detail::ptr<stream::buffered_socket> socket) {
  error_code ec;
  std::string message;
  std::exception_ptr thrown;
  try {
    detail::ptr<client_exchange> const x(self->acquire_exchange().release());
    x->options = {};
    x->options.method = "CONNECT";
    x->options.path = o->authority;
    x->options.set_default_headers = false;
    x->begin(*self);
    x->request.headers.set("Host", o->authority);
    if (!o->authorization.empty()) {
      x->request.headers.set("Proxy-Authorization", o->authorization);
    }
    detail::ptr<http1_client_connection> const c(new http1_client_connection(*self, socket, {}));
    x->assign(*c, false, false);
    x->request.end({}, false);
    o->waiting = &o->cancel_tunnel;
    http::upgrade_result answer = co_await client_exchange::wait_upgraded(x);
    o->waiting = nullptr;
    runtime::tick const t(self->executor_);
    if (o->observed) {
      self->report_tunnel(*o, answer.response().status_code());
    }
    if (answer) {
      if (o->over) {
        answer.socket().destroy();
      } else if (o->secure_target) {
        self->secure(o, with_preface(*o, std::make_unique<stream::tunnel_stream>(socket)),
                     o->secure_target);
      } else {
        socket->output().append(o->preface);
        self->ready(*o, socket);
      }
      co_return;
    }
    ec = error::proxy_tunnel;
    message = "The proxy answered CONNECT " + o->authority + " with " +
              std::to_string(answer.response().status_code()) + " " +
              std::string(answer.response().status_message());
    socket->destroy();
  } catch (boost::system::system_error const& e) {
    ec = e.code();
    message = std::string("CONNECT ") + o->authority + " by the proxy: " + e.what();
    thrown = std::current_exception();
  }
  o->waiting = nullptr;
  runtime::tick const t(self->executor_);
  self->failed(*o, ec, request_phase::tunnel, message, thrown);
}

// Stops an attempt, successful or not.
void agent_impl::stop(connect_attempt& o) {
  detail::ptr<connect_attempt> const keep(&o);
  o.over = true;
  timers_->cancel(o);
  if (detail::ptr<transport::connector> const attempt = std::move(o.attempt)) {
    attempt->cancel();
  }
  if (detail::ptr<detail::secure_handshake> const handshake = std::move(o.handshake)) {
    handshake->cancel();
  }
  if (o.waiting) {
    // Emit from a handler of the executor. Elsewhere Asio (1.26) defers the cancellation of a
    // coroutine, which may have ended by then.
    net::post(executor_, [keep] {
      if (net::cancellation_signal* const signal = std::exchange(keep->waiting, nullptr)) {
        signal->emit(net::cancellation_type::terminal);
      }
    });
  }
  if (o.id.index < connect_attempts_.size() && connect_attempts_[o.id.index] == &o) {
    connect_attempts_[o.id.index].reset();
  }
}

// The connection through the tunnel is ready.
void agent_impl::ready(connect_attempt& o, detail::ptr<stream::buffered_socket> socket) {
  stop(o);
  slot(connections_, o.id) = new http1_client_connection(*this, std::move(socket), o.id);
  policy::pool_action a;
  a.socket = o.id;
  a.request = pool_.socket_ready(o.id);
  assign(a);
  run_actions();
}

void agent_impl::failed(connect_attempt& o, error_code ec, request_phase phase, std::string message,
                        std::exception_ptr cause, std::string_view reason) {
  detail::ptr<connect_attempt> const keep(&o);
  if (o.over) {
    return;
  }
  stop(o);
  detail::ptr<http1_client_connection> const c(find(o.id));
  if (c) {
    connections_[o.id.index].reset();
  }
  policy::request_id const request = pool_.connect_failed(o.id);
  if (message.empty()) {
    std::string const where =
        o.to.socket_path.empty() ? o.to.host + ":" + std::to_string(o.to.port) : o.to.socket_path;
    message = std::string(http::to_string(phase)) + " " + std::string(http::code_name(ec)) + " " +
              where + " (" + ec.message() + ")";
  }
  if (detail::ptr<client_exchange> const x = find(request)) {
    retire(request);
    x->notify_socket();
    x->fail(ec, phase, std::move(message), std::move(cause), reason);
  }
  if (c) {
    c->close();
  }
  run_actions();
}

}  // namespace anode::client
