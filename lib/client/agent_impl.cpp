// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/agent_impl.hpp"

#include "http1/head_writer.hpp"
#include "message/url.hpp"
#include "policy/default_headers.hpp"
#include "policy/origin_key.hpp"
#include "transport/endpoint.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/url/ipv4_address.hpp>

#include <algorithm>
#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

namespace {

// The most exchanges that are kept for reuse.
constexpr std::size_t spare_client_exchanges = 64;

std::uint32_t limit(std::size_t n) {
  return n == 0 ? policy::pool_options::unlimited
                : static_cast<std::uint32_t>(
                      std::min<std::size_t>(n, policy::pool_options::unlimited));
}

std::uint16_t default_port(http::request_options const& o) {
  return o.default_port != 0 ? o.default_port : std::uint16_t{80};
}

policy::pool_options pool_options(http::agent_options const& o) {
  policy::pool_options p;
  p.keep_alive = o.keep_alive;
  p.max_sockets = limit(o.max_sockets);
  p.max_total_sockets = limit(o.max_total_sockets);
  p.max_free_sockets = o.max_free_sockets == 0
                           ? 256
                           : static_cast<std::uint32_t>(std::min<std::size_t>(
                                 o.max_free_sockets, policy::pool_options::unlimited));
  p.scheduling = o.scheduling;
  return p;
}

[[noreturn]] void refuse_proxy(std::string_view url) {
  throw http::exception(error::proxy_invalid_config,
                        "Invalid proxy URL: " + policy::redact_userinfo(url));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Returns whether the last label of a host is a number although the host is not an IPv4 address
// (WHATWG URL).
bool ends_in_number(std::string_view host) {
  std::string_view const last = host.substr(host.rfind('.') + 1);
  bool const number = !last.empty() && last.find_first_not_of("0123456789") == last.npos;
  return number && boost::urls::parse_ipv4_address(host).has_error();
}

}  // namespace

agent_impl::agent_impl(net::any_io_executor ex, http::agent_options options)
    : executor_(std::move(ex)),
      options_(std::move(options)),
      timers_(new stream::socket_context(executor_)) {
  apply_options();
  pool_.set_options(pool_options(options_));
  join(executor_);
}

agent_impl::~agent_impl() { timers_->stop(); }

// Connections and active requests own the agent, and the agent owns them. This breaks the cycle.
void agent_impl::on_context_shutdown() {
  detail::ptr<agent_impl> const self(this);
  auto const openings = std::exchange(connect_attempts_, {});
  auto const connections = std::exchange(connections_, {});
  auto const exchanges = std::exchange(exchanges_, {});
  for (detail::ptr<http1_client_connection> const& c : connections) {
    if (c) {
      c->detach();
    }
  }
}

// Validates the options and derives internal values from them.
void agent_impl::apply_options() {
  if (options_.max_total_sockets == 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"maxTotalSockets\" is out of range. It must be >= 1");
  }
  if (options_.keep_alive_timeout_buffer.count() < 0) {
    options_.keep_alive_timeout_buffer = http::agent_options().keep_alive_timeout_buffer;
  }
  proxy_.reset();
  policy::proxy_environment environment;
  if (!options_.proxy.empty()) {
    environment.http_proxy = options_.proxy;
  } else if (options_.proxy_env) {
    environment = policy::proxy_environment::read(options_.proxy_env);
  }
  if (!options_.no_proxy.empty()) {
    environment.no_proxy = options_.no_proxy;
  }
  proxy_rules_ = policy::proxy_selection(environment);
  if (options_.proxy.empty() && !proxy_rules_.invalid_variable().empty()) {
    throw http::exception(error::proxy_invalid_config,
                          "Invalid proxy URL in " + std::string(proxy_rules_.invalid_variable()));
  }
  std::string const address(options_.proxy.empty() ? proxy_rules_.http_proxy()
                                                   : std::string_view(options_.proxy));
  if (address.empty()) {
    return;
  }
  http::request_options url;
  try {
    url.set_url(address);
  } catch (http::exception const&) {
    refuse_proxy(address);
  }
  std::string const written = address + url.auth;
  if (std::any_of(written.begin(), written.end(), is_control) || ends_in_number(url.host)) {
    refuse_proxy(address);
  }
  proxy_server p;
  p.host = url.host;
  p.port = url.port != 0 ? url.port : std::uint16_t{80};
  if (!url.auth.empty()) {
    p.authorization = policy::basic_authorization(url.auth);
  }
  proxy_ = std::move(p);
}

void agent_impl::set_options(http::agent_options options) {
  std::swap(options_, options);
  try {
    apply_options();
  } catch (...) {
    std::swap(options_, options);
    apply_options();
    throw;
  }
  pool_.set_options(pool_options(options_));
  run_actions();
}

bool agent_impl::through_proxy(http::request_options const& o) const noexcept {
  return proxy_.has_value() && o.socket_path.empty() &&
         !proxy_rules_.bypasses(o.host.empty() ? std::string_view("localhost") : o.host,
                                o.port != 0 ? o.port : default_port(o));
}

bool agent_impl::tunnels(http::request_options const& o) const noexcept {
  return through_proxy(o) && o.method != "CONNECT" &&
         (options_.proxy_tunnel || o.headers.contains("Upgrade"));
}

void agent_impl::write_name(http::request_options const& o, std::string& name) const {
  policy::origin_key_options n;
  n.host = o.host;
  n.port = o.port != 0 ? o.port : o.default_port;
  n.local_address = o.local_address;
  n.family = o.family;
  n.socket_path = o.socket_path;
  if (through_proxy(o) && !tunnels(o)) {
    n.host = proxy_->host;  // all origins share the connections to the proxy
    n.port = proxy_->port;
  }
  policy::origin_key(n, name);
}

bool agent_impl::is_last_origin(policy::request_origin const& o) const noexcept {
  return last_origin_.port == o.port && last_origin_.default_port == o.default_port &&
         last_origin_.host == o.host;
}

void agent_impl::note_origin(policy::request_origin const& o) {
  last_origin_.value = policy::host_header(o.host, o.port, o.default_port);
  last_origin_.host = o.host;
  last_origin_.port = o.port;
  last_origin_.default_port = o.default_port;
  policy::origin_key_options n;
  n.host = o.host;
  n.port = o.port;
  policy::origin_key(n, last_origin_.name);
}

std::unique_ptr<client_exchange> agent_impl::acquire_exchange() {
  if (spare_exchanges_.empty()) {
    spare_exchanges_.reserve(spare_client_exchanges);
    return std::make_unique<client_exchange>(executor_);
  }
  std::unique_ptr<client_exchange> x = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return x;
}

void agent_impl::recycle(client_exchange& x) noexcept {
  if (handles_ > 0 && spare_exchanges_.size() < spare_client_exchanges) {
    spare_exchanges_.emplace_back(&x);
  } else {
    delete &x;
  }
}

detail::ptr<client_exchange> agent_impl::request(http::request_options&& options, bool has_agent) {
  std::unique_ptr<client_exchange> x = acquire_exchange();
  x->options = std::move(options);
  return start(std::move(x), has_agent);
}

detail::ptr<client_exchange> agent_impl::request(http::request_options const& like,
                                                 std::string_view method, std::string_view path) {
  std::unique_ptr<client_exchange> x = acquire_exchange();
  x->options = like;
  x->options.method = method;
  x->options.path = path;
  return start(std::move(x), true);
}

detail::ptr<client_exchange> agent_impl::start(std::unique_ptr<client_exchange> made,
                                               bool has_agent) {
  http::request_options& o = made->options;
  if (!o.protocol.empty() && o.protocol != "http:") {
    throw http::exception(error::invalid_protocol,
                          "Protocol \"" + o.protocol + "\" not supported. Expected \"http:\"");
  }
  if (o.method.empty()) {
    o.method = "GET";
  }
  if (o.method != "GET") {
    message::validate_method(o.method);
    std::transform(o.method.begin(), o.method.end(), o.method.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  if (o.path.empty()) {
    o.path.assign(1, '/');
  }
  bool const connect = o.method == "CONNECT";
  if (connect && o.path.size() > 1 && o.path.front() == '/') {
    o.path.erase(0, 1);  // the path of a CONNECT URL is an authority
  }
  if (o.host.empty()) {
    o.host = "localhost";
  }
  if (o.port == 0) {
    o.port = default_port(o);
  }
  if (o.timeout && o.timeout->count() < 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"timeout\" is out of range. It must not be negative");
  }
  http::header_list::entry const* const host = o.headers.find("host");
  if (host != nullptr && host->value.is_list()) {
    throw http::exception(error::invalid_arg_value, "The header 'Host' has to be one text");
  }
  message::validate_request_target(o.path);
  if (!o.local_address.empty() && !transport::is_ip_address(o.local_address)) {
    throw http::exception(error::invalid_ip_address, "Invalid IP address: " + o.local_address);
  }
  if (o.max_header_size == 0) {
    o.max_header_size = http::request_options().max_header_size;
  }

  detail::ptr<client_exchange> const x(made.release());
  x->begin(*this);
  http::request_options const& options = x->options;
  x->request.has_agent = has_agent;
  x->request.should_keep_alive = policy::agent_keeps_alive(
      options_.keep_alive, limit(options_.max_sockets) == policy::pool_options::unlimited);
  if (options.headers.is_flat()) {
    x->request.headers.merge(options.headers);
  } else {
    for (http::header_list::entry const& h : options.headers) {
      x->request.headers.set(h.name, h.value);
    }
  }
  policy::request_origin origin;
  origin.host = options.host;
  origin.port = options.port;
  origin.default_port = has_agent ? default_port(options) : options.default_port;
  origin.auth = options.auth;
  origin.set_host = options.set_host.value_or(options.set_default_headers);
  if (!options.set_default_headers) {
    for (auto const field : {message::field_id::connection, message::field_id::content_length,
                             message::field_id::transfer_encoding}) {
      x->request.headers.mark_removed(field);
    }
  }
  if (!is_last_origin(origin)) {
    note_origin(origin);
  }
  if (!options.headers.is_flat()) {
    bool const by_path = connect && options.path != "/";
    origin.host_value = by_path ? std::string_view(options.path) : last_origin_.value;
    policy::add_default_headers(x->request.headers, origin);
  }
  if (through_proxy(options) && !tunnels(options)) {
    if (!connect) {
      x->request.proxied_authority =
          policy::host_header(origin.host, options.port, origin.default_port);
      x->request.target =
          policy::absolute_target(options.method, options.path, x->request.proxied_authority);
      x->request.check_host();
    }
    if (!proxy_->authorization.empty() && !x->request.headers.contains("Proxy-Authorization")) {
      x->request.headers.set("Proxy-Authorization", proxy_->authorization);
    }
  }
  if (options.headers.is_flat() || x->request.headers.contains("Expect")) {
    x->request.fix_head();
  }
  bool const plain_name = !proxy_ && options.local_address.empty() && options.family == 0 &&
                          options.socket_path.empty();
  if (plain_name) {
    x->name = last_origin_.name;
  } else {
    write_name(options, x->name);
  }
  close_stale(x->name);
  x->id = pool_.request(x->name);
  slot(exchanges_, x->id) = x;
  run_actions();
  return x;
}

void agent_impl::request_again(client_exchange& x, bool fresh) {
  x.id = pool_.request(x.name, fresh);
  slot(exchanges_, x.id) = &x;
  run_actions();
}

// The server may have closed a free connection while its end of input is still unread.
void agent_impl::close_stale(std::string_view name) {
  while (policy::socket_id const id = pool_.next_free(name)) {
    detail::ptr<http1_client_connection> const c(find(id));
    if (!c || !c->stale()) {
      return;
    }
    abandon(*c);
  }
}

// Actions of the pool.

void agent_impl::run_actions() {
  if (std::exchange(running_actions_, true)) {
    return;
  }
  detail::ptr<agent_impl> const self(this);
  using kind = policy::pool_action::kind;
  policy::pool_action a;
  while (pool_.next_action(a)) {
    switch (a.what) {
      case kind::open:
        if (client_exchange* const x = find(a.request)) {
          open(a, *x);
        }
        break;
      case kind::assign:
        if (!a.connecting) {
          assign(a);
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

client_exchange* agent_impl::find(policy::request_id id) noexcept {
  if (!id || id.index >= exchanges_.size() || !exchanges_[id.index] ||
      exchanges_[id.index]->id != id) {
    return nullptr;
  }
  return exchanges_[id.index].get();
}

http1_client_connection* agent_impl::find(policy::socket_id id) noexcept {
  if (!id || id.index >= connections_.size() || !connections_[id.index] ||
      connections_[id.index]->id() != id) {
    return nullptr;
  }
  return connections_[id.index].get();
}

void agent_impl::retire(policy::request_id id) noexcept {
  if (find(id) != nullptr) {
    exchanges_[id.index].reset();
  }
}

// Active connections.

void agent_impl::assign(policy::pool_action const& a) {
  detail::ptr<client_exchange> const x(find(a.request));
  http1_client_connection* const c = find(a.socket);
  if (x && c != nullptr) {
    if (a.reused && options_.reuse_socket) {
      runtime::tick::call_user(executor_, [&] { options_.reuse_socket(anode::socket(c->core())); });
    }
    x->assign(*c, a.reused, a.waited);
  }
}

void agent_impl::cancel(client_exchange& x) {
  if (find(x.id) == &x) {
    detail::ptr<client_exchange> const hold(&x);
    retire(x.id);
    pool_.request_cancelled(x.id);
    run_actions();
  }
}

void agent_impl::release(http1_client_connection& c, bool reusable) {
  detail::ptr<http1_client_connection> const hold(&c);
  retire(pool_.request_of(c.id()));
  if (!c.release() || !reusable || find(c.id()) != &c) {
    // Close after the events of this tick. The connection counts until it is closed.
    net::post(executor_, [hold] {
      runtime::tick const t(hold->core().executor());
      hold->core().destroy_soon(false);
    });
    return;
  }
  bool park = c.keep_hint().may_park && !c.core().destroyed();
  if (park && options_.keep_socket_alive) {
    park = false;
    c.core().set_timeout(parked_timeout(c));  // the hook may change it
    runtime::tick::call_user(executor_,
                             [&] { park = options_.keep_socket_alive(anode::socket(c.core())); });
    park = park && !c.core().destroyed();
  }
  bool const kept = park && options_.keep_alive;
  if (!kept && pool_.totals().requests == 0) {
    // No request is queued, so later requests open new connections. This one counts until it is
    // closed.
    net::post(executor_, [self = detail::ptr<agent_impl>(this), hold] {
      runtime::tick const t(self->executor_);
      self->abandon(*hold);
    });
    return;
  }
  pool_.socket_free(c.id(), park);
  run_actions();
}

std::chrono::milliseconds agent_impl::parked_timeout(
    http1_client_connection const& c) const noexcept {
  return policy::parked_timeout(options_.timeout, c.keep_hint());
}

void agent_impl::park(policy::socket_id id) {
  if (http1_client_connection* const c = find(id)) {
    c->park(options_.keep_socket_alive ? c->core().timeout() : parked_timeout(*c));
  }
}

void agent_impl::close(policy::socket_id id, policy::request_id request) {
  detail::ptr<client_exchange> const x(find(request));
  if (x) {
    retire(request);
  }
  if (id.index < connect_attempts_.size() && connect_attempts_[id.index] &&
      connect_attempts_[id.index]->id == id) {
    stop(*connect_attempts_[id.index]);
  }
  if (detail::ptr<http1_client_connection> const c = find(id)) {
    connections_[id.index].reset();
    c->close();
  }
  if (x) {
    x->abort_response();
  }
}

void agent_impl::connection_closed(http1_client_connection& c) {
  if (find(c.id()) == &c) {
    detail::ptr<http1_client_connection> const hold(&c);
    policy::socket_id const id = c.id();
    if (id.index < connect_attempts_.size() && connect_attempts_[id.index] &&
        connect_attempts_[id.index]->id == id) {
      stop(*connect_attempts_[id.index]);
    }
    connections_[id.index].reset();
    retire(pool_.socket_closed(id));
    run_actions();
  }
}

void agent_impl::abandon(http1_client_connection& c) {
  detail::ptr<http1_client_connection> const hold(&c);
  connection_closed(c);
  c.close();
}

void agent_impl::handed_over(http1_client_connection& c) { connection_closed(c); }

bool agent_impl::remove(stream::buffered_socket const& socket) {
  detail::ptr<http1_client_connection> const c(
      dynamic_cast<http1_client_connection*>(socket.owner()));
  if (!c || find(c->id()) != c.get()) {
    return false;
  }
  policy::socket_id const id = c->id();
  if (id.index < connect_attempts_.size() && connect_attempts_[id.index] &&
      connect_attempts_[id.index]->id == id) {
    return false;  // the request still needs the attempt
  }
  runtime::tick const t(executor_);
  connection_closed(*c);
  if (!c->busy()) {
    c->close();
  }
  return true;
}

void agent_impl::destroy() {
  runtime::tick const t(executor_);
  pool_.destroy();
  run_actions();
}

void agent_impl::drop_handle() {
  if (--handles_ == 0) {
    runtime::tick const t(executor_);
    detail::ptr<agent_impl> const self(this);
    policy::pool_options o = pool_options(options_);
    o.keep_alive = false;
    pool_.set_options(o);
    run_actions();
    spare_exchanges_.clear();
  }
}

}  // namespace anode::client
